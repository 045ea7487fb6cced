// Queries that are answered from columns, against the same ones that look at every line.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "collector/logql/engine.h"
#include "tests/collector/logql/column_source.h"
#include "tests/support/fake_clock.h"
#include "tests/support/long_tests.h"

namespace vedette::logql {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;

class RandomLogs {
 public:
  explicit RandomLogs(uint32_t seed) : random_(seed) {}

  void Fill(ColumnSource* source) {
    for (int i = 0; i < 300; ++i) {
      model::LabelsBuilder labels;
      labels.Set("app", Pick({"a", "b"}));
      labels.Set("pod", Pick({"1", "2"}));
      if (Below(6) == 0) labels.Set("level", Pick({"warn", "info"}));
      model::LabelsBuilder metadata;
      if (Below(3) == 0) metadata.Set("level", Pick({"error", "info"}));
      if (Below(3) == 0) metadata.Set("pid", std::to_string(Below(4)));
      if (Below(9) == 0) metadata.Set("status", "500");
      if (Below(9) == 0) metadata.Set("pod", "3");
      if (Below(2) == 0) metadata.Set("detected_level", Pick({"warn", "info"}));
      source->Add(labels.Build(), Time(), Line(), metadata.Build());
    }
  }

  std::string MetricQuery() {
    const bool bare = Below(4) == 0;
    const bool unwraps = !bare && Below(3) == 0;
    std::string query = Selector() + (bare ? Pick({"", " | drop __error__"}) : Pipeline());
    const std::string range =
        Pick({"[1m]", "[20s]", "[1s]", "[7s]", "[1m] offset 13s", "[2m]", "[1m] offset 2m"});
    if (unwraps) {
      query += Pick({" | unwrap status", " | unwrap took", " | unwrap duration(lasted)"});
      query += Pick({"", " | __error__=\"\"", " | __error__=\"\"", " | status > 300"});
      query = Pick({"sum_over_time(", "avg_over_time(", "max_over_time(", "first_over_time(",
                    "last_over_time(", "stddev_over_time(", "quantile_over_time(0.7, ", "rate("}) +
              query + " " + range + ")";
    } else {
      query = Pick({"count_over_time(", "rate(", "bytes_over_time(", "bytes_rate(",
                    "absent_over_time("}) +
              query + " " + range + ")";
    }
    const std::string names =
        Pick({"app", "tenant", "status", "level", "app, tenant", "pid, status", "request_method",
              "level_extracted", "app_extracted, pod"});
    switch (Below(6)) {
      case 0:
        return query;
      case 1:
        return "sum(" + query + ")";
      case 2:
        return Pick({"max", "avg"}) + " by (" + names + ") (" + query + ")";
      case 3:
        return "sum without (" + names + ") (" + query + ")";
      default:
        return "sum by (" + names + ") (" + query + ")";
    }
  }

  std::string LogQuery() { return Selector() + Pipeline(); }
  size_t Below(size_t n) { return random_() % n; }
  std::string Pick(const std::vector<std::string>& choices) {
    return choices[Below(choices.size())];
  }

 private:
  // Ten minutes; many stamped exactly on seconds and minutes.
  int64_t Time() {
    const auto second = static_cast<int64_t>(Below(600));
    if (Below(4) == 0) return second / 60 * 60 * kSecondNs;
    if (Below(2) == 0) return second * kSecondNs;
    return second * kSecondNs + static_cast<int64_t>(random_() % kSecondNs);
  }

  std::string Line() {
    const std::string status = Pick({"200", "404", "500", "503", "5e2", "none", ""});
    const std::string tenant = Pick({"red", "blue", "x y", "\\u00e9"});
    const std::string took = std::to_string(Below(90));
    switch (Below(7)) {
      case 0:
        return "status=" + status + " tenant=\"" + tenant + "\" took=" + took + " lasted=" + took +
               "ms level=" + Pick({"info", "error"}) + " app=c";
      case 1:
        return "status=" + status + " tenant=" + Pick({"red", "a\"b", "=x"}) + " took=" + took;
      case 2:
        return "plain words " + took + Pick({" error", ""});
      case 3:
        return "{\"status\":" + Pick({"500", "\"500\"", "200,"}) + " \"tenant\":\"red\"";
      case 4:
        return "{\"status\":" + Pick({"500", "404", "null"}) + ",\"status\":200,\"app\":\"c\"}";
      default:
        return "{\"status\":\"" + status + "\",\"tenant\":\"" + tenant + "\",\"took\":" + took +
               ",\"request\":{\"method\":\"" + Pick({"GET", "PUT"}) + "\"},\"lasted\":\"" + took +
               "ms\"" + Pick({"", ",\"level\":\"error\"", ",\"level_extracted\":\"odd\""}) + "}";
    }
  }

  std::string Selector() { return Pick({"{app=\"a\"}", "{app=~\".+\"}", "{pod=\"1\"}"}); }

