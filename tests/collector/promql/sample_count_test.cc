#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "collector/promql/engine.h"
#include "model/histogram.h"
#include "tests/support/fake_clock.h"

namespace vedette::test {
namespace {

constexpr int64_t kSecond = 1000;

// A float each ten seconds in `one` and in three series `three`; a histogram each ten in `h`.
class TenSeconds final : public promql::Queryable {
 public:
  base::Status Select(const promql::SelectRequest& request, const Visit& visit) const override {
    for (const model::Labels& labels : all_) {
      if (!model::MatchesAll(request.matchers, labels)) continue;
      model::SeriesSamples series;
      series.labels = labels;
      for (int64_t t = 0; t <= 1000 * kSecond; t += 10 * kSecond) {
        if (t < request.min_ms || t > request.max_ms) continue;
        if (labels.MetricName() == "h") {
          series.histograms.push_back({t, 0, histogram_});
        } else {
          series.timestamps_ms.push_back(t);
          series.values.push_back(static_cast<double>(t));
        }
      }
      if (!series.empty()) VEDETTE_RETURN_IF_ERROR(visit(std::move(series)));
    }
    return base::Status();
  }

  TenSeconds() {
    auto histogram = std::make_shared<model::Histogram>();
    histogram->is_float = true;
    histogram->count_float = 5;
    histogram->positive = {{{0, 4}}, {}, {1, 2, 1, 1}};
    histogram_ = histogram;
  }

 private:
  std::shared_ptr<const model::Histogram> histogram_;
  const std::vector<model::Labels> all_ = {model::Labels{{"__name__", "h"}},
                                           model::Labels{{"__name__", "one"}},
                                           model::Labels{{"__name__", "three"}, {"a", "1"}},
                                           model::Labels{{"__name__", "three"}, {"a", "2"}},
                                           model::Labels{{"__name__", "three"}, {"a", "3"}}};
};

class SampleCounts : public testing::Test {
 protected:
  SampleCounts() : engine_({}, &clock_) {
    context_.queryable = &store_;
    context_.stats = true;
  }
  int64_t Instant(const std::string& query) {
    const auto result = engine_.Instant(query, 201 * kSecond, context_);
    EXPECT_TRUE(result.ok()) << result.error;
    return result.stats.total_samples;
  }
  std::vector<int64_t> Range(const std::string& query) {
    const auto result = engine_.Range(query, 201 * kSecond, 220 * kSecond, 5 * kSecond, context_);
    EXPECT_TRUE(result.ok()) << result.error;
    return result.stats.samples_by_step;
  }
  FakeClock clock_{0};
  TenSeconds store_;
  promql::Engine engine_;
  promql::QueryContext context_;
};

TEST_F(SampleCounts, OfInstants) {
  const struct {
    const char* query;
    int64_t samples;
  } cases[] = {{"1", 0},
               {"one", 1},
               {"three", 3},
               {"nothing", 0},
               {"sum(three) + one", 4},
               {"-(three)", 3},
               {"topk(scalar(one), three)", 4},
               {"one offset 10m", 0},
               {"sum_over_time(one[60s])", 6},
               {"sum_over_time(three[60s])", 18},
               {"sum_over_time(three[60s] @ 30)", 12},
               {"one[60s]", 6},
               // What the subquery makes, not what it reads.
               {"max_over_time(three[20s:5s])", 12},
               {"max_over_time(sum_over_time(one[60s])[20s:5s])", 4},
               // A histogram of one span and four buckets takes 216 bytes.
               {"h", 13},
               {"histogram_count(h)", 13},
               {"sum(increase(h[60s]))", 78}};
  for (const auto& c : cases) EXPECT_EQ(Instant(c.query), c.samples) << c.query;
}

TEST_F(SampleCounts, OfRangesByStep) {
  using Steps = std::vector<int64_t>;
  EXPECT_EQ(Range("one"), (Steps{1, 1, 1, 1}));
  EXPECT_EQ(Range("three + one"), (Steps{4, 4, 4, 4}));
  EXPECT_EQ(Range("sum_over_time(one[15s])"), (Steps{2, 1, 2, 1}));
  // Read once, looked at by every step.
  EXPECT_EQ(Range("sum_over_time(three[60s] @ 30) + one"), (Steps{13, 13, 13, 13}));
  EXPECT_EQ(Range("1 + 1"), (Steps{0, 0, 0, 0}));
}

TEST_F(SampleCounts, NoneUnlessAsked) {
  context_.stats = false;
  EXPECT_EQ(Instant("three"), 0);
  EXPECT_TRUE(Range("three").empty());
}

}  // namespace
}  // namespace vedette::test
