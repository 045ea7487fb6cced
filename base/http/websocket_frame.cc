#include "base/http/websocket_frame.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/escape.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

constexpr uint8_t kFinal = 0x80;
constexpr uint8_t kReserved = 0x70;
constexpr uint8_t kMasked = 0x80;
constexpr size_t kMaxControlBytes = 125;
constexpr size_t kMaskBytes = 4;
// Lengths that say how many bytes the length itself takes.
constexpr uint8_t kTwoByteLength = 126;
constexpr uint8_t kEightByteLength = 127;

uint8_t ByteAt(std::string_view text, size_t at) { return static_cast<uint8_t>(text[at]); }

void AppendBigEndian(uint64_t value, int bytes, std::string* out) {
  for (int i = bytes - 1; i >= 0; --i) out->push_back(static_cast<char>(value >> (8 * i)));
}

bool IsControl(uint8_t opcode) { return opcode >= 8; }

bool IsKnown(uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

struct FrameHead {
  size_t head_bytes = 0;  // mask included
  uint64_t payload_bytes = 0;
};

// Nothing when there is not enough of it yet.
std::optional<FrameHead> ReadFrameHead(std::string_view in, size_t mask_bytes) {
  const uint8_t length = ByteAt(in, 1) & 0x7f;
  const size_t extra = length == kTwoByteLength ? 2 : length == kEightByteLength ? 8 : 0;
  FrameHead head{2 + extra + mask_bytes, length};
  if (in.size() < head.head_bytes) return std::nullopt;
  if (extra == 0) return head;
  head.payload_bytes = 0;
  for (size_t i = 0; i < extra; ++i)
    head.payload_bytes = head.payload_bytes << 8 | ByteAt(in, 2 + i);
  return head;
}

// Whether `in` begins with a frame that the other side may send, and all of it is there.
FrameRead ReadWhole(std::string_view in, size_t mask_bytes, uint64_t max_bytes, FrameHead* head) {
  if (in.size() < 2) return FrameRead::kNeedMore;
  const uint8_t first = ByteAt(in, 0);
  const uint8_t opcode = first & 0x0f;
  const bool is_masked = (ByteAt(in, 1) & kMasked) != 0;
  const bool is_final = (first & kFinal) != 0;
  const bool is_short = (ByteAt(in, 1) & 0x7f) <= kMaxControlBytes;
  if ((first & kReserved) != 0 || !IsKnown(opcode) || is_masked != (mask_bytes > 0)) {
    return FrameRead::kBad;
  }
  if (IsControl(opcode) && (!is_final || !is_short)) return FrameRead::kBad;
  const std::optional<FrameHead> found = ReadFrameHead(in, mask_bytes);
  if (!found) return FrameRead::kNeedMore;
  if (found->payload_bytes > max_bytes) return FrameRead::kTooLarge;
  *head = *found;
  const bool whole = in.size() - head->head_bytes >= head->payload_bytes;
  return whole ? FrameRead::kFrame : FrameRead::kNeedMore;
}

}  // namespace

std::string WebSocketAccept(std::string_view key) {
  const std::string text = Concat({key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"});
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return EncodeBase64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string WebSocketFrame(Opcode opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(kFinal | static_cast<uint8_t>(opcode)));
  if (payload.size() < kTwoByteLength) {
    frame.push_back(static_cast<char>(payload.size()));
  } else if (payload.size() <= UINT16_MAX) {
    frame.push_back(static_cast<char>(kTwoByteLength));
    AppendBigEndian(payload.size(), 2, &frame);
  } else {
    frame.push_back(static_cast<char>(kEightByteLength));
    AppendBigEndian(payload.size(), 8, &frame);
  }
  return frame.append(payload);
}

std::string MaskedWebSocketFrame(Opcode opcode, std::string_view payload, uint32_t mask) {
  std::string frame = WebSocketFrame(opcode, payload);
  const size_t begin = frame.size() - payload.size();
  frame[1] = static_cast<char>(ByteAt(frame, 1) | kMasked);
  std::string key;
  AppendBigEndian(mask, kMaskBytes, &key);
  for (size_t i = 0; i < payload.size(); ++i) frame[begin + i] ^= key[i % kMaskBytes];
  return frame.insert(begin, key);
}

std::string WebSocketCloseFrame(uint16_t code, std::string_view reason) {
  std::string payload;
  AppendBigEndian(code, 2, &payload);
  size_t end = std::min(reason.size(), kMaxControlBytes - payload.size());
  while (end < reason.size() && end > 0 && (ByteAt(reason, end) & 0xc0) == 0x80) --end;
  return WebSocketFrame(Opcode::kClose, payload.append(reason.substr(0, end)));
}

FrameRead TakeClientFrame(std::string* in, ClientFrame* frame) {
  FrameHead head;
  const FrameRead read = ReadWhole(*in, kMaskBytes, kMaxClientFrameBytes, &head);
  if (read != FrameRead::kFrame) return read;
  frame->opcode = static_cast<Opcode>(ByteAt(*in, 0) & 0x0f);
  frame->payload = in->substr(head.head_bytes, static_cast<size_t>(head.payload_bytes));
  for (size_t i = 0; i < frame->payload.size(); ++i) {
    frame->payload[i] ^= (*in)[head.head_bytes - kMaskBytes + i % kMaskBytes];
  }
  in->erase(0, head.head_bytes + frame->payload.size());
  return FrameRead::kFrame;
}

FrameRead TakeServerFrame(std::string* in, uint64_t max_bytes, ServerFrame* frame) {
  FrameHead head;
  const FrameRead read = ReadWhole(*in, 0, max_bytes, &head);
  if (read != FrameRead::kFrame) return read;
  frame->opcode = static_cast<Opcode>(ByteAt(*in, 0) & 0x0f);
  frame->is_final = (ByteAt(*in, 0) & kFinal) != 0;
  frame->payload = in->substr(head.head_bytes, static_cast<size_t>(head.payload_bytes));
  in->erase(0, head.head_bytes + frame->payload.size());
  return FrameRead::kFrame;
}

}  // namespace vedette::base::http
