#ifndef VEDETTE_BASE_HTTP_WEBSOCKET_CLIENT_H_
#define VEDETTE_BASE_HTTP_WEBSOCKET_CLIENT_H_

#include <cstdint>
#include <stop_token>
#include <string>

#include "base/status.h"

namespace vedette::base::http {

// The client's end of a WebSocket (RFC 6455), for texts from the server. Asked for by
// ClientRequest::websocket; closed by its destructor. One thread.
class WebSocketClient {
 public:
  virtual ~WebSocketClient() = default;
  // Waits for the next text and answers pings meanwhile. Unavailable: the connection has ended,
  // why, or nothing came for kMaxSilence seconds, not even a ping. ResourceExhausted: a text of
  // more than kMaxTextBytes. Cancelled: `stop`. After an error it is good for nothing more.
  virtual StatusOr<std::string> Receive(const std::stop_token& stop) = 0;

  static constexpr int kMaxSilence = 30;
  static constexpr uint64_t kMaxTextBytes = 32 << 20;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_WEBSOCKET_CLIENT_H_
