#ifndef VEDETTE_APP_RULE_TEST_FILE_H_
#define VEDETTE_APP_RULE_TEST_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/labels.h"

namespace vedette::app {

// A file of unit tests of rules, in promtool's form. Durations and times in milliseconds.

struct TestSeries {
  std::string series;  // as written: `up{job="a"}`
  std::string values;  // "1 2+3x4"
  std::string place;   // "FILE:LINE:COL: FIELD"
};

struct TestAlert {
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<std::pair<std::string, std::string>> annotations;
};

struct AlertTest {
  int64_t eval_time_ms = 0;
  std::string alert;
  std::vector<TestAlert> expected;
};

struct TestSample {
  std::string labels;  // as written
  double value = 0;
  std::string histogram;  // as written; not empty: stands for the value
};

struct ExprTest {
  std::string expr;
  int64_t eval_time_ms = 0;
  std::vector<TestSample> expected;
};

struct RuleTestGroup {
  std::string name;
  int64_t interval_ms = 0;
  int64_t start_ms = 0;  // when time 0 of the test is
  std::vector<TestSeries> series;
  std::vector<AlertTest> alerts;
  std::vector<ExprTest> exprs;
  model::Labels external_labels;
  std::string external_url;
};

struct RuleTestFile {
  std::vector<std::string> rule_files;  // patterns, as written
  int64_t evaluation_interval_ms = 60'000;
  std::vector<std::string> group_eval_order;
  bool fuzzy_compare = false;  // floats may differ in their last bit
  std::vector<RuleTestGroup> tests;
};

// All that is wrong with it is listed at once, each with FILE:LINE:COL. With `ignore_unknown_keys`,
// those are passed over.
base::StatusOr<RuleTestFile> ParseRuleTestFile(std::string_view text, const std::string& file,
                                               bool ignore_unknown_keys);

}  // namespace vedette::app

#endif  // VEDETTE_APP_RULE_TEST_FILE_H_
