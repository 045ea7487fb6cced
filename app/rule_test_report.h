#ifndef VEDETTE_APP_RULE_TEST_REPORT_H_
#define VEDETTE_APP_RULE_TEST_REPORT_H_

#include <memory>
#include <string>
#include <vector>

#include "app/rule_test_run.h"
#include "base/clock.h"
#include "base/fs.h"
#include "re2/re2.h"

// What came of files of unit tests, for people, programs and build servers.

namespace vedette::app {

struct RuleTestReport {
  std::string file;
  std::string error;  // why no test could be run
  std::vector<std::string> warnings;
  std::vector<RuleTestOutcome> tests;

  bool failed() const;
};

// What one file is run with.
struct RuleTestOptions {
  std::vector<std::shared_ptr<const re2::RE2>> names;  // only tests that one matches; empty: all
  bool ignore_unknown_keys = false;
  bool debug = false;
  bool diff = false;
  bool color = false;
  promql::Engine::Options engine;
};

// Reads the file and the rule files that it names, relative to itself, and runs its tests.
RuleTestReport RunRuleTestFile(base::FileSystem* fs, const base::Clock* clock,
                               const std::string& file, const RuleTestOptions& options);

// SUCCESS to standard output, FAILED and why to standard error, as promtool.
void PrintReport(const RuleTestReport& report);
std::string ReportsAsJson(const std::vector<RuleTestReport>& reports);
// One suite a file, one case a test.
std::string ReportsAsJunit(const std::vector<RuleTestReport>& reports);

}  // namespace vedette::app

#endif  // VEDETTE_APP_RULE_TEST_REPORT_H_
