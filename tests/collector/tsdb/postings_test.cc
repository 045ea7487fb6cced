#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bad_bytes.h"
#include "collector/tsdb/postings_builder.h"
#include "collector/tsdb/postings_page.h"

// The index of a part: pages of lists, and how they are gathered.

namespace vedette::tsdb {
namespace {

TEST(PostingsPageTest, ListsComeBackAndBadBytesAreDataLoss) {
  const uint32_t series = 5000;
  std::mt19937_64 random(8);
  std::vector<PostingsEntry> lists = {{"", {0}}, {"all", std::vector<uint32_t>(3000)}};
  std::iota(lists[1].series.begin(), lists[1].series.end(), 1000u);
  PostingsEntry& sparse = lists.emplace_back(PostingsEntry{"sparse", {}});
  for (uint32_t n = 0; n < series; n += 1 + static_cast<uint32_t>(random() % 40)) {
    sparse.series.push_back(n);
  }
  std::string page;
  for (const PostingsEntry& list : lists) AppendPostingsEntry(list.value, list.series, &page);
  const auto back = DecodePostingsPage(page, series);
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_EQ(back->size(), lists.size());
  for (size_t i = 0; i < lists.size(); ++i) {
    EXPECT_EQ((*back)[i].value, lists[i].value);
    EXPECT_EQ((*back)[i].series, lists[i].series);
  }
  Torment(page, [series](std::string_view data) {
    const auto entries = DecodePostingsPage(data, series);
    if (!entries.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(entries.status())) << entries.status();
      return false;
    }
    for (const PostingsEntry& entry : *entries) {
      for (size_t i = 0; i < entry.series.size(); ++i) {
        EXPECT_LT(entry.series[i], series);
        EXPECT_TRUE(i == 0 || entry.series[i - 1] < entry.series[i]);
      }
    }
    return true;
  });
  for (const std::string& head : {Huge(), "\x01" + ("a" + Huge()),
                                  std::string("\x01"
                                              "a\x02") +
                                      Huge(),
                                  std::string("\x01"
                                              "a\x05\x00",
                                              4) +
                                      Huge()}) {
    EXPECT_TRUE(absl::IsDataLoss(DecodePostingsPage(head, series).status()));
  }
}

// What is put by in runs gives the pages that it would have given in memory.
TEST(PostingsBuilderTest, RunsChangeNothingInThePages) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  struct Pages {
    std::vector<std::string> bytes;
    std::vector<std::pair<std::string, std::string>> firsts;  // name, first value
  };
  const auto build = [seed](size_t run_bytes) {
    PostingsBuilder builder(run_bytes);
    std::mt19937_64 random(seed);
    for (uint32_t i = 0; i < 6000; ++i) {
      std::vector<std::pair<std::string, std::string>> labels = {
          {"__name__", "m" + std::to_string(i / 900)}, {"id", "/pod/" + std::to_string(random())}};
      if (i % 5 != 0) labels.push_back({"image", std::to_string(random() % 7)});
      if (i > 3000 && i < 3100) labels.push_back({"rare", "x"});
      builder.Add(model::Labels::FromPairs(std::move(labels)), i);
    }
    Pages pages;
    const auto labels = builder.Build([&pages](std::string_view page) -> base::StatusOr<PageRef> {
      pages.bytes.emplace_back(page);
      return PageRef{pages.bytes.size(), 0, 0, 0};
    });
    EXPECT_TRUE(labels.ok()) << labels.status();
    for (const LabelDirectory& label : *labels) {
      for (const PostingsPageRef& page : label.pages) {
        pages.firsts.push_back({label.name, page.first_value});
      }
    }
    return pages;
  };
  const Pages whole = build(PostingsBuilder::kRunBytes);
  EXPECT_EQ(whole.firsts.front(), std::pair(std::string("__name__"), std::string("m0")));
  EXPECT_GT(whole.bytes.size(), 5u);
  for (const size_t run_bytes : {100u << 10, 300u << 10, 1u << 20}) {
    const Pages merged = build(run_bytes);
    EXPECT_EQ(merged.bytes, whole.bytes) << run_bytes;
    EXPECT_EQ(merged.firsts, whole.firsts) << run_bytes;
  }
}

TEST(PostingsBuilderTest, AFailedWriteEndsIt) {
  PostingsBuilder builder(1000);
  for (uint32_t i = 0; i < 100; ++i) builder.Add(model::Labels{{"a", std::to_string(i)}}, i);
  const auto labels = builder.Build(
      [](std::string_view) -> base::StatusOr<PageRef> { return base::Unavailable("full"); });
  EXPECT_TRUE(absl::IsUnavailable(labels.status()));
}

}  // namespace
}  // namespace vedette::tsdb
