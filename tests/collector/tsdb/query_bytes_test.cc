#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "collector/tsdb/head.h"
#include "model/histogram.h"
#include "store_fixture.h"

namespace vedette::tsdb {
namespace {

class QueryBytesTest : public StoreTest {};

TEST_F(QueryBytesTest, OverItsMemoryAQueryIsRefusedByItsSelector) {
  options_.query_bytes = 2000;
  Open();
  for (int i = 0; i < 200; ++i) {
    Append({Row(SeriesNamed("large"), Now(), i), Row(SeriesNamed("small"), Now(), 1)});
    clock_.Advance(std::chrono::seconds(1));
    if (i == 20) {
      ASSERT_TRUE(store_->Flush().ok());
    }
  }
  const auto named = [](const char* name) {
    return std::vector<model::Matcher>{model::Matcher::Equal("__name__", name)};
  };
  EXPECT_TRUE(Read(*store_, named("small"), Now() - 10'000).ok());
  for (const bool flushed : {false, true}) {
    const auto refused = Read(*store_, named("large"));
    EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << flushed << refused.status();
    EXPECT_NE(base::Message(refused.status()).find("{__name__=\"large\"} needs "),
              std::string::npos)
        << refused.status();
    ASSERT_TRUE(store_->Flush().ok());
  }
}

// What is copied under the lock of who writes is bounded before it is copied.
TEST(HeadView, CopiesLittleMoreThanAQueryMayHold) {
  Head head(1);
  HeadBatch batch;
  head.Begin(&batch);
  const auto histogram = std::make_shared<const model::Histogram>();
  for (int i = 0; i < 100; ++i) {
    Head::Run run;
    run.length = 1;
    HeadSeries* const series = head.Add(SeriesNamed("m", i), &run, &batch);
    for (int64_t t = 0; t < 100; ++t) head.Insert(series, {t, 0, histogram}, 0, 100, &batch);
  }
  const uint64_t all = head.View({}, INT64_MIN, INT64_MAX).bytes();
  for (const uint64_t most : {uint64_t{0}, all / 10, all / 2}) {
    const uint64_t taken = head.View({}, INT64_MIN, INT64_MAX, most).bytes();
    EXPECT_GT(taken, most);
    EXPECT_LE(taken, most + all / 50);
  }
  EXPECT_EQ(head.View({}, INT64_MIN, INT64_MAX, all).bytes(), all);
}

}  // namespace
}  // namespace vedette::tsdb
