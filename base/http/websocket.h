#ifndef VEDETTE_BASE_HTTP_WEBSOCKET_H_
#define VEDETTE_BASE_HTTP_WEBSOCKET_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/http/message.h"

namespace vedette::base::http {

// A connection that has become a WebSocket (RFC 6455), for texts to the client; what the client
// sends is read and means nothing. The server pings it, and closes it when nothing comes back.
// Shared by the server and who sends; thread-safe.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  // False, and nothing is sent, when the connection is closed or when more than kMaxWaitingBytes
  // would wait for the client, though a text alone may be larger: who sends drops it or tries
  // again.
  virtual bool Send(std::string_view text) = 0;
  // Ends the connection after what waits: 1000 is a normal end, 1001 a server that stops, 1011 an
  // error. `reason` is cut to what a close frame may hold.
  virtual void Close(uint16_t code, std::string_view reason) = 0;
  virtual bool closed() const = 0;

  static constexpr size_t kMaxWaitingBytes = 2 << 20;
};

using WebSocketOpened = std::function<void(std::shared_ptr<WebSocket>)>;

// Whether a request asks to become a WebSocket, version 13, with a key.
bool AsksForWebSocket(const Request& request);

// The answer to such a request: 101. `opened` is called once it is sent, on the server's own
// thread, and must not block; when the client is gone before that it is let go without a call.
Response AcceptWebSocket(const Request& request, WebSocketOpened opened);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_WEBSOCKET_H_
