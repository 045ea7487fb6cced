#include <gtest/gtest.h>

#include <algorithm>

#include "base/codec/bytes.h"
#include "store_fixture.h"

namespace vedette::logstore {
namespace {

using Strings = std::vector<std::string>;

TEST(Store, PushedLinesAreReadInOrderAlsoAfterFlushAndRestart) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  for (const auto& [line, second] :
       std::vector<std::pair<std::string, int>>{{"c", 3}, {"a", 1}, {"b1", 2}, {"b2", 2}}) {
    ASSERT_TRUE(t.Push(OneLine(line, kNowNs - kDayNs + second * kSecondNs)).ok());
  }
  const Strings want = {"a", "b1", "b2", "c", "d", "e"};
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.Push(OneLine("e")).ok());
  ASSERT_TRUE(t.Push(OneLine("d", kNowNs - 1)).ok());
  Strings backward = want;
  std::reverse(backward.begin(), backward.end());
  for (const char* state : {"flushed and not", "restarted", "all flushed"}) {
    EXPECT_EQ(t.Read(), want) << state;
    EXPECT_EQ(t.Read(Direction::kBackward), backward) << state;
    ASSERT_TRUE(state[0] == 'r' ? t.store->Flush().ok() : t.Open().ok());
  }
  EXPECT_EQ(t.Read(), want);
}

TEST(Store, EqualLinesWithoutSourceAreOne) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(t.Push(OneLine("x")).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.Push(OneLine("x")).ok());
  ASSERT_TRUE(t.Push(OneLine("x", kNowNs, "other")).ok());
  model::LogPush with_metadata = OneLine("x");
  with_metadata.streams[0].entries[0].metadata = {{"level", "info"}};
  ASSERT_TRUE(t.Push(std::move(with_metadata)).ok());
  EXPECT_EQ(t.Read().size(), 3u);
}

TEST(Store, RecutBatchesOfASourceAreStoredOncePerPosition) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(Positions(1, 5)).ok());
  ASSERT_TRUE(t.Push(Positions(3, 8)).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.Push(Positions(1, 9)).ok());
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(Positions(7, 10)).ok());
  EXPECT_EQ(t.Read(), (Strings{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}));
}

TEST(Store, WhatIsLeftOutOfAPushIsTold) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(Positions(1, 2)).ok());
  model::LogPush push = Positions(2, 4);
  push.streams[0].entries[2].timestamp_ns = kNowNs - 100 * kDayNs;
  push.left_out = std::make_shared<std::vector<size_t>>();
  const auto left_out = push.left_out;
  EXPECT_EQ(t.Push(std::move(push)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(*left_out, (std::vector<size_t>{0, 2}));
}

TEST(Store, EqualLinesAtDifferentPositionsAreAllKept) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  model::LogPush push = Positions(1, 2);
  push.streams[0].entries[1] = push.streams[0].entries[0];
  ASSERT_TRUE(t.Push(std::move(push)).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  EXPECT_EQ(t.Read().size(), 2u);
}

TEST(Store, BadEntriesAreNamedAndTheRestIsStored) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  model::LogPush push = OneLine("good");
  push.streams[0].entries.push_back({kNowNs + kDayNs, "new", {}});
  push.streams[0].entries.push_back({kNowNs - 100 * kDayNs, "old", {}});
  const base::Status status = t.Push(std::move(push));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(base::Message(status),
            "entry for stream '{app=\"a\"}' has timestamp too new: 2023-11-15T22:13:20Z");
  EXPECT_EQ(t.Read(), Strings{"good"});
}

// Whoever halves a refused batch to find the bad entry must be told again, although its position
// is below the mark by then.
TEST(Store, BadEntryOfASourceStaysBadWhenAlone) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  model::LogPush push = Positions(1, 3);
  push.streams[0].entries[1].timestamp_ns = kNowNs - 100 * kDayNs;
  EXPECT_FALSE(t.Push(push).ok());
  model::LogPush alone = Positions(2, 2);
  alone.streams[0].entries[0].timestamp_ns = kNowNs - 100 * kDayNs;
  EXPECT_FALSE(t.Push(alone).ok());
  EXPECT_TRUE(t.Push(Positions(3, 3)).ok());
  EXPECT_EQ(t.Read(), (Strings{"1", "3"}));
}

