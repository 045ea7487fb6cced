#ifndef VEDETTE_MODEL_LOG_PUSH_H_
#define VEDETTE_MODEL_LOG_PUSH_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/log_entry.h"

// Loki's push API on the wire: logproto.PushRequest as protobuf (without the snappy around it) and
// the JSON form. InvalidArgument for what is malformed, ResourceExhausted for what is over a limit,
// each naming the stream and the entry. Who gives a place for refusals takes the good part of a
// push; without one decoding is all or nothing.

namespace vedette::model {

struct LogPushLimits {
  uint64_t max_streams = 100'000;
  uint64_t max_entries = 500'000;
  uint64_t max_bytes = 256 << 20;  // held of all entries: lines, metadata and what they cost beside
  uint32_t max_line_bytes = 16 << 20;  // the store may take less
  uint32_t max_labels = 15;            // of a stream
  uint32_t max_name_bytes = 1024;
  uint32_t max_value_bytes = 2048;
  uint32_t max_metadata = 128;             // pairs of an entry
  uint32_t max_metadata_bytes = 64 << 10;  // of an entry
};

// Entries that can never be stored, and what is wrong with the first. Where streams are bad that
// hold none, `first` alone is set.
struct LogPushRefusals {
  uint64_t entries = 0;
  std::string first;
};

base::StatusOr<LogPush> DecodeLogPush(std::string_view protobuf, const LogPushLimits& limits = {},
                                      LogPushRefusals* refused = nullptr);
std::string EncodeLogPush(std::span<const LogStream> streams);

// {"streams":[{"stream":{"a":"b"},"values":[["NANOSECONDS","line",{"meta":"data"}]]}]}. Of a
// repeated key the last counts. Labels and metadata must be UTF-8; lines may be any bytes.
base::StatusOr<LogPush> DecodeLogPushJson(std::string_view json, const LogPushLimits& limits = {},
                                          LogPushRefusals* refused = nullptr);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_LOG_PUSH_H_
