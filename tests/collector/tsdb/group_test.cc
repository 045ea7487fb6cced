#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/wal_format.h"
#include "collector/tsdb/head.h"
#include "collector/tsdb/log_writer.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/wal_record.h"
#include "model/remote_write.h"
#include "model/wire_batch.h"
#include "store_fixture.h"
#include "tests/support/long_tests.h"

namespace vedette::tsdb {
namespace {

constexpr int64_t kT0 = 1'700'000'000'000;
constexpr int64_t kWindow = 600'000;

std::vector<model::SeriesSamples> ReadAll(std::unique_ptr<SeriesCursor> cursor) {
  std::vector<model::SeriesSamples> all;
  while (*cursor->Next()) {
    all.emplace_back().labels = cursor->labels();
    EXPECT_TRUE(cursor->Read(&all.back()).ok());
  }
  return all;
}

std::vector<model::SeriesSamples> SeriesOf(Head* head) {
  return ReadAll(NewHeadCursor(head->View({}, INT64_MIN, INT64_MAX), INT64_MIN, INT64_MAX));
}

// A head, filled by hand.
class HeadTest : public testing::Test {
 protected:
  // Takes a run as Append does; gives what became of each sample.
  std::string Take(int64_t time_ms, const std::vector<std::pair<int, double>>& row) {
    head_.Begin(&batch_);
    return TakeMore(time_ms, row);
  }
  std::string TakeMore(int64_t time_ms, const std::vector<std::pair<int, double>>& row) {
    Head::Run run;
    run.time_ms = time_ms;
    run.length = row.size();
    std::string verdicts;
    for (const auto& [n, value] : row) {
      const model::Labels labels = SeriesNamed("m", n);
      HeadSeries* series = head_.FindLabels(labels);
      if (series == nullptr) series = head_.Add(labels, &run, &batch_);
      verdicts += "+=x<"[static_cast<int>(head_.Insert(series, value, kWindow, &run, &batch_))];
    }
    return verdicts;
  }
  // How the newest batch was stored: r a row of a group, l with its own time.
  std::string Kinds() const {
    std::string kinds;
    for (const HeadBatch::Entry& entry : batch_.entries)
      kinds += "rl="[static_cast<int>(entry.kind)];
    return kinds;
  }
  static std::vector<std::pair<int, double>> Series(int first, int last, double value) {
    std::vector<std::pair<int, double>> row;
    for (int n = first; n < last; ++n) row.emplace_back(n, value);
    return row;
  }
  size_t Samples() {
    size_t samples = 0;
    for (const auto& series : SeriesOf(&head_)) samples += series.values.size();
    EXPECT_EQ(samples, head_.samples());
    return samples;
  }

  Head head_{7};
  HeadBatch batch_;
};

TEST_F(HeadTest, RunsBecomeGroupsAndStayThem) {
  struct Case {
    const char* what;
    int64_t time_ms;
    int first, last;
    const char* kinds;
    size_t groups;
  };
  const std::string kSixtyFour(64, 'r');
  const Case cases[] = {
      {"too few for a group", 0, 0, 7, "lllllll", 0},
      {"eight are one", 1, 100, 108, "rrrrrrrr", 1},
      {"again", 2, 100, 108, "rrrrrrrr", 1},
      {"loose ones join those they come with", 3, 96, 108, "rrrrrrrrrrrr", 2},
      {"a few alone open no row", 4, 100, 103, "lll", 2},
      {"older than its newest row", 2, 106, 107, "", 2},
      {"another group", 5, 200, 264, kSixtyFour.c_str(), 3},
      {"eight of its 64 are a group of their own", 6, 210, 218, "rrrrrrrr", 4},
      {"and stay one", 7, 210, 218, "rrrrrrrr", 4},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.what);
    Take(kT0 + one.time_ms, Series(one.first, one.last, static_cast<double>(one.time_ms)));
    EXPECT_EQ(Kinds(), one.kinds);
    EXPECT_EQ(head_.groups(), one.groups);
    Samples();
  }
}

TEST_F(HeadTest, RowsAreJudgedAsSingleSamplesAre) {
  Take(kT0, Series(0, 10, 1));
  Take(kT0 + 1000, Series(0, 10, 2));
  struct Case {
    int64_t time_ms;
    std::vector<std::pair<int, double>> row;
    const char* verdicts;
  };
  const Case cases[] = {
      {kT0 + 1000, {{0, 2}, {1, 3}}, "=x"},          // of the newest row
      {kT0, {{0, 1}, {1, 3}}, "=x"},                 // of an older one
      {kT0 + 500, {{0, 9}, {0, 9}, {0, 8}}, "+=x"},  // between two rows
      {kT0 + 1000 - kWindow, {{3, 1}}, "+"},
      {kT0 + 999 - kWindow, {{3, 1}}, "<"},
      {kT0 + 2000, {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {0, 1}, {1, 2}}, "++++++=x"},
      {kT0 + 2000, {{9, 5}, {9, 6}}, "+x"},  // the rest of the row
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.time_ms - kT0);
    EXPECT_EQ(Take(one.time_ms, one.row), one.verdicts);
    Samples();
  }
  // 6, 7 and 8 have a gap there, and go on.
  EXPECT_EQ(Take(kT0 + 3000, Series(0, 10, 7)), "++++++++++");
  EXPECT_EQ(Kinds(), "rrrrrrrrrr");
  EXPECT_EQ(Take(kT0 + 2000, {{6, 1}, {9, 5}, {9, 4}}), "+=x");
  EXPECT_EQ(Samples(), 20u + 1 + 1 + 7 + 10 + 1);
}

