#ifndef VEDETTE_MODEL_BIT_WRITER_H_
#define VEDETTE_MODEL_BIT_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace vedette::model {

// Writes bits from the highest of each byte down: the alphabet of Prometheus' chunks.
class BitWriter {
 public:
  // The first bytes, whole.
  explicit BitWriter(size_t header_bytes) : bytes_(header_bytes, '\0') {}

  void Write(uint64_t value, unsigned bits);
  void WriteVarint(uint64_t value);  // as Go's encoding/binary
  // Prefix code and as many bits as it says: 3, 6, 9, 12, 18, 25, 56 or 64, none for 0.
  void WriteVarbit(int64_t value);
  void WriteUnsignedVarbit(uint64_t value);

  char& header(size_t i) { return bytes_[i]; }
  size_t size() const { return bytes_.size(); }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  unsigned free_bits_ = 0;  // of the last byte
};

// Writes doubles by their difference (XOR) to the one before.
class XorWriter {
 public:
  void First(double value, BitWriter* out);
  void Next(double value, BitWriter* out);

 private:
  uint64_t bits_ = 0;
  // Of the window that the last XOR was written in; leading 255: none yet.
  unsigned leading_ = 255;
  unsigned trailing_ = 0;
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_BIT_WRITER_H_
