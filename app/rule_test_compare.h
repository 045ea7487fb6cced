#ifndef VEDETTE_APP_RULE_TEST_COMPARE_H_
#define VEDETTE_APP_RULE_TEST_COMPARE_H_

#include <string>
#include <vector>

#include "app/rule_test_file.h"
#include "base/status.h"
#include "collector/promql/engine.h"
#include "model/labels.h"

// What a unit test of rules expects beside what came.

namespace vedette::app {

struct AlertText {
  model::Labels labels;
  model::Labels annotations;
  friend auto operator<=>(const AlertText&, const AlertText&) = default;
};

// How a failure is told: both sides in full, or what only one of them has.
struct CompareStyle {
  bool diff = false;
  bool color = false;
};

// Empty when they are the same, in any order; else "exp:..., got:...", indented.
std::string CompareAlerts(std::vector<AlertText> expected, std::vector<AlertText> got,
                          const CompareStyle& style);

// One element of a vector as the tests compare it.
struct SampleText {
  model::Labels labels;
  double value = 0;
  std::string histogram;  // not empty: stands for the value
  std::string ToString() const;
};

// Errors name the labels or the histogram that cannot be read.
base::StatusOr<std::vector<SampleText>> ExpectedSamples(const std::vector<TestSample>& samples);
// Error: the value is neither a vector nor a scalar.
base::StatusOr<std::vector<SampleText>> GotSamples(const promql::Value& value);

// As CompareAlerts. NaN equals NaN; with `fuzzy` floats next to each other are equal.
std::string CompareSamples(std::vector<SampleText> expected, std::vector<SampleText> got,
                           bool fuzzy, const CompareStyle& style);

}  // namespace vedette::app

#endif  // VEDETTE_APP_RULE_TEST_COMPARE_H_
