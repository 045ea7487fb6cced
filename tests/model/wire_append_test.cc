#include "model/wire_append.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "model/wire_batch.h"

namespace vedette::model {
namespace {

// Keeps how many samples came, and the labels of the first series.
class CountingSink final : public WireSink {
 public:
  base::StatusOr<AppendStats> Append(const WireBatch& batch) override {
    VEDETTE_ASSIGN_OR_RETURN(labels_, batch.LabelsOf(0));
    AppendStats stats;
    stats.accepted = batch.samples().size();
    return stats;
  }
  void OnDurable(std::function<void(const base::Status&)> done) override { done({}); }

  const Labels& labels() const { return labels_; }

 private:
  Labels labels_;
};

// What came by a scrape is held against the scrape's limits: the same series as plain numbers has
// no others.
TEST(AppendSeries, RemoteWritesLimitsAreNotThoseOfSeriesMadeHere) {
  const RemoteWriteLimits limits;
  std::vector<std::pair<std::string, std::string>> labels = {{std::string(kMetricName), "m"}};
  for (uint32_t i = 0; i < limits.max_labels; ++i)
    labels.emplace_back("l" + std::to_string(i), "v");
  labels.emplace_back("long", std::string(limits.max_value_bytes + 1, 'x'));
  labels.emplace_back(std::string(limits.max_name_bytes + 1, 'n'), "v");
  WireSeries series;
  series.labels = Labels::FromPairs(std::move(labels));
  series.samples.resize(limits.max_samples + 1);
  CountingSink sink;
  const auto stats = AppendSeries({&series, 1}, &sink);
  ASSERT_TRUE(stats.ok()) << stats.status();
  EXPECT_EQ(stats->accepted, limits.max_samples + 1);
  EXPECT_EQ(sink.labels(), series.labels);
}

}  // namespace
}  // namespace vedette::model
