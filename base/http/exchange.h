#ifndef VEDETTE_BASE_HTTP_EXCHANGE_H_
#define VEDETTE_BASE_HTTP_EXCHANGE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http/body_stream.h"
#include "base/http/cors.h"
#include "base/http/message.h"
#include "base/http/web_config.h"

// Internal to base/http: an answer on its way from a handler to the connection.

namespace vedette::base::http {

// An answer as it goes over the wire.
struct WireAnswer {
  std::string head;  // status line and header fields, blank line included
  std::string body;
  std::shared_ptr<BodyStream> rest;  // comes after `body`; null: nothing
  // The connection becomes a WebSocket after it, and is told to this; null: it does not.
  std::function<void(std::shared_ptr<WebSocket>)> opened;
  int status = 0;
  bool close = false;  // the connection ends after it
  bool begun = false;  // counted, and `sent` bytes of `head` are on their way
  size_t sent = 0;

  // Puts the body behind the head.
  void Join();
};

// What is sent at once.
inline constexpr size_t kMaxPieceBytes = 256 * 1024;

// What the request says about how it is to be answered.
struct AnswerShape {
  bool head_only = false;  // HEAD
  bool http_1_0 = false;
  bool keep_alive = true;
  Coding coding = Coding::kIdentity;       // the client's favourite
  std::shared_ptr<const CorsPolicy> cors;  // null: no fields for web pages
  std::string origin;                      // of the page that asks
};

// Compresses where asked and worth it, adds `extra` fields, Date and framing. A body that has a
// `rest` is sent in chunks, to HTTP/1.0 until the connection closes. Any thread.
WireAnswer Serialize(Response response, const AnswerShape& shape, int64_t wall_nanos,
                     const std::vector<std::pair<std::string, std::string>>& extra);

// {"status":"error","errorType":TYPE,"error":MESSAGE}: what the server itself has to say.
Response ErrorAnswer(int status, std::string_view type, std::string_view message);
// 503 with Retry-After.
Response BusyAnswer(std::string_view message);

// One request being answered; copies of its Responder share it. Thread-safe: the first answer
// counts, later ones are dropped, and 500 is given when the last Responder dies without any.
class Exchange {
 public:
  // `deliver` takes the finished answer, from any thread, also after the server is gone.
  Exchange(const AnswerShape& shape, std::shared_ptr<const WebConfig> config, const Clock* clock,
           std::function<void(WireAnswer)> deliver);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void Answer(Response response);

 private:
  const AnswerShape shape_;
  const std::shared_ptr<const WebConfig> config_;
  const Clock* const clock_;
  const std::function<void(WireAnswer)> deliver_;
  std::atomic<bool> answered_{false};
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_EXCHANGE_H_
