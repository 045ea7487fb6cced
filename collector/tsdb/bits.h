#ifndef VEDETTE_COLLECTOR_TSDB_BITS_H_
#define VEDETTE_COLLECTOR_TSDB_BITS_H_

#include <cstdint>
#include <string_view>

namespace vedette::tsdb {

// Reads bits, from the lowest of each byte up: XOR columns of version 1. After the first read past
// the end ok() is false and reads give zero.
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
