#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "collector/tsdb/backup.h"
#include "collector/tsdb/verify.h"
#include "model/wire_batch.h"
#include "store_fixture.h"
#include "tests/support/long_tests.h"

// All that a store does in its life (scrapes, requests on the wire, exemplars, late samples,
// flushes, merges, deletions and their rewriting, a backup, a restart whose log is replayed in the
// background under a small cap, retention by size), with a fault at one of its operations. What was
// acknowledged must be there afterwards, what was deleted must not, and nothing that was never
// sent.
//
// A run takes every kStride-th operation; with VEDETTE_LONG_TESTS set it takes each of them.

namespace vedette::tsdb {
namespace {

using Fault = test::FaultFs::Fault;
using std::chrono::hours;
using std::chrono::seconds;

constexpr uint64_t kStride = 37;
constexpr int64_t kDay = 24 * 3600 * 1000;

struct World {
  explicit World(uint64_t seed) : fs(seed) {
    options.dir = "data";
    options.reserve_bytes = 0;
    options.min_free_bytes = 0;
    options.background = false;
    options.fs = &fs;
    options.clock = &clock;
    options.log = &log;
    options.telemetry = &telemetry;
  }
  double Metric(const std::string& name) const {
    for (const base::Telemetry::Family& family : telemetry.Collect()) {
      if (family.name == name) return family.points.at(0).value;
    }
    return -1;
  }

  test::FaultFs fs;
  test::FakeClock clock;
  test::CaptureLogger log;
  base::Telemetry telemetry;
  Options options;
};

// What has been promised.
struct FaultOutcome {
  Contents offered;
  Contents acknowledged;  // and neither deleted nor beyond the retention
  Contents deleted;       // for sure
  std::set<std::string> exemplars_offered;
  std::set<std::string> exemplars_acknowledged;
  std::set<std::string> exemplars_since_flush;  // of these, since the last flush that was tried
  bool backed_up = false;
  Contents in_backup;
};

std::string TextOf(const model::Labels& series, const model::Exemplar& exemplar) {
  return series.ToString() + " " + exemplar.labels.ToString() + " " +
         std::to_string(exemplar.time_ms);
}

class Workload {
 public:
  explicit Workload(World* world) : world_(*world) {}

  // Goes on after failures, as the collector does.
  FaultOutcome Run() {
    First();
    Replayed();
    Merged();
    Last();
    return std::move(outcome_);
  }

 private:
  int64_t Now() const { return world_.clock.WallMillis(); }

  std::unique_ptr<Store> Open() {
    auto store = Store::Open(world_.options);
    return store.ok() ? std::move(*store) : nullptr;
  }

  void First() {
    const std::unique_ptr<Store> store = Open();
    if (store == nullptr) return;
    for (int round = 0; round < 4; ++round) {
      Offer(store.get());
      Offer(store.get());
      Flushing([&] { return store->Flush(); });
      if (round == 1) Delete(store.get(), 3);
    }
    Offer(store.get());
    Backup(store.get());
    Delete(store.get(), 5);
    Flushing([&] { return store->CleanTombstones(); });
    Offer(store.get());
    Flushing([&] { return store->Maintain(); });
    for (int i = 0; i < 3; ++i) Offer(store.get());
  }

  // Opens as the collector does, with so little memory that the log does not fit.
  void Replayed() {
    world_.options.background = true;
    world_.options.head_bytes = 16 << 10;
    outcome_.exemplars_since_flush.clear();
    if (const std::unique_ptr<Store> store = Open(); store != nullptr) {
      if (WaitUntilReplayed(*store)) Offer(store.get());
    }
    world_.options.background = false;
    world_.options.head_bytes = 256 << 20;
  }

