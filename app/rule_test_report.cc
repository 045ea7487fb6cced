#include "app/rule_test_report.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "app/rule_loading.h"
#include "app/rule_test_file.h"
#include "base/escape.h"
#include "base/json_writer.h"
#include "base/strings.h"

namespace vedette::app {
namespace {

size_t CountFailures(const RuleTestReport& report) {
  size_t count = 0;
  for (const RuleTestOutcome& test : report.tests) count += test.failures.size();
  return count;
}

std::string Attribute(std::string_view name, std::string_view value) {
  return base::Concat({" ", name, "=\"", base::EscapeHtml(value), "\""});
}

void AppendSuite(const RuleTestReport& report, std::string* out) {
  const bool broken = !report.error.empty();
  *out += "<testsuite" + Attribute("name", report.file);
  *out += Attribute("tests", std::to_string(broken ? 1 : report.tests.size()));
  *out += Attribute("failures", std::to_string(CountFailures(report)));
  *out += Attribute("errors", broken ? "1" : "0") + ">";
  if (broken) {
    *out += "<testcase name=\"unknown\"><error>" + base::EscapeHtml(report.error) +
            "</error></testcase>";
  }
  for (const RuleTestOutcome& test : report.tests) {
    *out += "<testcase" + Attribute("name", test.name) + ">";
    for (const std::string& failure : test.failures) {
      *out += "<failure>" + base::EscapeHtml(failure) + "</failure>";
    }
    *out += "</testcase>";
  }
  *out += "</testsuite>\n";
}

bool IsChosen(const RuleTestOptions& options, const std::string& name) {
  const auto matches = [&](const auto& regex) { return re2::RE2::PartialMatch(name, *regex); };
  return options.names.empty() || std::any_of(options.names.begin(), options.names.end(), matches);
}

// False when a rule file cannot be used; the report says why.
bool LoadGroups(base::FileSystem* fs, const RuleTestFile& tests, const RuleTestOptions& options,
                std::vector<rules::GroupSpec>* groups, RuleTestReport* report) {
  const size_t slash = report->file.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : report->file.substr(0, slash + 1);
  std::string problems;
  for (const std::string& pattern : tests.rule_files) {
    const std::string path = base::StartsWith(pattern, "/") ? pattern : folder + pattern;
    const std::vector<std::string> found = MatchFiles(fs, path);
    if (found.empty()) report->warnings.push_back("no file match pattern " + path);
    for (const std::string& file : found) {
      auto read = ReadRuleFile(fs, file, options.engine.parser, options.ignore_unknown_keys);
      if (!read.ok()) {
        problems += base::Concat({base::Message(read.status()), "\n"});
        continue;
      }
      for (rules::GroupSpec& group : *read) groups->push_back(std::move(group));
    }
  }
  OrderGroups(tests.group_eval_order, groups);
  report->error = std::string(base::Trim(problems));
  return problems.empty();
}

}  // namespace

RuleTestReport RunRuleTestFile(base::FileSystem* fs, const base::Clock* clock,
                               const std::string& file, const RuleTestOptions& options) {
  RuleTestReport report;
  report.file = file;
  const auto text = fs->ReadFile(file);
  if (!text.ok()) {
    report.error = std::string(base::Message(text.status()));
    return report;
  }
  const auto tests = ParseRuleTestFile(*text, file, options.ignore_unknown_keys);
  if (!tests.ok()) {
    report.error = std::string(base::Message(tests.status()));
    return report;
  }
  RuleTestSettings settings;
  settings.evaluation_interval_ms = tests->evaluation_interval_ms;
  settings.fuzzy_compare = tests->fuzzy_compare;
  settings.diff = options.diff;
  settings.color = options.color;
  settings.debug = options.debug;
  settings.engine = options.engine;
  settings.clock = clock;
  if (!LoadGroups(fs, *tests, options, &settings.groups, &report)) return report;
  for (const RuleTestGroup& test : tests->tests) {
    if (IsChosen(options, test.name)) report.tests.push_back(RunRuleTest(test, settings));
  }
  return report;
}

bool RuleTestReport::failed() const {
  return !error.empty() || std::any_of(tests.begin(), tests.end(), [](const RuleTestOutcome& t) {
    return !t.failures.empty();
  });
}

void PrintReport(const RuleTestReport& report) {
  std::printf("Unit Testing:  %s\n", report.file.c_str());
  for (const RuleTestOutcome& test : report.tests) {
    if (test.dump.empty()) continue;
    std::printf("DEBUG: all data of test %s (input_series and rules):\n%s", test.name.c_str(),
                test.dump.c_str());
  }
  std::fflush(stdout);
  for (const std::string& warning : report.warnings) {
    std::fprintf(stderr, "  WARNING: %s\n", warning.c_str());
  }
  if (!report.failed()) {
    std::printf("  SUCCESS\n\n");
    return;
  }
  std::fprintf(stderr, "  FAILED:\n");
  if (!report.error.empty()) std::fprintf(stderr, "%s\n", report.error.c_str());
  for (const RuleTestOutcome& test : report.tests) {
    for (const std::string& failure : test.failures) {
      std::fprintf(stderr, "%s\n\n", failure.c_str());
    }
  }
}

std::string ReportsAsJson(const std::vector<RuleTestReport>& reports) {
  std::string out;
  base::JsonWriter json(&out);
  json.BeginObject().Key("files").BeginArray();
  for (const RuleTestReport& report : reports) {
    json.BeginObject().Key("file").String(report.file).Key("passed").Bool(!report.failed());
    json.Key("error").String(report.error).Key("warnings").BeginArray();
    for (const std::string& warning : report.warnings) json.String(warning);
    json.EndArray().Key("tests").BeginArray();
    for (const RuleTestOutcome& test : report.tests) {
      json.BeginObject().Key("name").String(test.name).Key("failures").BeginArray();
      for (const std::string& failure : test.failures) json.String(failure);
      json.EndArray().EndObject();
    }
    json.EndArray().EndObject();
  }
  json.EndArray().EndObject();
  return out;
}

std::string ReportsAsJunit(const std::vector<RuleTestReport>& reports) {
  std::string out = "<testsuites>\n";
  for (const RuleTestReport& report : reports) AppendSuite(report, &out);
  return out + "</testsuites>\n";
}

}  // namespace vedette::app
