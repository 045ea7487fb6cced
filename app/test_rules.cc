#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "app/feature_flags.h"
#include "app/rule_test_report.h"
#include "app/rule_verbs.h"
#include "app/verbs.h"
#include "base/regex.h"

// `vedette test rules`: unit tests of rules in promtool's form.

namespace vedette::app {
namespace {

struct TestRulesFlags {
  std::vector<std::string> files;
  std::vector<std::string> run;  // regular expressions of test names
  bool debug = false;
  bool diff = false;
  bool ignore_unknown = false;
  std::string junit;
  std::string output = "text";
  FeatureFlag features;
};

// Says which pattern is none.
bool CompileNames(const std::vector<std::string>& patterns, RuleTestOptions* options) {
  for (const std::string& pattern : patterns) {
    auto regex = base::CompileRegex(pattern);
    if (!regex.ok()) {
      std::fprintf(stderr, "vedette test: --run: %s\n",
                   std::string(base::Message(regex.status())).c_str());
      return false;
    }
    options->names.push_back(*std::move(regex));
  }
  return true;
}

bool WriteJunit(const std::string& path, const std::vector<RuleTestReport>& reports) {
  std::FILE* out = std::fopen(path.c_str(), "w");
  const std::string xml = ReportsAsJunit(reports);
  bool good = out != nullptr && std::fwrite(xml.data(), 1, xml.size(), out) == xml.size();
  if (out != nullptr) good = std::fclose(out) == 0 && good;
  if (!good) std::fprintf(stderr, "vedette test: cannot write %s\n", path.c_str());
  return good;
}

int Run(const TestRulesFlags& flags) {
  flags.features.WarnOfUnknown();
  RuleTestOptions options;
  if (!CompileNames(flags.run, &options)) return kExitUsage;
  options.ignore_unknown_keys = flags.ignore_unknown;
  options.debug = flags.debug;
  options.diff = flags.diff;
  options.color = std::getenv("NO_COLOR") == nullptr && isatty(STDERR_FILENO) == 1;
  flags.features.ApplyTo(&options.engine);
  const auto fs = base::NewPosixFileSystem();
  const base::SystemClock clock;
  std::vector<RuleTestReport> reports;
  bool failed = false;
  for (const std::string& file : flags.files) {
    reports.push_back(RunRuleTestFile(fs.get(), &clock, file, options));
    failed = failed || reports.back().failed();
    if (flags.output != "json") PrintReport(reports.back());
  }
  if (flags.output == "json") std::printf("%s\n", ReportsAsJson(reports).c_str());
  if (!flags.junit.empty() && !WriteJunit(flags.junit, reports)) failed = true;
  return failed ? kExitProblem : kExitOk;
}

}  // namespace

void AddTestRules(CLI::App* test, int* exit_code) {
  CLI::App* verb = test->add_subcommand("rules", "Unit tests of rules, in promtool's form");
  const auto flags = std::make_shared<TestRulesFlags>();
  verb->add_option("FILE", flags->files, "Files of tests")->required();
  verb->add_option("--run", flags->run,
                   "Only tests whose name matches this regular expression; repeatable");
  verb->add_flag("--debug", flags->debug, "Show all samples at the end of each test");
  verb->add_flag("--diff", flags->diff, "Show failures as a difference");
  verb->add_flag("--ignore-unknown-fields", flags->ignore_unknown,
                 "Pass over keys that these files do not have");
  verb->add_option("--junit", flags->junit, "Write the results to this file as JUnit XML too");
  verb->add_option("-o,--output", flags->output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  flags->features.AddTo(verb);
  verb->callback([flags, exit_code] { *exit_code = Run(*flags); });
}

void AddTest(CLI::App* root, int* exit_code) {
  CLI::App* verb = root->add_subcommand("test", "Run tests that files describe");
  verb->require_subcommand(1);
  AddTestRules(verb, exit_code);
}

}  // namespace vedette::app