TEST_F(HeadTest, UndoLeavesNothingOfABatch) {
  const auto contents = [this] {
    Contents all;
    for (const auto& series : SeriesOf(&head_)) {
      for (size_t i = 0; i < series.values.size(); ++i) {
        all[series.labels.ToString()][series.timestamps_ms[i]] =
            std::bit_cast<uint64_t>(series.values[i]);
      }
    }
    return all;
  };
  for (int i = 0; i < 20; ++i) Take(kT0 + i, Series(0, 16, i < 10 ? 1 : i));
  Take(kT0 + 20, Series(0, 9, 5));  // the others have a gap
  const Contents before = contents();
  const size_t series_before = head_.series();
  for (int i = 0; i < 3; ++i) {
    Take(kT0 + 21, Series(0, 30, 3));       // new series, values that change, gaps that end
    TakeMore(kT0 + 22, Series(10, 30, 4));  // two rows in a batch
    TakeMore(kT0 + 23, Series(2, 10, 5));   // some by themselves
    TakeMore(kT0 - 5, Series(0, 3, 1));     // late
    EXPECT_NE(contents(), before);
    head_.Undo(batch_);
    EXPECT_EQ(contents(), before);
    EXPECT_EQ(head_.series(), series_before);
    EXPECT_EQ(head_.max_ms(), kT0 + 20);
    EXPECT_EQ(head_.min_ms(), kT0);
  }
  EXPECT_EQ(Take(kT0 + 21, Series(0, 16, 9)), std::string(16, '+'));
  EXPECT_EQ(Take(kT0 + 20, Series(0, 9, 5)), std::string(9, '='));
}

TEST_F(HeadTest, WhatStandsStillTakesTheMemoryOfItsTimeAlone) {
  Take(kT0, Series(0, 200, 1));
  const uint64_t first = head_.sample_bytes();
  for (int i = 1; i < 100; ++i) Take(kT0 + i, Series(0, 200, 1));
  EXPECT_LE(head_.sample_bytes() - first, 128 * sizeof(int64_t));
  for (int i = 100; i < 200; ++i) Take(kT0 + i, Series(0, 200, i));
  EXPECT_LE(head_.sample_bytes(), 200 * 100 * 9.4);
  EXPECT_LE(sizeof(HeadSeries), 128u);
}

TEST_F(HeadTest, FreezeKeepsTheGroupsInTheOrderInWhichTheyCome) {
  Take(kT0, Series(0, 20, 1));
  std::vector<std::pair<int, double>> row = Series(0, 20, 2);
  row.insert(row.begin() + 5, {50, 2});  // its slot is the last
  const auto take = [&](int64_t time_ms) {
    head_.Begin(&batch_);
    Head::Run run;
    run.time_ms = time_ms;
    run.length = row.size();
    for (const auto& [n, value] : row) {
      HeadSeries* series = head_.FindLabels(SeriesNamed("m", n));
      if (series == nullptr) series = head_.Add(SeriesNamed("m", n), &run, &batch_);
      if (run.last != nullptr) Head::Learn(run.last, series);
      run.last = series;
      head_.Insert(series, value, kWindow, &run, &batch_);
    }
  };
  take(kT0 + 1);
  EXPECT_EQ(head_.FindLabels(SeriesNamed("m", 50))->slot, 20u);
  const auto frozen = head_.Freeze();
  EXPECT_EQ(frozen->samples(), 41u);
  EXPECT_EQ(head_.FindLabels(SeriesNamed("m", 50))->slot, 5u);
  take(kT0 + 2);
  for (size_t i = 0; i < row.size(); ++i) EXPECT_EQ(batch_.entries[i].series->slot, i);
  EXPECT_EQ(head_.groups(), 1u);
}