  bool WaitUntilReplayed(const Store& store) {
    while (!store.Replay().done) {
      if (world_.fs.crashed()) return false;
      if (!store.Replay().problem.empty()) world_.clock.Advance(seconds(11));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

  // Days later: the day is merged.
  void Merged() {
    world_.clock.Advance(hours(50));
    const std::unique_ptr<Store> store = Open();
    if (store == nullptr) return;
    Offer(store.get());
    for (int i = 0; i < 3; ++i) {
      Flushing([&] { return store->Maintain(); });
    }
  }

  // The folder may hardly hold the newest part.
  void Last() {
    world_.clock.Advance(hours(50));
    world_.options.retention_bytes = 3000;
    if (const std::unique_ptr<Store> store = Open(); store != nullptr) {
      Offer(store.get());
      Flushing([&] { return store->Flush(); });
      ForgetBefore(Now() - kDay);
      for (int i = 0; i < 3; ++i) {
        Flushing([&] { return store->Maintain(); });
        world_.clock.Advance(seconds(61));
      }
      Offer(store.get());
    }
    world_.options.retention_bytes = 0;
  }

  // One of the calls that write what is in memory and let go of the log.
  template <typename Call>
  void Flushing(const Call& call) {
    outcome_.exemplars_since_flush.clear();
    static_cast<void>(call());
  }

  void Offer(Store* store) {
    ++step_;
    Scrape(store);
    Send(store);
    world_.clock.Advance(seconds(15));
  }

  static void Add(const model::Labels& labels, int64_t time_ms, double value, Contents* to) {
    (*to)[labels.ToString()][time_ms] = std::bit_cast<uint64_t>(value);
  }
  static bool Durable(Store* store) {
    auto done = std::make_shared<std::promise<base::Status>>();
    store->OnDurable([done](const base::Status& status) { done->set_value(status); });
    return done->get_future().get().ok();
  }

  // A page whose list changes, a third of its values standing still, and a late sample.
  void Scrape(Store* store) {
    std::vector<model::SampleRow> rows;
    for (int i = 0; i < 10; ++i) {
      rows.push_back(
          Row(SeriesNamed("page", (step_ / 4) + i), Now(), i % 3 == 0 ? i : step_ / 8.0));
    }
    rows.push_back(Row(SeriesNamed("late"), Now() - 7000, step_));
    Contents batch;
    for (const model::SampleRow& row : rows) Add(row.labels, row.timestamp_ms, row.value, &batch);
    Merge(batch, &outcome_.offered);
    const auto stats = store->Append(rows);
    if (stats.ok() && stats->accepted == rows.size() && Durable(store)) {
      Merge(batch, &outcome_.acknowledged);
    }
  }

  // A remote write request: a group of its own, with exemplars.
  void Send(Store* store) {
    std::vector<model::WireSeries> request;
    Contents batch;
    std::set<std::string> exemplars;
    for (int i = 0; i < 9; ++i) {
      model::WireSeries& series = request.emplace_back();
      series.labels = SeriesNamed("wire", i);
      series.samples = {{Now(), 1.0 / (step_ * 9 + i)}};
      Add(series.labels, Now(), series.samples[0].value, &batch);
      if (i % 4 != 0) continue;
      series.exemplars = {{model::Labels{{"trace_id", std::to_string(step_)}}, 0.5, Now()}};
      exemplars.insert(TextOf(series.labels, series.exemplars[0]));
    }
    Merge(batch, &outcome_.offered);
    outcome_.exemplars_offered.insert(exemplars.begin(), exemplars.end());
    const std::string bytes = model::EncodeRemoteWriteV2(request);
    const auto parsed = model::WireBatch::ParseV2(bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    const auto stats = store->Append(*parsed);
    if (!stats.ok() || stats->accepted != request.size() || !Durable(store)) return;
    Merge(batch, &outcome_.acknowledged);
    outcome_.exemplars_acknowledged.insert(exemplars.begin(), exemplars.end());
    outcome_.exemplars_since_flush.insert(exemplars.begin(), exemplars.end());
  }

  void Delete(Store* store, int instance) {
    outcome_.exemplars_since_flush.clear();
    Contents hit;
    for (const char* const metric : {"page", "wire"}) {
      const std::string series = SeriesNamed(metric, instance).ToString();
      if (!outcome_.offered.contains(series)) continue;
      hit[series] = outcome_.offered.at(series);
      outcome_.acknowledged.erase(series);
    }
    const base::Status status =
        store->Delete({model::Matcher::Equal("instance", std::to_string(instance))}, 0, Now());
    if (status.ok()) Merge(hit, &outcome_.deleted);
  }

  void Backup(Store* store) {
    outcome_.exemplars_since_flush.clear();
    outcome_.in_backup = outcome_.acknowledged;
    outcome_.backed_up = store->Backup("copy", nullptr).ok();
  }

  // The retention may take these.
  void ForgetBefore(int64_t time_ms) {
    for (auto& [series, samples] : outcome_.acknowledged) {
      samples.erase(samples.begin(), samples.lower_bound(time_ms));
    }
  }

  static void Merge(const Contents& from, Contents* to) {
    for (const auto& [series, samples] : from) (*to)[series].insert(samples.begin(), samples.end());
  }

  World& world_;
  FaultOutcome outcome_;
  int step_ = 0;
};

class StoreFaultTest : public testing::Test {
 protected:
  static void ExpectHolds(const Store& store, const Contents& acknowledged,
                          const FaultOutcome& outcome) {
    const auto found = Read(store);
    ASSERT_TRUE(found.ok()) << found.status();
    for (const auto& [series, samples] : acknowledged) {
      for (const auto& [time_ms, bits] : samples) {
        const auto at = found->find(series);
        ASSERT_TRUE(at != found->end() && at->second.contains(time_ms))
            << "acknowledged and lost: " << series << " at " << time_ms;
      }
    }
    for (const auto& [series, samples] : *found) {
      for (const auto& [time_ms, bits] : samples) {
        const auto at = outcome.offered.find(series);
        ASSERT_TRUE(at != outcome.offered.end() && at->second.contains(time_ms) &&
                    at->second.at(time_ms) == bits)
            << "never offered: " << series << " at " << time_ms;
      }
    }
  }

  static void ExpectDeleted(const Store& store, const FaultOutcome& outcome) {
    const auto found = Read(store);
    ASSERT_TRUE(found.ok()) << found.status();
    for (const auto& [series, samples] : outcome.deleted) {
      const auto at = found->find(series);
      if (at == found->end()) continue;
      for (const auto& [time_ms, bits] : samples) {
        ASSERT_FALSE(at->second.contains(time_ms))
            << "deleted and come back: " << series << " at " << time_ms;
      }
    }
  }

  // A full disk may cost those of before a flush: it gives up log to make room.
  static void ExpectExemplars(const Store& store, const FaultOutcome& outcome, bool was_full) {
    std::set<std::string> found;
    for (const SeriesExemplars& one : store.Exemplars({{}}, INT64_MIN, INT64_MAX)) {
      for (const model::Exemplar& exemplar : one.exemplars) {
        found.insert(TextOf(one.series, exemplar));
        ASSERT_TRUE(outcome.exemplars_offered.contains(*found.rbegin()) ||
                    outcome.exemplars_offered.contains(TextOf(one.series, exemplar)));
      }
    }
    for (const std::string& one :
         was_full ? outcome.exemplars_since_flush : outcome.exemplars_acknowledged) {
      ASSERT_TRUE(found.contains(one)) << "acknowledged and lost: exemplar " << one;
    }
  }

  static void ExpectClean(World* world) {
    const auto report = VerifyStore({&world->fs, world->options.dir, {}});
    ASSERT_TRUE(report.ok()) << report.status();
    for (const VerifiedFile& file : report->files) {
      ASSERT_TRUE(file.findings.empty()) << file.path << ": " << file.findings.front();
    }
  }

  static void ExpectBackup(World* world, const FaultOutcome& outcome) {
    if (!outcome.backed_up) return;
    const auto restored = RestoreStore(&world->fs, "copy", "restored");
    ASSERT_TRUE(restored.ok()) << restored.status();
    Options options = world->options;
    options.dir = "restored";
    const auto store = Store::Open(options);
    ASSERT_TRUE(store.ok()) << store.status();
    ExpectHolds(**store, outcome.in_backup, outcome);
  }

  static void Check(uint64_t k, Fault fault, bool power_cut) {
    World world(k);
    world.fs.FailAt(k, fault);
    const FaultOutcome outcome = Workload(&world).Run();
    world.fs.ClearFault();
    if (power_cut) {
      world.fs.Restart();
    } else {
      world.fs.Kill();
    }
    for (int again = 0; again < 2 && !HasFatalFailure(); ++again) {
      const auto store = Store::Open(world.options);
      ASSERT_TRUE(store.ok()) << store.status();
      ExpectHolds(**store, outcome.acknowledged, outcome);
      ExpectDeleted(**store, outcome);
      ExpectExemplars(**store, outcome, fault == Fault::kNoSpace);
    }
    if (!HasFatalFailure()) ExpectClean(&world);
    if (!HasFatalFailure()) ExpectBackup(&world, outcome);
  }

  // How many operations the workload has; it does all that it is for.
  static uint64_t Operations() {
    World world(1);
    const FaultOutcome outcome = Workload(&world).Run();
    EXPECT_TRUE(outcome.backed_up);
    EXPECT_GE(outcome.deleted.size(), 3u);
    EXPECT_FALSE(outcome.exemplars_acknowledged.empty());
    for (const char* const name : {"flushes_total", "merges_total", "deletions_total",
                                   "rewrites_total", "size_retentions_total"}) {
      EXPECT_GT(world.Metric(std::string("vedette_tsdb_") + name), 0) << name;
    }
    return world.fs.operations();
  }

  static void CheckAll(const char* what, Fault fault, bool power_cut) {
    const uint64_t operations = Operations();
    ASSERT_GT(operations, 200u);
    const bool each = test::LongTests();
    uint64_t runs = 0;
    const uint64_t first = each ? 1 : 1 + static_cast<uint64_t>(fault) * 2 + (power_cut ? 1 : 0);
    for (uint64_t k = first; k <= operations && !HasFatalFailure(); k += each ? 1 : kStride) {
      SCOPED_TRACE("operation " + std::to_string(k) + ", which is also the seed");
      Check(k, fault, power_cut);
      ++runs;
    }
    std::printf("%s: %llu runs of %llu operations\n", what, static_cast<unsigned long long>(runs),
                static_cast<unsigned long long>(operations));
  }
};

TEST_F(StoreFaultTest, PowerCut) { CheckAll("power cut, last write torn", Fault::kCrash, true); }
TEST_F(StoreFaultTest, Kill) { CheckAll("kill", Fault::kCrash, false); }
TEST_F(StoreFaultTest, IoError) { CheckAll("EIO, then a kill", Fault::kError, false); }
TEST_F(StoreFaultTest, NoSpace) { CheckAll("ENOSPC, then a power cut", Fault::kNoSpace, true); }
TEST_F(StoreFaultTest, ShortWrite) {
  CheckAll("short write, then a power cut", Fault::kShortWrite, true);
}
TEST_F(StoreFaultTest, FailedSync) {
  CheckAll("failed fsync, then a power cut", Fault::kFailedSync, true);
}

}  // namespace
}  // namespace vedette::tsdb
