#include "collector/tsdb/selection_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace vedette::tsdb {
namespace {

constexpr size_t kMaxBytes = 64 << 10;

// A text of so many bytes that no other number gives.
std::string LongText(int number, size_t bytes) {
  std::string text = std::to_string(number) + ":";
  text.resize(bytes, 'x');
  return text;
}

// Selectors are as long as who asks makes them, whatever they select.
TEST(SelectionCache, TextsCountAsWhatTheySelectDoes) {
  SelectionCache<int> cache(1000, kMaxBytes);
  for (int i = 0; i < 100; ++i) {
    cache.Put(LongText(i, 8 << 10), i, 100);
    EXPECT_LE(cache.bytes(), kMaxBytes);
  }
  EXPECT_EQ(cache.size(), kMaxBytes / ((8 << 10) + 100));
  EXPECT_EQ(*cache.Find(LongText(99, 8 << 10)), 99);
  EXPECT_EQ(cache.Find(LongText(0, 8 << 10)), nullptr);
}

TEST(SelectionCache, NothingTakesMoreThanAQuarter) {
  SelectionCache<int> cache(1000, kMaxBytes);
  cache.Put("small", 1, 10);
  for (const auto& [text_bytes, value_bytes] :
       {std::pair<size_t, size_t>{kMaxBytes / 4, 1}, {10, kMaxBytes / 4}, {10, SIZE_MAX}}) {
    const std::string text = LongText(7, text_bytes);
    EXPECT_FALSE(cache.Takes(text, value_bytes));
    cache.Put(text, 2, value_bytes);
    EXPECT_EQ(cache.Find(text), nullptr);
  }
  EXPECT_EQ(cache.size(), 1u);
  // What was known under a text is gone with what was too large to take its place.
  cache.Put("small", 3, kMaxBytes);
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(SelectionCache, WhatWasAskedLongestAgoGoesFirst) {
  SelectionCache<int> cache(3, kMaxBytes);
  for (const char* const text : {"a", "b", "c"}) cache.Put(text, 0, 1);
  ASSERT_NE(cache.Find("a"), nullptr);
  cache.Put("d", 0, 1);
  EXPECT_EQ(cache.Find("b"), nullptr);
  EXPECT_NE(cache.Find("a"), nullptr);
  EXPECT_NE(cache.Find("c"), nullptr);
  EXPECT_NE(cache.Find("d"), nullptr);
}

}  // namespace
}  // namespace vedette::tsdb
