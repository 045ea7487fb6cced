#include "model/labels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace vedette::model {
namespace {

TEST(Labels, AreSortedUniqueAndWithoutEmptyValues) {
  const Labels labels({{"b", "2"}, {"a", "old"}, {"gone", ""}, {"a", "1"}});
  EXPECT_EQ(labels.ToString(), R"({a="1", b="2"})");
  EXPECT_EQ(labels.size(), 2u);
  EXPECT_EQ(labels, Labels({{"a", "1"}, {"b", "2"}}));
}

TEST(Labels, AnEmptyValueThatComesLastRemovesTheName) {
  EXPECT_TRUE(Labels::FromPairs({{"a", "1"}, {"a", ""}}).empty());
}

TEST(Labels, PrintAsPrometheusDoes) {
  EXPECT_EQ(Labels({{"__name__", "up"}, {"job", "a\"b\\c\nd"}}).ToString(),
            R"({__name__="up", job="a\"b\\c\nd"})");
  EXPECT_EQ(Labels({{"http.status", "200"}, {"0", "x"}}).ToString(),
            R"({"0"="x", "http.status"="200"})");
  EXPECT_EQ(Labels().ToString(), "{}");
}

TEST(Labels, LongValuesKeepTheirBytes) {
  for (const size_t n : {254u, 255u, 256u, 65536u, 100000u}) {
    const std::string value(n, 'x');
    const Labels labels({{"a", value}, {"b", "2"}});
    EXPECT_EQ(labels.Get("a"), value) << n;
    EXPECT_EQ(labels.Get("b"), "2") << n;
    const auto read = Labels::FromBytes(labels.bytes());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, labels);
  }
}

TEST(Labels, BytesFromDiskAreChecked) {
  const std::vector<std::string> bad = {
      std::string("\x01", 1),  // cut in the name
      std::string("\x01"
                  "a",
                  2),  // no value
      std::string("\x01"
                  "a\x05"
                  "b",
                  4),  // value over the end
      std::string("\x01"
                  "a\x00",
                  3),  // empty value
      std::string("\x00\x01"
                  "b",
                  3),  // empty name
      std::string("\x01"
                  "b\x01"
                  "1\x01"
                  "a\x01"
                  "2",
                  8),  // not sorted
      std::string("\x01"
                  "a\x01"
                  "1\x01"
                  "a\x01"
                  "2",
                  8),                  // twice
      std::string("\xff\x01\x00", 3),  // cut in a long length
      std::string("\xff\x01\x00\x00"
                  "a\x01"
                  "b",
                  7),  // long form of a short length
  };
  for (const std::string& bytes : bad) EXPECT_FALSE(Labels::FromBytes(bytes).ok());
}

// The hash that limit_ratio selects by: XXH64 of the packed bytes.
TEST(Labels, HashIsXxHash64OfTheBytes) {
  EXPECT_EQ(Labels().Hash(), 0xef46db3751d8e999ull);
  EXPECT_EQ(Labels({{"a", "b"}}).bytes(), std::string("\x01"
                                                      "a\x01"
                                                      "b",
                                                      4));
}

TEST(Labels, OrderIsLabelByLabelAndAPrefixComesFirst) {
  std::vector<Labels> sorted = {Labels(),
                                Labels({{"a", "1"}}),
                                Labels({{"a", "1"}, {"b", "1"}}),
                                Labels({{"a", "10"}}),
                                Labels({{"a", "2"}}),
                                Labels({{"b", "0"}})};
  std::vector<Labels> mixed = sorted;
  std::reverse(mixed.begin(), mixed.end());
  std::sort(mixed.begin(), mixed.end());
  EXPECT_EQ(mixed, sorted);
}

TEST(Labels, KeepAndWithoutChooseByName) {
  const Labels labels({{"__name__", "m"}, {"a", "1"}, {"b", "2"}});
  EXPECT_EQ(labels.Keep({"b", "__name__", "zz"}).ToString(), R"({__name__="m", b="2"})");
  EXPECT_EQ(labels.Without({"a"}).ToString(), R"({b="2"})");
  EXPECT_EQ(labels.DropMetricName().ToString(), R"({a="1", b="2"})");
}

TEST(LabelsBuilder, SettingAnEmptyValueDeletes) {
  LabelsBuilder builder(Labels({{"a", "1"}, {"b", "2"}}));
  builder.Set("a", "").Set("c", "3").Set("b", "4").Delete("none");
  EXPECT_EQ(builder.Get("b"), "4");
  EXPECT_EQ(builder.Get("a"), "");
  EXPECT_EQ(builder.Build().ToString(), R"({b="4", c="3"})");
}

TEST(LabelNames, LegacyFormIsTold) {
  EXPECT_TRUE(IsLegacyMetricName("a:b_1"));
  EXPECT_FALSE(IsLegacyLabelName("a:b"));
  for (const char* name : {"", "1a", "a.b", "a-b", "ä"}) {
    EXPECT_FALSE(IsLegacyMetricName(name)) << name;
    EXPECT_FALSE(IsLegacyLabelName(name)) << name;
  }
}

}  // namespace
}  // namespace vedette::model
