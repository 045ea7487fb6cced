#ifndef VEDETTE_MODEL_WIRE_READER_H_
#define VEDETTE_MODEL_WIRE_READER_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

// Reads protobuf where every nanosecond counts. Internal to model: cold messages use protozero.

namespace vedette::model::wire {

// Walks the bytes of one message. Every Read returns false at the end of the bytes or on what is
// no protobuf; the reader is then of no further use.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  bool done() const { return at_ == end_; }
  const char* at() const { return at_; }

  // The next byte if it is this one: a tag of one byte.
  bool Take(uint8_t tag) {
    if (at_ == end_ || static_cast<uint8_t>(*at_) != tag) return false;
    ++at_;
    return true;
  }

  bool ReadVarint(uint64_t* value) {
    if (at_ != end_ && static_cast<uint8_t>(*at_) < 0x80) {
      *value = static_cast<uint8_t>(*at_++);
      return true;
    }
    return ReadLongVarint(value);
  }

  bool ReadBytes(std::string_view* bytes) {
    uint64_t size = 0;
    if (!ReadVarint(&size) || size > static_cast<uint64_t>(end_ - at_)) return false;
    *bytes = {at_, static_cast<size_t>(size)};
    at_ += size;
    return true;
  }

  bool ReadDouble(double* value) {
    if (end_ - at_ < 8) return false;
    uint64_t bits = 0;
    for (int i = 7; i >= 0; --i) bits = bits << 8 | static_cast<uint8_t>(at_[i]);
    *value = std::bit_cast<double>(bits);
    at_ += 8;
    return true;
  }

  // What follows a tag whose field is not wanted. No field has the number 0, none a tag of more
  // than 32 bits.
  bool Skip(uint64_t tag) {
    if (tag < 8 || tag > UINT32_MAX) return false;
    uint64_t varint = 0;
    std::string_view bytes;
    switch (tag & 7) {
      case 0:
        return ReadVarint(&varint);
      case 1:
        return Advance(8);
      case 2:
        return ReadBytes(&bytes);
      case 5:
        return Advance(4);
      default:  // groups have left the format, the rest never was
        return false;
    }
  }

 private:
  bool Advance(ptrdiff_t n) {
    if (end_ - at_ < n) return false;
    at_ += n;
    return true;
  }

  bool ReadLongVarint(uint64_t* value) {
    uint64_t out = 0;
    for (unsigned shift = 0; shift < 70 && at_ != end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      if (shift < 64) out |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      *value = out;
      return true;
    }
    return false;
  }

  const char* at_;
  const char* end_;
};

// memcmp() == 0 for short texts, inlined: most names and values have fewer than 32 bytes.
inline bool SameBytes(const char* a, const char* b, size_t n) {
  const auto load64 = [](const char* p) {
    uint64_t v;
    std::memcpy(&v, p, 8);
    return v;
  };
  const auto load32 = [](const char* p) {
    uint32_t v;
    std::memcpy(&v, p, 4);
    return v;
  };
  if (n >= 8) {
    for (size_t i = 0; i + 8 < n; i += 8) {
      if (load64(a + i) != load64(b + i)) return false;
    }
    return load64(a + n - 8) == load64(b + n - 8);
  }
  if (n >= 4) return load32(a) == load32(b) && load32(a + n - 4) == load32(b + n - 4);
  for (size_t i = 0; i < n; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace vedette::model::wire

#endif  // VEDETTE_MODEL_WIRE_READER_H_
