#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "collector/logstore/minute_counts.h"
#include "collector/logstore/minute_slot.h"
#include "collector/logstore/verify.h"
#include "store_fixture.h"

// Counts from what parts wrote down equal a look at every row.

namespace vedette::logstore {
namespace {

TEST(MinuteSlot, BothKindsOfWindowsAreWholeSlots) {
  constexpr int64_t kMinute = kNanosPerMinute;
  EXPECT_EQ(SlotOf(0), 0);
  EXPECT_EQ(SlotOf(1), 1);
  EXPECT_EQ(SlotOf(kMinute - 1), 1);
  EXPECT_EQ(SlotOf(kMinute), 2);
  EXPECT_EQ(SlotOf(-1), -1);
  EXPECT_EQ(SlotOf(-kMinute), -2);
  for (const int64_t slot : {-5, -4, 0, 1, 2, 3, 1001}) {
    EXPECT_EQ(SlotOf(SlotBegin(slot)), slot);
    EXPECT_EQ(SlotOf(SlotBegin(slot + 1) - 1), slot);
    EXPECT_TRUE(IsSlotBound(SlotBegin(slot)));
  }
  EXPECT_FALSE(IsSlotBound(2));
  EXPECT_FALSE(IsSlotBound(-1));
}

TEST(MinuteCounts, ComeBackAndDamageIsRefused) {
  const auto stream = std::make_shared<const Stream>(Stream{{{"a", "b"}}});
  const model::Labels none;
  const model::Labels info = {{"detected_level", "info"}, {"trace", "1"}};
  CountsBuilder builder;
  for (int i = 0; i < 500; ++i) {
    const Row row{kNowNs + i * 7 * kSecondNs, 1,       stream.get(),
                  i % 3 == 0 ? &info : &none, "12345", false};
    builder.Add(static_cast<uint32_t>(i % 2), row);
  }
  const int64_t day = kNowNs / kDayNs;
  const std::string stored = builder.Encode(day);
  const auto counts = MinuteCounts::Decode(stored, day, 2);
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->series.size(), 4u);
  int64_t entries = 0, bytes = 0;
  for (size_t i = 0; i < counts->slots.size(); ++i) {
    entries += counts->entries[i];
    bytes += counts->bytes[i];
  }
  EXPECT_EQ(entries, 500);
  EXPECT_EQ(bytes, 2500);
  EXPECT_TRUE(counts->MayHaveName("trace"));
  EXPECT_FALSE(counts->MayHaveName("detected_level"));
  EXPECT_FALSE(MinuteCounts::Decode(stored, day, 1).ok());
  for (size_t i = 0; i < stored.size(); ++i) {
    EXPECT_FALSE(MinuteCounts::Decode(std::string_view(stored).substr(0, i), day, 2).ok()) << i;
    std::string flipped = stored;
    flipped[i] ^= 16;
    MinuteCounts::Decode(flipped, day, 2).IgnoreError();  // refused or not, it ends
  }
}

TEST(MinuteCounts, APartOfTooManyLevelsHasNone) {
  const auto stream = std::make_shared<const Stream>(Stream{{{"a", "b"}}});
  CountsBuilder builder;
  for (size_t i = 0; i <= kMaxCountedLevels; ++i) {
    const model::Labels metadata = {{"detected_level", std::to_string(i)}};
    builder.Add(0, {kNowNs, i, stream.get(), &metadata, "", false});
  }
  EXPECT_TRUE(builder.Encode(kNowNs / kDayNs).empty());
}

struct CountedLine {
  int64_t timestamp_ns;
  std::string app;
  std::string level;
  std::string text;
  friend auto operator<=>(const CountedLine&, const CountedLine&) = default;
};

using Table = std::map<std::pair<std::string, size_t>, std::pair<uint64_t, uint64_t>>;

// Lines of two hours around a change of days, many of them stamped on whole minutes and seconds.
class VolumeWorld {
 public:
  explicit VolumeWorld(uint32_t seed) : random_(seed), t_(seed) {
    t_.rewrite_rows_parts = 3;
    VEDETTE_CHECK(t_.Open().ok());
  }

