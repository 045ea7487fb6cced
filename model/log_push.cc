#include "model/log_push.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "base/strings.h"
#include "model/log_push_builder.h"
#include "model/protobuf_field.h"
#include "model/stream_labels.h"

namespace vedette::model {
namespace {

using protozero::pbf_reader;
using protozero::pbf_writer;
using wire::kBytes;
using wire::kVarint;
using wire::TagAndType;
using wire::ToStd;

namespace field {
constexpr uint32_t kStreams = 1;
constexpr uint32_t kStreamLabels = 1;
constexpr uint32_t kStreamEntries = 2;
constexpr uint32_t kEntryTimestamp = 1;
constexpr uint32_t kEntryLine = 2;
constexpr uint32_t kEntryMetadata = 3;
constexpr uint32_t kSeconds = 1;
constexpr uint32_t kNanos = 2;
constexpr uint32_t kPairName = 1;
constexpr uint32_t kPairValue = 2;
}  // namespace field

constexpr int64_t kNanosPerSecond = 1'000'000'000;

base::StatusOr<int64_t> DecodeTimestamp(pbf_reader message) {
  int64_t seconds = 0;
  int64_t nanos = 0;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(field::kSeconds, kVarint):
        seconds = message.get_int64();
        break;
      case TagAndType(field::kNanos, kVarint):
        nanos = message.get_int32();
        break;
      default:
        message.skip();
    }
  }
  constexpr int64_t kMaxSeconds = std::numeric_limits<int64_t>::max() / kNanosPerSecond - 1;
  if (seconds > kMaxSeconds || seconds < -kMaxSeconds || nanos < 0 || nanos >= kNanosPerSecond) {
    return base::InvalidArgument("timestamp out of range");
  }
  return seconds * kNanosPerSecond + nanos;
}

std::pair<std::string_view, std::string_view> DecodePair(pbf_reader message) {
  std::pair<std::string_view, std::string_view> pair;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(field::kPairName, kBytes):
        pair.first = ToStd(message.get_view());
        break;
      case TagAndType(field::kPairValue, kBytes):
        pair.second = ToStd(message.get_view());
        break;
      default:
        message.skip();
    }
  }
  return pair;
}

// `scratch`: memory that is used again.
base::Status DecodeEntry(pbf_reader message, LogPushBuilder::Pairs* scratch,
                         LogPushBuilder* builder) {
  int64_t timestamp_ns = 0;
  std::string_view line;
  LogPushBuilder::Pairs& metadata = *scratch;
  metadata.clear();
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(field::kEntryTimestamp, kBytes): {
        VEDETTE_ASSIGN_OR_RETURN(timestamp_ns, DecodeTimestamp(message.get_message()));
        break;
      }
      case TagAndType(field::kEntryLine, kBytes):
        line = ToStd(message.get_view());
        break;
      case TagAndType(field::kEntryMetadata, kBytes):
        if (builder->TakesMoreMetadata(metadata.size())) {
          metadata.push_back(DecodePair(message.get_message()));
        } else {
          message.skip();
        }
        break;
      default:
        message.skip();
    }
  }
  return builder->AddEntry(timestamp_ns, line, metadata);
}

// Labels may follow the entries on the wire, so they are looked for first.
base::Status DecodeStream(pbf_reader message, LogPushBuilder* builder) {
  std::string_view label_text;
  size_t entries = 0;
  for (pbf_reader scan = message; scan.next();) {
    if (scan.tag_and_type() == TagAndType(field::kStreamLabels, kBytes)) {
      label_text = ToStd(scan.get_view());
    } else {
      if (scan.tag() == field::kStreamEntries) ++entries;
      scan.skip();
    }
  }
  VEDETTE_RETURN_IF_ERROR(builder->BeginStream(ParseStreamLabels(label_text), entries));
  LogPushBuilder::Pairs scratch;
  while (message.next()) {
    if (message.tag_and_type() == TagAndType(field::kStreamEntries, kBytes)) {
      VEDETTE_RETURN_IF_ERROR(DecodeEntry(message.get_message(), &scratch, builder));
    } else {
      message.skip();
    }
  }
  return {};
}

base::Status DecodeStreams(std::string_view protobuf, LogPushBuilder* builder) {
  pbf_reader request(protobuf.data(), protobuf.size());
  while (request.next()) {
    if (request.tag_and_type() == TagAndType(field::kStreams, kBytes)) {
      VEDETTE_RETURN_IF_ERROR(DecodeStream(request.get_message(), builder));
    } else {
      request.skip();
    }
  }
  return {};
}

void EncodeTimestamp(int64_t timestamp_ns, pbf_writer* entry) {
  int64_t seconds = timestamp_ns / kNanosPerSecond;
  int64_t nanos = timestamp_ns % kNanosPerSecond;
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  }
  pbf_writer message(*entry, field::kEntryTimestamp);
  message.add_int64(field::kSeconds, seconds);
  message.add_int32(field::kNanos, static_cast<int32_t>(nanos));
}

void EncodeEntry(const LogEntry& entry, pbf_writer* stream) {
  pbf_writer message(*stream, field::kStreamEntries);
  EncodeTimestamp(entry.timestamp_ns, &message);
  message.add_string(field::kEntryLine, entry.line);
  for (const LabelView& label : entry.metadata) {
    pbf_writer pair(message, field::kEntryMetadata);
    pair.add_string(field::kPairName, label.name.data(), label.name.size());
    pair.add_string(field::kPairValue, label.value.data(), label.value.size());
  }
}

}  // namespace

base::StatusOr<LogPush> DecodeLogPush(std::string_view protobuf, const LogPushLimits& limits,
                                      LogPushRefusals* refused) {
  LogPushBuilder builder(limits, refused);
  try {
    VEDETTE_RETURN_IF_ERROR(DecodeStreams(protobuf, &builder));
  } catch (const protozero::exception& error) {
    return base::InvalidArgument(base::Concat({"not a push request: ", error.what()}));
  }
  return builder.Take();
}

std::string EncodeLogPush(std::span<const LogStream> streams) {
  std::string out;
  pbf_writer request(out);
  for (const LogStream& stream : streams) {
    pbf_writer message(request, field::kStreams);
    message.add_string(field::kStreamLabels, stream.labels.ToString());
    for (const LogEntry& entry : stream.entries) EncodeEntry(entry, &message);
  }
  return out;
}

}  // namespace vedette::model
