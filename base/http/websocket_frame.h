#ifndef VEDETTE_BASE_HTTP_WEBSOCKET_FRAME_H_
#define VEDETTE_BASE_HTTP_WEBSOCKET_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Internal to base/http: frames of RFC 6455, section 5, as a server writes and reads them. Written
// here because Beast's WebSocket is instantiated for each kind of stream, at half a minute each,
// and what a server needs of the protocol is this.

namespace vedette::base::http {

enum class Opcode : uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

// What a client may send in one frame.
inline constexpr size_t kMaxClientFrameBytes = 64 * 1024;

// The value of Sec-WebSocket-Accept for a client's key.
std::string WebSocketAccept(std::string_view key);

// A whole, unmasked frame.
std::string WebSocketFrame(Opcode opcode, std::string_view payload);
// The same as a client sends it.
std::string MaskedWebSocketFrame(Opcode opcode, std::string_view payload, uint32_t mask);
// One that closes; `reason` is cut where a character ends so that it fits.
std::string WebSocketCloseFrame(uint16_t code, std::string_view reason);

struct ClientFrame {
  Opcode opcode = Opcode::kText;
  std::string payload;  // unmasked
};
enum class FrameRead { kFrame, kNeedMore, kBad, kTooLarge };
// Takes the next frame off the beginning of `in`. kBad: no client may send this (not masked, a
// reserved bit or opcode, a control frame that is in parts or too long).
FrameRead TakeClientFrame(std::string* in, ClientFrame* frame);

struct ServerFrame {
  Opcode opcode = Opcode::kText;
  bool is_final = true;  // no continuation follows
  std::string payload;
};
// The same of what a server sends, which is not masked. kTooLarge: of more than `max_bytes`.
FrameRead TakeServerFrame(std::string* in, uint64_t max_bytes, ServerFrame* frame);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_WEBSOCKET_FRAME_H_