  void Fill(int pushes) {
    for (int i = 0; i < pushes; ++i) {
      const bool sourced = Below(3) == 0;
      model::LogPush push;
      if (sourced) push.sources.push_back({"s", {}});
      for (size_t n = 1 + Below(6); n > 0; --n) {
        CountedLine line{Time(), std::string(1, static_cast<char>('a' + Below(3))), Level(),
                         std::string(Below(4), 'x')};
        if (sourced) line.app = "sourced";
        model::Labels metadata;
        if (!line.level.empty()) metadata = {{"detected_level", line.level}};
        push.streams.push_back({{{"app", line.app}}, {{line.timestamp_ns, line.text, metadata}}});
        if (sourced) push.sources[0].positions.push_back(++position_);
        if (sourced || known_.insert(line).second) lines_.push_back(line);
      }
      VEDETTE_CHECK(t_.Push(std::move(push)).ok());
      if (Below(30) == 0) VEDETTE_CHECK(t_.store->Flush().ok());
      if (Below(40) == 0) VEDETTE_CHECK(t_.store->Maintain().ok());
      if (Below(200) == 0) VEDETTE_CHECK(t_.Open().ok());
    }
  }

  void CompareOne() {
    VolumeRequest request;
    request.start_ns = Bound();
    request.end_ns = Bound();
    if (request.start_ns > request.end_ns) std::swap(request.start_ns, request.end_ns);
    constexpr int64_t kSteps[] = {0, 60, 60, 120, 300, 3600, 30, 90, 7};
    request.step_ns = kSteps[Below(std::size(kSteps))] * kSecondNs;
    constexpr int64_t kOrigins[] = {0, 1, 60 * kSecondNs + 1, 12'345};
    request.origin_ns = kOrigins[Below(std::size(kOrigins))];
    request.bytes = Below(2) == 0;
    request.labels = {"app", "detected_level"};
    if (Below(3) == 0) request.matchers.push_back(model::Matcher::Equal("app", "b"));
    std::vector<std::string> groups;
    const auto group = [&](const model::Labels& stream, std::string_view level) {
      const std::string name = stream.ToString() + std::string(level);
      const auto at = std::find(groups.begin(), groups.end(), name) - groups.begin();
      if (at == std::ssize(groups)) groups.push_back(name);
      return std::optional<size_t>(static_cast<size_t>(at));
    };
    const auto answer = t_.store->Volumes(request, group);
    ASSERT_TRUE(answer.ok() && answer->has_value());
    Table got;
    for (size_t g = 0; g < (*answer)->size(); ++g) {
      const VolumeBins& bins = (**answer)[g];
      for (size_t i = 0; i < bins.entries.size(); ++i) {
        if (bins.entries[i] > 0) {
          got[{groups[g], i}] = {bins.entries[i], request.bytes ? bins.bytes[i] : 0};
        }
      }
    }
    ASSERT_EQ(got, Want(request)) << request.start_ns << " " << request.end_ns << " "
                                  << request.step_ns << " " << request.origin_ns;
    counted_ += got.size();
  }

  void Verify() {
    const auto report = VerifyStore({&t_.fs, "data/logs", {}});
    ASSERT_TRUE(report.ok());
    for (const VerifiedFile& file : report->files) EXPECT_EQ(file.findings.size(), 0u) << file.path;
  }

  size_t counted() const { return counted_; }

 private:
  size_t Below(size_t n) { return random_() % n; }
  std::string Level() {
    constexpr const char* kLevels[] = {"", "info", "warn"};
    return kLevels[Below(3)];
  }
  int64_t Time() {
    const int64_t minute = kNowNs / kNanosPerMinute - static_cast<int64_t>(Below(120));
    constexpr int64_t kWithin[] = {0, 0, 1, -1, kSecondNs, 30 * kSecondNs, 12'345'678'901};
    return minute * kNanosPerMinute + kWithin[Below(std::size(kWithin))];
  }
  int64_t Bound() { return Below(3) == 0 ? Time() + 777'777 : Time(); }
  Table Want(const VolumeRequest& request) const {
    Table want;
    const auto bin = [&](int64_t time_ns) {
      return request.step_ns == 0 ? 0 : FloorDiv(time_ns - request.origin_ns, request.step_ns);
    };
    for (const CountedLine& line : lines_) {
      const model::Labels stream = {{"app", line.app}};
      if (line.timestamp_ns < request.start_ns || line.timestamp_ns >= request.end_ns) continue;
      if (!model::MatchesAll(request.matchers, stream)) continue;
      auto& [entries, bytes] =
          want[{stream.ToString() + line.level,
                static_cast<size_t>(bin(line.timestamp_ns) - bin(request.start_ns))}];
      ++entries;
      bytes += request.bytes ? line.text.size() : 0;
    }
    return want;
  }

  std::mt19937 random_;
  TestStore t_;
  uint64_t position_ = 0;
  std::set<CountedLine> known_;  // pushed without positions
  std::vector<CountedLine> lines_;
  size_t counted_ = 0;
};

TEST(StoreVolumes, EqualCountingEveryRow) {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    VolumeWorld world(seed);
    world.Fill(600);
    for (int i = 0; i < 300 && !testing::Test::HasFatalFailure(); ++i) world.CompareOne();
    EXPECT_GT(world.counted(), 5000u) << "seed " << seed;
    world.Verify();
  }
}

size_t OneGroup(TestStore& t, std::vector<std::string> labels = {}, bool all_labels = false) {
  VolumeRequest request;
  request.labels = std::move(labels);
  request.all_labels = all_labels;
  request.start_ns = INT64_MIN;
  request.end_ns = INT64_MAX;
  const auto answer = t.store->Volumes(
      request, [](const model::Labels&, std::string_view) { return std::optional<size_t>(0); });
  VEDETTE_CHECK(answer.ok());
  return answer->has_value() ? (*answer)->at(0).entries.at(0) : 0;
}

TEST(StoreVolumes, AnswerNothingWhereAGroupDependsOnMetadata) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  model::LogPush push = OneLine("x");
  push.streams[0].entries[0].metadata = {{"detected_level", "info"}, {"trace", "1"}};
  ASSERT_TRUE(t.Push(std::move(push)).ok());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(OneGroup(t, {"app", "detected_level"}), 1u);
    EXPECT_EQ(OneGroup(t, {"trace"}), 0u);
    EXPECT_EQ(OneGroup(t, {"trace_extracted"}), 0u);
    EXPECT_EQ(OneGroup(t, {}, true), 0u);
    ASSERT_TRUE(t.store->Flush().ok());
  }
}

// One of long ago and one of now: what lies between is still counted without reading a line.
TEST(StoreVolumes, ALateLineContestsNothingButItsOwnTime) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  for (int minute = 0; minute < 180; ++minute) {
    const int64_t time_ns = kNowNs - (200 - minute) * kNanosPerMinute;
    ASSERT_TRUE(t.Push(OneLine("line", time_ns)).ok());
  }
  ASSERT_TRUE(t.store->Flush().ok());
  const std::string part = "data/logs/parts/" + t.fs.List("data/logs/parts")->front();
  t.fs.Corrupt(part, 20, "no block can be read");
  ASSERT_TRUE(t.Push(OneLine("late", kNowNs - 300 * kNanosPerMinute)).ok());
  ASSERT_TRUE(t.Push(OneLine("now", kNowNs)).ok());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(OneGroup(t), 182u);
    EXPECT_EQ(t.Metric("vedette_logs_corrupt_blocks_total"), 0);
    ASSERT_TRUE(t.store->Flush().ok());  // now a part has them
  }
}

