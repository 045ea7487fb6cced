#include "app/logs_page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "app/logs_print.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/json_writer.h"
#include "base/strings.h"

namespace vedette::app {
namespace {

using base::http::ClientRequest;
using base::http::Params;
using base::http::Response;

// Answers query_range over lines in memory, as Loki does: the first `limit` in the direction asked.
constexpr size_t kMostBytes = 10'000;

class LokiStandIn final : public base::http::Client {
 public:
  LokiStandIn(std::vector<FetchedLine> lines, int* asked)
      : lines_(std::move(lines)), asked_(asked) {}

  base::StatusOr<Response> Send(const ClientRequest& request) override {
    ++*asked_;
    const Params params = Params::Parse(request.url.substr(request.url.find('?') + 1));
    const bool forward = params.Get("direction") == "forward";
    std::vector<FetchedLine> found;
    for (const FetchedLine& line : lines_) {
      if (line.timestamp_ns >= base::ParseInt(params.Get("start")) &&
          line.timestamp_ns < base::ParseInt(params.Get("end"))) {
        found.push_back(line);
      }
    }
    if (!forward) std::reverse(found.begin(), found.end());
    const size_t limit = *base::ParseUint(params.Get("limit"));
    if (found.size() > limit) found.resize(limit);
    size_t bytes = 0;
    for (const FetchedLine& line : found) bytes += line.line.size();
    if (bytes > kMostBytes) return base::ResourceExhausted("the answer is over some bytes");
    return Response::Json(200, Body(found));
  }

 private:
  static std::string Body(const std::vector<FetchedLine>& lines) {
    std::string body;
    base::JsonWriter json(&body);
    json.BeginObject().Key("status").String("success").Key("data").BeginObject();
    json.Key("resultType").String("streams").Key("result").BeginArray();
    for (const FetchedLine& line : lines) {
      json.BeginObject().Key("stream").BeginObject();
      for (const auto& [name, value] : line.stream) json.Key(name).String(value);
      json.EndObject().Key("values").BeginArray().BeginArray();
      json.String(std::to_string(line.timestamp_ns)).String(line.line).BeginObject();
      json.EndObject().EndArray().EndArray().EndObject();
    }
    json.EndArray().EndObject().EndObject();
    return body;
  }

  const std::vector<FetchedLine> lines_;
  int* const asked_;
};

class Paging : public testing::Test {
 protected:
  // All that pages of `page_lines` bring.
  std::vector<FetchedLine> Read(const std::vector<FetchedLine>& lines, bool forward,
                                uint32_t page_lines) {
    const base::http::ConfiguredClient client({}, {fs_.get(), &clock_,
                                                   [&](const base::http::TlsClientOptions&) {
                                                     return std::make_unique<LokiStandIn>(lines,
                                                                                          &asked_);
                                                   },
                                                   nullptr});
    LogPages pages(&client, {"http://loki", "{a=\"b\"}", 0, 1'000'000, forward, page_lines});
    std::vector<FetchedLine> all;
    for (;;) {
      const auto page = pages.Next();
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok() || page->empty()) break;
      all.insert(all.end(), page->begin(), page->end());
    }
    cut_ = pages.cut_timestamps();
    return all;
  }
  base::SystemClock clock_;
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  int asked_ = 0;
  uint64_t cut_ = 0;
};

FetchedLine Line(int64_t time, const std::string& text, const std::string& app = "a") {
  return {time, text, {{"app", app}}, {}};
}

TEST_F(Paging, EveryLineComesOnceWhateverShareATimestamp) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<FetchedLine> lines;
    const int count = static_cast<int>(random() % 60);
    int64_t time = 1;
    for (int i = 0; i < count; ++i) {
      time += random() % 3 == 0 ? 1 : 0;
      lines.push_back(Line(time, std::to_string(i / 2)));  // some twice
    }
    const auto page = static_cast<uint32_t>(12 + random() % 10);  // more than ever share one
    for (const bool forward : {true, false}) {
      std::vector<FetchedLine> got = Read(lines, forward, page);
      if (cut_ > 0) continue;  // told, in a test of its own
      EXPECT_TRUE(std::is_sorted(got.begin(), got.end(), [forward](const auto& a, const auto& b) {
        return forward ? a.timestamp_ns < b.timestamp_ns : a.timestamp_ns > b.timestamp_ns;
      }));
      std::vector<FetchedLine> want = lines;
      std::sort(got.begin(), got.end());
      std::sort(want.begin(), want.end());
      EXPECT_EQ(got, want);
    }
  }
}

TEST_F(Paging, MoreLinesOfOneTimestampThanAPageAreToldNotLoopedOn) {
  std::vector<FetchedLine> lines;
  for (int i = 0; i < 10; ++i) lines.push_back(Line(5, std::to_string(i)));
  lines.push_back(Line(6, "after"));
  lines.insert(lines.begin(), Line(4, "before"));
  const std::vector<FetchedLine> forward = Read(lines, true, 4);
  EXPECT_EQ(forward.back().line, "after");
  EXPECT_EQ(cut_, 1u);
  EXPECT_EQ(Read(lines, false, 4).back().line, "before");
  EXPECT_EQ(cut_, 1u);
}

