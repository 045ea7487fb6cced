#ifndef VEDETTE_TESTS_CONFORMANCE_SERIES_TEXT_H_
#define VEDETTE_TESTS_CONFORMANCE_SERIES_TEXT_H_

#include <optional>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"

namespace vedette::test {

// A line `metric{a="b"} 1 2+3x4 _ stale`: labels and one entry a step.
struct SeriesText {
  struct Item {
    bool present = false;
    bool native = false;  // a native histogram, whose content is not read
    double value = 0;
  };
  model::Labels labels;
  std::vector<Item> items;

  bool HasNative() const;
};

base::StatusOr<SeriesText> ParseSeriesText(std::string_view line);

// A number or duration (as seconds) that is the whole text.
std::optional<double> ParseScalarText(std::string_view text);

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_CONFORMANCE_SERIES_TEXT_H_
