#ifndef VEDETTE_BASE_CODEC_BYTES_H_
#define VEDETTE_BASE_CODEC_BYTES_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

// Little-endian integers, LEB128 varints and length-prefixed strings: the alphabet of every format
// of ours.

namespace vedette::base {

static_assert(std::endian::native == std::endian::little, "formats are little-endian");

void PutVarint(uint64_t v, std::string* out);
inline uint64_t ZigZag(int64_t v) {
  return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63);
}
inline int64_t UnZigZag(uint64_t v) {
  return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
}
inline void PutSignedVarint(int64_t v, std::string* out) { PutVarint(ZigZag(v), out); }

template <typename T>
void PutFixed(T v, std::string* out) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &v, sizeof(T));
  out->append(bytes, sizeof(T));
}
void PutString(std::string_view s, std::string* out);  // varint length, bytes

// Reads what the Put functions wrote. After the first read past the end or bad varint, ok() is
// false and every read gives zero or empty; check once at the end. Borrows `data`.
class ByteReader {
 public:
  explicit ByteReader(std::string_view data) : data_(data) {}

  uint64_t Varint();
  int64_t SignedVarint() { return UnZigZag(Varint()); }
  template <typename T>
  T Fixed() {
    T v{};
    const std::string_view raw = Bytes(sizeof(T));
    if (raw.size() == sizeof(T)) std::memcpy(&v, raw.data(), sizeof(T));
    return v;
  }
  std::string_view String();
  std::string_view Bytes(uint64_t n);
  bool ok() const { return ok_; }
  bool empty() const { return data_.empty(); }
  size_t remaining() const { return data_.size(); }

 private:
  std::string_view data_;
  bool ok_ = true;
};

// XXH3 of the bytes.
uint64_t Hash64(std::string_view data, uint64_t seed = 0);
struct Hash128Value {
  uint64_t low = 0;
  uint64_t high = 0;
  friend auto operator<=>(const Hash128Value&, const Hash128Value&) = default;
};
Hash128Value Hash128(std::string_view data, uint64_t seed = 0);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_CODEC_BYTES_H_
