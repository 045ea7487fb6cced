#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/codec/bytes.h"
#include "base/codec/compress.h"
#include "collector/tsdb/block_column.h"
#include "collector/tsdb/block_summary.h"
#include "collector/tsdb/histogram_codec.h"
#include "collector/tsdb/histogram_column.h"
#include "collector/tsdb/int_column.h"
#include "collector/tsdb/manifest.h"
#include "collector/tsdb/merge_plan.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/postings_page.h"
#include "collector/tsdb/series_page.h"
#include "collector/tsdb/times_page.h"
#include "collector/tsdb/tombstone.h"
#include "collector/tsdb/v1_format.h"
#include "collector/tsdb/value_codec.h"
#include "collector/tsdb/wal_record.h"
#include "tests/support/shared_dir.h"

// FORMAT.md is a promise: what it says is checked here against the code.

namespace vedette::tsdb {
namespace {

std::string Hex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    out.push_back(kDigits[static_cast<uint8_t>(c) & 15]);
  }
  return out;
}

TEST(Format, DocumentNamesTheConstants) {
  const std::string text = test::ReadWholeFile(test::SourcePath("collector/tsdb/FORMAT.md"));
  const std::string phrases[] = {
      "Version " + std::to_string(kPartVersion) + ".",
      std::string("`") + std::string(kManifestMagic) + "`",
      "| version | u32 | " + std::to_string(kManifestVersion) + " |",
      std::string("`") + std::string(kTombstoneMagic) + "` |\n| version | u32 | " +
          std::to_string(kTombstoneVersion) + " |",
      "magic \"" + std::string(kPartMagic) + "\", version u32 = " + std::to_string(kPartVersion),
      "magic `" + std::string(kFooterMagic) + "`",
      std::to_string(kFooterBytes) + " bytes",
      "up to " + std::to_string(kColumnSamples) + " samples",
      "Up to " + std::to_string(kPageSeries) + " series",
      "Up to " + std::to_string(v1::kPageSeries) + " series",
      "Blocks of " + std::to_string(kSummarySamples) + " samples that are not constant",
      std::to_string(kPageTimes) + " columns, the last page fewer",
      "that makes it " + std::to_string(kValuePageBytes >> 10) + " KiB",
      "A group holds " + std::to_string(kIntGroup) + " integers",
      "about " + std::to_string(kPostingsPageBytes >> 10) + " KiB",
      "Type " + std::to_string(kWalRows) + ", one an Append",
      "Type " + std::to_string(kWalRichRows) + ", in place of type " + std::to_string(kWalRows),
      "| " + std::to_string(static_cast<int>(ColumnKind::kHistograms)) + " | histograms |",
      "| " + std::to_string(static_cast<int>(ColumnKind::kStartedFloats)) + " | with starts |",
      "no more than " + std::to_string(kMaxColumnCounts) + " counts",
      "Types " + std::to_string(kWalBatch) + " and " + std::to_string(kWalPlainBatch) +
          " were written by version 1",
      "in the first " + std::to_string(kNamedFirst) + " records of an epoch",
      "in every " + std::to_string(kNamedEvery) + "th",
      "at least its segment's * 2^" + std::to_string(kEpochsOfSegmentBits),
      "at most " + std::to_string(kMaxNamesBytes >> 20) + " MiB in all"};
  for (const std::string& phrase : phrases) {
    EXPECT_NE(text.find(phrase), std::string::npos) << phrase;
  }
}

