#include "collector/scrape/metadata_pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "collector/scrape/metadata_cache.h"

namespace vedette::scrape {
namespace {

using model::exposition::EntryKind;

TEST(MetadataPool, EqualTextsAreOneAndGoWithTheirLastUser) {
  MetadataPool pool;
  uint32_t first_share = 0;
  uint32_t second_share = 0;
  const model::Metadata counter{"counter", std::string(1000, 'h'), ""};
  FamilyTextPtr first = pool.Get("a_total", counter, &first_share);
  FamilyTextPtr second = pool.Get("a_total", counter, &second_share);
  EXPECT_EQ(first.get(), second.get());
  EXPECT_GT(first_share, 1000u);
  EXPECT_EQ(second_share, first_share / 2);
  FamilyTextPtr other = pool.Get("b_total", counter, &first_share);
  EXPECT_EQ(pool.size(), 2u);
  first.reset();
  EXPECT_EQ(pool.size(), 2u);
  EXPECT_EQ(second->metadata, counter);
  second.reset();
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_EQ(other->family, "b_total");
}

TEST(MetadataPool, ThousandTargetsOfOneProgramKeepItsTextsOnce) {
  MetadataPool pool;
  std::vector<std::unique_ptr<MetadataCache>> targets;
  uint64_t bytes = 0;
  for (int i = 0; i < 1000; ++i) {
    MetadataCache& cache = *targets.emplace_back(std::make_unique<MetadataCache>(&pool));
    for (int family = 0; family < 20; ++family) {
      const std::string name = "family_" + std::to_string(family);
      cache.Set(EntryKind::kHelp, name, std::string(500, 'h'));
      cache.Set(EntryKind::kType, name, "gauge");
    }
    bytes += cache.bytes();
  }
  EXPECT_EQ(pool.size(), 20u);
  EXPECT_LT(bytes, 1000 * 20 * 50);
  EXPECT_EQ(targets[7]->Snapshot().at(3).second.help, std::string(500, 'h'));
  targets.clear();
  EXPECT_EQ(pool.size(), 0u);
}

TEST(MetadataPool, ATargetPaysForWhatItAloneSays) {
  MetadataPool pool;
  MetadataCache cache(&pool);
  cache.Set(EntryKind::kHelp, "a", std::string(100'000, 'h'));
  EXPECT_GT(cache.bytes(), 100'000u);
  cache.Set(EntryKind::kHelp, "a", "short");
  EXPECT_LT(cache.bytes(), 1'000u);
  cache.Clear();
  EXPECT_EQ(pool.size(), 0u);
}

}  // namespace
}  // namespace vedette::scrape
