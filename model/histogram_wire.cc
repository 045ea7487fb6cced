#include "model/histogram_wire.h"

#include <exception>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "base/strings.h"
#include "model/protobuf_field.h"

namespace vedette::model {
namespace {

using protozero::pbf_reader;
using protozero::pbf_writer;
using wire::kBytes;
using wire::kFixed64;
using wire::kVarint;
using wire::TagAndType;

namespace field {
constexpr uint32_t kCountInt = 1;
constexpr uint32_t kCountFloat = 2;
constexpr uint32_t kSum = 3;
constexpr uint32_t kSchema = 4;
constexpr uint32_t kZeroThreshold = 5;
constexpr uint32_t kZeroCountInt = 6;
constexpr uint32_t kZeroCountFloat = 7;
constexpr uint32_t kNegativeSpans = 8;
constexpr uint32_t kNegativeDeltas = 9;
constexpr uint32_t kNegativeCounts = 10;
constexpr uint32_t kPositiveSpans = 11;
constexpr uint32_t kPositiveDeltas = 12;
constexpr uint32_t kPositiveCounts = 13;
constexpr uint32_t kResetHint = 14;
constexpr uint32_t kTimestamp = 15;
constexpr uint32_t kCustomValues = 16;
constexpr uint32_t kStartTimestamp = 17;
constexpr uint32_t kSpanOffset = 1;
constexpr uint32_t kSpanLength = 2;
}  // namespace field

HistogramSpan DecodeSpan(pbf_reader message) {
  HistogramSpan span;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(field::kSpanOffset, kVarint):
        span.offset = message.get_sint32();
        break;
      case TagAndType(field::kSpanLength, kVarint):
        span.length = message.get_uint32();
        break;
      default:
        message.skip();
    }
  }
  return span;
}

void AppendDeltas(pbf_reader& message, std::vector<int64_t>* out) {
  for (const int64_t delta : message.get_packed_sint64()) out->push_back(delta);
}

void AppendDoubles(pbf_reader& message, std::vector<double>* out) {
  for (const double value : message.get_packed_double()) out->push_back(value);
}

CounterReset ToReset(int32_t hint) {
  return hint >= 0 && hint <= 3 ? static_cast<CounterReset>(hint) : CounterReset::kUnknown;
}

// Buckets, packed or one by one. False when the field is none of these.
bool DecodeBuckets(pbf_reader& message, Histogram* h) {
  switch (message.tag_and_type()) {
    case TagAndType(field::kNegativeSpans, kBytes):
      h->negative.spans.push_back(DecodeSpan(message.get_message()));
      return true;
    case TagAndType(field::kPositiveSpans, kBytes):
      h->positive.spans.push_back(DecodeSpan(message.get_message()));
      return true;
    case TagAndType(field::kNegativeDeltas, kBytes):
      AppendDeltas(message, &h->negative.deltas);
      return true;
    case TagAndType(field::kNegativeDeltas, kVarint):
      h->negative.deltas.push_back(message.get_sint64());
      return true;
    case TagAndType(field::kPositiveDeltas, kBytes):
      AppendDeltas(message, &h->positive.deltas);
      return true;
    case TagAndType(field::kPositiveDeltas, kVarint):
      h->positive.deltas.push_back(message.get_sint64());
      return true;
    case TagAndType(field::kNegativeCounts, kBytes):
      AppendDoubles(message, &h->negative.counts);
      return true;
    case TagAndType(field::kNegativeCounts, kFixed64):
      h->negative.counts.push_back(message.get_double());
      return true;
    case TagAndType(field::kPositiveCounts, kBytes):
      AppendDoubles(message, &h->positive.counts);
      return true;
    case TagAndType(field::kPositiveCounts, kFixed64):
      h->positive.counts.push_back(message.get_double());
      return true;
    case TagAndType(field::kCustomValues, kBytes):
      AppendDoubles(message, &h->custom_bounds);
      return true;
    case TagAndType(field::kCustomValues, kFixed64):
      h->custom_bounds.push_back(message.get_double());
      return true;
    default:
      return false;
  }
}

