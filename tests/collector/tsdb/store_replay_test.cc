#include <atomic>
#include <thread>

#include "base/codec/bytes.h"
#include "base/wal_format.h"
#include "store_fixture.h"
#include "tests/support/gate_fs.h"

// The log is replayed while the store answers already.

namespace vedette::tsdb {
namespace {

using std::chrono::seconds;

constexpr int kReplaySeries = 40;

class StoreReplayTest : public StoreTest {
 protected:
  StoreReplayTest() {
    options_.fs = &gate_;
    options_.min_free_bytes = 0;
  }

  ~StoreReplayTest() override {
    gate_.Open();
    store_.reset();  // before what it reads through
  }

  // One page of kSeries, all values moving and of full precision, so that the log has some length.
  std::vector<model::SampleRow> Page(int step) const {
    std::vector<model::SampleRow> rows;
    for (int i = 0; i < kReplaySeries; ++i) {
      rows.push_back(Row(SeriesNamed("m", i), Now(), 1.0 / (step * kReplaySeries + i + 1)));
    }
    return rows;
  }
  // `pages` pages in the log alone, in `segments` of it.
  void Log(int pages, int segments = 1) {
    options_.background = false;
    for (int segment = 0; segment < segments; ++segment) {
      Open();
      for (int i = 0; i < pages / segments; ++i) {
        Append(Page(step_++));
        clock_.Advance(seconds(15));
      }
    }
    before_ = All();
    store_.reset();
  }
  void OpenInBackground() {
    options_.background = true;
    Open();
  }
  void WaitUntilReplayed() {
    std::promise<void> replayed;
    store_->OnReplayed([&replayed] { replayed.set_value(); });
    replayed.get_future().wait();
  }
  double Metric(const std::string& name) const {
    for (const base::Telemetry::Family& family : telemetry_.Collect()) {
      if (family.name == name) return family.points.at(0).value;
    }
    ADD_FAILURE() << "no metric " << name;
    return -1;
  }
  // Every sample of `some` is in `all`, to the bit.
  static void ExpectPartOf(const Contents& some, const Contents& all) {
    for (const auto& [series, samples] : some) {
      ASSERT_TRUE(all.contains(series)) << series;
      for (const auto& [time_ms, bits] : samples) {
        const auto at = all.at(series).find(time_ms);
        ASSERT_TRUE(at != all.at(series).end() && at->second == bits) << series << time_ms;
      }
    }
  }
  static size_t Count(const Contents& contents) {
    size_t count = 0;
    for (const auto& [series, samples] : contents) count += samples.size();
    return count;
  }

