#include "collector/tsdb/log_tail.h"

#include <map>
#include <utility>

#include "collector/tsdb/exemplar_record.h"
#include "model/remote_write.h"
#include "model/wire_append.h"
#include "store_fixture.h"
#include "tests/support/gate_fs.h"

// What was appended is read back from the log, in its order, for those that send it on.

namespace vedette::tsdb {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
constexpr int kTailSeries = 5;

// Time and value of each sample by the number of its series, as the reader told them.
class TailedLog {
 public:
  base::Status ReadOn(model::SampleLogReader* reader) {
    return reader->ReadOn([this](const model::SampleRecord& record) {
      EXPECT_LT(end_, record.end);
      end_ = record.end;
      lost_ += record.lost;
      if (record.epoch != epoch_) names_.clear();
      epoch_ = record.epoch;
      for (const auto& [number, labels] : record.named) {
        EXPECT_EQ(number, names_.size());
        names_.push_back(labels);
      }
      for (const model::SeriesSample& sample : record.samples) {
        order_.push_back({names_.at(sample.series).ToString(), sample.time_ms, sample.value});
      }
      histograms_ += record.histograms.size();
      exemplars_ += record.exemplars.size();
      return base::Status();
    });
  }

  struct One {
    std::string series;
    int64_t time_ms = 0;
    double value = 0;
    friend bool operator==(const One&, const One&) = default;
  };
  base::WalPosition end_;
  std::vector<One> order_;
  std::vector<model::Labels> names_;
  uint64_t epoch_ = 0;
  uint64_t lost_ = 0, histograms_ = 0, exemplars_ = 0;
};

class LogTailTest : public StoreTest {
 protected:
  // One scrape: some values move, some stand still.
  void Scrape() {
    std::vector<model::SampleRow> rows;
    for (int i = 0; i < kTailSeries; ++i) {
      rows.push_back(Row(SeriesNamed("m", i), Now(), i % 2 == 0 ? 7 : 0.25 * step_));
      sent_.push_back({rows.back().labels.ToString(), Now(), rows.back().value});
    }
    Append(rows);
    ++step_;
    clock_.Advance(seconds(15));
  }

