#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/strings.h"
#include "collector/logstore/deletes.h"
#include "store_fixture.h"

// Deletes: in force at once, taken back in time, carried out by rewriting, whatever fails
// meanwhile.

namespace vedette::logstore {
namespace {

// "APP" or "APP TEXT": lines of that app (any, if it is *), that have the text.
base::StatusOr<DeleteFilter> ParseDelete(std::string_view query) {
  if (query.empty()) return base::InvalidArgument("no query");
  const size_t space = query.find(' ');
  DeleteFilter filter;
  const std::string app(query.substr(0, space));
  if (app != "*") filter.matchers.push_back(model::Matcher::Equal("app", app));
  if (space != query.npos) {
    filter.make_test = [text = std::string(query.substr(space + 1))]() -> RowTest {
      return [text](const Row& row) { return row.line.find(text) != row.line.npos; };
    };
  }
  return filter;
}

// How many rows a scan by block brings.
class RowCount final : public BlockVisitor {
 public:
  bool Columns(GranuleScan& granule, size_t) override {
    for (const ShapePlaces& shape : granule.selected()) rows_ += shape.places.size();
    ++granules_;
    return true;
  }
  bool Rows(std::span<const Row> rows, size_t) override {
    rows_ += rows.size();
    return true;
  }
  size_t rows() const { return rows_; }
  size_t granules() const { return granules_; }

