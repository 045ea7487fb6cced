#include "collector/tsdb/prometheus/import.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "base/codec/compress.h"
#include "base/telemetry.h"
#include "collector/tsdb/merge_plan.h"
#include "collector/tsdb/prometheus/xor_chunk.h"
#include "model/histogram_chunk.h"
#include "prometheus_files.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_fs.h"

// What Prometheus had is what the store has, to the bit; damage is told with its place.

namespace vedette::tsdb::prometheus {
namespace {

constexpr const char* kUlid = "01EPNJJA12FXV9YDYM3MBNE3HP";
constexpr const char* kOther = "01EPQY3Z6AJ700B9DVFWSG0FSD";
constexpr int64_t kStart = 1'700'000'000'000;

using Contents = std::map<std::string, std::map<int64_t, uint64_t>>;

model::Labels Series(const std::string& name, const std::string& instance = "a") {
  return model::Labels{{"__name__", name}, {"instance", instance}};
}

TimedValues Steps(int64_t start_ms, int count, double slope) {
  TimedValues samples;
  for (int i = 0; i < count; ++i) samples.emplace_back(start_ms + i * 15'000, i * slope);
  return samples;
}

class ImportTest : public testing::Test {
 protected:
  ImportTest() {
    options_.dir = "data/metrics";
    options_.background = false;
    options_.reserve_bytes = 0;
    options_.min_free_bytes = 0;
    options_.fs = &fs_;
    options_.clock = &clock_;
    options_.log = &log_;
    options_.telemetry = &telemetry_;
    store_ = *Store::Open(options_);
  }
  void Write(const std::string& path, const std::string& content) {
    ASSERT_TRUE(fs_.CreateDirs(path.substr(0, path.rfind('/'))).ok());
    ASSERT_TRUE(fs_.WriteFileAtomic(path, content).ok());
  }
  void WriteBlock(const std::string& ulid, const SeriesData& data, int version = 2) {
    const BlockFiles files = MakeBlock(data, ulid, version);
    Write("prom/" + ulid + "/index", files.index);
    Write("prom/" + ulid + "/chunks/000001", files.chunks);
    Write("prom/" + ulid + "/meta.json", files.meta);
  }
  base::StatusOr<ImportReport> Run(uint64_t buffer_bytes = 1 << 20) {
    Import::Options options;
    options.from = "prom";
    options.store_dir = options_.dir;
    options.buffer_bytes = buffer_bytes;
    options.fs = &fs_;
    options.store = store_.get();
    return Import(options).Run();
  }
  ImportReport MustRun(uint64_t buffer_bytes = 1 << 20) {
    auto report = Run(buffer_bytes);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : ImportReport();
  }
  Contents All() {
    Contents contents;
    EXPECT_TRUE(store_
                    ->Select({}, INT64_MIN, INT64_MAX,
                             [&](const model::SeriesSamples& series) {
                               auto& samples = contents[series.labels.ToString()];
                               for (size_t i = 0; i < series.values.size(); ++i) {
                                 samples[series.timestamps_ms[i]] =
                                     std::bit_cast<uint64_t>(series.values[i]);
                               }
                               return base::Status();
                             })
                    .ok());
    return contents;
  }
  static Contents ContentsOf(const SeriesData& data) {
    Contents contents;
    for (const auto& [labels, samples] : data) {
      for (const auto& [time_ms, value] : samples) {
        contents[labels.ToString()][time_ms] = std::bit_cast<uint64_t>(value);
      }
    }
    return contents;
  }

  test::FaultFs fs_;
  test::FakeClock clock_;
  test::CaptureLogger log_;
  base::Telemetry telemetry_;
  Options options_;
  std::unique_ptr<Store> store_;
};

TEST_F(ImportTest, BlocksComeBackToTheBitOverDays) {
  for (const int version : {1, 2}) {
    SCOPED_TRACE("index version " + std::to_string(version));
    SeriesData data;
    data[Series("counter")] = Steps(kStart, 9000, 3);  // a day and a half
    data[Series("gauge")] = Steps(kStart, 500, 0.1);
    data[Series("odd")] = {{kStart, -0.0},
                           {kStart + 1, model::StaleNan()},
                           {kStart + 2, std::numeric_limits<double>::infinity()},
                           {kStart + 900, 1e-300}};
    WriteBlock(kUlid, data, version);
    const ImportReport report = MustRun();
    EXPECT_EQ(report.blocks, 1u);
    EXPECT_EQ(report.samples, 9504u);
    EXPECT_EQ(All(), ContentsOf(data));
    EXPECT_GE(store_->Stats().parts, 2u) << "one a day";
    store_.reset();
    ASSERT_TRUE(fs_.RemoveAll("data").ok());
    store_ = *Store::Open(options_);
  }
}

TEST_F(ImportTest, OverlappingBlocksAreOne) {
  WriteBlock(kUlid, {{Series("m"), Steps(kStart, 100, 1)}});
  WriteBlock(kOther, {{Series("m"), Steps(kStart, 200, 1)}, {Series("n"), Steps(kStart, 5, 1)}});
  EXPECT_EQ(MustRun().blocks, 2u);
  EXPECT_EQ(All(),
            ContentsOf({{Series("m"), Steps(kStart, 200, 1)}, {Series("n"), Steps(kStart, 5, 1)}}));
}

TEST_F(ImportTest, TakenUpAgainItTakesNothingTwice) {
  WriteBlock(kUlid, {{Series("m"), Steps(kStart, 100, 1)}});
  MustRun();
  WriteBlock(kOther, {{Series("m"), Steps(kStart + 10'000'000, 100, 1)}});
  const ImportReport second = MustRun();
  EXPECT_EQ(second.blocks_before, 1u);
  EXPECT_EQ(second.blocks, 1u);
  EXPECT_EQ(second.samples, 100u);
  EXPECT_EQ(MustRun().blocks, 0u);
  EXPECT_EQ(store_->Stats().part_samples, 200u);
}

TEST_F(ImportTest, DeletedTimesOfABlockStayOut) {
  WriteBlock(kUlid, {{Series("m"), Steps(kStart, 10, 1)}});
  // The one series of a version 2 index: its reference is its offset / 16.
  const BlockFiles files = MakeBlock({{Series("m"), Steps(kStart, 10, 1)}}, kUlid);
  uint64_t series_at = 0;
  for (size_t i = 0; i < 8; ++i) {
    series_at = series_at << 8 | static_cast<uint8_t>(files.index[files.index.size() - 52 + 8 + i]);
  }
  std::string stones;
  base::PutVarint(series_at / 16, &stones);
  base::PutSignedVarint(kStart, &stones);
  base::PutSignedVarint(kStart + 45'000, &stones);
  std::string file;
  PutBig(0x0130BA30, 4, &file);
  file += "\x01" + stones;
  PutCrc(stones, &file);
  Write(std::string("prom/") + kUlid + "/tombstones", file);
  MustRun();
  EXPECT_EQ(All().begin()->second.size(), 6u);
}

TEST_F(ImportTest, ReadsTheLogCheckpointLateSamplesAndHeadChunks) {
  for (const uint8_t flags : {uint8_t{0}, uint8_t{0x08}, uint8_t{0x10}}) {
    SCOPED_TRACE("compression " + std::to_string(flags));
    const auto pack = [flags](const std::string& record) {
      return flags == 0x08   ? base::SnappyCompress(record)
             : flags == 0x10 ? base::ZstdCompress(record)
                             : record;
    };
    const auto segment = [&](std::vector<std::string> records) {
      for (std::string& record : records) record = pack(record);
      return WalSegmentOf(records, flags);
    };
    Write("prom/wal/00000001", segment({SamplesRecord({{1, kStart, 77}})}));  // superseded
    Write("prom/wal/checkpoint.00000001/00000000",
          segment({SeriesRecord(1, Series("m")), SeriesRecord(2, Series("n"))}));
    std::vector<std::string> records;
    for (int i = 0; i < 3000; ++i) {
      records.push_back(
          SamplesRecord({{1, kStart + i * 1000, i * 0.5}, {2, kStart + i * 1000, -1}}));
    }
    records.push_back("\x04 an exemplar");
    Write("prom/wal/00000002", segment(records));
    Write("prom/wbl/00000000", segment({SamplesRecord({{2, kStart - 60'000, 5}, {9, kStart, 1}})}));
    Write("prom/chunks_head/000001", HeadChunkFile(2, {{kStart - 90'000, 7}, {kStart, -1}}));
    const ImportReport report = MustRun(/*buffer_bytes=*/20'000);
    EXPECT_TRUE(report.damage.empty()) << report.damage.front();
    EXPECT_EQ(report.exemplars, 1u);
    EXPECT_EQ(report.nameless_samples, 1u);
    SeriesData data;
    for (int i = 0; i < 3000; ++i) {
      data[Series("m")].emplace_back(kStart + i * 1000, i * 0.5);
      data[Series("n")].emplace_back(kStart + i * 1000, -1);
    }
    data[Series("n")].emplace_back(kStart - 60'000, 5);
    data[Series("n")].emplace_back(kStart - 90'000, 7);
    EXPECT_EQ(All(), ContentsOf(data));
    store_.reset();
    ASSERT_TRUE(fs_.RemoveAll("data").ok());
    store_ = *Store::Open(options_);
  }
}

TEST_F(ImportTest, HistogramsOfTheLogAndOfHeadChunksComeBack) {
  model::Histogram h;
  h.count = 5;
  h.sum = 2.5;
  h.zero_threshold = 0.001;
  h.zero_count = 2;
  h.positive.spans = {{-2, 2}};
  h.positive.deltas = {1, 1};
  model::Histogram custom;
  custom.schema = model::Histogram::kCustomSchema;
  custom.is_float = true;
  custom.count_float = 1.5;
  custom.sum = 3;
  custom.positive.spans = {{1, 1}};
  custom.positive.counts = {1.5};
  custom.custom_bounds = {0.5, 4};
  model::Histogram broken = h;
  broken.count = 6;
  Write("prom/wal/00000000",
        WalSegmentOf({SeriesRecord(1, Series("h")), HistogramRecord(7, 1, kStart, h),
                      HistogramRecord(8, 1, kStart + 1, h.ToFloat()),
                      HistogramRecord(10, 1, kStart + 2, custom),
                      HistogramRecord(7, 1, kStart + 3, broken),
                      HistogramRecord(9, 1, kStart + 4, h).substr(0, 30)}));
  model::HistogramChunkWriter chunk;
  chunk.Append({kStart - 10, 0, std::make_shared<const model::Histogram>(h)});
  Write("prom/chunks_head/000001",
        HeadChunkFile(1, kStart - 10, kStart - 10, kHistogramChunk, chunk.Take()));
  const ImportReport report = MustRun();
  EXPECT_EQ(report.samples, 4u);
  EXPECT_EQ(report.histograms, 4u);
  EXPECT_EQ(report.bad_histograms, 1u);
  EXPECT_EQ(report.damage.size(), 1u) << "the record that is cut off";
  std::map<int64_t, model::Histogram> got;
  EXPECT_TRUE(store_
                  ->Select({}, INT64_MIN, INT64_MAX,
                           [&got](const model::SeriesSamples& series) {
                             for (const model::HistogramSample& sample : series.histograms) {
                               got[sample.time_ms] = *sample.histogram;
                             }
                             return base::Status();
                           })
                  .ok());
  const std::map<int64_t, model::Histogram> expected = {
      {kStart - 10, h}, {kStart, h}, {kStart + 1, h.ToFloat()}, {kStart + 2, custom}};
  EXPECT_EQ(got, expected);
}

TEST_F(ImportTest, LogOlderThanTheBlocksIsInThem) {
  WriteBlock(kUlid, {{Series("m"), Steps(kStart, 10, 1)}});
  Write("prom/wal/00000000",
        WalSegmentOf({SeriesRecord(1, Series("m")),
                      SamplesRecord({{1, kStart, 0}, {1, kStart + 200'000, 5}})}));
  EXPECT_EQ(MustRun().samples, 11u);
}

TEST_F(ImportTest, DeletionsInTheLogHold) {
  std::string stone = "\x03";
  PutBig(1, 8, &stone);
  base::PutSignedVarint(kStart, &stone);
  base::PutSignedVarint(kStart + 1, &stone);
  Write("prom/wal/00000000",
        WalSegmentOf({SeriesRecord(1, Series("m")),
                      SamplesRecord({{1, kStart, 0}, {1, kStart + 1, 5}, {1, kStart + 2, 6}}),
                      stone}));
  MustRun();
  EXPECT_EQ(All().begin()->second.size(), 1u);
}

TEST_F(ImportTest, DamagedLogRecordCostsItselfAndIsNamed) {
  std::vector<std::string> records = {SeriesRecord(1, Series("m"))};
  for (int i = 0; i < 5000; ++i) records.push_back(SamplesRecord({{1, kStart + i, 1.0 * i}}));
  std::string segment = WalSegmentOf(records);
  segment[40'000] ^= 0x55;
  Write("prom/wal/00000000", segment.substr(0, segment.size() - 5));  // and torn at its end
  const ImportReport report = MustRun();
  ASSERT_FALSE(report.damage.empty());
  EXPECT_NE(report.damage.front().find("prom/wal/00000000: at byte "), std::string::npos);
  const size_t left = All().begin()->second.size();
  EXPECT_LT(left, 5000u);
  EXPECT_GT(left, 3800u) << "a page at most";
}

TEST_F(ImportTest, EveryFlippedByteOfABlockIsFoundOrHarmless) {
  const SeriesData data = {{Series("m"), Steps(kStart, 200, 0.3)},
                           {Series("n"), Steps(kStart, 5, 1)}};
  const Contents whole = ContentsOf(data);
  WriteBlock(kUlid, data);
  for (const char* name : {"index", "chunks/000001"}) {
    const std::string path = std::string("prom/") + kUlid + "/" + name;
    const std::string bytes = *fs_.ReadFile(path);
    for (size_t at = 0; at < bytes.size(); at += 3) {
      fs_.Corrupt(path, at, std::string(1, static_cast<char>(bytes[at] ^ 0x21)));
      const auto report = Run();
      if (report.ok()) {
        EXPECT_EQ(All(), whole) << name << " byte " << at;
      } else {
        EXPECT_TRUE(absl::IsDataLoss(report.status())) << report.status();
        EXPECT_EQ(store_->Stats().parts, 0u) << "a block is taken whole or not at all";
      }
      fs_.Corrupt(path, at, bytes.substr(at, 1));
      ASSERT_TRUE(
          store_->Delete({model::Matcher::Equal("instance", "a")}, INT64_MIN, INT64_MAX).ok());
      ASSERT_TRUE(store_->CleanTombstones().ok());
      ASSERT_TRUE(fs_.RemoveAll("data/metrics/prometheus-import").ok());
    }
  }
}

TEST_F(ImportTest, OtherFoldersAreRefused) {
  ASSERT_TRUE(fs_.CreateDirs("prom/empty").ok());
  const auto report = Run();
  EXPECT_TRUE(absl::IsNotFound(report.status()));
  EXPECT_NE(base::Message(report.status()).find("allowed is its data folder"), std::string::npos);
}

TEST_F(ImportTest, StateFileIsReadByLine) {
  const auto bad = ImportState::FromText("vedette prometheus import 1\nblock x\n");
  EXPECT_EQ(base::Message(bad.status()),
            "line 2: found \"block x\"; allowed are block ULID, wal NUMBER, wbl NUMBER");
  ImportState state;
  state.blocks = {kUlid};
  state.wal_done = 7;
  const auto back = ImportState::FromText(state.ToText());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->blocks, state.blocks);
  EXPECT_EQ(back->wal_done, 7u);
}

}  // namespace
}  // namespace vedette::tsdb::prometheus
