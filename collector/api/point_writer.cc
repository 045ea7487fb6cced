#include "collector/api/point_writer.h"

#include <algorithm>
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

// Copies of fixed sizes are a few instructions: what is beyond the text is written over.
char* PointWriter::Write(const model::Sample& point, char* out) {
  const auto bits = std::bit_cast<uint64_t>(point.value);
  if (bits != value_bits_ || value_length_ == 0) {
    value_bits_ = bits;
    value_length_ = static_cast<size_t>(WriteSampleValue(point.value, value_text_) - value_text_);
  }
  const TimeText& time = TextOf(point.timestamp_ms);
  *out++ = '[';
  std::memcpy(out, time.text, sizeof time.text);
  out += time.length;
  *out++ = ',';
  *out++ = '"';
  std::memcpy(out, value_text_, sizeof value_text_);
  out += value_length_;
  *out++ = '"';
  *out++ = ']';
  return out;
}

void PointWriter::Append(std::span<const model::Sample> points, std::string* out) {
  constexpr size_t kAtOnce = 16;
  char text[kAtOnce * kMaxPointBytes];
  while (!points.empty()) {
    const size_t n = std::min(points.size(), kAtOnce);
    char* end = text;
    for (const model::Sample& point : points.first(n)) {
      end = Write(point, end);
      *end++ = ',';
    }
    points = points.subspan(n);
    out->append(text, points.empty() ? end - 1 : end);
  }
}

}  // namespace vedette::api
