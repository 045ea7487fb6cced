#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BYTE_DECODER_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BYTE_DECODER_H_

#include <cstdint>
#include <string_view>

namespace vedette::tsdb::prometheus {

// Reads big-endian integers and Go's varints (encoding/binary). After the first read past the end
// or bad varint, ok() is false and every read gives zero or empty: check once at the end. Borrows
// the bytes.
class ByteDecoder {
 public:
  explicit ByteDecoder(std::string_view data) : data_(data), all_(data.size()) {}

  uint8_t U8() { return static_cast<uint8_t>(Fixed(1)); }
  uint16_t U16() { return static_cast<uint16_t>(Fixed(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Fixed(4)); }
  uint64_t U64() { return Fixed(8); }
  double Double();
  uint64_t Uvarint();
  int64_t Varint();  // zigzag
  std::string_view Bytes(uint64_t n);
  std::string_view String() { return Bytes(Uvarint()); }

  bool ok() const { return ok_; }
  bool empty() const { return data_.empty(); }
  size_t remaining() const { return data_.size(); }
  size_t position() const { return all_ - data_.size(); }

 private:
  uint64_t Fixed(size_t n);
  void Fail();

  std::string_view data_;
  size_t all_;
  bool ok_ = true;
};

// Sums of signed 64-bit numbers wrap, as Go's do: hostile input must not be undefined behaviour.
inline int64_t WrappingAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BYTE_DECODER_H_
