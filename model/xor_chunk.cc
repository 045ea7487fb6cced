#include "model/xor_chunk.h"

#include <utility>

namespace vedette::model {
namespace {

struct Range {
  unsigned bits;    // of the delta of deltas
  uint64_t prefix;  // before them
  unsigned prefix_bits;
};
constexpr Range kRanges[] = {{14, 0b10, 2}, {17, 0b110, 3}, {20, 0b1110, 4}};
constexpr Range kWide = {64, 0b1111, 4};

bool Fits(int64_t v, unsigned bits) {
  const int64_t half = int64_t{1} << (bits - 1);
  return v >= -(half - 1) && v <= half;
}

}  // namespace

void XorChunkWriter::WriteTime(int64_t time_ms) {
  const auto delta = static_cast<uint64_t>(time_ms) - static_cast<uint64_t>(time_ms_);
  if (count_ == 0) {
    const auto bits = static_cast<uint64_t>(time_ms);
    out_.WriteVarint(bits << 1 ^ static_cast<uint64_t>(time_ms >> 63));  // zigzag
  } else if (count_ == 1) {
    out_.WriteVarint(delta);
  } else if (const auto change = static_cast<int64_t>(delta - delta_ms_); change == 0) {
    out_.Write(0, 1);
  } else {
    Range range = kWide;
    for (const Range& one : kRanges) {
      if (!Fits(change, one.bits)) continue;
      range = one;
      break;
    }
    out_.Write(range.prefix, range.prefix_bits);
    out_.Write(static_cast<uint64_t>(change), range.bits);
  }
  delta_ms_ = delta;
  time_ms_ = time_ms;
}

void XorChunkWriter::Append(int64_t time_ms, double value) {
  if (count_ == 0) min_ms_ = time_ms;
  WriteTime(time_ms);
  if (count_ == 0) {
    values_.First(value, &out_);
  } else {
    values_.Next(value, &out_);
  }
  ++count_;
}

std::string XorChunkWriter::Take() {
  out_.header(0) = static_cast<char>(count_ >> 8);
  out_.header(1) = static_cast<char>(count_ & 0xff);
  return std::exchange(*this, XorChunkWriter()).out_.Take();
}

}  // namespace vedette::model
