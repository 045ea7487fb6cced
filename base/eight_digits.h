#ifndef VEDETTE_BASE_EIGHT_DIGITS_H_
#define VEDETTE_BASE_EIGHT_DIGITS_H_

#include <cstdint>

namespace vedette::base {

// The eight decimal digits of n < 10^8 as characters, the first in the lowest byte. Halves, then
// pairs, then digits are parted side by side: products with rounded up reciprocals are exact for
// numbers so small.
inline uint64_t EightDigits(uint32_t n) {
  const uint64_t fours = n / 10'000 | uint64_t{n % 10'000} << 32;
  const uint64_t hundreds = (fours * 5243 >> 19) & 0x0000007f'0000007f;
  const uint64_t pairs = hundreds | (fours - 100 * hundreds) << 16;
  const uint64_t tens = (pairs * 103 >> 10) & 0x000f000f'000f000f;
  const uint64_t digits = tens | (pairs - 10 * tens) << 8;
  return digits | 0x30303030'30303030;
}

}  // namespace vedette::base

#endif  // VEDETTE_BASE_EIGHT_DIGITS_H_
