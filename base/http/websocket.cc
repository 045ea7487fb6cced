#include "base/http/websocket.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/http/websocket_frame.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

// Whether a header's list of words has this one, without case.
bool HasToken(std::string_view list, std::string_view token) {
  const std::vector<std::string_view> words = Split(list, ',');
  return std::any_of(words.begin(), words.end(), [token](std::string_view word) {
    return EqualsIgnoreCase(Trim(word), token);
  });
}

}  // namespace

bool AsksForWebSocket(const Request& request) {
  constexpr size_t kKeyLength = 24;  // 16 bytes in base64
  return request.method == "GET" && HasToken(request.headers.Get("Connection"), "upgrade") &&
         HasToken(request.headers.Get("Upgrade"), "websocket") &&
         request.headers.Get("Sec-WebSocket-Version") == "13" &&
         request.headers.Get("Sec-WebSocket-Key").size() == kKeyLength;
}

Response AcceptWebSocket(const Request& request, WebSocketOpened opened) {
  Response response;
  response.status = 101;
  response.headers.Set("Upgrade", "websocket");
  response.headers.Set("Connection", "Upgrade");
  response.headers.Set("Sec-WebSocket-Accept",
                       WebSocketAccept(request.headers.Get("Sec-WebSocket-Key")));
  response.opened = std::move(opened);
  return response;
}

}  // namespace vedette::base::http
