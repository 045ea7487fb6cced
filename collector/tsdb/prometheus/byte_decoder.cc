#include "collector/tsdb/prometheus/byte_decoder.h"

#include <bit>

#include "base/codec/bytes.h"

namespace vedette::tsdb::prometheus {

void ByteDecoder::Fail() {
  ok_ = false;
  data_ = {};
}

std::string_view ByteDecoder::Bytes(uint64_t n) {
  if (n > data_.size()) {
    Fail();
    return {};
  }
  const std::string_view bytes = data_.substr(0, n);
  data_.remove_prefix(n);
  return bytes;
}

uint64_t ByteDecoder::Fixed(size_t n) {
  uint64_t value = 0;
  for (const char c : Bytes(n)) value = (value << 8) | static_cast<uint8_t>(c);
  return value;
}

double ByteDecoder::Double() { return std::bit_cast<double>(U64()); }

uint64_t ByteDecoder::Uvarint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const uint8_t byte = U8();
    if (!ok_) return 0;
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  Fail();
  return 0;
}

int64_t ByteDecoder::Varint() { return base::UnZigZag(Uvarint()); }

}  // namespace vedette::tsdb::prometheus