  int step_ = 0;
  std::vector<TailedLog::One> sent_;
};

TEST_F(LogTailTest, EverythingAppendedComesInItsOrder) {
  Open();
  const auto reader = store_->OpenLog(store_->LogEnd());
  TailedLog got;
  for (int i = 0; i < 200; ++i) {
    Scrape();
    if (i % 3 == 0) {
      ASSERT_TRUE(got.ReadOn(reader.get()).ok());
    }
  }
  ASSERT_TRUE(got.ReadOn(reader.get()).ok());
  EXPECT_EQ(got.order_, sent_);
  EXPECT_EQ(got.end_, store_->LogEnd());
  EXPECT_EQ(got.lost_, 0u);
}

TEST_F(LogTailTest, ALongRecordAndTheEndOfABlockAreNoMatter) {
  Open();
  const auto reader = store_->OpenLog(store_->LogEnd());
  TailedLog got;
  for (int i = 0; i < 40; ++i) {
    std::vector<model::SampleRow> rows;
    for (int k = 0; k < 37 * i; ++k) {
      rows.push_back(Row(SeriesNamed("long" + std::to_string(i), k), Now(), 1.0 / (k + 3)));
      sent_.push_back({rows.back().labels.ToString(), Now(), rows.back().value});
    }
    if (!rows.empty()) Append(rows);
    clock_.Advance(seconds(1));
    ASSERT_TRUE(got.ReadOn(reader.get()).ok());
  }
  EXPECT_EQ(got.order_, sent_);
}

TEST_F(LogTailTest, WhatAFlushIsDoneWithIsKeptWhileSomebodyNeedsIt) {
  Open();
  store_->NeedLog(store_->LogEnd().segment);
  const auto reader = store_->OpenLog(store_->LogEnd());
  for (int i = 0; i < 4; ++i) {
    Scrape();
    ASSERT_TRUE(store_->Flush().ok());
  }
  Scrape();
  TailedLog got;
  ASSERT_TRUE(got.ReadOn(reader.get()).ok());
  EXPECT_EQ(got.order_, sent_);
  EXPECT_EQ(fs_.List("data/metrics/sending")->size(), 4u);
  // Done with two of them.
  store_->NeedLog(got.end_.segment - 2);
  EXPECT_EQ(fs_.List("data/metrics/sending")->size(), 2u);
  store_->NeedLog(std::nullopt);
  EXPECT_FALSE(fs_.Exists("data/metrics/sending"));
  Scrape();
  ASSERT_TRUE(store_->Flush().ok());
  EXPECT_FALSE(fs_.Exists("data/metrics/sending"));
}

TEST_F(LogTailTest, ARestartDropsNothingThatWasNeeded) {
  Open();
  const base::WalPosition from = store_->LogEnd();
  store_->NeedLog(from.segment);
  for (int i = 0; i < 3; ++i) {
    Scrape();
    if (i == 0) {
      ASSERT_TRUE(store_->Flush().ok());
    }
    Open();
    Scrape();
    ASSERT_TRUE(store_->Flush().ok());
  }
  EXPECT_EQ(store_->LogRunBegin().offset, 0u);
  const auto reader = store_->OpenLog(from);
  TailedLog got;
  ASSERT_TRUE(got.ReadOn(reader.get()).ok());
  EXPECT_EQ(got.order_, sent_);
  EXPECT_EQ(reader->missing_segments(), 0u);
}

TEST_F(LogTailTest, TheMiddleOfASegmentIsReachedWithAllNames) {
  Open();
  for (int i = 0; i < 20; ++i) Scrape();
  const base::WalPosition middle = store_->LogEnd();
  const size_t before = sent_.size();
  for (int i = 0; i < 20; ++i) Scrape();
  const auto reader = store_->OpenLog(middle);
  TailedLog got;
  ASSERT_TRUE(got.ReadOn(reader.get()).ok());
  EXPECT_EQ(got.order_, sent_) << "what is before it comes too";
  EXPECT_EQ(before * 2, sent_.size());
}

TEST_F(LogTailTest, TheOldestGoesWhenThereIsNoRoomAndIsMissed) {
  options_.max_sending_bytes = 400;
  Open();
  const base::WalPosition from = store_->LogEnd();
  store_->NeedLog(from.segment);
  for (int i = 0; i < 10; ++i) {
    Scrape();
    ASSERT_TRUE(store_->Flush().ok());
  }
  Scrape();
  const auto reader = store_->OpenLog(from);
  TailedLog got;
  ASSERT_TRUE(got.ReadOn(reader.get()).ok());
  EXPECT_GT(reader->missing_segments(), 0u);
  ASSERT_FALSE(got.order_.empty());
  EXPECT_LT(got.order_.size(), sent_.size());
  sent_.erase(sent_.begin(), sent_.end() - static_cast<int64_t>(got.order_.size()));
  EXPECT_EQ(got.order_, sent_);
  EXPECT_GT(log_.Count("is dropped: there is no room"), 0);
}

TEST_F(LogTailTest, ARecordThatMovedToTheNextSegmentComesOnce) {
  Open();
  const auto reader = store_->OpenLog(store_->LogEnd());
  TailedLog got;
  // Names so long that segments fill, each another from its first byte on.
  std::string letters(70'000, ' ');
  uint32_t random = 1;
  for (char& c : letters) {
    random = random * 1664525 + 1013904223;
    c = static_cast<char>('a' + (random >> 16) % 26);
  }
  for (size_t i = 0; i < 60; ++i) {
    std::vector<model::SampleRow> rows;
    for (size_t k = 0; k < 20; ++k) {
      model::LabelsBuilder labels(SeriesNamed("wide", static_cast<int>(i * 100 + k)));
      const std::string text = letters.substr(i * 20 + k, 60'000);
      labels.Set("text", text);
      rows.push_back(Row(labels.Build(), Now(), static_cast<double>(k)));
      sent_.push_back({"", Now(), static_cast<double>(k)});
    }
    Append(rows);
    clock_.Advance(seconds(1));
    ASSERT_TRUE(got.ReadOn(reader.get()).ok());
  }
  EXPECT_GT(store_->LogEnd().segment, 1u);
  ASSERT_EQ(got.order_.size(), sent_.size());
  for (size_t i = 0; i < sent_.size(); ++i) EXPECT_EQ(got.order_[i].value, sent_[i].value);
}

TEST_F(LogTailTest, ASegmentWhoseFirstRecordFailedIsReadFromItsBeginning) {
  Open();
  store_->NeedLog(store_->LogEnd().segment);
  const auto reader = store_->OpenLog(store_->LogEnd());
  TailedLog got;
  Scrape();
  ASSERT_TRUE(store_->Flush().ok());
  ASSERT_TRUE(got.ReadOn(reader.get()).ok()) << "the new segment is open now";
  fs_.FailAt(1, test::FaultFs::Fault::kNoSpace);
  std::vector<model::SampleRow> refused = {Row(SeriesNamed("m", 0), Now(), 1)};
  EXPECT_FALSE(store_->Append(refused).ok());
  clock_.Advance(seconds(15));
  Scrape();
  Scrape();
  ASSERT_TRUE(got.ReadOn(reader.get()).ok());
  EXPECT_EQ(got.order_, sent_);
  EXPECT_EQ(reader->missing_segments(), 0u);
}

TEST_F(LogTailTest, ABadPlaceOnTheDiskIsTriedAgainAndCostsItself) {
  Open();
  const base::WalPosition from = store_->LogEnd();
  const auto reader = store_->OpenLog(from);
  for (int i = 0; i < 5; ++i) Scrape();
  fs_.MakeUnreadable("data/metrics/wal/00000001.wal", 100);
  TailedLog got;
  EXPECT_FALSE(got.ReadOn(reader.get()).ok());
  EXPECT_EQ(reader->damaged_places(), 0u);
  for (int i = 0; i < 100 && reader->damaged_places() == 0; ++i) {
    EXPECT_FALSE(got.ReadOn(reader.get()).ok());
  }
  EXPECT_EQ(reader->damaged_places(), 1u);
  EXPECT_TRUE(got.order_.empty());
  ASSERT_TRUE(store_->Flush().ok());
  sent_.clear();
  Scrape();
  ASSERT_TRUE(got.ReadOn(reader.get()).ok());
  EXPECT_EQ(got.order_, sent_);
}

TEST_F(LogTailTest, AFolderThatCannotBeListedIsNotAnEmptyOne) {
  class Unlisted final : public test::GateFs {
   public:
    explicit Unlisted(base::FileSystem* below) : GateFs(below, "none", 0), below_(below) {}
    base::StatusOr<std::vector<std::string>> List(const std::string& path) override {
      if (path == fails) return base::Unavailable("too many open files");
      return below_->List(path);
    }
    std::string fails;

   private:
    base::FileSystem* const below_;
  };
  Unlisted fs(&fs_);
  LogKeeper::Options options;
  options.wal_dir = "wal";
  options.kept_dir = "sending";
  options.fs = &fs;
  options.log = &log_;
  options.telemetry = &telemetry_;
  const LogKeeper keeper(options);
  EXPECT_TRUE(absl::IsNotFound(keeper.Find(1).status())) << "neither folder is there";
  ASSERT_TRUE(fs_.CreateDirs("wal").ok() && fs_.CreateDirs("sending").ok());
  ASSERT_TRUE(fs_.WriteFileAtomic("sending/00000001.wal", "old").ok());
  ASSERT_TRUE(fs_.WriteFileAtomic("wal/00000009.wal", "new").ok());
  for (const char* folder : {"sending", "wal"}) {
    fs.fails = folder;
    EXPECT_TRUE(absl::IsUnavailable(keeper.Find(1).status())) << folder;
  }
  fs.fails.clear();
  EXPECT_EQ(keeper.Find(1)->number, 1u);
}

TEST(LogDecoder, ExemplarsThatWereCarriedWithoutAnEndMuteNoneThatFollow) {
  const std::vector<LoggedExemplar> one = {
      {SeriesNamed("traced", 1), {model::Labels{{"trace_id", "1"}}, 2, 1000}}};
  const std::string exemplars = EncodeExemplars(one);
  for (const bool same_segment : {true, false}) {
    LogDecoder decoder;
    model::SampleRecord record;
    ASSERT_TRUE(decoder.Decode(1, kWalCarryMark, kCarryBegins, &record).ok());
    EXPECT_FALSE(*decoder.Decode(1, kWalExemplars, exemplars, &record));
    // The next samples, whatever becomes of them.
    if (same_segment) {
      EXPECT_FALSE(decoder.Decode(1, kWalRows, "", &record).ok());
    }
    EXPECT_TRUE(*decoder.Decode(same_segment ? 1 : 2, kWalExemplars, exemplars, &record));
  }
}

TEST_F(LogTailTest, ExemplarsComeOnceThoughFlushesWriteThemAgain) {
  Open();
  const base::WalPosition from = store_->LogEnd();
  store_->NeedLog(from.segment);
  model::WireSeries series;
  series.labels = SeriesNamed("traced", 1);
  series.samples = {{Now(), 1}};
  series.exemplars = {{model::Labels{{"trace_id", "1"}}, 2, Now()}};
  ASSERT_TRUE(model::AppendSeries(std::span(&series, 1), store_.get()).ok());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(store_->Flush().ok());
    Scrape();
  }
  const auto reader = store_->OpenLog(from);
  TailedLog got;
  ASSERT_TRUE(got.ReadOn(reader.get()).ok());
  EXPECT_EQ(got.exemplars_, 1u);
  EXPECT_EQ(got.order_.size(), sent_.size() + 1);
}

}  // namespace
}  // namespace vedette::tsdb