TEST(Format, HeaderAndFooterAreAsDocumented) {
  EXPECT_EQ(EncodePartHeader(), std::string("VDTSPART\x02\0\0\0\0\0\0\0", kPartHeaderBytes));
  const std::string footer = EncodeFooter({1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(footer.size(), kFooterBytes);
  EXPECT_EQ(footer[48], 8);  // max time
  EXPECT_TRUE(footer.ends_with("VDPE"));
}

TEST(Format, ColumnsAreAsDocumented) {
  std::string out;
  EncodeIntColumn(std::vector<int64_t>{10, 25, 40}, &out);
  EXPECT_EQ(Hex(out), "00141e");  // constant delta, first 10, step 15
  out.clear();
  EncodeIntColumn(std::vector<int64_t>{0, 2, 0, 6, 0, 4, 0, 6, 2}, &out);
  // plain, gcd 2, first 0, base 0, width 2, no patches: 1 0 3 0 2 0 3 1 from the lowest bit up
  EXPECT_EQ(Hex(out),
            "05020000"
            "02"
            "3172");
  out.clear();
  EncodeValues(std::vector<double>{0.5, 1.0, 1.5}, &out);
  EXPECT_EQ(Hex(out),
            "09"
            "000a0a");  // divided, exponent 1, 5 by 5
}

TEST(Format, SummariesAreAsDocumented) {
  std::string out;
  PutSummary({-1.5, 1024, true, false, true}, &out);
  EXPECT_EQ(Hex(out),
            "0522"
            "bff8"
            "4090");  // a value below the one before, a stale marker; two bytes each
}

TEST(Format, HistogramsAreAsDocumented) {
  model::Histogram h;
  h.schema = -1;
  h.reset = model::CounterReset::kNotReset;
  h.zero_count = 1;
  h.count = 6;
  h.sum = 0.5;
  h.positive.spans = {{3, 2}};
  h.positive.deltas = {2, 1};
  std::string out;
  PutHistogram(h, &out);
  EXPECT_EQ(Hex(out),
            "04"                  // integer, not reset
            "01"                  // schema
            "00"                  // zero threshold
            "01000000000000e03f"  // sum
            "0601"                // count, zero count
            "01060204"            // one span; 2,
            "02"                  // and 1 more
            "0000");              // no negative side, no bounds
  out.clear();
  const std::vector<model::HistogramSample> samples(
      2, {0, 10, std::make_shared<const model::Histogram>(h)});
  EncodeHistograms(samples, &out);
  EXPECT_EQ(Hex(out),
            "0302"  // with starts
            "01"    // a layout
            "0001"
            "0000000000000000"  // of integers, schema, zero threshold
            "01060200"
            "00"      // a span, none, no bounds
            "000400"  // resets: 2 by 0
            "001400"  // starts: 10 by 0
            "04"
            "09000a00"  // sums: 5 / 10 by 0
            "000000"
            "000200"  // nothing left, zero count 1
            "000400"
            "000600");  // buckets of 2 and 3
  out.clear();
  EncodeStartedValues(std::vector<double>{0.5, 1.0, 1.5}, std::vector<int64_t>{0, 10, 20}, &out);
  EXPECT_EQ(Hex(out),
            "04"
            "000014"
            "09000a0a");
}

TEST(Format, PostingsAreAsDocumented) {
  std::string page;
  AppendPostingsEntry("a", std::vector<uint32_t>{3, 4, 5, 6, 9}, &page);
  AppendPostingsEntry("b", std::vector<uint32_t>{1, 8}, &page);
  EXPECT_EQ(Hex(page),
            "01610b"
            "03030300"
            "016204"
            "0107");
  const auto entries = DecodePostingsPage(page, 10);
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_EQ(entries->front().series, (std::vector<uint32_t>{3, 4, 5, 6, 9}));
  EXPECT_EQ(entries->back().series, (std::vector<uint32_t>{1, 8}));
  EXPECT_FALSE(DecodePostingsPage(page, 9).ok()) << "a number beyond the part's series";
  EXPECT_FALSE(DecodePostingsPage(page + page, 10).ok()) << "more numbers than series";
}

TEST(Format, LogRecordsOfVersionOneAreReadAsDocumented) {
  const std::string names(
      "\x01"
      "\x07"
      "\x04"
      "\x01"
      "a"
      "\x01"
      "b",
      7);
  std::string rest("\xc8\x01", 2);             // base time 100
  rest += std::string("\x02\x0e\x00\x0c", 4);  // ref 7, time 100, 3
  rest += std::string("\x02\x1e\x01", 3);      // ref 8, time 115, not an integer
  base::PutFixed(std::bit_cast<uint64_t>(0.5), &rest);
  std::string packed("\x02");
  base::PutString(base::ZstdCompress(names), &packed);
  for (const auto& [type, payload] :
       {std::pair(kWalPlainBatch, "\x02" + names + rest), std::pair(kWalBatch, packed + rest)}) {
    const auto batch = DecodeBatch(type, payload);
    ASSERT_TRUE(batch.ok()) << batch.status();
    EXPECT_EQ(batch->epoch, 2u);
    EXPECT_EQ(batch->series.front(), std::pair(uint64_t{7}, model::Labels{{"a", "b"}}));
    ASSERT_EQ(batch->rows.size(), 2u);
    EXPECT_EQ(batch->rows[0].time_ms, 100);
    EXPECT_EQ(batch->rows[0].value, 3);
    EXPECT_EQ(batch->rows[1].ref, 8u);
    EXPECT_EQ(batch->rows[1].time_ms, 115);
    EXPECT_EQ(batch->rows[1].value, 0.5);
  }
}

TEST(Format, ManifestComesBackAndNewerIsRefusedByName) {
  Manifest manifest;
  manifest.hash_seed = 77;
  manifest.parts.push_back({1, PartLevel::kDay, -5, 10, 20, 30, 40});
  manifest.tombstones = {2};
  std::string bytes = EncodeManifest(manifest);
  const auto back = DecodeManifest(bytes);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->hash_seed, 77u);
  EXPECT_EQ(back->parts.front().min_ms, -5);
  EXPECT_EQ(back->parts.front().level, PartLevel::kDay);
  EXPECT_EQ(back->tombstones, std::vector<uint64_t>{2});
  bytes[8] = 3;
  EXPECT_EQ(base::Message(DecodeManifest(bytes).status()),
            "manifest has format version 3, this program reads up to 2");
}

TEST(Format, EveryFlippedBitOfAManifestIsFound) {
  Manifest manifest;
  manifest.parts.resize(3);
  manifest.tombstones = {1, 300};
  const std::string bytes = EncodeManifest(manifest);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string bad = bytes;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(DecodeManifest(bad).ok()) << bit;
  }
}

