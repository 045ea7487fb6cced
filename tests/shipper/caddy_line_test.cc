#include "shipper/caddy_line.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace vedette::shipper {
namespace {

constexpr int64_t kUntold = -1;
constexpr int64_t kTime = 1'795'237'567'000'000'000;

TEST(CaddyLine, FieldsBecomeTimeLevelLoggerAndStatus) {
  const struct {
    const char* line;
    int64_t nanos;
    const char* level;
    const char* logger;
    const char* status;
  } kCases[] = {
      {R"({"level":"info","ts":1795237567.4703817,"logger":"http.log.access","msg":"handled request","request":{"uri":"/?level=error"},"status":200})",
       kTime + 470'381'700, "info", "http.log.access", "200"},
      {R"({"level":"error","ts":1795237567,"logger":"http.log.error","msg":"dial","status":502})",
       kTime, "error", "http.log.error", "502"},
      {R"({"level":"warn","ts":"2026-11-21T05:06:07Z","msg":"no status"})", kTime, "warn", "", ""},
      {R"({"level":"info","ts":"2026/11/21 05:06:07","status":0})", kTime, "info", "", ""},
      {R"(2026/11/21 05:06:07 ERROR {"level":"info","ts":1.5,"status":404})", kTime, "error", "",
       "404"},
      {R"({"msg":"nothing told"})", kUntold, "", "", ""},
      {R"({"level":"info","ts":1795237567,"status":99999})", kTime, "info", "", ""},
      {R"({"level":"info","ts":)", kUntold, "info", "", ""},
      {"plain words with an error in them", kUntold, "error", "", ""},
      {"", kUntold, "", "", ""},
      {"{\"level\":\"warn\",\"msg\":\"\xff\"}", kUntold, "warn", "", ""},
  };
  CaddyLineReader reader(TimeZone::kUtc);
  for (const auto& c : kCases) {
    const CaddyFacts facts = reader.Read(c.line);
    EXPECT_EQ(facts.time ? facts.time->nanos : kUntold, c.nanos) << c.line;
    EXPECT_EQ(facts.level, c.level) << c.line;
    EXPECT_EQ(facts.logger, c.logger) << c.line;
    EXPECT_EQ(facts.status, c.status) << c.line;
  }
}

TEST(CaddyLine, DeepNestingHarmsNothing) {
  CaddyLineReader reader(TimeZone::kUtc);
  std::string deep = R"({"level":"info","x":)";
  deep.append(100'000, '[');
  EXPECT_FALSE(reader.Read(deep).time);
}

}  // namespace
}  // namespace vedette::shipper
