// WebSocket frames from clients, any bytes: what is taken is no longer than it may be, and as much
// as it says; whole or byte by byte comes to the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/http/websocket_frame.h"

namespace {

using namespace vedette::base::http;

// The payloads of the frames that come, and how the reading ended.
struct Taken {
  std::vector<std::string> payloads;
  FrameRead end = FrameRead::kNeedMore;
};

void TakeAll(std::string* in, Taken* taken) {
  ClientFrame frame;
  for (;;) {
    const size_t before = in->size();
    taken->end = TakeClientFrame(in, &frame);
    if (taken->end != FrameRead::kFrame) return;
    if (frame.payload.size() > kMaxClientFrameBytes) __builtin_trap();
    if (in->size() + frame.payload.size() + 6 > before) __builtin_trap();
    taken->payloads.push_back(frame.payload);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  Taken whole;
  std::string in = bytes;
  TakeAll(&in, &whole);
  Taken parts;
  std::string some;
  for (const char byte : bytes) {
    some += byte;
    TakeAll(&some, &parts);
    if (parts.end != FrameRead::kNeedMore) break;
  }
  if (whole.payloads != parts.payloads || whole.end != parts.end) __builtin_trap();
  return 0;
}
