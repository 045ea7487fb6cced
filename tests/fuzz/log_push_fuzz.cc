// The decoders of what is pushed, under any bytes: the first chooses which. What the protobuf
// decoder takes must come back the same after encoding.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/log_push.h"
#include "model/source_header.h"

namespace {

using namespace vedette::model;

void DecodeTwice(std::string_view bytes) {
  const auto push = DecodeLogPush(bytes);
  if (!push.ok()) return;
  const auto again = DecodeLogPush(EncodeLogPush(push->streams));
  if (!again.ok() || again->streams.size() != push->streams.size()) __builtin_trap();
  for (size_t i = 0; i < push->streams.size(); ++i) {
    if (again->streams[i].labels != push->streams[i].labels) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      DecodeTwice(bytes);
      break;
    case 1:
      DecodeLogPushJson(bytes).IgnoreError();
      break;
    default:
      ParseSourceHeader(bytes, data[0]).IgnoreError();
      break;
  }
  return 0;
}
