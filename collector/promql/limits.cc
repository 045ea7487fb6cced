#include "collector/promql/limits.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "base/number_text.h"
#include "collector/promql/math.h"
#include "collector/promql/query_run.h"

namespace vedette::promql {

base::StatusOr<size_t> CountOf(double param, size_t most) {
  if (!FitsInt64(param)) {
    std::string shown;
    base::AppendFloatG(param, &shown);
    return ExecutionError("Scalar value " + shown + " overflows int64");
  }
  if (param < 1) return size_t{0};
  return static_cast<size_t>(std::min(static_cast<int64_t>(param), static_cast<int64_t>(most)));
}

Extremes ExtremesOf(const std::vector<double>& params) {
  if (std::any_of(params.begin(), params.end(), [](double v) { return std::isnan(v); })) {
    return {NormalNan(), NormalNan()};
  }
  const auto [least, most] = std::minmax_element(params.begin(), params.end());
  return {*least, *most};
}

base::Status CheckNoNan(AggregateOp op, const std::vector<double>& params) {
  const bool any =
      std::any_of(params.begin(), params.end(), [](double v) { return std::isnan(v); });
  if (!any) return base::Status();
  return ExecutionError(op == AggregateOp::kLimitRatio ? "Ratio value is NaN"
                                                       : "Parameter value is NaN");
}

}  // namespace vedette::promql
