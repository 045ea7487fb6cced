#include "collector/scrape/cache_budget.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "collector/scrape/scrape_cache.h"

namespace vedette::scrape {
namespace {

constexpr uint64_t kPage = 4096;

class CacheBudgetTest : public ::testing::Test {
 protected:
  base::Gauge held_;
  CacheBudget budget_{10 * kPage, 6 * kPage, &held_};
};

TEST_F(CacheBudgetTest, ATargetIsHeldToItsOwnBound) {
  CacheShare share(&budget_);
  EXPECT_TRUE(share.Hold(6 * kPage).ok());
  EXPECT_EQ(base::Message(share.Hold(6 * kPage + 1)),
            "the series of this page take too much memory: found 28672 bytes of scrape cache, "
            "allowed are 24576 a target");
  EXPECT_EQ(held_.Value(), 6 * kPage);
}

TEST_F(CacheBudgetTest, AllTargetsTogetherAreHeldToTheBoundOfAll) {
  auto first = std::make_unique<CacheShare>(&budget_);
  CacheShare second(&budget_);
  EXPECT_TRUE(first->Hold(6 * kPage).ok());
  EXPECT_TRUE(second.Hold(4 * kPage).ok());
  EXPECT_EQ(base::Message(second.Hold(5 * kPage)),
            "the series of all targets take too much memory: found 45056 bytes of scrape cache, "
            "20480 of them this target's, allowed are 40960 of all targets");
  EXPECT_TRUE(second.Hold(kPage).ok());
  first.reset();
  EXPECT_EQ(held_.Value(), kPage);
  EXPECT_TRUE(second.Hold(6 * kPage).ok());
}

TEST(ScrapeCacheBytes, FollowWhatIsKept) {
  ScrapeCache cache;
  const auto scrape = [&cache](int from, int to) {
    cache.Begin();
    for (int i = from; i < to; ++i) {
      const std::string line = "a_name_that_is_not_kept_in_place_" + std::to_string(i);
      const auto known = cache.Find("", line);
      CachedSeries* const series =
          known ? *known : cache.Add("", line, model::Labels({{"__name__", line}}));
      cache.Touch(series, false, true);
    }
    cache.EndScrape(1);
  };
  scrape(0, 10'000);
  const uint64_t full = cache.bytes();
  EXPECT_GT(full, 10'000 * 60);
  EXPECT_LT(full, 10'000 * 110);  // whatever the lines and the labels are: neither is kept
  scrape(0, 10'000);
  EXPECT_LE(cache.bytes(), full);  // nothing is written anew
  scrape(10'000, 20'000);
  scrape(20'000, 30'000);
  EXPECT_LE(cache.bytes(), 3 * full);  // lines that are gone are not kept
  scrape(0, 1);
  scrape(0, 1);
  EXPECT_LT(cache.bytes(), full / 10);
  cache.Clear();
  EXPECT_LT(cache.bytes(), 100u);
}

}  // namespace
}  // namespace vedette::scrape
