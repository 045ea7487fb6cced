#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "collector/tsdb/part_format.h"
#include "store_fixture.h"
#include "tests/support/temp_dir.h"

namespace vedette::tsdb {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

model::Matcher Match(model::MatchType type, std::string name, std::string value) {
  return model::Matcher::Make(type, std::move(name), std::move(value)).value();
}

TEST_F(StoreTest, AnswersTheSameFromHeadPartAndAfterRestart) {
  Open();
  for (int i = 0; i < 200; ++i) {
    Append({Row(SeriesNamed("up", 1), Now(), 1), Row(SeriesNamed("up", 2), Now(), i),
            Row(SeriesNamed("load", 1), Now(), 0.01 * i)});
    clock_.Advance(seconds(15));
  }
  Append({Row(SeriesNamed("up", 2), Now(), model::StaleNan())});
  const Contents before = All();
  EXPECT_EQ(before.size(), 3u);
  Open();  // from the log
  EXPECT_EQ(All(), before);
  ASSERT_TRUE(store_->Flush().ok());
  EXPECT_EQ(All(), before);
  EXPECT_EQ(store_->Stats().head_samples, 0u);
  EXPECT_EQ(store_->Stats().part_samples, 601u);
  Open();  // from the part
  EXPECT_EQ(All(), before);
}

TEST_F(StoreTest, MatchersAndRangeChooseAlikeInHeadAndPart) {
  Open();
  const int64_t t0 = Now();
  for (int i = 0; i < 300; ++i) {
    const std::string zone = i % 3 == 0 ? "" : "z" + std::to_string(i % 3);
    const std::string n = std::to_string(i);
    Append({Row(model::Labels{{"__name__", "m"}, {"n", n}, {"zone", zone}}, t0 + i, i),
            Row(model::Labels{{"__name__", "other"}, {"n", n}}, t0 + i, i)});
  }
  using enum model::MatchType;
  struct Case {
    std::vector<model::Matcher> matchers;
    size_t series;
  };
  const std::vector<Case> cases = {
      {{}, 600},
      {{Match(kEqual, "__name__", "m")}, 300},
      {{Match(kEqual, "__name__", "m"), Match(kEqual, "zone", "")}, 100},
      {{Match(kEqual, "zone", "")}, 400},
      {{Match(kNotEqual, "zone", "")}, 200},
      {{Match(kNotEqual, "zone", "z1")}, 500},
      {{Match(kRegex, "zone", "z1|z2")}, 200},
      {{Match(kRegex, "zone", "z1|")}, 500},
      {{Match(kRegex, "n", "1.")}, 20},
      {{Match(kNotRegex, "n", ".*[02468]"), Match(kEqual, "__name__", "m")}, 150},
      {{Match(kEqual, "absent", "x")}, 0},
      {{Match(kRegex, "absent", ".*")}, 600},
      {{Match(kEqual, "__name__", "nope")}, 0}};
  for (const bool in_part : {false, true}) {
    if (in_part) {
      ASSERT_TRUE(store_->Flush().ok());
    }
    for (size_t i = 0; i < cases.size(); ++i) {
      SCOPED_TRACE(i);
      EXPECT_EQ(Read(*store_, cases[i].matchers)->size(), cases[i].series);
    }
    EXPECT_EQ(Read(*store_, {}, t0 + 10, t0 + 19)->size(), 20u);  // both ends included
    const auto names = store_->LabelNames({});
    EXPECT_EQ(*names, (std::vector<std::string>{"__name__", "n", "zone"}));
    EXPECT_EQ(store_->LabelValues("zone", {})->size(), 2u);
    SeriesQuery query;
    query.matchers = {Match(kEqual, "__name__", "other")};
    EXPECT_EQ(*store_->LabelNames(query), (std::vector<std::string>{"__name__", "n"}));
    query.limit = 7;
    EXPECT_EQ(store_->Series(query)->size(), 7u);
    EXPECT_EQ(store_->LabelValues("n", query)->size(), 7u);
    query.limit = 0;
    query.min_ms = t0 + 290;
    EXPECT_EQ(store_->Series(query)->size(), 10u);
  }
}

TEST_F(StoreTest, VisitorsErrorEndsTheQuery) {
  Open();
  Append({Row(SeriesNamed("a"), Now(), 1), Row(SeriesNamed("b"), Now(), 1)});
  int visits = 0;
  const base::Status status =
      store_->Select({}, INT64_MIN, INT64_MAX, [&](const model::SeriesSamples&) {
        ++visits;
        return base::ResourceExhausted("enough");
      });
  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_EQ(visits, 1);
}

TEST_F(StoreTest, JudgesEachRowByItself) {
  options_.out_of_order_window_ms = 60'000;
  Open();
  const int64_t t = Now();
  const model::Labels labels = SeriesNamed("m");
  Append({Row(labels, t, 5)});
  struct Case {
    int64_t time_ms;
    double value;
    uint64_t accepted, out_of_order, duplicate, invalid;
  };
  const Case cases[] = {
      {t, 5, 1, 0, 0, 0},           // the same again
      {t, 6, 0, 0, 1, 0},           // another value
      {t - 60'000, 1, 1, 0, 0, 0},  // late, within the window
      {t - 60'000, 2, 0, 0, 1, 0},  {t - 60'001, 1, 0, 1, 0, 0}, {kMaxTimeMs + 1, 1, 0, 0, 0, 1},
      {t + 600'001, 1, 0, 0, 0, 1},  // too far ahead
      {t + 1, 7, 1, 0, 0, 0}};
  for (const Case& one : cases) {
    SCOPED_TRACE(one.time_ms - t);
    const model::AppendStats stats = Append({Row(labels, one.time_ms, one.value)});
    EXPECT_EQ(stats.accepted, one.accepted);
    EXPECT_EQ(stats.out_of_order, one.out_of_order);
    EXPECT_EQ(stats.duplicate, one.duplicate);
    EXPECT_EQ(stats.invalid, one.invalid);
    EXPECT_EQ(stats.refused, 0u);
    EXPECT_EQ(stats.rejected(), 1 - one.accepted);
    EXPECT_EQ(stats.first_error.find(labels.ToString()) == 0, one.accepted == 0);
  }
  // Within one batch too, and the good rows of it are kept.
  const auto stats = Append({Row(labels, t + 2, 1), Row(labels, t + 2, 2), Row({}, t, 1),
                             Row(SeriesNamed("n"), t, -0.0), Row(SeriesNamed("n"), t, 0.0)});
  EXPECT_EQ(stats.accepted, 2u);
  EXPECT_EQ(stats.duplicate, 2u);
  EXPECT_EQ(stats.invalid, 1u);
  EXPECT_EQ(stats.out_of_order, 0u);
}

TEST_F(StoreTest, OfTwoValuesTheFirstStandsWhereverTheyAre) {
  Open();
  const int64_t t = Now();
  Append({Row(SeriesNamed("m"), t, 1), Row(SeriesNamed("m"), t + 1000, 1)});
  ASSERT_TRUE(store_->Flush().ok());
  Append({Row(SeriesNamed("m"), t, 2)});  // not the newest, its first is in a part: not seen
  EXPECT_EQ(All().begin()->second.at(t), std::bit_cast<uint64_t>(1.0));
  ASSERT_TRUE(store_->Flush().ok());
  EXPECT_EQ(All().begin()->second.at(t), std::bit_cast<uint64_t>(1.0));
  clock_.Advance(hours(72));
  ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(store_->Stats().parts, 1u);  // merged
  EXPECT_EQ(All().begin()->second.at(t), std::bit_cast<uint64_t>(1.0));
}

TEST_F(StoreTest, SeriesCapRefusesTheNewestByName) {
  options_.max_series = 2;
  Open();
  const auto stats = Append({Row(SeriesNamed("a"), Now(), 1), Row(SeriesNamed("b"), Now(), 1),
                             Row(SeriesNamed("c"), Now(), 1), Row(SeriesNamed("a"), Now() + 1, 1)});
  EXPECT_EQ(stats.accepted, 3u);
  EXPECT_EQ(stats.refused, 1u);
  EXPECT_NE(stats.first_error.find("__name__=\"c\""), std::string::npos) << stats.first_error;
  EXPECT_NE(stats.first_error.find("limit of 2 series"), std::string::npos);
  // Two flushes without samples free the places.
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store_->Flush().ok());
  EXPECT_EQ(Append({Row(SeriesNamed("c"), Now(), 1)}).accepted, 1u);
}

TEST_F(StoreTest, MemoryCapRefusesUntilAFlush) {
  options_.head_bytes = 64 << 10;
  Open();
  uint64_t refused = 0;
  for (int i = 0; i < 5000; ++i) refused += Append({Row(SeriesNamed("m"), Now() + i, i)}).refused;
  EXPECT_GT(refused, 0u);
  EXPECT_LE(store_->Stats().head_bytes, options_.head_bytes * 2);  // a doubling vector
  const Contents before = All();
  ASSERT_TRUE(store_->Flush().ok());
  EXPECT_EQ(Append({Row(SeriesNamed("m"), Now() + 6000, 1)}).accepted, 1u);
  EXPECT_EQ(All().begin()->second.size(), before.begin()->second.size() + 1);
}

TEST_F(StoreTest, ReplayKeepsUnderALowerCapByFlushing) {
  Open();
  for (int i = 0; i < 3000; ++i) {
    Append({Row(SeriesNamed("m"), Now() + i, i), Row(SeriesNamed("n"), Now() + i, i)});
  }
  const Contents before = All();
  options_.head_bytes = 32 << 10;
  Open();
  EXPECT_GT(store_->Stats().parts, 0u);
  EXPECT_LE(store_->Stats().head_bytes, options_.head_bytes);
  EXPECT_EQ(All(), before);
}

TEST_F(StoreTest, RefsOfCallersAreHintsOnly) {
  Open();
  std::vector<model::SampleRow> rows = {Row(SeriesNamed("a"), Now(), 1),
                                        Row(SeriesNamed("b"), Now(), 2)};
  ASSERT_TRUE(store_->Append(rows).ok());
  EXPECT_NE(rows[0].ref, rows[1].ref);
  std::swap(rows[0].ref, rows[1].ref);
  rows[0].timestamp_ms = rows[1].timestamp_ms = Now() + 1;
  ASSERT_TRUE(store_->Append(rows).ok());
  const Contents all = All();
  EXPECT_EQ(all.at(SeriesNamed("a").ToString()).at(Now() + 1), std::bit_cast<uint64_t>(1.0));
  EXPECT_EQ(all.at(SeriesNamed("b").ToString()).at(Now() + 1), std::bit_cast<uint64_t>(2.0));
}

TEST_F(StoreTest, ASeriesIsKnownByItsRefAlone) {
  Open();
  std::vector<model::SampleRow> rows;
  for (int i = 0; i < 10; ++i) rows.push_back(Row(SeriesNamed("m", i), Now(), i));
  ASSERT_TRUE(store_->Append(rows).ok());
  const model::Labels none;
  const auto send = [&](const std::vector<int>& which) {
    std::vector<model::LentSample> samples;
    for (const int i : which) {
      samples.push_back({&none, &rows.at(static_cast<size_t>(i)).ref, Now(), 100.0 + i});
    }
    return *store_->Append(samples);
  };
  clock_.Advance(std::chrono::seconds(15));
  EXPECT_EQ(send({7, 2, 3, 9}).accepted, 4u);
  ASSERT_TRUE(store_->Flush().ok());
  clock_.Advance(std::chrono::seconds(15));
  EXPECT_EQ(send({7}).accepted, 1u);
  const Contents all = All();
  EXPECT_EQ(all.at(SeriesNamed("m", 7).ToString()).at(Now()), std::bit_cast<uint64_t>(107.0));
  EXPECT_EQ(all.at(SeriesNamed("m", 9).ToString()).size(), 2u);
  // One that is refused is named nevertheless.
  const std::vector<model::LentSample> other = {{&none, &rows[7].ref, Now(), 1}};
  const model::AppendStats refused = *store_->Append(other);
  EXPECT_EQ(refused.duplicate, 1u);
  EXPECT_EQ(refused.first_error.rfind(SeriesNamed("m", 7).ToString(), 0), 0u)
      << refused.first_error;
}

TEST_F(StoreTest, ARefOfASeriesThatIsGoneIsGivenBackEmpty) {
  Open();
  std::vector<model::SampleRow> rows = {Row(SeriesNamed("a"), Now(), 1)};
  ASSERT_TRUE(store_->Append(rows).ok());
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(std::chrono::minutes(30));
    std::vector<model::SampleRow> other = {Row(SeriesNamed("b"), Now(), 1)};
    ASSERT_TRUE(store_->Append(other).ok());
    ASSERT_TRUE(store_->Flush().ok());
  }
  ASSERT_TRUE(rows[0].ref.known());
  const model::Labels none;
  const std::vector<model::LentSample> samples = {{&none, &rows[0].ref, Now(), 2}};
  const auto stats = store_->Append(samples);
  ASSERT_TRUE(stats.ok());
  EXPECT_EQ(stats->accepted + stats->rejected(), 0u);
  EXPECT_FALSE(rows[0].ref.known());
  EXPECT_EQ(All().at(SeriesNamed("a").ToString()).size(), 1u);
}

TEST_F(StoreTest, MaintenanceFlushesWhenDueAndMergesClosedDays) {
  Open();
  for (int i = 0; i < 30; ++i) {
    Append({Row(SeriesNamed("m"), Now(), i)});
    clock_.Advance(hours(1));
    ASSERT_TRUE(store_->Maintain().ok());
  }
  Contents before = All();
  EXPECT_EQ(before.begin()->second.size(), 30u);
  EXPECT_EQ(store_->Stats().head_samples, 0u);
  EXPECT_LT(store_->Stats().parts, 12u);  // eight flushes become one
  clock_.Advance(hours(48));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_LE(store_->Stats().parts, 3u);  // one a day
  EXPECT_EQ(PartFiles().size(), store_->Stats().parts);
  EXPECT_EQ(All(), before);
  Open();
  EXPECT_EQ(All(), before);
}

TEST_F(StoreTest, RetentionDropsPartsAndRefusesOlderSamples) {
  options_.retention_ms = 24 * 3600 * 1000;
  Open();
  const int64_t t = Now();
  Append({Row(SeriesNamed("old"), t, 1)});
  ASSERT_TRUE(store_->Flush().ok());
  clock_.Advance(hours(100));
  ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(All().size(), 1u) << "a clock that jumps forward throws nothing away";
  Append({Row(SeriesNamed("new"), Now(), 1)});
  ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(All().count(SeriesNamed("old").ToString()), 0u);
  const auto stats = Append({Row(SeriesNamed("old"), t, 1)});
  EXPECT_EQ(stats.out_of_order, 1u);
  EXPECT_NE(stats.first_error.find("retention"), std::string::npos);
}

TEST_F(StoreTest, BrokenPartIsSetAsideAndTheRestAnswers) {
  Open();
  Append({Row(SeriesNamed("a"), Now(), 1)});
  ASSERT_TRUE(store_->Flush().ok());
  Append({Row(SeriesNamed("b"), Now(), 2)});
  ASSERT_TRUE(store_->Flush().ok());
  store_.reset();
  const std::string path = "data/metrics/parts/" + PartFiles().front();
  fs_.Corrupt(path, fs_.Stat(path)->size - 20, "xxxx");
  Open();
  EXPECT_EQ(All().size(), 1u);
  EXPECT_TRUE(fs_.Exists(path + ".broken"));
  EXPECT_EQ(log_.Count("set aside"), 1);
  Open();  // said once, gone from the manifest
  EXPECT_EQ(log_.Count("set aside"), 1);
}

TEST_F(StoreTest, DamagedBlockCostsItselfAndIsNeverMergedAway) {
  Open();
  Append({Row(SeriesNamed("a"), Now(), 1.25), Row(SeriesNamed("b"), Now(), 2)});
  Append({Row(SeriesNamed("a"), Now() + 1, 1.75), Row(SeriesNamed("b"), Now() + 1, 2)});
  ASSERT_TRUE(store_->Flush().ok());
  // Behind the header the value page, with the values of a alone: b's are one value.
  fs_.Corrupt("data/metrics/parts/" + PartFiles().front(), kPartHeaderBytes + 1, "\xff\xff");
  const auto contents = Read(*store_);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->size(), 1u);
  EXPECT_GE(log_.Count("damaged bytes"), 1);
  Append({Row(SeriesNamed("b"), Now() + 2, 2)});
  ASSERT_TRUE(store_->Flush().ok());
  clock_.Advance(hours(72));
  ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(store_->Stats().parts, 2u);
}

