#ifndef VEDETTE_BASE_HTTP_WEBSOCKET_STREAM_H_
#define VEDETTE_BASE_HTTP_WEBSOCKET_STREAM_H_

#include <memory>
#include <string>

#include "base/http/client_connection.h"
#include "base/http/websocket_client.h"

// Internal to base/http: frames on a connection of the client that the server switched.

namespace vedette::base::http {

// A new value of Sec-WebSocket-Key.
std::string NewWebSocketKey();

// `connection` has had its 101.
std::unique_ptr<WebSocketClient> NewWebSocketClient(std::unique_ptr<ClientConnection> connection);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_WEBSOCKET_STREAM_H_
