#ifndef VEDETTE_COLLECTOR_TSDB_DECIMALS_H_
#define VEDETTE_COLLECTOR_TSDB_DECIMALS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// Doubles that stand for decimal fractions, as the integers they were made of.

namespace vedette::tsdb {

inline constexpr unsigned kMaxExponent = 18;
// 10^e, and 10^-e as a program's source text has it: which of the two made a value decides its last
// bit.
inline constexpr std::array<double, kMaxExponent + 1> kPowers = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
inline constexpr std::array<double, kMaxExponent + 1> kInversePowers = {
    1e0,   1e-1,  1e-2,  1e-3,  1e-4,  1e-5,  1e-6,  1e-7,  1e-8, 1e-9,
    1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15, 1e-16, 1e-17, 1e-18};

struct Decimals {
  unsigned exponent = 0;
  bool multiplied = false;        // value = integer * 10^-exponent, else integer / 10^exponent
  std::vector<int64_t> integers;  // an exception's repeats the one before
  std::vector<uint32_t>
      exceptions;  // indexes of values that do not come back to the bit, ascending
};

// Nothing when more than one value in eight would be an exception.
std::optional<Decimals> FindDecimals(std::span<const double> values);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_DECIMALS_H_
