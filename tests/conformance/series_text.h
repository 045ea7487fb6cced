#ifndef VEDETTE_TESTS_CONFORMANCE_SERIES_TEXT_H_
#define VEDETTE_TESTS_CONFORMANCE_SERIES_TEXT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/histogram.h"
#include "model/labels.h"

namespace vedette::test {

// A line `metric{a="b"} 1 2+3x4 _ stale {{count:1}}`: labels and one entry a step.
struct SeriesText {
  struct Item {
    bool present = false;
    double value = 0;
    // Of floats; stands for `value` where it is set.
    std::shared_ptr<const model::Histogram> histogram = nullptr;
    bool names_hint = false;  // says what is known of resets, which then counts in comparisons
  };
  model::Labels labels;
  std::vector<Item> items;
  // When the counters of the items began, milliseconds before or behind their own times; empty, or
  // one an item, absent where that is not known.
  std::vector<std::optional<int64_t>> starts = {};
};

base::StatusOr<SeriesText> ParseSeriesText(std::string_view line);

// A line `metric{a="b"}@st _ -1m 0sx3`: labels and one start a step.
bool IsStartsText(std::string_view line);
base::StatusOr<SeriesText> ParseStartsText(std::string_view line);

// A number or duration (as seconds) that is the whole text.
std::optional<double> ParseScalarText(std::string_view text);

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_CONFORMANCE_SERIES_TEXT_H_
