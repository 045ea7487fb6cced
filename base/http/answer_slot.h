#ifndef VEDETTE_BASE_HTTP_ANSWER_SLOT_H_
#define VEDETTE_BASE_HTTP_ANSWER_SLOT_H_

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/http/exchange.h"
#include "base/http/server_core.h"
#include "base/http/stream.h"
#include "base/mutex.h"

namespace vedette::base::http {

// Lets who made an answer send it at once: to wake the loop's thread for that costs more than many
// a query does. The loop learns of it when it next has to do with the connection.
//
// Shared by a session and its exchanges; thread-safe.
class AnswerSlot {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Loop thread: the answer of exchange `id` may be sent on `stream`, borrowed until Close.
  void Open(Stream* stream, uint64_t id);
  // Loop thread: nothing is sent here any more. When an answer was, since Open; at most once.
  std::optional<Time> Close();
  // Whether the beginning of the answer of exchange `id` was sent.
  bool has_begun(uint64_t id);
  // Counts the answer and sends of it what the socket takes without waiting. False where the loop
  // has to go on: `answer` is what is left then.
  bool Send(uint64_t id, ServerCore* core, WireAnswer* answer);

 private:
  // False when not all of `answer->head` went.
  bool SendPiece(uint64_t id, ServerCore* core, WireAnswer* answer);
  static void MakePiece(WireAnswer* answer);

  Mutex mutex_;  // held while sending: the stream stays until then
  Stream* stream_ VEDETTE_GUARDED_BY(mutex_) = nullptr;
  uint64_t id_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::optional<uint64_t> begun_ VEDETTE_GUARDED_BY(mutex_);  // the exchange last answered
  std::optional<Time> sent_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_ANSWER_SLOT_H_
