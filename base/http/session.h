#ifndef VEDETTE_BASE_HTTP_SESSION_H_
#define VEDETTE_BASE_HTTP_SESSION_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/http/answer_slot.h"
#include "base/http/exchange.h"
#include "base/http/parser.h"
#include "base/http/server_core.h"
#include "base/http/stream.h"
#include "base/http/websocket_link.h"

namespace vedette::base::http {

// One connection of the server: reads a request, has it handled on a pool, writes the answer, and
// again. Lives on the loop's thread; kept alive by the core's set and by its own callbacks.
//
// While a handler works the session goes on reading, so that it learns of a hang-up and stops the
// handler; what arrives then is the next, pipelined request.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // Borrows `core`, which outlives every callback of its loop.
  Session(ServerCore* core, std::unique_ptr<Stream> stream);
  ~Session() { slot_->Close(); }
  void Start();
  // The server stops: ends at once when idle, else after the answer under way.
  void BeginStop();
  void Close();

 private:
  // Requests up to this are read however much the others hold.
  static constexpr size_t kSmallRequestBytes = 64 * 1024;

  enum class State { kHandshake, kReading, kHandling, kWriting, kDraining, kSocket, kClosed };

  // Begins to wait for a request; there was none since `when`.
  void Renew(AnswerSlot::Time when);
  void NextRequest();
  // Ends the exchange under way if its answer was sent already; if not, it comes by OnAnswer.
  bool EndIfAnswered();
  void StartRead();
  void OnRead(const IoResult& result);
  void Parse();
  void RequestBegins();
  void OnReadTimeout();
  // Counts bytes of the current request towards what all may hold. False when it is refused.
  bool Buffer(size_t bytes);
  void ReleaseBuffer();

  // session_entry.cc: who is let in.
  // False when the request is answered already or waits for "100 Continue" to be sent.
  bool OnHeader();
  bool Route();
  bool IsPreflight() const;
  bool MayEnter();
  void SendContinue();

  // session_dispatch.cc: the request on its pool, and how long it may take.
  void Dispatch();
  void StartDeadline();
  void OnDeadline();
  void OnHandlerStuck();

  // session_write.cc: the answer, whole or in pieces.
  AnswerShape Shape() const;
  void AnswerNow(Response response, bool close);
  void DropRequest();
  void OnAnswer(uint64_t exchange_id, WireAnswer answer);
  void Write(WireAnswer answer);
  void MakePiece();
  void OnPiece(std::string piece, bool more);
  void WriteNext();
  void OnWritten(const IoResult& result);
  // Goes on with the answer where it is.
  void Proceed();
  void Drain();

  // session_socket.cc: the connection as a WebSocket.
  void BeginSocket(const std::function<void(std::shared_ptr<WebSocket>)>& opened);
  void ReadFrames();
  // Ends it by a close frame.
  void EndSocket(uint16_t code, std::string_view reason);
  // Sends what waits.
  void FlushSocket();
  void OnSocketWritten(const IoResult& result);
  // Pings, and closes what has not been heard of.
  void OnSocketTick();

  ServerCore* const core_;
  const std::unique_ptr<Stream> stream_;
  const std::unique_ptr<Timer> timer_;
  std::shared_ptr<const Security> security_;  // of the current request
  State state_ = State::kHandshake;

  std::vector<char> read_buffer_;
  std::string in_;        // read and not yet parsed
  bool reading_ = false;  // a read is under way
  bool eof_ = false;

  std::unique_ptr<RequestParser> parser_;
  bool request_begun_ = false;
  bool header_done_ = false;
  uint64_t buffered_bytes_ = 0;  // of the current request
  bool body_unread_ = false;     // the answer is given before the body was read
  Router::Match match_;
  bool authenticated_ = false;  // without credentials; with some, the pool's thread checks
  std::stop_source stop_;
  uint64_t exchange_id_ = 0;
  const std::shared_ptr<AnswerSlot> slot_ = std::make_shared<AnswerSlot>();
  Pool pool_ = Pool::kQuery;  // makes the pieces of a long body

  WireAnswer out_;
  size_t written_ = 0;  // of out_.head, then of out_.body
  bool head_written_ = false;

  std::shared_ptr<WebSocketLink> socket_;  // null: it is none
  std::string frames_;                     // being sent
  size_t frames_written_ = 0;
  int silent_ticks_ = 0;  // since something came
  int stuck_ticks_ = 0;   // since something of what waits was written
  size_t ticked_written_ = 0;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_SESSION_H_
