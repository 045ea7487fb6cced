#ifndef VEDETTE_BASE_CODEC_CRC32C_H_
#define VEDETTE_BASE_CODEC_CRC32C_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// CRC-32 with Castagnoli's polynomial (RFC 3720, B.4): what Prometheus' formats carry.

namespace vedette::base {

namespace internal {

using Crc32cTables = std::array<std::array<uint32_t, 256>, 8>;

// Table k advances a byte by k more bytes: eight bytes are taken at once.
constexpr Crc32cTables MakeCrc32cTables() {
  constexpr uint32_t kReflected = 0x82f63b78;
  Crc32cTables tables{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? kReflected : 0);
    tables[0][i] = crc;
  }
  for (size_t k = 1; k < tables.size(); ++k) {
    for (size_t i = 0; i < 256; ++i) {
      const uint32_t before = tables[k - 1][i];
      tables[k][i] = before >> 8 ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

inline constexpr Crc32cTables kCrc32cTables = MakeCrc32cTables();

}  // namespace internal

// `crc` is that of the bytes before, to go on with.
constexpr uint32_t Crc32c(std::string_view data, uint32_t crc = 0) {
  const internal::Crc32cTables& tables = internal::kCrc32cTables;
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(data[i])); };
  crc = ~crc;
  size_t at = 0;
  for (; at + 8 <= data.size(); at += 8) {
    crc ^= byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
    crc = tables[7][crc & 0xff] ^ tables[6][crc >> 8 & 0xff] ^ tables[5][crc >> 16 & 0xff] ^
          tables[4][crc >> 24] ^ tables[3][byte(at + 4)] ^ tables[2][byte(at + 5)] ^
          tables[1][byte(at + 6)] ^ tables[0][byte(at + 7)];
  }
  for (; at < data.size(); ++at) crc = crc >> 8 ^ tables[0][(crc ^ byte(at)) & 0xff];
  return ~crc;
}

}  // namespace vedette::base

#endif  // VEDETTE_BASE_CODEC_CRC32C_H_
