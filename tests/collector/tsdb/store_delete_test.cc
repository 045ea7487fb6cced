#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collector/tsdb/head.h"
#include "collector/tsdb/merge_plan.h"
#include "store_fixture.h"

// What was deleted is gone at once and stays gone; what comes after the deletion stays.

namespace vedette::tsdb {
namespace {

using std::chrono::minutes;

class DeleteTest : public StoreTest {
 protected:
  static std::vector<model::Matcher> Named(const std::string& metric) {
    return {model::Matcher::Equal("__name__", metric)};
  }
  static std::string Key(const std::string& metric) { return SeriesNamed(metric).ToString(); }
  // A sample of each metric, then 15 s pass.
  void Scrape(const std::vector<std::string>& metrics, int times = 1) {
    for (int i = 0; i < times; ++i) {
      std::vector<model::SampleRow> rows;
      for (const std::string& metric : metrics) rows.push_back(Row(SeriesNamed(metric), Now(), i));
      Append(rows);
      clock_.Advance(std::chrono::seconds(15));
    }
  }
  base::Status Delete(const std::string& metric) {
    return store_->Delete(Named(metric), INT64_MIN, INT64_MAX);
  }
  std::vector<std::string> Metrics() {
    auto names = store_->LabelValues("__name__", {});
    EXPECT_TRUE(names.ok()) << names.status();
    return names.ok() ? *names : std::vector<std::string>();
  }
  size_t TombstoneFiles() {
    auto names = fs_.List("data/metrics/tombstones");
    return names.ok() ? names->size() : 0;
  }
};

TEST_F(DeleteTest, HidesPartsAndHeadAtOnceAndNothingElse) {
  Open();
  Scrape({"gone", "stays"}, 3);
  ASSERT_TRUE(store_->Flush().ok());
  Scrape({"gone", "stays"}, 3);
  ASSERT_TRUE(Delete("gone").ok());
  const Contents left = All();
  EXPECT_FALSE(left.contains(Key("gone")));
  EXPECT_EQ(left.at(Key("stays")).size(), 6u);
  EXPECT_EQ(Metrics(), std::vector<std::string>{"stays"});
  EXPECT_EQ(store_->Series({Named("gone"), INT64_MIN, INT64_MAX, 0})->size(), 0u);
}

// Who writes waits for a few series of a label query's walk, not for all.
TEST(HeadDeletion, LabelQueriesLookAtFewSeriesUnderOneHoldOfTheLock) {
  Head head(1);
  HeadBatch batch;
  head.Begin(&batch);
  const int count = static_cast<int>(2 * kWalkStep) + 5;
  for (int i = 0; i < count; ++i) {
    Head::Run run;
    run.length = 1;
    run.time_ms = 1000 + i % 2 * 1000;  // half of them are not in the range
    head.Insert(head.Add(SeriesNamed("m", i), &run, &batch), 1, 0, &run, &batch);
  }
  head.NoteDeletion({model::Matcher::Equal("__name__", "not live")});
  EXPECT_FALSE(head.HidesDeleted()) << "none of the series here lost any sample";
  head.NoteDeletion({model::Matcher::Equal("instance", "7")});
  ASSERT_TRUE(head.HidesDeleted());
  HeadIndex::Walk walk;
  std::vector<SeriesPtr> all;
  bool more = true;
  for (size_t before = 0; more; before = all.size()) {
    more = head.NextInRange(0, 1500, &walk, &all);
    EXPECT_LE(all.size() - before, kWalkStep);
  }
  EXPECT_EQ(all.size(), kWalkStep + 3);
  head.Freeze();
  EXPECT_TRUE(head.HidesDeleted());
  head.Freeze();
  EXPECT_FALSE(head.HidesDeleted());
}

TEST_F(DeleteTest, LabelsOfManySeriesAreThoseOfTheSeriesThatAreLeft) {
  Open();
  std::vector<model::SampleRow> rows;
  const int count = static_cast<int>(2 * kWalkStep) + 5;
  for (int i = 0; i < count; ++i) rows.push_back(Row(SeriesNamed("m", i), Now(), 1));
  Append(rows);
  Append({Row(model::Labels{{"__name__", "m"}, {"instance", "x"}, {"only", "here"}}, Now(), 1)});
  ASSERT_TRUE(store_->Delete({model::Matcher::Equal("instance", "x")}, INT64_MIN, INT64_MAX).ok());
  for (int flushes = 0; flushes < 3; ++flushes) {
    clock_.Advance(minutes(1));
    for (model::SampleRow& row : rows) row.timestamp_ms = Now();
    Append(rows);
    const SeriesQuery now{{}, Now(), Now(), 0};
    const std::vector<std::string> names{"__name__", "instance", "job"};
    EXPECT_EQ(*store_->LabelNames(now), names) << flushes;
    EXPECT_EQ(store_->LabelValues("instance", now)->size(), rows.size()) << flushes;
    EXPECT_EQ(*store_->LabelValues("job", now), std::vector<std::string>{"test"});
    ASSERT_TRUE(store_->Flush().ok());
  }
}

TEST_F(DeleteTest, HoldsForWhatWasWrittenBefore) {
  Open();
  Scrape({"m"}, 3);
  ASSERT_TRUE(Delete("m").ok());
  Scrape({"m"}, 2);
  EXPECT_EQ(All().at(Key("m")).size(), 2u);
  ASSERT_TRUE(store_->Flush().ok());
  EXPECT_EQ(All().at(Key("m")).size(), 2u);
  store_.reset();
  Open();
  EXPECT_EQ(All().at(Key("m")).size(), 2u);
  ASSERT_TRUE(store_->CleanTombstones().ok());
  EXPECT_EQ(All().at(Key("m")).size(), 2u);
  EXPECT_EQ(TombstoneFiles(), 0u);
}

TEST_F(DeleteTest, TakesOnlyItsRange) {
  Open();
  const int64_t begin = Now();
  Scrape({"m"}, 10);
  ASSERT_TRUE(store_->Flush().ok());
  ASSERT_TRUE(store_->Delete(Named("m"), begin + 15'000, begin + 30'000).ok());
  const auto check = [&] {
    const Contents left = All();
    EXPECT_EQ(left.at(Key("m")).size(), 8u);
    EXPECT_FALSE(left.at(Key("m")).contains(begin + 15'000));
    EXPECT_FALSE(left.at(Key("m")).contains(begin + 30'000));
  };
  check();
  // Labels are those of series that have samples in the range.
  EXPECT_TRUE(store_->LabelValues("__name__", {{}, begin + 15'000, begin + 30'000, 0})->empty());
  EXPECT_TRUE(store_->Series({Named("m"), begin + 15'000, begin + 30'000, 0})->empty());
  ASSERT_TRUE(store_->CleanTombstones().ok());
  EXPECT_EQ(store_->Stats().part_samples, 8u);
  check();
}

TEST_F(DeleteTest, SurvivesARestartAKillAndALostManifest) {
  Open();
  Scrape({"gone", "stays"}, 3);
  ASSERT_TRUE(Delete("gone").ok());
  const Contents left = All();
  store_.reset();
  fs_.Kill();
  Open();
  EXPECT_EQ(All(), left);
  store_.reset();
  ASSERT_TRUE(fs_.Remove("data/metrics/MANIFEST").ok());
  Open();
  EXPECT_EQ(All(), left);
  Scrape({"gone"});
  ASSERT_TRUE(store_->Flush().ok());
  EXPECT_EQ(All().at(Key("gone")).size(), 1u) << "no new part gets a number the deletion holds for";
}

TEST_F(DeleteTest, AMergeAppliesItAndTheTombstoneGoes) {
  Open();
  for (int i = 0; i < 2; ++i) {
    Scrape({"gone", "stays"}, 2);
    ASSERT_TRUE(store_->Flush().ok());
  }
  ASSERT_TRUE(Delete("gone").ok());
  clock_.Advance(std::chrono::hours(26));
  ASSERT_TRUE(store_->Maintain().ok());  // the day is closed
  EXPECT_EQ(PartFiles().size(), 1u);
  EXPECT_EQ(store_->Stats().part_samples, 4u);
  ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(store_->Stats().tombstones, 0u);
  EXPECT_EQ(TombstoneFiles(), 0u);
}

TEST_F(DeleteTest, IdleStoreRewritesTenMinutesLater) {
  Open();
  Scrape({"gone", "stays"}, 2);
  ASSERT_TRUE(Delete("gone").ok());
  ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(store_->Stats().part_samples, 4u);
  clock_.Advance(minutes(10));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(store_->Stats().part_samples, 2u);
  EXPECT_EQ(TombstoneFiles(), 0u);
  EXPECT_EQ(All().at(Key("stays")).size(), 2u);
}

TEST_F(DeleteTest, PartOfWhichNothingIsLeftGoes) {
  Open();
  Scrape({"gone"}, 2);
  ASSERT_TRUE(Delete("gone").ok());
  ASSERT_TRUE(store_->CleanTombstones().ok());
  EXPECT_TRUE(PartFiles().empty());
  EXPECT_TRUE(All().empty());
}

TEST_F(DeleteTest, BrokenTombstoneIsSetAsideAndSaid) {
  Open();
  Scrape({"m"});
  ASSERT_TRUE(Delete("m").ok());
  store_.reset();
  const auto names = fs_.List("data/metrics/tombstones");
  ASSERT_TRUE(names.ok());
  fs_.Corrupt("data/metrics/tombstones/" + names->front(), 20, "?");
  Open();
  EXPECT_EQ(log_.Count("a deletion was lost"), 1);
  EXPECT_TRUE(fs_.Exists("data/metrics/tombstones/" + names->front() + ".broken"));
  EXPECT_EQ(All().at(Key("m")).size(), 1u);
}

TEST_F(DeleteTest, ACrashAtEveryOperationLeavesAllOrNothingAndKeepsWhatWasAcknowledged) {
  for (uint64_t k = 1;; ++k) {
    SCOPED_TRACE("crash at operation " + std::to_string(k));
    test::FaultFs fs(k);
    options_.fs = &fs;
    Open();
    std::vector<model::SampleRow> rows = {Row(SeriesNamed("gone"), Now(), 1),
                                          Row(SeriesNamed("stays"), Now(), 1)};
    ASSERT_TRUE(store_->Append(rows).ok());
    ASSERT_TRUE(Durable().ok());
    fs.FailAt(k, test::FaultFs::Fault::kCrash);
    const bool deleted = Delete("gone").ok();
    const bool cleaned = deleted && store_->CleanTombstones().ok();
    const bool through = !fs.crashed();
    store_.reset();
    fs.Restart();
    Open();
    const Contents left = All();
    EXPECT_TRUE(left.contains(Key("stays")));
    if (deleted) {
      EXPECT_FALSE(left.contains(Key("gone")));
    }
    store_.reset();
    if (through) {
      EXPECT_TRUE(cleaned);
      EXPECT_GT(k, 10u);
      return;
    }
  }
}

TEST_F(DeleteTest, RefusesWhatItCannotMean) {
  Open();
  EXPECT_TRUE(absl::IsInvalidArgument(store_->Delete({}, INT64_MIN, INT64_MAX)));
  EXPECT_TRUE(absl::IsInvalidArgument(store_->Delete(Named("m"), 2, 1)));
}

}  // namespace
}  // namespace vedette::tsdb
