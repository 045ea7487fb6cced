#include "model/bit_writer.h"

#include <algorithm>
#include <bit>
#include <iterator>

namespace vedette::model {
namespace {

// Five bits say how many leading zeros there are.
constexpr unsigned kMaxLeading = 31;

// By the number of ones before them.
constexpr unsigned kVarbits[] = {0, 3, 6, 9, 12, 18, 25, 56, 64};
constexpr unsigned kWidest = std::size(kVarbits) - 1;

// Of `n` bits half stand for negative numbers, and the half itself for a positive one.
bool Fits(int64_t v, unsigned n) {
  if (n == 0) return v == 0;
  if (n == 64) return true;
  const int64_t half = int64_t{1} << (n - 1);
  return v > -half && v <= half;
}

bool Fits(uint64_t v, unsigned n) { return n == 64 || v >> n == 0; }

template <typename Number>
void WriteVarbits(Number value, BitWriter* out) {
  unsigned ones = 0;
  while (!Fits(value, kVarbits[ones])) ++ones;
  out->Write((uint64_t{1} << ones) - 1, ones);
  if (ones < kWidest) out->Write(0, 1);
  out->Write(static_cast<uint64_t>(value), kVarbits[ones]);
}

}  // namespace

void BitWriter::Write(uint64_t value, unsigned bits) {
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

void BitWriter::WriteVarint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) Write((value & 0x7f) | 0x80, 8);
  Write(value, 8);
}

void BitWriter::WriteVarbit(int64_t value) { WriteVarbits(value, this); }

void BitWriter::WriteUnsignedVarbit(uint64_t value) { WriteVarbits(value, this); }

void XorWriter::First(double value, BitWriter* out) {
  bits_ = std::bit_cast<uint64_t>(value);
  out->Write(bits_, 64);
}

void XorWriter::Next(double value, BitWriter* out) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const uint64_t changed = bits ^ bits_;
  bits_ = bits;
  if (changed == 0) return out->Write(0, 1);
  const unsigned leading = std::min(kMaxLeading, static_cast<unsigned>(std::countl_zero(changed)));
  const auto trailing = static_cast<unsigned>(std::countr_zero(changed));
  if (leading_ != 255 && leading >= leading_ && trailing >= trailing_) {
    out->Write(0b10, 2);
  } else {
    leading_ = leading;
    trailing_ = trailing;
    out->Write(0b11, 2);
    out->Write(leading, 5);
    out->Write((64 - leading - trailing) & 63, 6);  // 64 reads as 0
  }
  out->Write(changed >> trailing_, 64 - leading_ - trailing_);
}

}  // namespace vedette::model
