#ifndef VEDETTE_COLLECTOR_TSDB_BITS_H_
#define VEDETTE_COLLECTOR_TSDB_BITS_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::tsdb {

// Appends bits to a string, from the lowest bit of each byte up.
class BitWriter {
 public:
  explicit BitWriter(std::string* out) : out_(out) {}

  // The low `width` (0..64) bits of `v`.
  void Write(uint64_t v, unsigned width) {
    for (; width > 8; width -= 8, v >>= 8) WriteUpToByte(v & 0xff, 8);
    if (width > 0) WriteUpToByte(v & ((1u << width) - 1), width);
  }
  // Fills the last byte with zeros; the next Write starts a byte.
  void Pad() {
    if (filled_ > 0) out_->push_back(static_cast<char>(pending_ & 0xff));
    pending_ = 0;
    filled_ = 0;
  }

 private:
  void WriteUpToByte(uint64_t v, unsigned width) {
    pending_ |= v << filled_;
    filled_ += width;
    if (filled_ < 8) return;
    out_->push_back(static_cast<char>(pending_ & 0xff));
    pending_ >>= 8;
    filled_ -= 8;
  }

  std::string* out_;
  uint64_t pending_ = 0;
  unsigned filled_ = 0;  // bits in pending_, below 8 between calls
};

// Reads what BitWriter wrote. After the first read past the end ok() is false and reads give zero.
class BitReader {
 public:
  explicit BitReader(std::string_view data) : data_(data) {}

  uint64_t Read(unsigned width) {
    uint64_t v = 0;
    for (unsigned have = 0; have < width;) {
      if (filled_ == 0 && !NextByte()) return 0;
      const unsigned take = width - have < filled_ ? width - have : filled_;
      v |= static_cast<uint64_t>(byte_ & ((1u << take) - 1)) << have;
      byte_ >>= take;
      filled_ -= take;
      have += take;
    }
    return v;
  }
  bool ok() const { return ok_; }
  // Every byte has been begun.
  bool AtEnd() const { return data_.empty(); }

 private:
  bool NextByte() {
    if (data_.empty()) {
      ok_ = false;
      return false;
    }
    byte_ = static_cast<uint8_t>(data_.front());
    data_.remove_prefix(1);
    filled_ = 8;
    return true;
  }

  std::string_view data_;
  unsigned byte_ = 0;
  unsigned filled_ = 0;
  bool ok_ = true;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_BITS_H_