TEST(Store, RetentionDropsDaysAndTheirFiles) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(OneLine("old", kNowNs - 89 * kDayNs)).ok());
  ASSERT_TRUE(t.Push(OneLine("young")).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  EXPECT_EQ(t.fs.List("data/logs/parts")->size(), 2u);
  t.clock.Advance(std::chrono::hours(48));
  ASSERT_TRUE(t.Push(OneLine("new", kNowNs + 2 * kDayNs)).ok());
  ASSERT_TRUE(t.store->Maintain().ok());
  EXPECT_EQ(t.Read(), (Strings{"young", "new"}));
  EXPECT_EQ(t.fs.List("data/logs/parts")->size(), 2u);
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read(), (Strings{"young", "new"}));
}

TEST(Store, LowDiskRefusesPushesWholeAndResumesByItself) {
  TestStore t;
  t.fs.SetCapacity(1 << 20);
  t.min_free_bytes = 512 << 10;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(OneLine("before")).ok());
  t.fs.SetCapacity(256 << 10);
  for (int i = 0; i < 3; ++i) {
    const base::Status refused = t.Push(OneLine("during"));
    EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
    EXPECT_TRUE(base::IsNoSpace(refused)) << refused;
  }
  EXPECT_EQ(t.Read(), Strings{"before"});
  EXPECT_EQ(t.logger.Count("log store refuses pushes"), 1);
  EXPECT_EQ(t.Metric("vedette_logs_refusing"), 1);
  t.fs.SetCapacity(std::nullopt);
  EXPECT_TRUE(t.Push(OneLine("after", kNowNs + 1)).ok());
  EXPECT_TRUE(t.Push(OneLine("more", kNowNs - 1)).ok());
  EXPECT_EQ(t.logger.Count("log store takes pushes again"), 1);
  EXPECT_EQ(t.logger.Count("refused=3"), 1);
  EXPECT_EQ(t.Metric("vedette_logs_refusing"), 0);
  EXPECT_EQ(t.Read(), (Strings{"more", "before", "after"}));
}

TEST(Store, FullDiskInTheMiddleOfAPushStoresNothingOfIt) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(Positions(1, 3)).ok());
  t.fs.FailAlways(test::FaultFs::Fault::kNoSpace);
  EXPECT_TRUE(base::IsNoSpace(t.Push(Positions(4, 6))));
  EXPECT_EQ(t.Read().size(), 3u);
  t.fs.ClearFault();
  EXPECT_TRUE(t.Push(Positions(4, 6)).ok());
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read(), (Strings{"1", "2", "3", "4", "5", "6"}));
}

TEST(Store, FailedFsyncRefusesUntilMemoryIsOnDisk) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(Positions(1, 1)).ok());
  t.fs.FailAt(2, test::FaultFs::Fault::kFailedSync);  // append, then this
  EXPECT_EQ(t.Push(Positions(2, 2)).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(t.Push(Positions(2, 2)).code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(t.store->Maintain().ok());
  t.clock.Advance(std::chrono::minutes(1));
  EXPECT_TRUE(t.Push(Positions(2, 3)).ok());
  t.store.reset();
  t.fs.Restart();
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read(), (Strings{"1", "2", "3"}));
}

TEST(Store, DamagedBlockCostsOnlyItself) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  model::LogPush push = OneLine("first", kNowNs - 10 * kSecondNs);
  for (int i = 0; i < 3; ++i) {
    std::string noise(900 << 10, '.');
    for (size_t k = 0; k < noise.size(); ++k) {
      noise[k] = static_cast<char>('a' + base::Hash64(noise.substr(0, 8), k) % 26);
    }
    push.streams[0].entries.push_back({kNowNs + i, noise, {}});
  }
  ASSERT_TRUE(t.Push(std::move(push)).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  const std::string part = "data/logs/parts/" + t.fs.List("data/logs/parts")->at(0);
  t.fs.Corrupt(part, 200'000, "rot");
  SelectStats stats;
  const size_t lines = t.Read(Direction::kForward, &stats).size();
  EXPECT_EQ(stats.corrupt_blocks, 1u);
  EXPECT_GT(lines, 0u);
  EXPECT_LT(lines, 4u);
  EXPECT_EQ(t.logger.Count("log block left out: damaged"), 1);
}

TEST(Store, DamagedPartIsSetAsideAndTheRestServed) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(OneLine("lost", kNowNs - kDayNs)).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.Push(OneLine("kept")).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  const std::string name = t.fs.List("data/logs/parts")->at(0);
  t.fs.Corrupt("data/logs/parts/" + name, t.fs.Stat("data/logs/parts/" + name)->size - 3, "x");
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read(), Strings{"kept"});
  EXPECT_TRUE(t.fs.Exists("data/logs/quarantine/" + name));
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read(), Strings{"kept"});
}

