#ifndef VEDETTE_COLLECTOR_PROMQL_SERIES_DESCRIPTION_H_
#define VEDETTE_COLLECTOR_PROMQL_SERIES_DESCRIPTION_H_

#include <memory>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/histogram.h"
#include "model/labels.h"

// The language in which tests of rules write series: `metric{a="b"} 1 2+3x4 _x2 stale {{sum:1}}`.

namespace vedette::promql {

// Labels, and one item a step of time.
struct SeriesDescription {
  struct Item {
    bool present = false;
    double value = 0;
    std::shared_ptr<const model::Histogram> histogram = nullptr;  // of floats; stands for `value`
  };
  // More would fill the memory: a repetition is a few bytes of text.
  static constexpr size_t kMaxItems = 1'000'000;

  model::Labels labels;
  std::vector<Item> items;
};

// Errors are InvalidArgument "LINE:COLUMN: parse error: WHAT", as Prometheus words them.
base::StatusOr<SeriesDescription> ParseSeriesDescription(std::string_view text);

// `metric{a="b"}`: labels, and nothing else.
base::StatusOr<model::Labels> ParseMetric(std::string_view text);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_SERIES_DESCRIPTION_H_
