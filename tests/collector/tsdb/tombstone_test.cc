#include "collector/tsdb/tombstone.h"

#include <gtest/gtest.h>

#include <string>

namespace vedette::tsdb {
namespace {

Tombstone Example() {
  Tombstone tombstone;
  tombstone.id = 9;
  tombstone.min_ms = -5;
  tombstone.max_ms = 10;
  tombstone.created_ms = 77;
  tombstone.matchers.push_back(model::Matcher::Equal("__name__", "m"));
  tombstone.matchers.push_back(
      *model::Matcher::Make(model::MatchType::kNotRegex, "instance", "a.*"));
  return tombstone;
}

TEST(Tombstone, ComesBack) {
  const auto back = DecodeTombstone(EncodeTombstone(Example()));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->id, 9u);
  EXPECT_EQ(back->min_ms, -5);
  EXPECT_EQ(back->max_ms, 10);
  EXPECT_EQ(back->created_ms, 77);
  ASSERT_EQ(back->matchers.size(), 2u);
  EXPECT_EQ(back->matchers[0].ToString(), "__name__=\"m\"");
  EXPECT_EQ(back->matchers[1].ToString(), "instance!~\"a.*\"");
}

TEST(Tombstone, EveryFlippedBitAndEveryCutIsFound) {
  const std::string bytes = EncodeTombstone(Example());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string bad = bytes;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(DecodeTombstone(bad).ok()) << bit;
  }
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(DecodeTombstone(bytes.substr(0, length)).ok()) << length;
  }
}

TEST(Tombstone, NewerIsRefusedByName) {
  std::string bytes = EncodeTombstone(Example());
  bytes[8] = 2;
  EXPECT_EQ(base::Message(DecodeTombstone(bytes).status()),
            "tombstone has format version 2, this program reads up to 1");
}

TEST(Tombstone, OneWithoutMatchersIsNoTombstone) {
  Tombstone tombstone = Example();
  tombstone.matchers.clear();
  EXPECT_FALSE(DecodeTombstone(EncodeTombstone(tombstone)).ok());
}

TEST(Tombstone, HoldsForOlderPartsThatItReaches) {
  const Tombstone tombstone = Example();
  EXPECT_TRUE(tombstone.HoldsFor(8, 10, 20));
  EXPECT_FALSE(tombstone.HoldsFor(8, 11, 20));
  EXPECT_FALSE(tombstone.HoldsFor(9, 0, 5));
  EXPECT_FALSE(tombstone.HoldsFor(10, 0, 5));
}

TEST(Tombstone, FileNames) {
  uint64_t id = 0;
  EXPECT_EQ(TombstoneFileName(255), "00000000000000ff.tomb");
  EXPECT_TRUE(ParseTombstoneFileName("00000000000000ff.tomb", &id));
  EXPECT_EQ(id, 255u);
  for (const char* name : {"ff.tomb", "00000000000000FF.tomb", "00000000000000ff.part", ""}) {
    EXPECT_FALSE(ParseTombstoneFileName(name, &id)) << name;
  }
}

}  // namespace
}  // namespace vedette::tsdb
