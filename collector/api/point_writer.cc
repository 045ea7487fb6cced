#include "collector/api/point_writer.h"

#include <bit>
#include <cstring>

namespace vedette::api {

const PointWriter::TimeText& PointWriter::TextOf(int64_t timestamp_ms) {
  if (times_.empty()) times_.resize(size_t{1} << kTimeBits);
  // Fibonacci hashing, which lays equal steps out evenly.
  const uint64_t hash = static_cast<uint64_t>(timestamp_ms) * 0x9e3779b97f4a7c15;
  TimeText& time = times_[hash >> (64 - kTimeBits)];
  if (time.timestamp_ms != timestamp_ms || time.length == 0) {
    time.timestamp_ms = timestamp_ms;
    time.length = static_cast<size_t>(WritePointTime(timestamp_ms, time.text) - time.text);
  }
  return time;
}

void PointWriter::Append(int64_t timestamp_ms, double value, std::string* out) {
  const auto bits = std::bit_cast<uint64_t>(value);
  if (bits != value_bits_ || value_length_ == 0) {
    value_bits_ = bits;
    value_length_ = static_cast<size_t>(WriteSampleValue(value, value_text_) - value_text_);
  }
  const TimeText& time = TextOf(timestamp_ms);
  char text[kMaxTimeBytes + kMaxValueBytes + 5];
  char* at = text;
  *at++ = '[';
  // Copies of fixed sizes are a few instructions: what is beyond the text is written over.
  std::memcpy(at, time.text, sizeof time.text);
  at += time.length;
  *at++ = ',';
  *at++ = '"';
  std::memcpy(at, value_text_, sizeof value_text_);
  at += value_length_;
  *at++ = '"';
  *at++ = ']';
  out->append(text, at);
}

}  // namespace vedette::api