TEST(Store, DamagedManifestIsRebuiltFromTheParts) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(OneLine("a")).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.Push(OneLine("b", kNowNs + 1)).ok());
  t.fs.Corrupt("data/logs/MANIFEST", 22, "\xff\xff");
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read(), (Strings{"a", "b"}));
}

TEST(Store, UnnamedFilesAreRemovedAtStart) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.fs.Create("data/logs/parts/000001-00000077.rows").ok());
  ASSERT_TRUE(t.Open().ok());
  EXPECT_TRUE(t.fs.List("data/logs/parts")->empty());
}

TEST(Store, LabelsAndSeriesFollowMatchersAndRange) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(OneLine("x", kNowNs - kDayNs, "old")).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.Push(OneLine("y", kNowNs, "new")).ok());
  EXPECT_EQ(t.store->LabelNames({}, INT64_MIN, INT64_MAX), Strings{"app"});
  EXPECT_EQ(t.store->LabelValues("app", {}, INT64_MIN, INT64_MAX), (Strings{"new", "old"}));
  EXPECT_EQ(t.store->LabelValues("app", {}, kNowNs, INT64_MAX), Strings{"new"});
  EXPECT_EQ(t.store->Series({{model::Matcher::Equal("app", "old")}}, INT64_MIN, INT64_MAX).size(),
            1u);
  EXPECT_EQ(t.Read(Direction::kForward, nullptr, {model::Matcher::Equal("app", "old")}),
            Strings{"x"});
  EXPECT_EQ(t.store->Volume({}, INT64_MIN, INT64_MAX).entries, 2u);
}

TEST(Store, SelectStopsEarlyAndWhenAsked) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(t.Push(OneLine(std::to_string(i), kNowNs - i * kDayNs)).ok());
  }
  ASSERT_TRUE(t.store->Flush().ok());
  SelectRequest request;
  request.start_ns = 0;
  request.end_ns = INT64_MAX;
  request.direction = Direction::kBackward;
  SelectStats stats;
  ASSERT_TRUE(t.store
                  ->Select(
                      request, [](std::span<const Row>) { return false; }, &stats)
                  .ok());
  EXPECT_EQ(stats.blocks_read, 1u);
  std::stop_source stop;
  stop.request_stop();
  request.stop = stop.get_token();
  EXPECT_EQ(t.store->Select(request, [](std::span<const Row>) { return true; }).code(),
            absl::StatusCode::kCancelled);
}

TEST(Store, ALineThatIsTooLongIsKeptCutAndMarked) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  const std::string mark = " [cut: 2000000 bytes]";
  std::string line(2'000'000, 'x');
  // A character across the cut goes whole.
  const size_t cut = (1 << 20) - mark.size();
  line.replace(cut - 1, 2, "\xc3\xa4");
  ASSERT_TRUE(t.Push(OneLine(line)).ok());
  ASSERT_TRUE(t.Push(OneLine(std::string(1 << 20, 'y'), kNowNs + 1)).ok());
  const std::vector<std::string> read = t.Read();
  ASSERT_EQ(read.size(), 2u);
  EXPECT_TRUE(read[0] == std::string(cut - 1, 'x') + mark);
  EXPECT_TRUE(read[1] == std::string(1 << 20, 'y'));
  EXPECT_EQ(t.Metric("vedette_logs_cut_lines_total"), 1);
}