TEST(Format, PartFileNames) {
  uint64_t id = 0;
  EXPECT_EQ(PartFileName(255), "00000000000000ff.part");
  EXPECT_TRUE(ParsePartFileName("00000000000000ff.part", &id));
  EXPECT_EQ(id, 255u);
  for (const char* name :
       {"ff.part", "00000000000000FF.part", "00000000000000ff.part.broken", ""}) {
    EXPECT_FALSE(ParsePartFileName(name, &id)) << name;
  }
}

TEST(MergePlan, ClosedQuietDaysFirstThenRunsOfEight) {
  const int64_t hour = 3600 * 1000;
  auto part = [](uint64_t id, PartLevel level, int64_t min_ms, int64_t created_ms) {
    PartMeta meta;
    meta.id = id;
    meta.level = level;
    meta.min_ms = min_ms;
    meta.created_ms = created_ms;
    return meta;
  };
  std::vector<PartMeta> parts = {part(1, PartLevel::kMerged, 0, 0),
                                 part(2, PartLevel::kFlush, 5, 0)};
  EXPECT_FALSE(PlanMerge(parts, {}, kDayMs));              // closed for less than an hour
  EXPECT_FALSE(PlanMerge(parts, {2}, kDayMs + 2 * hour));  // damaged
  const auto day = PlanMerge(parts, {}, kDayMs + 2 * hour);
  ASSERT_TRUE(day);
  EXPECT_EQ(day->parts, (std::vector<uint64_t>{1, 2}));
  EXPECT_EQ(day->level, PartLevel::kDay);
  for (uint64_t id = 3; id <= 9; ++id) parts.push_back(part(id, PartLevel::kFlush, 9, 0));
  const auto run = PlanMerge(parts, {}, 10 * hour);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->parts, (std::vector<uint64_t>{2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(DayOf(-1), -1);
  EXPECT_EQ(DayOf(-kDayMs), -1);
}

}  // namespace
}  // namespace vedette::tsdb
