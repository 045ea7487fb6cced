#include "collector/scrape/rich_batch.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/wire_batch.h"

namespace vedette::scrape {
namespace {

// Keeps the exemplars that came, as "LABELS value @time"; refuses all on demand.
class ExemplarSink final : public model::WireSink {
 public:
  base::StatusOr<model::AppendStats> Append(const model::WireBatch& batch) override {
    if (refuses) return base::Unavailable("no room");
    for (size_t i = 0; i < batch.size(); ++i) {
      for (size_t k = 0; k < batch.exemplar_count(i); ++k) {
        const model::Exemplar exemplar = *batch.ExemplarOf(i, k);
        kept.push_back(exemplar.labels.ToString() + " " +
                       std::to_string(static_cast<int>(exemplar.value)) + " @" +
                       std::to_string(exemplar.time_ms));
      }
    }
    return model::AppendStats();
  }
  void OnDurable(std::function<void(const base::Status&)> done) override { done({}); }

  std::vector<std::string> kept;
  bool refuses = false;
};

class RichBatchTest : public ::testing::Test {
 protected:
  RichBatchTest() { series_.labels = model::Labels({{"__name__", "m"}}); }

  void Scrape(int64_t time_ms, const std::vector<model::exposition::Exemplar>& exemplars) {
    batch_.Clear();
    batch_.AddExemplars(&series_, time_ms, exemplars);
    if (!batch_.empty()) batch_.Append(&sink_).IgnoreError();
  }
  std::vector<std::string> Kept() { return std::exchange(sink_.kept, {}); }

  RichSeries series_;
  RichBatch batch_;
  ExemplarSink sink_;
};

using Strings = std::vector<std::string>;

TEST_F(RichBatchTest, AnExemplarWithoutATimeIsStoredOnceWhileItStaysTheSame) {
  const model::exposition::Exemplar a{model::Labels({{"t", "a"}}), 1, std::nullopt};
  const model::exposition::Exemplar other{model::Labels({{"t", "a"}}), 2, std::nullopt};
  Scrape(100, {a});
  for (int64_t time = 200; time < 1000; time += 100) Scrape(time, {a});
  EXPECT_EQ(Kept(), Strings{"{t=\"a\"} 1 @100"});
  Scrape(1000, {other});
  Scrape(1100, {a});
  EXPECT_EQ(Kept(), (Strings{"{t=\"a\"} 2 @1000", "{t=\"a\"} 1 @1100"}));
}

TEST_F(RichBatchTest, AnExemplarThatTheStoreDidNotTakeIsSentAgain) {
  const model::exposition::Exemplar a{model::Labels({{"t", "a"}}), 1, std::nullopt};
  sink_.refuses = true;
  Scrape(100, {a});
  sink_.refuses = false;
  Scrape(200, {a});
  EXPECT_EQ(Kept(), Strings{"{t=\"a\"} 1 @200"});
}

// The store refuses one of the newest's time with a smaller value.
TEST_F(RichBatchTest, ExemplarsGoInTheOrderOfTimeValueAndLabels) {
  const auto at = [](std::string_view label, double value, int64_t time) {
    return model::exposition::Exemplar{model::Labels({{"t", label}}), value, time};
  };
  Scrape(9, {at("a", 2, 5), at("b", 1, 5), at("a", 1, 5), at("a", 7, 4)});
  EXPECT_EQ(Kept(),
            (Strings{"{t=\"a\"} 7 @4", "{t=\"a\"} 1 @5", "{t=\"b\"} 1 @5", "{t=\"a\"} 2 @5"}));
}

}  // namespace
}  // namespace vedette::scrape