TEST(StoreVolumes, DamagedCountsCostNothingButTime) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(Positions(1, 200)).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  const std::string path = "data/logs/parts/" + t.fs.List("data/logs/parts")->at(0);
  const std::string sound = *t.fs.ReadFile(path);
  size_t found = 0;
  for (size_t i = 0; i < sound.size(); ++i) {
    std::string bytes = sound;
    bytes[i] ^= 4;
    ASSERT_TRUE(t.fs.WriteFileAtomic(path, bytes).ok());
    if (t.Read().size() == 200 && OneGroup(t) == 200) ++found;
  }
  EXPECT_GT(found, 0u);
  t.fs.WriteFileAtomic(path, sound).IgnoreError();
  EXPECT_EQ(OneGroup(t), 200u);
}

TEST(StoreVolumes, TooManyGroupsAndStepsAreRefused) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(OneLine("x")).ok());
  VolumeRequest request;
  request.start_ns = kNowNs - kDayNs;
  request.end_ns = kNowNs + 1;
  request.step_ns = 1000;
  const auto all = [](const model::Labels&, std::string_view) { return std::optional<size_t>(0); };
  EXPECT_EQ(t.store->Volumes(request, all).status().code(), absl::StatusCode::kResourceExhausted);
  request.start_ns = INT64_MIN;
  request.end_ns = INT64_MAX;
  EXPECT_FALSE(t.store->Volumes(request, all).ok());
}

}  // namespace
}  // namespace vedette::logstore
