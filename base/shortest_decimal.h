#ifndef VEDETTE_BASE_SHORTEST_DECIMAL_H_
#define VEDETTE_BASE_SHORTEST_DECIMAL_H_

#include <cstdint>

namespace vedette::base {

// A finite magnitude as decimal: digits * 10^exponent.
struct ShortDecimal {
  uint64_t digits = 0;  // at most 17 of them; may end in zeros
  int exponent = 0;
};

// Of the decimals that read back to the same bits one with the fewest digits, and of those the one
// closest to the value: what std::to_chars and Go's strconv find too, in less time. `v` is finite
// and not negative.
ShortDecimal ShortestDecimal(double v);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_SHORTEST_DECIMAL_H_
