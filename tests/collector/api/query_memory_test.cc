#include <memory>
#include <string>
#include <vector>

#include "base/json_writer.h"
#include "collector/api/list_meter.h"
#include "tests/collector/api/api_fixture.h"

// All queries share one memory: what is held, by whomever, is missing to the others.

namespace vedette::test {
namespace {

using api::SeriesFilter;
using base::http::Response;

constexpr int kSeries = 20'000;

// So many series, each with a sample at any time.
class WideMetrics final : public api::MetricsView, public promql::Queryable {
 public:
  static model::Labels LabelsOf(int i) {
    return {{"__name__", "wide"}, {"i", std::to_string(1'000'000 + i)}};
  }
  base::Status Select(const promql::SelectRequest& request, const Visit& visit) const override {
    for (int i = 0; i < kSeries; ++i) {
      VEDETTE_RETURN_IF_ERROR(visit({LabelsOf(i), {request.max_ms}, {1}}));
    }
    return base::Status();
  }
  base::StatusOr<std::vector<std::string>> LabelNames(const SeriesFilter&) const override {
    return std::vector<std::string>{"__name__", "i"};
  }
  base::StatusOr<std::vector<std::string>> LabelValues(std::string_view name,
                                                       const SeriesFilter& filter) const override {
    std::vector<std::string> values;
    for (int i = 0; i < kSeries; ++i) {
      values.emplace_back(LabelsOf(i).Get(name));
      VEDETTE_RETURN_IF_ERROR(filter.note(values.back().size()));
    }
    return values;
  }
  base::StatusOr<std::vector<model::Labels>> Series(const SeriesFilter& filter) const override {
    std::vector<model::Labels> series;
    for (int i = 0; i < kSeries; ++i) {
      series.push_back(LabelsOf(i));
      VEDETTE_RETURN_IF_ERROR(filter.note(sizeof(model::Labels) + series.back().bytes().size()));
    }
    return series;
  }
};

class QueryMemory : public ApiTest {
 protected:
  QueryMemory() : engine_({}, &clock_) {
    api::QueryDeps deps{&engine_, &metrics_, &clock_};
    deps.memory = memory_;
    api::RegisterPrometheusQuery(&router_, deps);
    api::RegisterPrometheusLabels(&router_, {&metrics_, &clock_, memory_});
  }
  static std::string Error(const std::string& type, const std::string& message) {
    std::string text;
    base::AppendJsonString(message, &text);
    return R"({"status":"error","errorType":")" + type + R"(","error":)" + text + "}";
  }

  static constexpr uint64_t kAll = 64 << 20;
  std::shared_ptr<base::MemoryPool> memory_ = std::make_shared<base::MemoryPool>(kAll);
  WideMetrics metrics_;
  promql::Engine engine_;
};

TEST_F(QueryMemory, IsGivenBackByQueriesAndLists) {
  for (const char* path :
       {"/api/v1/query?query=sum(wide)", "/api/v1/query?query=wide", "/api/v1/series?match[]=wide",
        "/api/v1/label/i/values", "/api/v1/query?query=nothing("}) {
    {
      const Response response = Get(path);
      EXPECT_NE(response.status, 503) << path;
    }
    EXPECT_EQ(memory_->held(), 0u) << path;
  }
}

TEST_F(QueryMemory, NewestDemandIsRefusedByName) {
  const auto others = *memory_->Take(kAll - (100 << 10), "others");
  const std::string held = std::to_string(kAll - (100 << 10));
  const std::string rest = ", while queries and answers under way hold " + held + " of the " +
                           std::to_string(kAll) + " that they may; try again";
  const Response query = Get("/api/v1/query?query=sum(wide*wide)");
  EXPECT_EQ(query.status, 503);
  EXPECT_EQ(query.headers.Get("Retry-After"), "1");
  EXPECT_EQ(query.body, Error("unavailable", "the query takes 1048576 bytes" + rest));
  const Response series = Get("/api/v1/series?match[]=wide");
  EXPECT_EQ(series.status, 503);
  EXPECT_EQ(series.body, Error("unavailable", "the list of series takes 131072 bytes" + rest));
  const Response values = Get("/api/v1/label/i/values");
  EXPECT_EQ(values.status, 503);
  EXPECT_EQ(values.body,
            Error("unavailable", "the list of label values takes 131072 bytes" + rest));
  EXPECT_EQ(memory_->held(), others.bytes());
  EXPECT_EQ(Get("/api/v1/query?query=1").status, 200) << "a small one goes on";
}

TEST_F(QueryMemory, RulesAreNotRefusedForWhatOthersHold) {
  const auto others = *memory_->Take(kAll, "others");
  promql::QueryContext context;
  context.queryable = &metrics_;
  context.memory = memory_;
  EXPECT_EQ(engine_.Instant("sum(wide*wide)", 0, context).error_kind, promql::ErrorKind::kBusy);
  context.must_run = true;
  EXPECT_TRUE(engine_.Instant("sum(wide*wide)", 0, context).ok());
  EXPECT_EQ(memory_->held(), kAll);
}

TEST(ListMeter, EndsForWhoHungUpOrWhoseTimeIsUp) {
  FakeClock clock;
  base::http::Request request;
  std::stop_source stop;
  request.stop = stop.get_token();
  request.deadline_mono_ns = clock.MonotonicNanos() + 1000;
  api::ListMeter meter(request, &clock, nullptr, "the list");
  EXPECT_TRUE(meter.Note(1 << 30).ok()) << "without a pool any size is fine";
  clock.Advance(std::chrono::seconds(1));
  base::Status status;
  for (int i = 0; i < 1000 && status.ok(); ++i) status = meter.Note(0);
  EXPECT_TRUE(absl::IsDeadlineExceeded(status));
  stop.request_stop();
  EXPECT_TRUE(absl::IsCancelled(meter.Note(0)));
}

}  // namespace
}  // namespace vedette::test
