#include "base/codec/bytes.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace vedette::base {

void PutVarint(uint64_t v, std::string* out) {
  while (v >= 0x80) {
    out->push_back(static_cast<char>(v | 0x80));
    v >>= 7;
  }
  out->push_back(static_cast<char>(v));
}

void PutString(std::string_view s, std::string* out) {
  PutVarint(s.size(), out);
  out->append(s);
}

uint64_t ByteReader::Varint() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !data_.empty(); shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(data_.front());
    data_.remove_prefix(1);
    if (shift == 63 && byte > 1) break;  // more than 64 bits
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  ok_ = false;
  data_ = {};
  return 0;
}

std::string_view ByteReader::String() { return Bytes(Varint()); }

std::string_view ByteReader::Bytes(uint64_t n) {
  if (n > data_.size()) {
    ok_ = false;
    data_ = {};
    return {};
  }
  const std::string_view bytes = data_.substr(0, n);
  data_.remove_prefix(n);
  return bytes;
}

uint64_t Hash64(std::string_view data, uint64_t seed) {
  return XXH3_64bits_withSeed(data.data(), data.size(), seed);
}

Hash128Value Hash128(std::string_view data, uint64_t seed) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(data.data(), data.size(), seed);
  return {hash.low64, hash.high64};
}

}  // namespace vedette::base