  // The log's blocks, not its headers.
  test::GateFs gate_{&fs_, "/wal/", 4096};
  int step_ = 0;
  Contents before_;
};

TEST_F(StoreReplayTest, OldDataIsServedAtOnceAndWhatIsReplayedSoFar) {
  options_.background = false;
  Open();
  Append(Page(step_++));
  clock_.Advance(seconds(15));
  ASSERT_TRUE(store_->Flush().ok());
  const Contents in_part = All();
  store_.reset();
  Log(400);
  gate_.Close(2);
  OpenInBackground();
  gate_.WaitForReader();

  const Contents now = All();
  ExpectPartOf(in_part, now);
  ExpectPartOf(now, before_);
  EXPECT_GT(Count(now), Count(in_part)) << "two blocks have been replayed";
  EXPECT_LT(Count(now), Count(before_));
  const ReplayProgress progress = store_->Replay();
  EXPECT_FALSE(progress.done);
  EXPECT_GT(progress.done_bytes, 0u);
  EXPECT_LT(progress.done_bytes, progress.all_bytes);
  EXPECT_EQ(progress.problem, "");
  EXPECT_EQ(Metric("vedette_tsdb_replay_running"), 1);

  gate_.Open();
  WaitUntilReplayed();
  EXPECT_EQ(All(), before_);
  EXPECT_TRUE(store_->Replay().done);
  EXPECT_EQ(Metric("vedette_tsdb_replay_running"), 0);
  EXPECT_EQ(Metric("vedette_tsdb_replay_done_bytes"), Metric("vedette_tsdb_replay_bytes"));
  EXPECT_EQ(Append(Page(step_++)).accepted, static_cast<uint64_t>(kReplaySeries));
}

TEST_F(StoreReplayTest, WhatWouldChangeTheStoreIsUnavailableUntilThen) {
  Log(400);
  gate_.Close(1);
  OpenInBackground();
  gate_.WaitForReader();
  std::vector<model::SampleRow> rows = Page(step_);
  const auto appended = store_->Append(rows);
  EXPECT_TRUE(absl::IsUnavailable(appended.status())) << appended.status();
  EXPECT_NE(appended.status().message().find("being replayed"), std::string::npos);
  const auto any = model::Matcher::Equal("job", "test");
  for (const base::Status& status :
       {Durable(), store_->Flush(), store_->Maintain(), store_->Compact(),
        store_->CleanTombstones(), store_->Delete({any}, 0, Now()),
        store_->Backup("copy", nullptr).status(),
        store_->Import({}, [](int64_t, const Store::Visitor&) { return base::Status(); })}) {
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  }
  EXPECT_FALSE(fs_.Exists("copy"));
  gate_.Open();
  WaitUntilReplayed();
  EXPECT_EQ(All(), before_);
  EXPECT_TRUE(store_->Delete({any}, 0, Now()).ok());
  EXPECT_EQ(Count(All()), 0u);
}

TEST_F(StoreReplayTest, StoppingInTheMiddleLosesNothing) {
  Log(400);
  for (const uint64_t blocks : {0, 1, 3}) {
    gate_.Close(blocks);
    OpenInBackground();
    gate_.WaitForReader();
    std::thread stopper([this] { store_->Stop(); });
    gate_.Open();
    stopper.join();
    ExpectPartOf(All(), before_);
    store_.reset();
  }
  OpenInBackground();
  WaitUntilReplayed();
  EXPECT_EQ(All(), before_);
}

TEST_F(StoreReplayTest, AKillWhileItFlushesLosesNothingAndGoesOnFromThere) {
  Log(1200, 3);
  options_.head_bytes = 256 << 10;
  gate_.Close(9);
  OpenInBackground();
  gate_.WaitForReader();
  EXPECT_GT(store_->Stats().parts, 0u) << "flushed as it went";
  fs_.Kill();
  gate_.Open();
  store_.reset();
  OpenInBackground();
  WaitUntilReplayed();
  EXPECT_EQ(All(), before_);
  EXPECT_LE(store_->Stats().head_bytes, options_.head_bytes);
}

TEST_F(StoreReplayTest, SeriesBeyondTheCapAreFlushedAndForgotten) {
  options_.background = false;
  options_.max_series = 1000;
  options_.head_bytes = 4 << 20;
  Open();
  // Each page is of other series; flushes keep the registry below its cap.
  for (int page = 0; page < 20; ++page) {
    std::vector<model::SampleRow> rows;
    for (int i = 0; i < 100; ++i) rows.push_back(Row(SeriesNamed("n", page * 100 + i), Now(), i));
    options_.max_series = 100'000;
    Append(rows);
    clock_.Advance(seconds(15));
  }
  before_ = All();
  store_.reset();
  options_.max_series = 1000;
  options_.head_bytes = 64 << 10;
  OpenInBackground();
  WaitUntilReplayed();
  EXPECT_EQ(All(), before_);
  EXPECT_LE(store_->Stats().head_series, options_.max_series + 100);
}

TEST_F(StoreReplayTest, AFailedReplayIsTriedAgain) {
  Log(1200, 3);
  options_.head_bytes = 256 << 10;
  gate_.Close(2);
  OpenInBackground();
  gate_.WaitForReader();
  fs_.FailAlways(test::FaultFs::Fault::kNoSpace);
  gate_.Open();
  clock_.WaitForSleepers(1);
  const Contents now = All();
  ExpectPartOf(now, before_);
  EXPECT_NE(store_->Replay().problem, "");
  std::vector<model::SampleRow> rows = Page(step_);
  const auto appended = store_->Append(rows);
  EXPECT_TRUE(absl::IsUnavailable(appended.status())) << appended.status();
  EXPECT_NE(appended.status().message().find("cannot be replayed"), std::string::npos);
  EXPECT_EQ(Metric("vedette_tsdb_replay_failures_total"), 1);
  fs_.ClearFault();
  std::promise<void> replayed;
  store_->OnReplayed([&replayed] { replayed.set_value(); });
  clock_.Advance(seconds(11));
  replayed.get_future().wait();
  EXPECT_EQ(All(), before_);
  EXPECT_EQ(store_->Replay().problem, "");
  EXPECT_EQ(Append(rows).accepted, static_cast<uint64_t>(kReplaySeries));
}

TEST_F(StoreReplayTest, ALogOfANewerVersionIsRefusedAtOnce) {
  Log(10);
  std::string header = base::wal_format::EncodeHeader(1);
  header[8] = 99;
  const uint64_t checksum = base::Hash64(std::string_view(header).substr(0, header.size() - 8));
  header.replace(header.size() - 8, 8, reinterpret_cast<const char*>(&checksum), 8);
  fs_.Corrupt("data/metrics/wal/00000001.wal", 0, header);
  options_.background = true;
  const auto opened = Store::Open(options_);
  EXPECT_TRUE(absl::IsInvalidArgument(opened.status())) << opened.status();
  EXPECT_NE(opened.status().message().find("version 99"), std::string::npos) << opened.status();
}

// For the thread sanitizer: all that may happen beside the replay.
TEST_F(StoreReplayTest, QueriesAppendsAndStopMayComeAtAnyTime) {
  Log(1200, 3);
  options_.head_bytes = 256 << 10;
  for (int round = 0; round < 4; ++round) {
    OpenInBackground();
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
      while (!stop) {
        const auto found = Read(*store_);
        if (round < 2 && found.ok()) ExpectPartOf(*found, before_);
        static_cast<void>(store_->Stats());
        static_cast<void>(store_->LabelNames({}));
        static_cast<void>(store_->Exemplars({{}}, 0, Now()));
      }
    });
    threads.emplace_back([&] {
      std::vector<model::SampleRow> rows = Page(step_);
      while (!stop) {
        // Those of the rounds to be compared are refused: one value stands for the time already.
        for (model::SampleRow& row : rows) row.timestamp_ms = Now() - (round < 2 ? 15'000 : 0);
        static_cast<void>(store_->Append(rows));
        store_->OnDurable([](const base::Status&) {});
        static_cast<void>(store_->Replay());
      }
    });
    if (round % 2 == 0) WaitUntilReplayed();
    store_->Stop();
    stop = true;
    for (std::thread& thread : threads) thread.join();
    store_.reset();
  }
  options_.background = false;
  Open();
  ExpectPartOf(before_, All());
}

}  // namespace
}  // namespace vedette::tsdb
