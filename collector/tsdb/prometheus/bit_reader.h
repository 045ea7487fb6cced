#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BIT_READER_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BIT_READER_H_

#include <cstdint>
#include <string_view>

namespace vedette::tsdb::prometheus {

// Reads bits from the highest of each byte down, as chunks are written. Past the end ok() turns
// false and zeros come: check at the end. Borrows the bytes.
class BitReader {
 public:
  explicit BitReader(std::string_view data) : data_(data) {}

  bool Bit() { return Bits(1) != 0; }

  // `n` of 0..64; the first bit read is the highest.
  uint64_t Bits(int n) {
    if (static_cast<uint64_t>(n) > left()) {
      at_ = data_.size() * 8;
      ok_ = false;
      return 0;
    }
    uint64_t value = 0;
    while (n > 0) {
      const int in_byte = 8 - static_cast<int>(at_ % 8);
      const int take = n < in_byte ? n : in_byte;
      const auto byte = static_cast<uint8_t>(data_[at_ / 8]);
      const uint64_t bits = (byte >> (in_byte - take)) & ((1u << take) - 1);
      value = (value << take) | bits;
      at_ += static_cast<uint64_t>(take);
      n -= take;
    }
    return value;
  }

  // The number of ones before a zero, which is taken too; at most `most`, after which none follows.
  int Ones(int most) {
    int ones = 0;
    while (ones < most && Bit()) ++ones;
    return ones;
  }

  // A number of `n` bits as Prometheus stores signed ones: above 2^(n-1) it is negative.
  int64_t Signed(int n) {
    const uint64_t bits = Bits(n);
    if (n == 0 || n == 64 || bits <= (uint64_t{1} << (n - 1))) return static_cast<int64_t>(bits);
    return static_cast<int64_t>(bits - (uint64_t{1} << n));
  }

  uint64_t Uvarint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint64_t byte = Bits(8);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  int64_t Varint() {
    const uint64_t value = Uvarint();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }

  // As upstream's "varbit": a prefix of ones says how many bits follow.
  int64_t Varbit() { return Signed(kVarbits[Ones(kWidestVarbit)]); }
  uint64_t UnsignedVarbit() { return Bits(kVarbits[Ones(kWidestVarbit)]); }

  uint64_t left() const { return data_.size() * 8 - at_; }
  bool ok() const { return ok_; }
  void Fail() { ok_ = false; }

 private:
  static constexpr int kWidestVarbit = 8;
  static constexpr int kVarbits[kWidestVarbit + 1] = {0, 3, 6, 9, 12, 18, 25, 56, 64};

  std::string_view data_;
  uint64_t at_ = 0;  // in bits
  bool ok_ = true;
};

// A double written as the difference (XOR) to the one before.
class XorReader {
 public:
  // The next value's bits, with `bits` those of the one before.
  uint64_t Next(uint64_t bits, BitReader* in) {
    if (!in->Bit()) return bits;
    if (in->Bit()) {
      leading_ = static_cast<int>(in->Bits(5));
      const int width = static_cast<int>(in->Bits(6));
      width_ = width == 0 ? 64 : width;
    }
    // Reusing a window before there was one has no meaning, nor has one wider than the number.
    if (width_ == 0 || leading_ + width_ > 64) {
      in->Fail();
      return bits;
    }
    return bits ^ (in->Bits(width_) << (64 - leading_ - width_));
  }

 private:
  int leading_ = 0;
  int width_ = 0;  // 0: no window yet
};

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BIT_READER_H_
