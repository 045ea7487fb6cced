#ifndef VEDETTE_COLLECTOR_LOGQL_SATURATING_ADD_H_
#define VEDETTE_COLLECTOR_LOGQL_SATURATING_ADD_H_

#include <cstdint>
#include <limits>

namespace vedette::logql {

// Times beyond the ends of what can be told stand at the ends.
inline int64_t SaturatingAdd(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_SATURATING_ADD_H_