void DecodeScalar(pbf_reader& message, TimedHistogram* out) {
  Histogram& h = out->histogram;
  switch (message.tag_and_type()) {
    case TagAndType(field::kCountInt, kVarint):
      h.count = message.get_uint64();
      h.is_float = false;
      break;
    case TagAndType(field::kCountFloat, kFixed64):
      h.count_float = message.get_double();
      h.is_float = true;
      break;
    case TagAndType(field::kSum, kFixed64):
      h.sum = message.get_double();
      break;
    case TagAndType(field::kSchema, kVarint):
      h.schema = message.get_sint32();
      break;
    case TagAndType(field::kZeroThreshold, kFixed64):
      h.zero_threshold = message.get_double();
      break;
    case TagAndType(field::kZeroCountInt, kVarint):
      h.zero_count = message.get_uint64();
      break;
    case TagAndType(field::kZeroCountFloat, kFixed64):
      h.zero_count_float = message.get_double();
      break;
    case TagAndType(field::kResetHint, kVarint):
      h.reset = ToReset(message.get_enum());
      break;
    case TagAndType(field::kTimestamp, kVarint):
      out->time_ms = message.get_int64();
      break;
    case TagAndType(field::kStartTimestamp, kVarint):
      out->start_ms = message.get_int64();
      break;
    default:
      message.skip();
  }
}

// Of a oneof the last one sent counts.
void KeepCounts(Histogram* h) {
  if (h->is_float) {
    h->count = h->zero_count = 0;
  } else {
    h->count_float = h->zero_count_float = 0;
  }
}

void EncodeSpans(uint32_t tag, const std::vector<HistogramSpan>& spans, pbf_writer* out) {
  for (const HistogramSpan& span : spans) {
    pbf_writer message(*out, tag);
    // The writer leaves out a message without fields; an empty span is one all the same.
    if (span.offset != 0 || span.length == 0) {
      message.add_sint32(field::kSpanOffset, span.offset);
    }
    if (span.length != 0) message.add_uint32(field::kSpanLength, span.length);
  }
}

void EncodeDoubles(uint32_t tag, const std::vector<double>& values, pbf_writer* out) {
  out->add_packed_double(tag, values.begin(), values.end());
}

void EncodeDeltas(uint32_t tag, const std::vector<int64_t>& deltas, pbf_writer* out) {
  out->add_packed_sint64(tag, deltas.begin(), deltas.end());
}

}  // namespace

base::StatusOr<TimedHistogram> DecodeHistogram(std::string_view message) {
  TimedHistogram out;
  try {
    pbf_reader reader(message.data(), message.size());
    while (reader.next()) {
      if (!DecodeBuckets(reader, &out.histogram)) DecodeScalar(reader, &out);
    }
  } catch (const protozero::exception& error) {
    return base::InvalidArgument(base::Concat({"malformed native histogram: ", error.what()}));
  }
  KeepCounts(&out.histogram);
  if (const base::Status valid = out.histogram.Validate(); !valid.ok()) {
    return base::Annotate(valid, "native histogram");
  }
  return out;
}

std::string EncodeHistogram(const TimedHistogram& timed) {
  return EncodeHistogram(timed.histogram, timed.time_ms, timed.start_ms);
}

std::string EncodeHistogram(const Histogram& h, int64_t time_ms, int64_t start_ms) {
  std::string bytes;
  pbf_writer out(bytes);
  if (h.is_float) {
    out.add_double(field::kCountFloat, h.count_float);
  } else {
    out.add_uint64(field::kCountInt, h.count);
  }
  out.add_double(field::kSum, h.sum);
  out.add_sint32(field::kSchema, h.schema);
  out.add_double(field::kZeroThreshold, h.zero_threshold);
  if (h.is_float) {
    out.add_double(field::kZeroCountFloat, h.zero_count_float);
  } else {
    out.add_uint64(field::kZeroCountInt, h.zero_count);
  }
  EncodeSpans(field::kNegativeSpans, h.negative.spans, &out);
  EncodeDeltas(field::kNegativeDeltas, h.negative.deltas, &out);
  EncodeDoubles(field::kNegativeCounts, h.negative.counts, &out);
  EncodeSpans(field::kPositiveSpans, h.positive.spans, &out);
  EncodeDeltas(field::kPositiveDeltas, h.positive.deltas, &out);
  EncodeDoubles(field::kPositiveCounts, h.positive.counts, &out);
  out.add_enum(field::kResetHint, static_cast<int32_t>(h.reset));
  out.add_int64(field::kTimestamp, time_ms);
  EncodeDoubles(field::kCustomValues, h.custom_bounds, &out);
  if (start_ms != 0) out.add_int64(field::kStartTimestamp, start_ms);
  return bytes;
}

}  // namespace vedette::model