 private:
  size_t rows_ = 0;
  size_t granules_ = 0;  // that came as columns
};

struct DeleteStore : TestStore {
  explicit DeleteStore(uint64_t seed = 1) : TestStore(seed) {
    delete_parser = ParseDelete;
    rewrite_rows_parts = 2;
    VEDETTE_CHECK(Open().ok());
  }
  void Rounds(int rounds = 6) {
    for (int i = 0; i < rounds; ++i) VEDETTE_CHECK(store->Maintain().ok());
  }
  uint64_t PartBytes() {
    uint64_t bytes = 0;
    const auto names = fs.List("data/logs/parts");
    VEDETTE_CHECK(names.ok());
    for (const std::string& name : *names) {
      bytes += fs.Stat("data/logs/parts/" + name)->size;
    }
    return bytes;
  }
  RowCount ScanOf(std::vector<model::Matcher> matchers) const {
    BlockScan scan;
    scan.select.matchers = std::move(matchers);
    scan.select.start_ns = INT64_MIN;
    scan.select.end_ns = INT64_MAX;
    RowCount count;
    VEDETTE_CHECK(store->ScanBlocks(scan, &count).ok());
    return count;
  }
  size_t Scanned() const { return ScanOf({}).rows(); }
  uint64_t Counted() {
    VolumeRequest request;
    request.start_ns = INT64_MIN;
    request.end_ns = INT64_MAX;
    const auto all = [](const model::Labels&, std::string_view) {
      return std::optional<size_t>(0);
    };
    const auto answer = store->Volumes(request, all);
    VEDETTE_CHECK(answer.ok() && answer->has_value());
    return (*answer)->empty() || (**answer)[0].entries.empty() ? 0 : (**answer)[0].entries[0];
  }
};

using Lines = std::vector<std::string>;

TEST(StoreDelete, IsInForceAtOnceForLinesCountsAndSeries) {
  DeleteStore t;
  ASSERT_TRUE(t.Push(OneLine("keep me", kNowNs, "a")).ok());
  ASSERT_TRUE(t.Push(OneLine("drop me", kNowNs + 1, "a")).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.Push(OneLine("drop me too", kNowNs + 2, "a")).ok());
  ASSERT_TRUE(t.Push(OneLine("of b", kNowNs, "b")).ok());
  ASSERT_TRUE(t.store->Delete("a drop", kNowNs, kNowNs + 3).ok());
  EXPECT_EQ(t.Read(), (Lines{"keep me", "of b"}));
  EXPECT_EQ(t.Counted(), 2u);
  EXPECT_EQ(t.store->Volume({}, INT64_MIN, INT64_MAX).entries, 2u);
  ASSERT_TRUE(t.store->Delete("b", kNowNs, kNowNs + 1).ok());
  EXPECT_EQ(t.Read(), (Lines{"keep me"}));
  EXPECT_EQ(t.store->Series({}, INT64_MIN, INT64_MAX).size(), 1u);
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read(), (Lines{"keep me"}));
  EXPECT_EQ(t.Read(Direction::kBackward), (Lines{"keep me"}));
}

TEST(StoreDelete, ItsBoundsAreStartInclusiveEndExclusive) {
  DeleteStore t;
  for (int64_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(t.Push(OneLine(std::to_string(i), kNowNs + i)).ok());
  }
  ASSERT_TRUE(t.store->Delete("a", kNowNs + 1, kNowNs + 3).ok());
  EXPECT_EQ(t.Read(), (Lines{"0", "3"}));
}

TEST(StoreDelete, WhatIsPushedAfterwardsStaysEvenIfItIsTheSame) {
  DeleteStore t;
  ASSERT_TRUE(t.Push(OneLine("again")).ok());
  ASSERT_TRUE(t.store->Delete("a", kNowNs, kNowNs + 1).ok());
  EXPECT_EQ(t.Read(), Lines());
  ASSERT_TRUE(t.Push(OneLine("again")).ok());
  EXPECT_EQ(t.Read(), Lines{"again"});
  ASSERT_TRUE(t.store->Flush().ok());
  t.Rounds();  // merges both parts while the delete may still be taken back
  EXPECT_EQ(t.Read(), Lines{"again"});
  t.clock.Advance(std::chrono::hours(2));
  t.Rounds();
  EXPECT_EQ(t.Read(), Lines{"again"});
  EXPECT_TRUE(t.store->Deletes().at(0).processed);
  EXPECT_EQ(t.Counted(), 1u);
}

TEST(StoreDelete, IsTakenBackInTimeAndNotLater) {
  DeleteStore t;
  ASSERT_TRUE(t.Push(OneLine("line")).ok());
  const auto id = t.store->Delete("a", kNowNs, kNowNs + 1);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->size(), 8u);
  t.Rounds();
  EXPECT_EQ(t.store->CancelDelete("nobody").code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(t.store->CancelDelete(*id).ok());
  EXPECT_EQ(t.Read(), Lines{"line"});
  EXPECT_TRUE(t.store->Deletes().empty());
  const auto other = t.store->Delete("a", kNowNs, kNowNs + 1);
  t.clock.Advance(std::chrono::hours(2));
  EXPECT_EQ(t.store->CancelDelete(*other).code(), absl::StatusCode::kInvalidArgument);
  t.Rounds();
  EXPECT_EQ(t.store->CancelDelete(*other).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(t.Read(), Lines());
}

TEST(StoreDelete, LeavesColumnsOfStreamsThatItDoesNotMeanAlone) {
  DeleteStore t;
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(t.Push(OneLine("line " + std::to_string(i), kNowNs + i, i % 2 ? "a" : "b")).ok());
    if (i % 10 == 9) {
      ASSERT_TRUE(t.store->Flush().ok());
    }
  }
  t.Rounds();
  const auto of_a = model::Matcher::Equal("app", "a");
  const size_t granules = t.ScanOf({of_a}).granules();
  EXPECT_GT(granules, 0u);
  ASSERT_TRUE(t.store->Delete("nobody", INT64_MIN, INT64_MAX).ok());
  EXPECT_EQ(t.ScanOf({}).granules(), granules);
  ASSERT_TRUE(t.store->Delete("b 8", INT64_MIN, INT64_MAX).ok());
  EXPECT_EQ(t.ScanOf({of_a}).granules(), granules);
  EXPECT_EQ(t.ScanOf({of_a}).rows(), 20u);
  EXPECT_EQ(t.Scanned(), 36u);
  EXPECT_EQ(t.Read().size(), 36u);
}

TEST(StoreDelete, FreesTheSpaceWhenItIsCarriedOut) {
  DeleteStore t;
  std::mt19937 random(1);
  for (int i = 0; i < 400; ++i) {
    std::string line = std::to_string(i) + (i % 10 == 0 ? " keep " : " drop ");
    while (line.size() < 1000) line += static_cast<char>('!' + random() % 90);
    ASSERT_TRUE(t.Push(OneLine(line, kNowNs - i)).ok());
    if (i % 100 == 99) {
      ASSERT_TRUE(t.store->Flush().ok());
    }
  }
  t.Rounds();
  const uint64_t before = t.PartBytes();
  ASSERT_TRUE(t.store->Delete("a drop", kNowNs - 1000, kNowNs + 1).ok());
  t.Rounds();
  EXPECT_GT(t.PartBytes(), before * 9 / 10) << "it may still be taken back";
  EXPECT_FALSE(t.store->Deletes().at(0).processed);
  t.clock.Advance(std::chrono::hours(2));
  t.Rounds();
  EXPECT_LT(t.PartBytes(), before / 5);
  EXPECT_EQ(t.Read().size(), 40u);
  EXPECT_TRUE(t.store->Deletes().at(0).processed);
  ASSERT_TRUE(t.store->Delete("*", INT64_MIN, INT64_MAX).ok());
  t.clock.Advance(std::chrono::hours(2));
  t.Rounds();
  EXPECT_EQ(t.PartBytes(), 0u);
}

TEST(StoreDelete, WrongQueriesAndDamagedListsAreTold) {
  DeleteStore t;
  EXPECT_EQ(t.store->Delete("", 0, 1).status().code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(t.Push(OneLine("line")).ok());
  ASSERT_TRUE(t.store->Delete("a", kNowNs, kNowNs + 1).ok());
  const std::string sound = *t.fs.ReadFile("data/logs/DELETES");
  for (size_t i = 0; i < sound.size(); ++i) {
    EXPECT_FALSE(DecodeDeletes(std::string_view(sound).substr(0, i)).ok()) << i;
    std::string flipped = sound;
    flipped[i] ^= 1;
    EXPECT_FALSE(DecodeDeletes(flipped).ok()) << i;
  }
  std::string newer = sound;
  newer[8] = 2;
  ASSERT_TRUE(t.fs.WriteFileAtomic("data/logs/DELETES", newer).ok());
  EXPECT_EQ(t.Open().code(), absl::StatusCode::kInvalidArgument);
  newer[8] = 1;
  newer.back() ^= 1;
  ASSERT_TRUE(t.fs.WriteFileAtomic("data/logs/DELETES", newer).ok());
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read(), Lines{"line"});
  EXPECT_EQ(t.Metric("vedette_logs_quarantined_files_total"), 1);
}

TEST(StoreDelete, AQueryThatIsNoneAnyMoreEndsNoStart) {
  DeleteStore t;
  ASSERT_TRUE(t.Push(OneLine("a", kNowNs, "a")).ok());
  ASSERT_TRUE(t.Push(OneLine("b", kNowNs, "b")).ok());
  ASSERT_TRUE(t.store->Delete("a", kNowNs, kNowNs + 1).ok());
  ASSERT_TRUE(t.store->Delete("b", kNowNs, kNowNs + 1).ok());
  t.delete_parser = [](std::string_view query) -> base::StatusOr<DeleteFilter> {
    if (query == "b") return base::InvalidArgument("not understood");
    return ParseDelete(query);
  };
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read(), Lines{"b"});
  t.delete_parser = ParseDelete;
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read(), Lines());
}

