#include "model/log_level.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>

#include "tests/support/shared_dir.h"

namespace vedette::model {
namespace {

TEST(LevelOfLine, FollowsLokisVerdicts) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/logs/corpora/levels.jsonl");
  std::istringstream rows(test::ReadWholeFile(path));
  int passed = 0;
  int failed = 0;
  for (std::string row; std::getline(rows, row);) {
    const boost::json::value parsed = boost::json::parse(row);
    const std::string line(parsed.at("line").as_string());
    const std::string want(parsed.at("detected_level").as_string());
    const std::string_view level = LevelOfLine(line);
    const std::string got(level.empty() ? "unknown" : level);
    (got == want ? passed : failed) += 1;
    if (got != want && failed <= 10) ADD_FAILURE() << want << ", not " << got << ": " << line;
  }
  EXPECT_GT(passed, 2000);
  EXPECT_EQ(failed, 0);
}

TEST(LevelOfLine, FieldsBeatWordsAndWordsNeedBounds) {
  const struct {
    std::string_view line, want;
  } cases[] = {
      {R"({"level":"warn","msg":"error"})", "warn"},
      {R"({"msg":"x","log":{"level":"DEBUG"}})", "debug"},
      {R"({"a":{"b":{"level":"error"}}})", "error"},  // too deep for a field, but a word
      {"ts=1 lvl=eror level=info", "info"},
      {"level=\"warning\" msg=x", "warn"},
      {"[ERROR] it broke", "error"},
      {"no terrors here", ""},
      {"E0102 notice crit emerg", ""},
      {"", ""},
      {"{", ""},
      {R"({"level":"err)", "error"},  // cut, so no JSON, but a word
      {"fatal: not a git repository", "fatal"},
  };
  for (const auto& c : cases) EXPECT_EQ(LevelOfLine(c.line), c.want) << c.line;
}

TEST(DetectLevel, LabelsThenMetadataThenSeverityNumberThenTheLine) {
  const struct {
    Labels stream, metadata;
    std::string_view line, want;
  } cases[] = {
      {{{"level", "WRN"}}, {{"level", "error"}}, "info", "warn"},
      {{{"app", "x"}}, {{"severity", "ERROR"}}, "info", "error"},
      {{{"lvl", "notice"}}, {}, "error", "notice"},  // no level's name: kept as it stands
      {{{"lvl", "err"}, {"level", "debug"}}, {}, "", "debug"},
      {{}, {{"severity_number", "17"}}, "info", "error"},
      {{}, {{"severity_number", "1"}}, "info", "trace"},
      {{}, {{"severity_number", "24"}}, "info", "fatal"},
      {{}, {{"severity_number", "0"}}, "info", ""},
      {{}, {{"severity_number", "25"}}, "info", ""},
      {{}, {{"severity_number", "-1"}}, "info", ""},
      {{}, {{"pid", "7"}}, "ERROR: it broke", "error"},
      {{}, {}, "nothing", ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(DetectLevel(c.stream, LogEntry{0, std::string(c.line), c.metadata}), c.want)
        << c.stream.ToString() << c.metadata.ToString() << c.line;
  }
}

TEST(LevelOfPriority, MapsSyslog) {
  const std::string_view want[] = {"critical", "critical", "critical", "error",
                                   "warn",     "info",     "info",     "debug"};
  for (int i = 0; i < 8; ++i) EXPECT_EQ(LevelOfPriority(std::to_string(i)), want[i]) << i;
  EXPECT_EQ(LevelOfPriority("8"), "");
  EXPECT_EQ(LevelOfPriority(""), "");
  EXPECT_EQ(LevelOfPriority("61"), "");
}

}  // namespace
}  // namespace vedette::model
