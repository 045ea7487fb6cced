#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "model/remote_write.h"
#include "model/wire_batch.h"
#include "store_fixture.h"
#include "tests/support/long_tests.h"

// Batches of every shape, as rows and on the wire, with refusals, restarts and flushes between, are
// judged and answered as by a reference that knows no groups.

namespace vedette::tsdb {
namespace {

// What a store without groups does with single samples.
class Reference {
 public:
  explicit Reference(int64_t window_ms) : window_ms_(window_ms) {}

  void Append(const std::vector<model::SampleRow>& rows, model::AppendStats* stats) {
    for (const model::SampleRow& row : rows) Judge(row, stats);
  }
  void Flush() {
    for (auto& [name, series] : live_) {
      const bool had_none = series.head.empty();
      for (const auto& [time_ms, bits] : series.head) all_[name].emplace(time_ms, bits);
      series.head.clear();
      series.forgotten = had_none && series.idle;
      series.idle = had_none;
    }
    std::erase_if(live_, [](const auto& entry) { return entry.second.forgotten; });
  }
  // From the log: what was flushed is not known any more.
  void Restart() {
    std::erase_if(live_, [](const auto& entry) { return entry.second.head.empty(); });
    for (auto& [name, series] : live_) {
      series.idle = false;
      series.newest_ms = series.head.rbegin()->first;
      series.newest_bits = series.head.rbegin()->second;
    }
  }
  Contents All() const {
    Contents all = all_;
    for (const auto& [name, series] : live_) {
      if (!series.head.empty()) all[name].insert(series.head.begin(), series.head.end());
    }
    return all;
  }

 private:
  struct Series {
    std::map<int64_t, uint64_t> head;
    int64_t newest_ms = INT64_MIN;
    uint64_t newest_bits = 0;
    bool idle = false;
    bool forgotten = false;
  };

  void Judge(const model::SampleRow& row, model::AppendStats* stats) {
    Series& series = live_[row.labels.ToString()];
    const int64_t t = row.timestamp_ms;
    const uint64_t bits = std::bit_cast<uint64_t>(row.value);
    const auto known = series.head.find(t);
    if (t == series.newest_ms || known != series.head.end()) {
      const uint64_t have = known != series.head.end() ? known->second : series.newest_bits;
      ++(have == bits ? stats->accepted : stats->duplicate);
    } else if (series.newest_ms != INT64_MIN && t < series.newest_ms - window_ms_) {
      ++stats->out_of_order;
    } else {
      ++stats->accepted;
      series.head.emplace(t, bits);
      if (t > series.newest_ms) {
        series.newest_ms = t;
        series.newest_bits = bits;
      }
    }
  }

  const int64_t window_ms_;
  std::map<std::string, Series> live_;
  Contents all_;  // of parts; the first stands
};

// The first difference between two contents; empty when there is none.
std::string Difference(const Contents& got, const Contents& expected) {
  const auto has = [](const Contents& contents, const std::string& name, int64_t time_ms) {
    const auto series = contents.find(name);
    if (series == contents.end() || !series->second.contains(time_ms)) return std::string("none");
    return std::to_string(series->second.at(time_ms));
  };
  for (const Contents* side : {&expected, &got}) {
    for (const auto& [name, samples] : *side) {
      for (const auto& [time_ms, bits] : samples) {
        const std::string a = has(got, name, time_ms);
        const std::string b = has(expected, name, time_ms);
        if (a != b) return name + " at " + std::to_string(time_ms) + ": " + a + ", not " + b;
      }
    }
  }
  return {};
}

class GroupModelTest : public StoreTest {
 protected:
  static constexpr int kTargets = 3;
  static constexpr int kSeriesOfTarget = 40;

  static model::Labels SeriesOf(int target, int n) {
    return model::Labels{{"__name__", "m" + std::to_string(n)},
                         {"instance", std::to_string(target)},
                         {"zone", n % 2 == 0 ? "" : "z"}};
  }

  bool OneIn(uint64_t n) { return random_() % n == 0; }

