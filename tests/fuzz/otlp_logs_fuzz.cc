// OTLP logs under any bytes, as protobuf and as JSON (the first byte chooses): what is made of them
// are streams that a push may bring.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/otlp/log_streams.h"

namespace {

using namespace vedette::model;

void CheckPush(const LogPush& push, const LogPushRefusals& refused) {
  if (refused.entries > 0 && refused.first.empty()) __builtin_trap();
  for (const LogStream& stream : push.streams) {
    for (const LabelView& label : stream.labels) {
      if (!IsLegacyLabelName(label.name)) __builtin_trap();
    }
    for (const LogEntry& entry : stream.entries) {
      if (entry.timestamp_ns < 0) __builtin_trap();
      for (const LabelView& pair : entry.metadata) {
        if (!IsLegacyLabelName(pair.name) || pair.value.empty()) __builtin_trap();
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  otlp::LogStreams streams(1);
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto read = (data[0] & 1) != 0 ? otlp::DecodeLogsJson(body, &streams)
                                       : otlp::DecodeLogsProtobuf(body, &streams);
  if (read.ok()) CheckPush(streams.Take(), streams.refused());
  return 0;
}