TEST_F(StoreTest, BrokenManifestIsRebuiltFromTheParts) {
  Open();
  Append({Row(SeriesNamed("a"), Now(), 1)});
  ASSERT_TRUE(store_->Flush().ok());
  Append({Row(SeriesNamed("b"), Now(), 2)});
  const Contents before = All();
  store_.reset();
  fs_.Corrupt("data/metrics/MANIFEST", 12, "xx");
  Open();
  EXPECT_EQ(All(), before);
  EXPECT_TRUE(fs_.Exists("data/metrics/MANIFEST.broken"));
}

TEST_F(StoreTest, NewerFormatIsRefusedByName) {
  Open();
  Append({Row(SeriesNamed("a"), Now(), 1)});
  ASSERT_TRUE(store_->Flush().ok());
  store_.reset();
  fs_.Corrupt("data/metrics/parts/" + PartFiles().front(), 8, "\x03");
  const auto opened = Store::Open(options_);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.status().ToString().find("format version 3"), std::string::npos);
}

TEST_F(StoreTest, UnnamedFilesAreRemovedAtStart) {
  Open();
  store_.reset();
  ASSERT_TRUE(fs_.Create("data/metrics/parts/00000000000000aa.part").ok());
  Open();
  EXPECT_TRUE(PartFiles().empty());
}

