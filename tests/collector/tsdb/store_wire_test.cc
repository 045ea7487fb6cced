#include "model/wire_batch.h"

#include <tuple>

#include "store_fixture.h"

namespace vedette::tsdb {
namespace {

class StoreWireTest : public StoreTest {
 protected:
  model::AppendStats Send(const std::vector<model::WireSeries>& series, bool v2 = false) {
    const std::string bytes =
        v2 ? model::EncodeRemoteWriteV2(series) : model::EncodeRemoteWriteV1(series);
    const auto batch = v2 ? model::WireBatch::ParseV2(bytes) : model::WireBatch::ParseV1(bytes);
    EXPECT_TRUE(batch.ok()) << batch.status();
    const auto stats = store_->Append(*batch);
    EXPECT_TRUE(stats.ok()) << stats.status();
    return stats.ok() ? *stats : model::AppendStats();
  }
  model::WireSeries With(const std::string& name, std::vector<model::WireSample> samples) {
    model::WireSeries series;
    series.labels = SeriesNamed(name);
    series.samples = std::move(samples);
    return series;
  }
  model::Exemplar Example(int64_t time_ms) {
    return {model::Labels{{"trace_id", "abc"}}, 0.5, time_ms};
  }
  std::vector<SeriesExemplars> AllExemplars() {
    return store_->Exemplars({{}}, INT64_MIN, INT64_MAX);
  }
};

TEST_F(StoreWireTest, EverySampleIsItsSeries) {
  Open();
  const int64_t t = Now();
  // As many samples as series, though not one each.
  model::WireSeries example = With("none", {});
  example.exemplars = {Example(t)};
  for (const bool v2 : {false, true}) {
    const auto stats = Send({With("a", {{t - 10, 1}, {t, 2}}), example, With("b", {{t, 3}})}, v2);
    EXPECT_EQ(stats.accepted, 3u);
    EXPECT_EQ(stats.exemplars, 1u);
    EXPECT_EQ(stats.rejected(), 0u) << stats.first_error;
  }
  const Contents all = All();
  EXPECT_EQ(all.size(), 2u);
  EXPECT_EQ(all.at(SeriesNamed("a").ToString()).size(), 2u);
  EXPECT_EQ(all.at(SeriesNamed("b").ToString()).at(t), std::bit_cast<uint64_t>(3.0));
}

TEST_F(StoreWireTest, ABadSeriesCostsItself) {
  Open();
  const int64_t t = Now();
  model::WireSeries nameless = With("x", {{t - 1, 1}, {t, 1}});
  nameless.labels = model::Labels{{"job", "a"}};
  nameless.exemplars = {Example(t)};
  const auto stats = Send({With("a", {{t, 1}}), nameless, With("b", {{t, 2}})});
  EXPECT_EQ(stats.accepted, 2u);
  EXPECT_EQ(stats.invalid, 2u);
  EXPECT_EQ(stats.exemplars_dropped, 1u);
  EXPECT_NE(stats.first_error.find("metric name"), std::string::npos) << stats.first_error;
  EXPECT_EQ(All().size(), 2u);
}

// A series' second sample must not go where the one before its first refused sample went.
TEST_F(StoreWireTest, ARefusedSampleLeadsNoOtherAstray) {
  Open();
  const int64_t t = Now();
  const int64_t ahead = t + 3'600'000;
  const auto stats = Send({With("a", {{t - 5, 1}}), With("b", {{ahead, 2}, {t, 3}}),
                           With("c", {{t + 1, 4}}), With("d", {{-(int64_t{1} << 62), 5}, {t, 6}})});
  EXPECT_EQ(stats.accepted, 4u);
  EXPECT_EQ(stats.invalid, 2u);
  const Contents all = All();
  for (const auto& [name, at, value] :
       {std::tuple("a", t - 5, 1.0), {"b", t, 3.0}, {"c", t + 1, 4.0}, {"d", t, 6.0}}) {
    const auto& samples = all.at(SeriesNamed(name).ToString());
    ASSERT_EQ(samples.size(), 1u) << name;
    EXPECT_EQ(samples.at(at), std::bit_cast<uint64_t>(value)) << name;
  }
}

TEST_F(StoreWireTest, ExemplarsAreKeptInOrderAndThroughRestarts) {
  Open();
  const int64_t t = Now();
  model::WireSeries series = With("a", {});
  series.exemplars = {Example(t - 20), Example(t - 10), Example(t - 10), Example(t - 15)};
  auto stats = Send({series}, true);
  EXPECT_EQ(stats.exemplars, 3u);  // one came twice
  EXPECT_EQ(stats.exemplars_dropped, 1u);
  series.exemplars = {Example(t + 3'600'000)};
  EXPECT_EQ(Send({series}).exemplars_dropped, 1u);
  for (int i = 0; i < 3; ++i) {
    const auto all = AllExemplars();
    ASSERT_EQ(all.size(), 1u) << i;
    EXPECT_EQ(all[0].series, SeriesNamed("a"));
    EXPECT_EQ(all[0].exemplars, (std::vector<model::Exemplar>{Example(t - 20), Example(t - 10)}));
    Open();
  }
  EXPECT_TRUE(store_->Exemplars({{model::Matcher::Equal("__name__", "b")}}, 0, t).empty());
}

// They are in no part: a flush, which drops the log that has them, writes them to the new one.
TEST_F(StoreWireTest, ExemplarsOutliveTheLogThatAFlushDrops) {
  Open();
  const int64_t t = Now();
  model::WireSeries a = With("a", {{t, 1}});
  model::WireSeries b = With("b", {{t, 1}});
  a.exemplars = {Example(t - 30), Example(t - 20)};
  Send({a, b});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(store_->Flush().ok());
    a.samples = b.samples = {{t + 1 + i, 1}};
    a.exemplars = {Example(t - 10 + i)};
    b.exemplars = {Example(t + i)};
    Send({a, b});
  }
  const auto all = AllExemplars();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].exemplars.size(), 5u);
  EXPECT_EQ(all[1].exemplars.size(), 3u);
  ASSERT_EQ(*fs_.List("data/metrics/wal"), (std::vector<std::string>{"00000004.wal", "LOCK"}));
  const auto expect_all = [&] {
    const auto found = AllExemplars();
    ASSERT_EQ(found.size(), 2u);
    for (size_t i = 0; i < 2; ++i) EXPECT_EQ(found[i].exemplars, all[i].exemplars) << i;
  };
  Open();
  expect_all();
  ASSERT_TRUE(store_->Flush().ok());
  fs_.Restart();  // what the flush wrote was on disk before it dropped anything
  Open();
  expect_all();
}