// Pushes, deletes, takes back, flushes, rewrites; then what is there is what a list says.
TEST(StoreDelete, ADamagedPartIsNotReadAnewEveryRound) {
  DeleteStore t;
  int tests = 0;
  t.delete_parser = [&tests](std::string_view query) {
    auto filter = ParseDelete(query);
    if (filter.ok()) {
      filter->make_test = [&tests, make = filter->make_test]() {
        ++tests;
        return make();
      };
    }
    return filter;
  };
  t.rewrite_rows_parts = 0;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(OneLine("drop")).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  const std::string path = "data/logs/parts/" + t.fs.List("data/logs/parts")->front();
  ASSERT_TRUE(t.store->Delete("a drop", INT64_MIN, INT64_MAX).ok());
  t.fs.Corrupt(path, 20, "damage");
  t.clock.Advance(std::chrono::hours(2));
  t.Rounds();
  const int once = tests;
  EXPECT_GT(once, 0);
  t.Rounds();
  EXPECT_EQ(tests, once);
  t.clock.Advance(std::chrono::minutes(11));
  t.Rounds();
  EXPECT_GT(tests, once);
  EXPECT_FALSE(t.store->Deletes().at(0).processed);
}

TEST(StoreDelete, EqualsAPlainListThroughEverything) {
  for (const uint32_t seed : {1u, 2u, 3u, 4u}) {
    std::mt19937 random(seed);
    const auto pick = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
    DeleteStore t(seed);
    struct Kept {
      int64_t time;
      std::string app, line;
      int deleted = 0;  // by so many deletes that are in force
    };
    std::vector<Kept> model;
    std::vector<std::pair<std::string, std::vector<size_t>>> open;  // deletes and whom they hit
    int serial = 0;
    for (int step = 0; step < 500; ++step) {
      const uint32_t what = pick(40);
      if (what < 2) {
        ASSERT_TRUE(t.store->Flush().ok());
      } else if (what < 5) {
        ASSERT_TRUE(t.store->Maintain().ok());
      } else if (what == 5) {
        ASSERT_TRUE(t.Open().ok());
      } else if (what == 6) {
        t.clock.Advance(std::chrono::minutes(30));
      } else if (what == 7 && !open.empty()) {
        const size_t which = pick(static_cast<uint32_t>(open.size()));
        if (t.store->CancelDelete(open[which].first).ok()) {
          for (const size_t hit : open[which].second) --model[hit].deleted;
        }
        open.erase(open.begin() + which);
      } else if (what == 8) {
        const std::string app(1, static_cast<char>('a' + pick(2)));
        const std::string text = pick(2) == 0 ? "" : std::to_string(pick(10));
        const int64_t start = kNowNs - pick(7200) * kSecondNs;
        const int64_t end = start + pick(3600) * kSecondNs;
        const auto id =
            t.store->Delete(text.empty() ? app : base::Concat({app, " ", text}), start, end);
        ASSERT_TRUE(id.ok());
        auto& [name, hits] = open.emplace_back(*id, std::vector<size_t>());
        for (size_t i = 0; i < model.size(); ++i) {
          const Kept& kept = model[i];
          if (kept.app == app && kept.time >= start && kept.time < end &&
              kept.line.find(text) != kept.line.npos) {
            ++model[i].deleted;
            hits.push_back(i);
          }
        }
      } else {
        Kept kept{kNowNs - pick(7200) * kSecondNs, std::string(1, static_cast<char>('a' + pick(2))),
                  "line " + std::to_string(serial++)};
        ASSERT_TRUE(t.Push(OneLine(kept.line, kept.time, kept.app)).ok());
        model.push_back(std::move(kept));
      }
    }
    Lines want;
    for (const Kept& kept : model) {
      if (kept.deleted == 0) want.push_back(kept.line);
    }
    std::sort(want.begin(), want.end());
    const auto sorted = [&] {
      Lines lines = t.Read();
      std::sort(lines.begin(), lines.end());
      return lines;
    };
    EXPECT_EQ(sorted(), want) << "seed " << seed;
    EXPECT_EQ(t.Counted(), want.size());
    EXPECT_EQ(t.Scanned(), want.size());
    t.clock.Advance(std::chrono::hours(2));
    t.Rounds(40);
    EXPECT_EQ(sorted(), want) << "seed " << seed;
    for (const DeleteRequest& request : t.store->Deletes()) EXPECT_TRUE(request.processed);
    ASSERT_TRUE(t.Open().ok());
    EXPECT_EQ(sorted(), want) << "seed " << seed;
  }
}