TEST_F(HeadTest, SeriesWithoutSamplesAreForgottenButReadersKeepTheirLabels) {
  Take(kT0, Series(0, 20, 1));
  const auto frozen = head_.Freeze();
  Take(kT0 + 1, Series(10, 20, 1));
  for (int i = 0; i < 2; ++i) head_.Freeze();
  EXPECT_EQ(head_.series(), 10u);
  head_.Freeze();
  EXPECT_EQ(head_.series(), 0u);
  EXPECT_EQ(head_.groups(), 0u);
  EXPECT_EQ(head_.bytes(), 0u);
  EXPECT_EQ(ReadAll(NewFrozenCursor(frozen, {}, INT64_MIN, INT64_MAX)).size(), 20u);
}

TEST_F(HeadTest, LogRecordIsAsDocumented) {
  const model::Labels a{{"n", "a"}};
  const model::Labels b{{"n", "b"}};
  LogWriter writer;
  writer.StartEpoch(5);
  Head::Run run;
  run.time_ms = 100;
  run.length = kMinRunOfGroup;
  head_.Begin(&batch_);
  for (const auto& [labels, value] : {std::pair(a, 3.0), std::pair(b, 0.5)}) {
    head_.Insert(head_.Add(labels, &run, &batch_), value, kWindow, &run, &batch_);
  }
  Head::Run single;
  single.time_ms = 97;
  single.length = 1;
  head_.Insert(head_.FindLabels(a), -1, kWindow, &single, &batch_);
  std::string expected;
  expected += "\x05\x02";                              // epoch, names
  base::PutSignedVarint(int64_t{2} << 32, &expected);  // group 2, slot 0
  expected += std::string(
      "\x00\x00\x04\x01n\x01"
      "a",
      7);  // nothing shared
  expected += std::string(
      "\x02\x03\x00\x01"
      "b",
      5);  // the next slot, 3 shared
  expected += std::string(
      "\xc8\x01"
      "\x01"
      "\x02\x00\x00",
      6);                                          // time 100; group 2, first
  expected += std::string("\x01\x00\x02\x03", 4);  // one run, two slots, both
  expected += "\x0c\x01";                          // 3; not an integer
  base::PutFixed(std::bit_cast<uint64_t>(0.5), &expected);
  expected += "\x01";  // loose rows
  base::PutSignedVarint(int64_t{2} << 32, &expected);
  expected += "\x05\x02";  // 3 ms before; -1
  EXPECT_EQ(*writer.Encode(batch_), expected);
  const auto back = DecodeBatch(kWalRows, expected);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->series[1], std::pair((uint64_t{2} << 32) + 1, b));
  EXPECT_EQ(back->group_rows.front().slots[1].value, 0.5);
  for (size_t cut = 0; cut < expected.size(); ++cut) {
    EXPECT_FALSE(DecodeBatch(kWalRows, expected.substr(0, cut)).ok()) << cut;
  }
}

TEST(WalRows, ImpossibleRecordsAreRefusedBeforeTheyTakeMemory) {
  const auto record = [](uint64_t first, uint64_t length) {
    std::string out("\x01\x00\x00\x01\x02\x00\x00\x01", 8);  // a row of group 2, one run
    base::PutSignedVarint(static_cast<int64_t>(first), &out);
    base::PutVarint(length, &out);
    return out + std::string(16, '\0');
  };
  EXPECT_FALSE(DecodeBatch(kWalRows, record(0, uint64_t{1} << 40)).ok());
  EXPECT_FALSE(DecodeBatch(kWalRows, record(0, UINT64_MAX)).ok());
  EXPECT_FALSE(DecodeBatch(kWalRows, record(kMaxGroupSlots, 1)).ok());
  EXPECT_FALSE(DecodeBatch(kWalRows, record(uint64_t{1} << 62, 1)).ok());
  EXPECT_FALSE(DecodeBatch(kWalRows, std::string("\x01\x01\x00\x09\x00\x00", 6)).ok());
}

// Series of which most stand still, some move at times and some always.
class GroupDamageTest : public StoreTest {
 protected:
  static constexpr int kSeries = 64;
  static constexpr int kScrapes = 150;
  static constexpr const char* kSegment = "data/metrics/wal/00000001.wal";

  void Scrape() {
    for (int i = 0; i < kScrapes; ++i) {
      begins_.push_back(store_->Stats().wal_bytes);
      std::vector<model::SampleRow> rows;
      for (int n = 0; n < kSeries; ++n) {
        if (n % 7 == 3 && i % 5 == 2) continue;  // not in every page
        const double value = n % 4 == 0 ? i : n % 4 == 1 ? i / (n + 3) : n;
        rows.push_back(Row(SeriesNamed("m", n), Now(), value));
      }
      ASSERT_TRUE(store_->Append(rows).ok());
      rows_.push_back(rows.size());
      clock_.Advance(std::chrono::seconds(15));
    }
    begins_[0] = base::wal_format::kHeaderBytes;
    whole_ = All();
    store_.reset();
    image_ = *fs_.ReadFile(kSegment);
  }

