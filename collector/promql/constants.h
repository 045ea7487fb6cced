#ifndef VEDETTE_COLLECTOR_PROMQL_CONSTANTS_H_
#define VEDETTE_COLLECTOR_PROMQL_CONSTANTS_H_

#include <limits>
#include <numbers>

namespace vedette::promql {

inline constexpr double kInf = std::numeric_limits<double>::infinity();
// That of C, whose bits are not those of Prometheus' normal NaN (math.h).
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kPi = std::numbers::pi;

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_CONSTANTS_H_