TEST(StoreDelete, APowerCutAtEveryOperationKeepsWhatWasAnswered) {
  int crashes = 0;
  for (uint64_t k = 1;; ++k) {
    DeleteStore t(k);
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(t.Push(OneLine("drop " + std::to_string(i), kNowNs - i)).ok());
      ASSERT_TRUE(t.Push(OneLine("keep " + std::to_string(i), kNowNs - i)).ok());
      ASSERT_TRUE(t.store->Flush().ok());
    }
    t.fs.FailAt(k, test::FaultFs::Fault::kCrash);
    const bool answered = t.store->Delete("a drop", kNowNs - 1, kNowNs + 1).ok();
    t.clock.Advance(std::chrono::hours(2));
    for (int i = 0; i < 6; ++i) t.store->Maintain().IgnoreError();
    const bool crashed = t.fs.crashed();
    t.store.reset();
    t.fs.ClearFault();
    if (crashed) t.fs.Restart();
    ASSERT_TRUE(t.Open().ok()) << "k=" << k;
    Lines lines = t.Read();
    std::sort(lines.begin(), lines.end());
    const Lines without = {"drop 2", "keep 0", "keep 1", "keep 2"};
    EXPECT_TRUE(lines == without || (!answered && lines.size() == 6)) << "k=" << k;
    t.Rounds();
    EXPECT_EQ(t.Read().size(), lines.size()) << "k=" << k;
    if (!crashed) break;
    ++crashes;
  }
  std::printf("crash at each of %d operations of a delete and the rewrite\n", crashes);
  EXPECT_GT(crashes, 15);
}

}  // namespace
}  // namespace vedette::logstore