  // Opens with these records damaged; how many samples are missing. None may be wrong.
  size_t LostWith(const std::vector<size_t>& hits) {
    test::FaultFs fs;
    EXPECT_TRUE(fs.CreateDirs("data/metrics/wal").ok());
    EXPECT_TRUE(fs.WriteFileAtomic(kSegment, image_).ok());
    for (const size_t hit : hits) {
      fs.Corrupt(kSegment, begins_[hit] + base::wal_format::kFrameHeaderBytes + 1, "??");
    }
    options_.fs = &fs;
    Open();
    const Contents found = All();
    store_.reset();
    size_t lost = 0;
    for (const auto& [name, samples] : whole_) {
      const auto at = found.find(name);
      lost += samples.size() - (at == found.end() ? 0 : at->second.size());
    }
    for (const auto& [name, samples] : found) {
      for (const auto& [time_ms, bits] : samples) {
        EXPECT_TRUE(whole_.at(name).contains(time_ms)) << name;
        EXPECT_EQ(whole_.at(name).at(time_ms), bits) << name << " has a value it never had";
      }
    }
    return lost;
  }

  std::vector<uint64_t> begins_;
  std::vector<size_t> rows_;  // of each record
  Contents whole_;
  std::string image_;
};

TEST_F(GroupDamageTest, ALostRecordCostsItsOwnSamplesThoughOthersSayOnlyWhatChanges) {
  Open();
  Scrape();
  EXPECT_EQ(LostWith({}), 0u);
  const size_t stride = test::ForRun<size_t>(31, 1);
  for (size_t hit = 0; hit < begins_.size(); hit += hit < 6 ? 1 : stride) {
    SCOPED_TRACE("record " + std::to_string(hit));
    const size_t lost = LostWith({hit});
    EXPECT_GE(lost, rows_[hit]);
    // A series it alone has named: this one's turn.
    EXPECT_LE(lost, rows_[hit] + (hit < kNamedFirst ? 0 : 2 * kNamedEvery));
  }
}

TEST_F(GroupDamageTest, AfterMoreLostRecordsSamplesAreMissingAndCountedButNeverWrong) {
  Open();
  Scrape();
  const size_t stride = test::ForRun<size_t>(61, 3);
  for (size_t hit = 0; hit + 12 < begins_.size(); hit += hit < 2 ? 1 : stride) {
    for (const size_t gap : {size_t{1}, size_t{2}, size_t{5}, hit % 11 + 1}) {
      SCOPED_TRACE("records " + std::to_string(hit) + " and " + std::to_string(hit + gap));
      const std::string field = "lost_rows=";
      const int said = log_.Count(field);
      const size_t lost = LostWith({hit, hit + gap});
      const size_t own = rows_[hit] + rows_[hit + gap];
      EXPECT_GE(lost, own);
      EXPECT_LE(lost, own + kSeries * kNamedEvery);
      EXPECT_EQ(log_.Count(field), said + 1);
      EXPECT_GE(log_.Count(field + std::to_string(lost - own)), 1);
    }
  }
}

TEST_F(StoreTest, RemoteWriteRequestIsJudgedSeriesBySeries) {
  Open();
  const auto append = [this](const std::vector<model::SeriesSamples>& series) {
    const std::string bytes = model::EncodeRemoteWrite(series);
    const auto batch = model::WireBatch::ParseV1(bytes);
    EXPECT_TRUE(batch.ok()) << batch.status();
    const auto stats = store_->Append(*batch);
    EXPECT_TRUE(stats.ok()) << stats.status();
    return *stats;
  };
  std::vector<model::SeriesSamples> series;
  for (int n = 0; n < 20; ++n) series.push_back({SeriesNamed("m", n), {Now()}, {1.0 * n}});
  series.push_back({SeriesNamed("back", 1), {Now() - 30, Now() - 20, Now() - 10}, {1, 2, 3}});
  series.push_back({SeriesNamed("far", 1), {kMaxTimeMs + 1}, {1}});
  model::Labels nameless{{"job", "x"}};
  series.push_back({nameless, {Now()}, {1}});
  model::AppendStats stats = append(series);
  EXPECT_EQ(stats.accepted, 23u);
  EXPECT_EQ(stats.invalid, 2u);
  stats = append(series);  // the same again
  EXPECT_EQ(stats.accepted, 23u);
  series[3].values[0] = 77;
  stats = append(series);
  EXPECT_EQ(stats.duplicate, 1u);
  EXPECT_NE(stats.first_error.find(series[3].labels.ToString()), std::string::npos);
  EXPECT_EQ(All().size(), 21u);
  const Contents before = All();
  Open();
  EXPECT_EQ(All(), before);
}

}  // namespace
}  // namespace vedette::tsdb
