#ifndef VEDETTE_COLLECTOR_PROMQL_NATURAL_ORDER_H_
#define VEDETTE_COLLECTOR_PROMQL_NATURAL_ORDER_H_

#include <string_view>

namespace vedette::promql {

// Whether `a` comes before `b` where runs of digits count as numbers: cpu2 before cpu10. Other runs
// go by their bytes.
bool NaturallyBefore(std::string_view a, std::string_view b);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_NATURAL_ORDER_H_
