#include <gtest/gtest.h>

#include <bit>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "bad_bytes.h"
#include "collector/tsdb/int_column.h"
#include "collector/tsdb/series_page.h"
#include "collector/tsdb/times_page.h"

// The pages of a part by themselves: what goes in comes out, and bytes that nobody wrote are an
// error that has taken no more memory than the bytes themselves are worth.

namespace vedette::tsdb {
namespace {

using Times = std::vector<int64_t>;

TEST(TimesPageTest, ColumnsComeBack) {
  const int64_t start = 1'700'000'000'000;
  std::mt19937_64 random(1);
  std::vector<Times> columns = {{start}, {start, start + 1}, {-kMaxTimeMs, kMaxTimeMs}};
  while (columns.size() < kPageTimes) {
    Times& column = columns.emplace_back();
    int64_t at = start + static_cast<int64_t>(random() % 100'000) - 50'000;
    for (size_t i = 0; i < 1 + random() % kColumnSamples; ++i) {
      column.push_back(at);
      at += 15'000 + static_cast<int64_t>(random() % 3);
    }
  }
  TimesPageBuilder builder(start);
  for (const Times& column : columns) builder.Add(column);
  EXPECT_EQ(builder.size(), kPageTimes);
  const auto page = TimesPage::Parse(builder.Finish(), start);
  EXPECT_EQ(builder.size(), 0u);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->columns().size(), columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    const TimesPage::Column& column = page->columns()[i];
    EXPECT_EQ(column.samples, columns[i].size());
    EXPECT_EQ(column.min_ms, columns[i].front());
    EXPECT_EQ(column.max_ms, columns[i].back());
    Times back;
    const base::Status status = page->Read(column, &back);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(back, columns[i]);
  }
}

TEST(TimesPageTest, TimesThatDoNotAscendAreDataLoss) {
  TimesPageBuilder builder(0);
  builder.Add(Times{10, 20, 30});
  std::string bytes = builder.Finish();
  // count, samples, first, span, length; the column: constant delta, first 0, step 10
  ASSERT_EQ(bytes, std::string("\x01\x03\x14\x14\x03\x00\x00\x14", 8));
  for (const auto& [at, c] : {std::pair(7, '\0'), std::pair(7, '\x13'), std::pair(7, '\x12'),
                              std::pair(6, '\x02'), std::pair(3, '\x15')}) {
    std::string bad = bytes;
    bad[static_cast<size_t>(at)] = c;
    const auto page = TimesPage::Parse(bad, 0);
    ASSERT_TRUE(page.ok()) << page.status();
    Times back;
    EXPECT_TRUE(absl::IsDataLoss(page->Read(page->columns().front(), &back))) << at;
  }
}

TEST(TimesPageTest, BytesThatNobodyWroteAreDataLoss) {
  TimesPageBuilder builder(1000);
  builder.Add(Times{5000, 6000, 7001, 7999});
  builder.Add(Times{1000});
  const std::string bytes = builder.Finish();
  Torment(bytes, [](std::string_view data) {
    const auto page = TimesPage::Parse(std::string(data), 1000);
    if (!page.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(page.status())) << page.status();
      return false;
    }
    Times back;
    for (const auto& column : page->columns()) page->Read(column, &back).IgnoreError();
    return true;
  });
  for (const std::string& head :
       {Huge(), "\x01" + Huge(), "\x01\x01\x02" + Huge(), std::string("\x01\x01\x02\x01") + Huge(),
        std::string("\x01\x01\x02\x01\x05", 5), std::string("\x01\x00\x02\x01\x00", 5)}) {
    EXPECT_TRUE(absl::IsDataLoss(TimesPage::Parse(head, 0).status()));
  }
  EXPECT_TRUE(absl::IsDataLoss(TimesPage::Parse(bytes + "x", 1000).status()));
}

class SeriesPageTest : public testing::Test {
 protected:
  SeriesPageBuilder MakeBuilder() {
    return SeriesPageBuilder([this](std::string_view page) -> base::StatusOr<PageRef> {
      PageRef ref;
      ref.offset = value_pages_.size();
      ref.length = static_cast<uint32_t>(page.size());
      value_pages_.emplace_back(page);
      return ref;
    });
  }
  static model::Labels Named(size_t i) {
    return model::Labels{{"__name__", "m"}, {"i", std::to_string(1000 + i)}};
  }
  static base::StatusOr<SeriesPage> Decode(std::string_view page) {
    return DecodeSeriesPage(page, [](uint64_t number) -> base::StatusOr<const TimesPage::Column*> {
      static const TimesPage::Column kColumn{1, 2, 3, 0, 0};
      if (number > 1'000'000) return base::DataLoss("no such column");
      return &kColumn;
    });
  }
  std::string_view ColumnOf(const SeriesPage& page, const BlockRef& block) const {
    return std::string_view(value_pages_[page.value_pages[block.values_page].offset])
        .substr(block.values_offset, block.values_length);
  }