TEST_F(StoreTest, FolderBelongsToOne) {
  Open();
  EXPECT_FALSE(Store::Open(options_).ok());
}

TEST_F(StoreTest, FullDiskRefusesWholeBatchesAnswersAndResumes) {
  options_.reserve_bytes = 64 << 10;
  options_.min_free_bytes = 64 << 10;
  fs_.SetCapacity(1 << 20);
  Open();
  EXPECT_EQ(fs_.Stat("data/metrics/reserve")->size, options_.reserve_bytes);
  Append({Row(SeriesNamed("m"), Now(), 1)});
  const Contents before = All();
  auto hog = fs_.Create("data/hog");
  const std::string block((1 << 20) - (100 << 10), 'x');
  ASSERT_TRUE((*hog)->Append(block).ok());
  clock_.Advance(seconds(2));
  std::vector<model::SampleRow> rows = {Row(SeriesNamed("m"), Now(), 2),
                                        Row(SeriesNamed("n"), Now(), 2)};
  const auto refused = store_->Append(rows);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(base::IsNoSpace(refused.status())) << refused.status();
  EXPECT_EQ(All(), before);
  ASSERT_TRUE(store_->Flush().ok()) << "flushing goes on";
  EXPECT_EQ(All(), before);
  ASSERT_TRUE(fs_.Remove("data/hog").ok());
  hog->reset();
  EXPECT_EQ(Append(rows).accepted, 2u);
  EXPECT_EQ(log_.Count("samples are taken"), 1);
}

