#ifndef VEDETTE_APP_RULE_TEST_RUN_H_
#define VEDETTE_APP_RULE_TEST_RUN_H_

#include <string>
#include <vector>

#include "alerting/rules/rule_file.h"
#include "app/rule_test_file.h"
#include "base/clock.h"
#include "collector/promql/engine.h"

namespace vedette::app {

// What the tests of one file have in common.
struct RuleTestSettings {
  std::vector<rules::GroupSpec> groups;  // in the order of their evaluation
  int64_t evaluation_interval_ms = 60'000;
  bool fuzzy_compare = false;
  bool diff = false;   // failures as a difference instead of what was expected and what came
  bool color = false;  // of differences
  bool debug = false;
  promql::Engine::Options engine;
  const base::Clock* clock = nullptr;
};

struct RuleTestOutcome {
  std::string name;
  std::vector<std::string> failures;  // each of several lines, as promtool words them
  std::string dump;                   // with `debug`: all samples at the end
};

// Plays one test: samples and rules up to the last time that it asks about, then its questions.
RuleTestOutcome RunRuleTest(const RuleTestGroup& test, const RuleTestSettings& settings);

// The groups in the order that the file asks for; those it does not name go with the first.
void OrderGroups(const std::vector<std::string>& order, std::vector<rules::GroupSpec>* groups);

}  // namespace vedette::app

#endif  // VEDETTE_APP_RULE_TEST_RUN_H_