  std::vector<std::string> value_pages_;
};

// Series of 0 to 9 blocks: constants, columns seen before in the slot, new ones, some summarized.
TEST_F(SeriesPageTest, BlocksComeBack) {
  std::mt19937_64 random(4);
  struct Block {
    uint64_t times = 0;
    std::optional<double> constant;
    std::string column;
    std::optional<BlockSummary> summary;
  };
  std::vector<std::vector<Block>> all(kPageSeries);
  SeriesPageBuilder builder = MakeBuilder();
  for (size_t i = 0; i < all.size(); ++i) {
    builder.AddSeries(Named(i));
    for (size_t k = random() % 10; k > 0; --k) {
      Block block;
      block.times = random() % 500;
      if (random() % 3 == 0) {
        block.constant = random() % 4 == 0 ? -0.0 : static_cast<double>(random() % 5);
        builder.AddConstantBlock(block.times, *block.constant);
      } else {
        block.column = std::string(1 + random() % 2000, static_cast<char>('a' + random() % 3));
        if (random() % 2 == 0) {
          block.summary = BlockSummary{-1.5, static_cast<double>(i), i % 2 == 0, false, i % 3 == 0};
        }
        const BlockSummary* summary = block.summary ? &*block.summary : nullptr;
        ASSERT_TRUE(builder.AddBlock(block.times, block.column, summary).ok());
      }
      all[i].push_back(std::move(block));
    }
  }
  const auto bytes = builder.Finish();
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(builder.size(), 0u);
  for (const std::string& page : value_pages_) EXPECT_LT(page.size(), kValuePageBytes + 2000);
  const auto page = Decode(*bytes);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->entries.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(page->entries[i].labels, Named(i));
    ASSERT_EQ(page->entries[i].blocks.size(), all[i].size());
    for (size_t k = 0; k < all[i].size(); ++k) {
      const Block& expected = all[i][k];
      const BlockRef& block = page->entries[i].blocks[k];
      EXPECT_EQ(block.times, expected.times);
      EXPECT_EQ(block.samples, 3u);
      ASSERT_EQ(block.constant, expected.constant.has_value());
      if (block.constant) {
        EXPECT_EQ(std::bit_cast<uint64_t>(block.value),
                  std::bit_cast<uint64_t>(*expected.constant));
        continue;
      }
      EXPECT_EQ(ColumnOf(*page, block), expected.column);
      ASSERT_EQ(block.summary != BlockRef::kNoSummary, expected.summary.has_value());
      if (!expected.summary) continue;
      EXPECT_EQ(page->summaries[block.summary].max, expected.summary->max);
      EXPECT_EQ(page->summaries[block.summary].has_stale, expected.summary->has_stale);
    }
  }
}

TEST_F(SeriesPageTest, DamagedTimesLeaveTheLabelsAndTheOtherBlocks) {
  SeriesPageBuilder builder = MakeBuilder();
  builder.AddSeries(Named(1));
  builder.AddConstantBlock(2'000'000, 1);  // a column that Decode has not
  builder.AddConstantBlock(5, 2);
  const auto page = Decode(*builder.Finish());
  ASSERT_TRUE(page.ok()) << page.status();
  const std::vector<BlockRef>& blocks = page->entries.front().blocks;
  EXPECT_EQ(blocks[0].min_ms, INT64_MIN);
  EXPECT_EQ(blocks[0].max_ms, INT64_MAX);
  EXPECT_EQ(blocks[0].samples, 0u);
  EXPECT_EQ(blocks[1].samples, 3u);
}

TEST_F(SeriesPageTest, BytesThatNobodyWroteAreDataLoss) {
  SeriesPageBuilder builder = MakeBuilder();
  const BlockSummary summary{1, 2, true, false, true};
  for (size_t i = 0; i < 5; ++i) {
    builder.AddSeries(Named(i));
    builder.AddConstantBlock(i, static_cast<double>(i % 2));
    ASSERT_TRUE(
        builder.AddBlock(3, std::string(10 + i % 2, 'x'), i == 3 ? &summary : nullptr).ok());
  }
  const std::string bytes = *builder.Finish();
  Torment(bytes, [](std::string_view data) {
    const auto page = Decode(data);
    if (!page.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(page.status()) || absl::IsInvalidArgument(page.status()))
          << page.status();
      return false;
    }
    for (const SeriesEntry& entry : page->entries) {
      for (const BlockRef& block : entry.blocks) {
        if (block.constant) continue;
        const PageRef& ref = page->value_pages.at(block.values_page);
        const uint64_t length = ref.unpacked > 0 ? ref.unpacked : ref.length;
        EXPECT_LE(block.values_offset + block.values_length, length);
        if (block.summary != BlockRef::kNoSummary) page->summaries.at(block.summary);
      }
    }
    return true;
  });
  const std::string zero(1, '\0');
  for (const std::string& head : {Huge(),                                   // value pages
                                  "\x01" + Huge() + std::string(30, '\0'),  // a slot
                                  zero + Huge(),                            // series
                                  zero + "\x01" + zero + Huge(),            // bytes of labels
                                  zero + "\x01" + Huge() + zero,            // bytes shared
                                  zero + zero + Huge(),                     // constants
                                  zero + zero + zero + Huge()}) {           // summaries
    EXPECT_TRUE(absl::IsDataLoss(Decode(head).status()));
  }
  EXPECT_TRUE(absl::IsDataLoss(Decode(bytes + "x").status()));
}

}  // namespace
}  // namespace vedette::tsdb