TEST(Store, StreamsAreCappedInNumberAndBytesUntilMemoryIsOnDisk) {
  TestStore t;
  t.max_streams = 3;
  t.max_stream_bytes = 1000;
  ASSERT_TRUE(t.Open().ok());
  for (const char* app : {"a", "b", "c", "a"}) {
    ASSERT_TRUE(t.Push(OneLine(app, kNowNs, app)).ok());
  }
  const base::Status refused = t.Push(OneLine("x", kNowNs, "d"));
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(base::Message(refused).find("more than 3 streams"), std::string_view::npos) << refused;
  EXPECT_NE(base::Message(refused).find("app=\"d\""), std::string_view::npos) << refused;
  EXPECT_EQ(t.Read().size(), 3u);
  // As from Loki: what has room is taken all the same.
  model::LogPush both = OneLine("y", kNowNs, "d");
  both.streams.push_back({{{"app", "a"}}, {{kNowNs, "of a stream that is there", {}}}});
  EXPECT_EQ(t.Push(both).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(t.Read().size(), 4u);
  // A source keeps what is not taken, and sends it again.
  both.sources.push_back({"s", {1, 2}});
  EXPECT_EQ(t.Push(both).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(t.Read().size(), 4u);
  // Room is made by the next round of upkeep.
  ASSERT_TRUE(t.store->Maintain().ok());
  EXPECT_TRUE(t.Push(both).ok());
  EXPECT_EQ(t.Read().size(), 6u);
  // Streams that came and went do not count.
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.Push(OneLine("x", kNowNs, "d")).ok());
  const base::Status large = t.Push(OneLine("x", kNowNs, std::string(2000, 'e')));
  EXPECT_EQ(large.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(base::Message(large).find("more than 1000 bytes"), std::string_view::npos) << large;
}

// Streams that come and go stay in the indexes of parts as long as their lines.
TEST(Store, NewStreamsAreRefusedWhenIndexesTakeTooMuchMemoryAndOthersGoOn) {
  TestStore t;
  t.max_index_bytes = 100'000;
  ASSERT_TRUE(t.Open().ok());
  base::Status status;
  size_t pushed = 0;
  while (status.ok() && pushed < 10'000) {
    for (int i = 0; i < 20 && status.ok(); ++i) {
      status = t.Push(OneLine("x", kNowNs, std::to_string(pushed)));
      if (status.ok()) ++pushed;
    }
    ASSERT_TRUE(t.store->Flush().ok());
    ASSERT_TRUE(t.store->Maintain().ok());
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(base::Message(status).find("100000 bytes of memory"), std::string_view::npos) << status;
  EXPECT_GT(pushed, 100u);
  EXPECT_LT(pushed, 500u);
  EXPECT_TRUE(t.Push(OneLine("of one that is there", kNowNs, "0")).ok());
  EXPECT_EQ(t.Read().size(), pushed + 1);
}

TEST(StreamIds, AListAndBitsHoldTheSame) {
  for (const uint32_t step : {1, 3, 31, 64, 1000}) {
    for (const size_t count : {0, 1, 2, 100}) {
      std::vector<uint32_t> want;
      for (size_t i = 0; i < count; ++i) want.push_back(static_cast<uint32_t>(5 + i * step));
      const StreamIds ids(want);
      EXPECT_EQ(std::vector<uint32_t>(ids.begin(), ids.end()), want) << step << " " << count;
      EXPECT_EQ(ids.size(), count);
      EXPECT_LE(ids.held(), (count + 1) * sizeof(uint32_t));
    }
  }
}

// Few bytes of lines, many of labels: memory is what counts.
TEST(Store, LabelsOfManyStreamsFillMemoryToo) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  base::Status status;
  int pushed = 0;
  for (; status.ok() && pushed < 10'000; ++pushed) {
    status = t.Push(OneLine("x", kNowNs, std::to_string(pushed) + std::string(2000, 'l')));
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(pushed, 6000);
  ASSERT_TRUE(t.store->Flush().ok());
  EXPECT_EQ(t.Read().size(), static_cast<size_t>(pushed - 1));
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read().size(), static_cast<size_t>(pushed - 1));
}

}  // namespace
}  // namespace vedette::logstore
