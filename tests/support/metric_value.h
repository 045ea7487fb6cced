#ifndef VEDETTE_TESTS_SUPPORT_METRIC_VALUE_H_
#define VEDETTE_TESTS_SUPPORT_METRIC_VALUE_H_

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "base/telemetry.h"

namespace vedette::test {

// The sum of a metric's points that have all of `labels`; nothing where there is none.
inline std::optional<double> MetricValue(const base::Telemetry& telemetry, std::string_view name,
                                         const base::Telemetry::LabelPairs& labels = {}) {
  std::optional<double> sum;
  for (const base::Telemetry::Family& family : telemetry.Collect()) {
    if (family.name != name) continue;
    for (const base::Telemetry::Point& point : family.points) {
      const bool wanted = std::all_of(labels.begin(), labels.end(), [&point](const auto& label) {
        return std::find(point.labels.begin(), point.labels.end(), label) != point.labels.end();
      });
      if (wanted) sum = sum.value_or(0) + point.value;
    }
  }
  return sum;
}

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_METRIC_VALUE_H_