TEST_F(StoreTest, ReserveIsGivenUpForAFlushAndComesBack) {
  options_.reserve_bytes = 256 << 10;
  fs_.SetCapacity(1 << 20);
  Open();
  for (int i = 0; i < 500; ++i) Append({Row(SeriesNamed("m", i), Now(), i * 0.37)});
  const Contents before = All();
  auto hog = fs_.Create("data/hog");
  static_cast<void>((*hog)->Append(std::string(1 << 20, 'x')));  // takes all that is left
  ASSERT_TRUE(store_->Flush().ok());
  EXPECT_FALSE(fs_.Exists("data/metrics/reserve"));
  EXPECT_EQ(All(), before);
  ASSERT_TRUE(fs_.Remove("data/hog").ok());
  hog->reset();
  ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_TRUE(fs_.Exists("data/metrics/reserve"));
}

TEST_F(StoreTest, NoSpaceInTheLogTakesNothing) {
  Open();
  Append({Row(SeriesNamed("m"), Now(), 1)});
  const Contents before = All();
  fs_.FailAlways(test::FaultFs::Fault::kNoSpace);
  std::vector<model::SampleRow> rows = {Row(SeriesNamed("m"), Now() + 1, 2),
                                        Row(SeriesNamed("n"), Now(), 2)};
  const auto refused = store_->Append(rows);
  EXPECT_TRUE(base::IsNoSpace(refused.status())) << refused.status();
  EXPECT_EQ(All(), before);
  EXPECT_EQ(store_->Stats().head_series, 1u);
  fs_.ClearFault();
  EXPECT_EQ(Append(rows).accepted, 2u);
  const Contents after = All();
  Open();
  EXPECT_EQ(All(), after);
}

