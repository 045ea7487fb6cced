#include "base/json_log.h"

#include <gtest/gtest.h>

#include "tests/support/capture_logger.h"

namespace vedette::base {
namespace {

TEST(JsonLog, LineSaysWhatLogfmtSays) {
  struct {
    const char* logfmt;
    const char* json;
  } const cases[] = {
      {"time=2026-01-02T03:04:05.678Z level=info msg=listening port=9100\n",
       R"({"time":"2026-01-02T03:04:05.678Z","level":"info","msg":"listening","port":"9100"})"},
      {"level=warn msg=\"a b\" err=\"x=\\\"y\\\" \\\\ z\\nnext\"\n",
       R"({"level":"warn","msg":"a b","err":"x=\"y\" \\ z\nnext"})"},
      {"<4>level=warn msg=\"\" last=\"\"\n", R"(<4>{"level":"warn","msg":"","last":""})"},
      {"level=info msg=\xff\n", "{\"level\":\"info\",\"msg\":\"\xEF\xBF\xBD\"}"},
      {"\n", "{}"},
      {"", "{}"},
      {"msg=\"cut", R"({"msg":"cut"})"},
  };
  for (const auto& c : cases) EXPECT_EQ(JsonLogLine(c.logfmt), std::string(c.json) + "\n");
}

TEST(JsonLog, WhatALoggerWritesComesBack) {
  test::CaptureLogger logger;
  logger.Warn("it \"fails\"\n", {{"path", "C:\\new"}, {"empty", ""}, {"n", 7}});
  const std::string line = JsonLogLine(logger.Lines().front());
  EXPECT_NE(line.find(R"("msg":"it \"fails\"\n","path":"C:\\new","empty":"","n":"7"})"),
            std::string::npos)
      << line;
}

}  // namespace
}  // namespace vedette::base