// A power cut while segments are dropped leaves some of them.
TEST_F(StoreWireTest, ExemplarsOutliveALogThatIsDroppedByHalves) {
  Open();
  const int64_t t = Now();
  model::WireSeries series = With("a", {});
  for (int i = 0; i < 4; ++i) {
    series.exemplars = {Example(t - 10 + i)};
    Send({series});
    Open();  // each in a segment of its own
  }
  const std::string second = *fs_.ReadFile("data/metrics/wal/00000002.wal");
  const auto all = AllExemplars();
  Append({Row(SeriesNamed("m"), t, 1)});
  ASSERT_TRUE(store_->Flush().ok());
  store_.reset();
  ASSERT_FALSE(fs_.Exists("data/metrics/wal/00000002.wal"));
  ASSERT_TRUE(fs_.WriteFileAtomic("data/metrics/wal/00000002.wal", second).ok());
  for (int i = 0; i < 2; ++i) {
    Open();
    ASSERT_EQ(AllExemplars().size(), 1u);
    EXPECT_EQ(AllExemplars()[0].exemplars, all[0].exemplars);
  }
}

// A replay that flushes as it goes drops log too.
TEST_F(StoreWireTest, ExemplarsOutliveTheLogThatAReplayDrops) {
  Open();
  const int64_t t = Now();
  model::WireSeries series = With("a", {});
  series.exemplars = {Example(t - 1)};
  Send({series});
  store_.reset();
  options_.head_bytes = 64 << 10;
  for (int i = 0; i < 3; ++i) {
    Open();
    for (int k = 0; k < 1500; ++k) Append({Row(SeriesNamed("m"), Now() + i * 1500 + k, k * 0.1)});
  }
  Open();
  EXPECT_GT(store_->Stats().parts, 0u) << "flushed while replaying";
  EXPECT_FALSE(fs_.Exists("data/metrics/wal/00000001.wal"));
  Open();
  ASSERT_EQ(AllExemplars().size(), 1u);
  EXPECT_EQ(AllExemplars()[0].exemplars, series.exemplars);
}

TEST_F(StoreWireTest, ExemplarsCarriedOverAreBounded) {
  options_.exemplars.max_exemplars = 10;
  Open();
  for (int64_t i = 0; i < 50; ++i) {
    model::WireSeries series = With("a", {{Now() + i, 1}});
    series.exemplars = {Example(Now() - 50 + i)};
    Send({series});
    ASSERT_TRUE(store_->Flush().ok());
  }
  EXPECT_LT(store_->Stats().wal_bytes, 2000u);
  Open();
  EXPECT_EQ(AllExemplars()[0].exemplars.size(), 10u);
}

TEST_F(StoreWireTest, ManyExemplarsAreLoggedInSeveralRecords) {
  Open();
  model::WireSeries series = With("a", {});
  for (int64_t i = 0; i < 2500; ++i) series.exemplars.push_back(Example(Now() - 2500 + i));
  EXPECT_EQ(Send({series}).exemplars, 2500u);
  Open();
  ASSERT_EQ(AllExemplars().size(), 1u);
  EXPECT_EQ(AllExemplars()[0].exemplars.size(), 2500u);
}

}  // namespace
}  // namespace vedette::tsdb