TEST_F(StoreTest, StoppedStoreAnswersAndTakesNothing) {
  Open();
  Append({Row(SeriesNamed("m"), Now(), 1)});
  store_->Stop();
  std::vector<model::SampleRow> rows = {Row(SeriesNamed("m"), Now() + 1, 1)};
  EXPECT_TRUE(absl::IsUnavailable(store_->Append(rows).status()));
  EXPECT_EQ(All().size(), 1u);
  store_->Stop();
}

TEST_F(StoreTest, BackgroundThreadFlushesWhenDue) {
  options_.background = true;
  Open();
  Append({Row(SeriesNamed("m"), Now(), 1)});
  clock_.WaitForSleepers(1);
  clock_.Advance(std::chrono::minutes(31));
  while (store_->Stats().parts == 0) clock_.WaitForSleepers(1);
  EXPECT_EQ(All().size(), 1u);
}

TEST_F(StoreTest, WhatAKillLeavesIsAllThatWasAppended) {
  test::TempDir dir;
  const auto posix = base::NewPosixFileSystem();
  options_.fs = posix.get();
  options_.dir = dir.Join("live");
  Open();
  for (int i = 0; i < 50; ++i) {
    Append({Row(SeriesNamed("m", i % 5), Now() + i, i)});
    if (i == 25) {
      ASSERT_TRUE(store_->Flush().ok());
    }
  }
  // The files as another process sees them now are those that a SIGKILL would leave.
  std::filesystem::copy(dir.Join("live"), dir.Join("killed"),
                        std::filesystem::copy_options::recursive);
  const Contents before = All();
  options_.dir = dir.Join("killed");
  Open();
  EXPECT_EQ(All(), before);
}

}  // namespace
}  // namespace vedette::tsdb
