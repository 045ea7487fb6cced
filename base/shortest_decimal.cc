#include "base/shortest_decimal.h"

#include <array>
#include <bit>
#include <cstddef>

// The algorithm is Schubfach (R. Giulietti, "The Schubfach way to render doubles", 2020), the names
// are those of the paper: the interval of the reals that round to the value is scaled by a power of
// ten so that it is between one and ten integers wide, which takes three multiplications of 64 by
// 128 bits; the integers next to the value then are the candidates.

namespace vedette::base {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr int kMinPower = -292;
constexpr int kMaxPower = 324;

// An integer of a fixed number of bits, for making the table below.
class BigInteger {
 public:
  constexpr explicit BigInteger(uint32_t lowest) { limbs_[0] = lowest; }
  constexpr void ShiftToTop() {
    limbs_[kLimbs - 1] = limbs_[0];
    limbs_[0] = 0;
  }
  constexpr void Multiply(uint32_t by) {
    uint64_t carry = 0;
    for (uint32_t& limb : limbs_) {
      carry += uint64_t{limb} * by;
      limb = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
  }
  constexpr void Divide(uint32_t by) {
    uint64_t rest = 0;
    for (size_t i = kLimbs; i-- > 0;) {
      rest = rest << 32 | limbs_[i];
      limbs_[i] = static_cast<uint32_t>(rest / by);
      rest %= by;
    }
  }
  // The highest 128 bits, from the highest one that is set on, and whether any below them is set.
  constexpr Wide Leading(bool* more) const {
    size_t top = kLimbs - 1;
    while (limbs_[top] == 0) --top;
    const int shift = std::countl_zero(limbs_[top]);
    const auto limb = [&](size_t back) { return back > top ? 0u : limbs_[top - back]; };
    Wide leading = 0;
    for (size_t back = 0; back < 4; ++back) leading = leading << 32 | limb(back);
    const uint32_t next = limb(4);
    *more = shift == 0 ? next != 0 : next << shift != 0;
    for (size_t back = 5; back <= top; ++back) *more = *more || limb(back) != 0;
    return shift == 0 ? leading : leading << shift | next >> (32 - shift);
  }

 private:
  // 5^324 has 753 bits; 5^-292 of 128 bits begins 679 bits below one.
  static constexpr size_t kLimbs = 27;
  std::array<uint32_t, kLimbs> limbs_{};
};

struct Power {
  uint64_t high = 0;
  uint64_t low = 0;
};
using Powers = std::array<Power, kMaxPower - kMinPower + 1>;

constexpr Power RoundedUp(const BigInteger& power, bool exact) {
  bool more = false;
  const Wide leading = power.Leading(&more);
  const Wide up = more || !exact ? leading + 1 : leading;
  return {static_cast<uint64_t>(up >> 64), static_cast<uint64_t>(up)};
}

// The mantissas of the powers of ten, which are those of the powers of five, rounded up.
constexpr Powers MakePowers() {
  Powers powers;
  BigInteger power(1);
  for (int k = 0; k <= kMaxPower; ++k) {
    powers[static_cast<size_t>(k - kMinPower)] = RoundedUp(power, true);
    power.Multiply(5);
  }
  power = BigInteger(uint32_t{1} << 31);
  power.ShiftToTop();
  for (int k = -1; k >= kMinPower; --k) {
    power.Divide(5);
    powers[static_cast<size_t>(k - kMinPower)] = RoundedUp(power, false);
  }
  return powers;
}

constexpr Powers kPowers = MakePowers();

// Of the logarithms of 2^e, of three quarters of it, and of 10^e; good for all exponents of
// doubles.
constexpr int FloorLog10OfPow2(int e) { return (e * 1262611) >> 22; }
constexpr int FloorLog10OfThreeQuartersPow2(int e) { return (e * 1262611 - 524031) >> 22; }
constexpr int FloorLog2OfPow10(int e) { return (e * 1741647) >> 19; }

// The upper 64 bits of the 192-bit product, the lowest of them set where what is below is not zero.
uint64_t RoundToOdd(const Power& g, uint64_t cp) {
  const Wide low = Wide{g.low} * cp;
  const Wide high = Wide{g.high} * cp + static_cast<uint64_t>(low >> 64);
  return static_cast<uint64_t>(high >> 64) | (static_cast<uint64_t>(high) > 1 ? 1u : 0u);
}

// The decimal closest to c * 2^q in the interval around it. `closer`: the neighbour below is half
// as far as the one above.
ShortDecimal Search(uint64_t c, int q, bool closer) {
  const uint64_t out = c & 1;  // 1: the ends of the interval round to the neighbours
  const int k = closer ? FloorLog10OfThreeQuartersPow2(q) : FloorLog10OfPow2(q);
  const int h = q + FloorLog2OfPow10(-k) + 1;
  const Power& g = kPowers[static_cast<size_t>(-k - kMinPower)];
  const uint64_t lower = RoundToOdd(g, (4 * c - (closer ? 1 : 2)) << h) + out;
  const uint64_t vb = RoundToOdd(g, 4 * c << h);
  const uint64_t upper = RoundToOdd(g, (4 * c + 2) << h) - out;
  const uint64_t s = vb / 4;
  if (s >= 10) {
    const uint64_t tens = s / 10;
    const bool below = lower <= 40 * tens;
    const bool above = 40 * tens + 40 <= upper;
    if (below != above) return {tens + (above ? 1 : 0), k + 1};
  }
  const bool below = lower <= 4 * s;
  const bool above = 4 * s + 4 <= upper;
  if (below != above) return {s + (above ? 1 : 0), k};
  const uint64_t middle = 4 * s + 2;
  const bool up = vb > middle || (vb == middle && (s & 1) != 0);
  return {s + (up ? 1 : 0), k};
}

}  // namespace

ShortDecimal ShortestDecimal(double v) {
  constexpr int kMantissaBits = 52;
  constexpr int kBias = 1023 + kMantissaBits;
  const auto bits = std::bit_cast<uint64_t>(v);
  const uint64_t mantissa = bits & ((uint64_t{1} << kMantissaBits) - 1);
  const auto exponent = static_cast<int>(bits >> kMantissaBits);
  if (exponent == 0) return mantissa == 0 ? ShortDecimal() : Search(mantissa, 1 - kBias, false);
  const uint64_t c = mantissa | uint64_t{1} << kMantissaBits;
  const int q = exponent - kBias;
  const bool whole = q <= 0 && -q <= kMantissaBits && std::countr_zero(c) >= -q;
  if (whole) return {c >> -q, 0};
  return Search(c, q, mantissa == 0 && exponent > 1);
}

}  // namespace vedette::base
