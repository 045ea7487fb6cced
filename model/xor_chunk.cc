#include "model/xor_chunk.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace vedette::model {
namespace {

// Five bits say how many leading zeros there are.
constexpr unsigned kMaxLeading = 31;

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

void XorChunkWriter::WriteBits(uint64_t value, unsigned bits) {
  while (bits > 0) {
    if (free_bits_ == 0) {
      bytes_.push_back('\0');
      free_bits_ = 8;
    }
    const unsigned n = std::min(bits, free_bits_);
    const uint64_t part = value >> (bits - n) & ((uint64_t{1} << n) - 1);
    const auto last = static_cast<uint8_t>(bytes_.back());
    bytes_.back() = static_cast<char>(last | (part << (free_bits_ - n)));
    free_bits_ -= n;
    bits -= n;
  }
}

void XorChunkWriter::WriteTime(int64_t time_ms) {
  const auto delta = static_cast<uint64_t>(time_ms) - static_cast<uint64_t>(time_ms_);
  const auto varint = [this](uint64_t n) {
    for (; n >= 0x80; n >>= 7) WriteBits((n & 0x7f) | 0x80, 8);
    WriteBits(n, 8);
  };
  if (count_ == 0) {
    const auto bits = static_cast<uint64_t>(time_ms);
    varint(bits << 1 ^ static_cast<uint64_t>(time_ms >> 63));  // zigzag
  } else if (count_ == 1) {
    varint(delta);
  } else if (const auto change = static_cast<int64_t>(delta - delta_ms_); change == 0) {
    WriteBits(0, 1);
  } else {
    Range range = kWide;
    for (const Range& one : kRanges) {
      if (!Fits(change, one.bits)) continue;
      range = one;
      break;
    }
    WriteBits(range.prefix, range.prefix_bits);
    WriteBits(static_cast<uint64_t>(change), range.bits);
  }
  delta_ms_ = delta;
  time_ms_ = time_ms;
}

void XorChunkWriter::WriteValue(uint64_t bits) {
  const uint64_t changed = bits ^ value_bits_;
  value_bits_ = bits;
  if (changed == 0) return WriteBits(0, 1);
  const unsigned leading = std::min(kMaxLeading, static_cast<unsigned>(std::countl_zero(changed)));
  const auto trailing = static_cast<unsigned>(std::countr_zero(changed));
  if (leading_ != 255 && leading >= leading_ && trailing >= trailing_) {
    WriteBits(0b10, 2);
  } else {
    leading_ = leading;
    trailing_ = trailing;
    WriteBits(0b11, 2);
    WriteBits(leading, 5);
    WriteBits((64 - leading - trailing) & 63, 6);  // 64 reads as 0
  }
  WriteBits(changed >> trailing_, 64 - leading_ - trailing_);
}

void XorChunkWriter::Append(int64_t time_ms, double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  if (count_ == 0) min_ms_ = time_ms;
  WriteTime(time_ms);
  if (count_ == 0) {
    WriteBits(bits, 64);
    value_bits_ = bits;
  } else {
    WriteValue(bits);
  }
  ++count_;
}

std::string XorChunkWriter::Take() {
  bytes_[0] = static_cast<char>(count_ >> 8);
  bytes_[1] = static_cast<char>(count_ & 0xff);
  return std::exchange(*this, XorChunkWriter()).bytes_;
}

}  // namespace vedette::model