TEST_F(Paging, LinesTooLongForAPageComeInSmallerOnes) {
  std::vector<FetchedLine> lines;
  for (int i = 0; i < 100; ++i) lines.push_back(Line(i + 1, std::string(1000, 'x')));
  EXPECT_EQ(Read(lines, true, 64), lines);
  EXPECT_EQ(cut_, 0u);
}

TEST_F(Paging, AShortPageIsTheLast) {
  EXPECT_EQ(Read({Line(1, "a"), Line(2, "b")}, true, 10).size(), 2u);
  EXPECT_EQ(asked_, 1);
}

TEST(ParseLines, StreamsAreMergedByTimeWithMetadataApart) {
  const auto lines = ParseLines(
      R"({"status":"success","data":{"resultType":"streams","result":[)"
      R"({"stream":{"app":"b"},"values":[["3","z",{"structuredMetadata":{"pid":"7"},"parsed":{"k":"v"}}]]},)"
      R"({"stream":{"app":"a"},"values":[["2","y",{}],["1","x"]]}]}})");
  ASSERT_TRUE(lines.ok()) << lines.status();
  ASSERT_EQ(lines->size(), 3u);
  EXPECT_EQ((*lines)[0].line, "x");
  EXPECT_EQ((*lines)[2].line, "z");
  EXPECT_EQ((*lines)[2].Get("pid"), "7");
  EXPECT_EQ((*lines)[2].Get("k"), "v");
  EXPECT_EQ((*lines)[2].Get("app"), "b");
  EXPECT_EQ((*lines)[2].Get("none"), "");
}

TEST(ParseLines, LinesOfOneTimestampStayAsTheyCome) {
  constexpr char kBody[] =
      R"({"data":{"resultType":"streams","result":[{"stream":{},"values":[["2","c"],["2","b"],["1","a"]]}]}})";
  const auto backward = ParseLines(kBody, /*forward=*/false);
  ASSERT_TRUE(backward.ok());
  EXPECT_EQ((*backward)[0].line + (*backward)[1].line + (*backward)[2].line, "cba");
}

TEST(ParseLines, WhatIsNoSuchAnswerIsSaid) {
  EXPECT_EQ(base::Message(ParseLines(R"({"data":{"resultType":"matrix","result":[]}})").status()),
            "this is a metric query; ask for lines");
  for (const char* bad : {"", "{}", "[]", R"({"data":{"resultType":"streams","result":[1]}})"}) {
    EXPECT_EQ(base::Message(ParseLines(bad).status()),
              "the server answered, but not as Loki's API does");
  }
}

TEST(LogLineText, EveryFormat) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  const FetchedLine line{1'795'226'940'000'000'000,
                         "GET\x1b[31m /",
                         {{"host", "web1"}, {"unit", "nginx.service"}, {"detected_level", "error"}},
                         {{"pid", "17"}}};
  EXPECT_EQ(LogLineText(line, {}), "Nov 21 02:09:00 web1 nginx[17]: GET\x1b[31m /\n");
  EXPECT_EQ(LogLineText(line, {LogsFormat::kShort, true, true}),
            "Nov 21 02:09:00 web1 nginx[17]: \x1b[1;31mGET\\x1b[31m /\x1b[0m\n");
  EXPECT_EQ(LogLineText(line, {LogsFormat::kCat, true, true}), "GET\\x1b[31m /\n");
  FetchedLine c1 = line;
  c1.line = "\u009b31m \u00e9 \u00c2\u0080";
  EXPECT_EQ(LogLineText(c1, {LogsFormat::kCat, true, true}), "\\x9b31m \u00e9 \u00c2\\x80\n");
  EXPECT_EQ(LogLineText(line, {LogsFormat::kJson, false, false}),
            "{\"timestamp\":\"1795226940000000000\",\"line\":\"GET\\u001b[31m /\",\"labels\":"
            "{\"detected_level\":\"error\",\"host\":\"web1\",\"unit\":\"nginx.service\"},"
            "\"metadata\":{\"pid\":\"17\"}}\n");
  FetchedLine precise{1'795'226'940'012'345'678, "x", {{"service_name", "s"}}, {}};
  EXPECT_EQ(LogLineText(precise, {LogsFormat::kShortPrecise, false, false}),
            "Nov 21 02:09:00.012345 - s: x\n");
  EXPECT_EQ(LogLineText(precise, {LogsFormat::kShortIso, false, false}),
            "2026-11-21T02:09:00+0000 - s: x\n");
  EXPECT_EQ(LogLineText({0, "x", {{"service_name", "s"}}, {}}, {}), "Jan 01 00:00:00 - s: x\n");
}

}  // namespace
}  // namespace vedette::app