  double ValueOf(int n, int64_t time_ms) {
    if (OneIn(40)) return model::StaleNan();
    if (n % 5 < 3) return n % 5 == 0 && OneIn(8) ? n + 1 : n;  // stands still, or mostly
    if (n % 5 == 3) return static_cast<double>(time_ms / 15'000);
    return OneIn(4) ? -0.0 : 0.37 * static_cast<double>(time_ms % 100'003);
  }

  // A page of a target: mostly the same list in the same order.
  std::vector<model::SampleRow> Page(int target, int64_t time_ms) {
    std::vector<int> list;
    for (int n = 0; n < kSeriesOfTarget; ++n) {
      if (n % 10 != 9 || OneIn(2)) list.push_back(n);
    }
    if (OneIn(6)) std::shuffle(list.begin(), list.end(), random_);
    if (OneIn(6)) list.resize(random_() % list.size() + 1);
    std::vector<model::SampleRow> rows;
    for (const int n : list) rows.push_back(Row(SeriesOf(target, n), time_ms, ValueOf(n, time_ms)));
    if (OneIn(5)) Spoil(&rows);
    return rows;
  }

  // Doubled and late rows, in the middle of a page.
  void Spoil(std::vector<model::SampleRow>* rows) {
    for (int i = 0; i < 3; ++i) {
      model::SampleRow row = (*rows)[random_() % rows->size()];
      if (OneIn(2)) row.value += 1;
      if (OneIn(2)) row.timestamp_ms -= static_cast<int64_t>(random_() % 900) * 1000;
      rows->insert(rows->begin() + static_cast<ptrdiff_t>(random_() % rows->size()), row);
    }
  }

  std::vector<model::SampleRow> Batch() {
    std::vector<model::SampleRow> rows;
    const int pages = OneIn(3) ? 3 : 1;
    for (int i = 0; i < pages; ++i) {
      const int target = static_cast<int>(random_() % kTargets);
      const int64_t late = OneIn(8) ? static_cast<int64_t>(random_() % 1000) * 1000 : 0;
      for (model::SampleRow& row : Page(target, Now() - late)) rows.push_back(std::move(row));
    }
    // As a sender with a limit cuts it.
    if (OneIn(4)) rows.resize(random_() % rows.size() + 1);
    return rows;
  }

  base::StatusOr<model::AppendStats> Send(std::vector<model::SampleRow>* rows) {
    if (OneIn(2)) {
      for (model::SampleRow& row : *rows) row.ref = refs_[row.labels.ToString()];
      auto stats = store_->Append(*rows);
      for (const model::SampleRow& row : *rows) refs_[row.labels.ToString()] = row.ref;
      return stats;
    }
    std::vector<model::SeriesSamples> series;
    for (const model::SampleRow& row : *rows) {
      if (series.empty() || series.back().labels != row.labels)
        series.push_back({row.labels, {}, {}});
      series.back().timestamps_ms.push_back(row.timestamp_ms);
      series.back().values.push_back(row.value);
    }
    const std::string bytes = model::EncodeRemoteWrite(series);
    const auto batch = model::WireBatch::ParseV1(bytes);
    if (!batch.ok()) return batch.status();
    return store_->Append(*batch);
  }

  void AppendBatch() {
    std::vector<model::SampleRow> rows = Batch();
    if (OneIn(10)) {
      fs_.FailAlways(OneIn(2) ? test::FaultFs::Fault::kNoSpace : test::FaultFs::Fault::kError);
      std::vector<model::SampleRow> refused = rows;
      const auto stats = Send(&refused);
      fs_.ClearFault();
      // Nothing of it was worth a write, or nothing of it was taken.
      if (stats.ok()) {
        model::AppendStats expected;
        reference_->Append(rows, &expected);
        ExpectSame(*stats, expected);
        return;
      }
      ASSERT_EQ(Difference(All(), reference_->All()), "") << "after " << stats.status();
    }
    model::AppendStats expected;
    reference_->Append(rows, &expected);
    const auto stats = Send(&rows);
    ASSERT_TRUE(stats.ok()) << stats.status();
    ExpectSame(*stats, expected);
  }

  static void ExpectSame(const model::AppendStats& got, const model::AppendStats& expected) {
    ASSERT_EQ(got.accepted, expected.accepted) << got.first_error;
    ASSERT_EQ(got.duplicate, expected.duplicate);
    ASSERT_EQ(got.out_of_order, expected.out_of_order);
    ASSERT_EQ(got.refused + got.invalid, 0u) << got.first_error;
  }

  void Step() {
    const uint64_t what = random_() % 100;
    if (what < 80) {
      AppendBatch();
      if (!OneIn(3)) clock_.Advance(std::chrono::seconds(15));
    } else if (what < 84) {
      ASSERT_TRUE(store_->Flush().ok());
      reference_->Flush();
    } else if (what < 88) {
      Open();
      reference_->Restart();
    } else {
      ASSERT_EQ(Difference(All(), reference_->All()), "");
    }
  }

  std::mt19937_64 random_;
  std::optional<Reference> reference_;
  std::map<std::string, model::SeriesRef> refs_;
};

TEST_F(GroupModelTest, EveryShapeOfBatchIsJudgedAndAnsweredAsSingleSamples) {
  const uint64_t seed = std::random_device()();
  for (uint64_t round = 0; round < test::ForRun(1u, 10u); ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed + round));
    random_.seed(seed + round);
    options_.dir = "data/" + std::to_string(round);
    options_.flush_interval_ms = int64_t{1} << 50;
    reference_.emplace(options_.out_of_order_window_ms);
    refs_.clear();
    Open();
    for (int i = 0; i < test::ForRun(150, 250) && !HasFatalFailure(); ++i) Step();
    if (HasFatalFailure()) return;
    Open();
    ASSERT_EQ(Difference(All(), reference_->All()), "");
  }
}

}  // namespace
}  // namespace vedette::tsdb