  std::string Pipeline() {
    std::string text;
    for (size_t i = Below(3); i > 0; --i) text += " " + Early();
    text += " " + Pick({"| json", "| json", "| logfmt", "| logfmt", "| json | logfmt", "",
                        "| logfmt --keep-empty", "| json status, t=\"tenant\""});
    for (size_t i = Below(4); i > 0; --i) text += " " + Late();
    return text;
  }
  std::string Early() {
    return Pick({"|= \"5\"", "!= \"red\"", "|~ \"st.tus\"", "| level=\"error\"", "| pid > 1",
                 "| drop pid", "| level!=\"\""});
  }
  std::string Late() {
    return Pick({"| status=500",
                 "| status>=500",
                 "| status=\"500\"",
                 "| status!=\"200\"",
                 "| status<500 or status=503",
                 "| tenant=\"red\" and status>300",
                 "| level=\"error\"",
                 "| took > 40",
                 "| lasted >= 30ms",
                 "| __error__=\"\"",
                 "| __error__=\"\"",
                 "| drop __error__, __error_details__",
                 "| drop tenant",
                 "| keep status, app",
                 "| label_format tenant=app",
                 "| label_format x=\"{{.status}}\"",
                 "| line_format \"{{.tenant}}\"",
                 "| app_extracted=\"c\"",
                 "| status=~\"5..\"",
                 "| request_method=\"GET\"",
                 "|= \"took\"",
                 "| tenant=\"\""});
  }

  std::mt19937 random_;
};

std::string TextOf(const base::StatusOr<Result>& result) {
  if (!result.ok()) return std::string(result.status().message());
  std::string text;
  if (const auto* matrix = std::get_if<Matrix>(&result->value)) {
    for (const MatrixSeries& series : *matrix) {
      text += series.metric.ToString() + ":";
      for (size_t i = 0; i < series.values.size(); ++i) {
        char point[64];
        std::snprintf(point, sizeof point, " %lld=%.17g",
                      static_cast<long long>(series.timestamps_ns[i]), series.values[i]);
        text += point;
      }
      text += "\n";
    }
  } else if (const auto* lines = std::get_if<Lines>(&result->value)) {
    for (const ResultLine& line : *lines) {
      text += std::to_string(line.timestamp_ns) + " " + line.stream.ToString() +
              line.metadata.ToString() + line.line;
      for (const auto& [name, value] : line.parsed) text += " " + name + "=" + value;
      text += "\n";
    }
  }
  return text;
}

class LogqlColumns : public testing::TestWithParam<uint32_t> {
 protected:
  LogqlColumns() : logs_(GetParam()), source_(GetParam()) { logs_.Fill(&source_); }

  RandomLogs logs_;
  ColumnSource source_;
  test::FakeClock clock_;
  const Engine plain_{&source_, &clock_, {nullptr, 1, true}};
  const Engine columns_{&source_, &clock_, {nullptr, 1, false}};
  const Engine three_{&source_, &clock_, {nullptr, 3, false}};
};

TEST_P(LogqlColumns, MetricsAreThoseOfEveryLine) {
  size_t answered = 0;
  for (int i = 0; i < test::Rounds(250); ++i) {
    RangeQuery query;
    query.query = logs_.MetricQuery();
    query.start_ns = static_cast<int64_t>(logs_.Below(200)) * kSecondNs;
    query.end_ns = 600 * kSecondNs;
    query.step_ns = (logs_.Below(2) == 0 ? 60 : 7) * kSecondNs;
    const std::string want = TextOf(plain_.QueryRange(query, {}));
    answered += want.find('=') != std::string::npos && want.find("error") == std::string::npos;
    ASSERT_EQ(TextOf(columns_.QueryRange(query, {})), want) << query.query;
    ASSERT_EQ(TextOf(three_.QueryRange(query, {})), want) << query.query;
  }
  EXPECT_GT(answered, static_cast<size_t>(test::Rounds(250)) / 10) << "most must have an answer";
  if (test::Rounds(250) == 250) {
    EXPECT_GT(source_.counted(), 0u) << "some must be answered from counts";
  }
}

TEST_P(LogqlColumns, LinesAreThoseOfEveryLine) {
  for (int i = 0; i < test::Rounds(250); ++i) {
    RangeQuery query;
    query.query = logs_.LogQuery();
    query.end_ns = 600 * kSecondNs;
    query.limit = logs_.Below(2) == 0 ? 5 : 5000;
    query.direction = logs_.Below(2) == 0 ? Direction::kForward : Direction::kBackward;
    if (logs_.Below(4) == 0) query.interval_ns = 20 * kSecondNs;
    ASSERT_EQ(TextOf(columns_.QueryRange(query, {})), TextOf(plain_.QueryRange(query, {})))
        << query.query;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LogqlColumns, testing::Range(1u, 9u));

}  // namespace
}  // namespace vedette::logql
