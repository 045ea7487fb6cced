#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store_fixture.h"
#include "tests/support/long_tests.h"

// One scripted workload, and a power cut or a failing disk at each of its operations. What was
// acknowledged must be there afterwards, and nothing that was never offered.

namespace vedette::tsdb {
namespace {

using Fault = test::FaultFs::Fault;

constexpr int kRounds = 12;

struct Outcome {
  Contents acknowledged;
  Contents offered;
  std::map<std::string, model::Labels> labels;  // of the series offered
  uint64_t operations = 0;
};

class CrashTest : public testing::Test {
 protected:
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
    test::FaultFs fs;
    test::FakeClock clock;
    test::CaptureLogger log;
    base::Telemetry telemetry;
    Options options;
  };

  static void Add(const std::vector<model::SampleRow>& rows, Contents* to) {
    for (const model::SampleRow& row : rows) {
      (*to)[row.labels.ToString()][row.timestamp_ms] = std::bit_cast<uint64_t>(row.value);
    }
  }

  static void Offer(World* world, Store* store, int round, Outcome* outcome) {
    std::vector<model::SampleRow> rows;
    // A page: a group whose list changes at times, with values that stand still, and a single row.
    const int64_t now_ms = world->clock.WallMillis();
    for (int i = 0; i < 12; ++i) {
      rows.push_back(Row(SeriesNamed("m", (round / 3) + i), now_ms, i % 3 == 0 ? i : round + 0.25));
    }
    rows.push_back(Row(SeriesNamed("late"), now_ms - 1000, round));
    Add(rows, &outcome->offered);
    for (const model::SampleRow& row : rows) outcome->labels[row.labels.ToString()] = row.labels;
    const auto stats = store->Append(rows);
    if (!stats.ok() || stats->accepted != rows.size()) return;
    std::promise<base::Status> done;
    store->OnDurable([&done](const base::Status& status) { done.set_value(status); });
    if (done.get_future().get().ok()) Add(rows, &outcome->acknowledged);
  }

  // Appends, flushes, merges; goes on after failures as the collector does.
  static Outcome Work(World* world) {
    Outcome outcome;
    const uint64_t before = world->fs.operations();
    const auto opened = Store::Open(world->options);
    if (opened.ok()) {
      Store* store = opened->get();
      for (int round = 0; round < kRounds; ++round) {
        Offer(world, store, round, &outcome);
        if (round % 3 == 2) static_cast<void>(store->Flush());
        world->clock.Advance(std::chrono::seconds(15));
        if (round == 8) {
          world->clock.Advance(std::chrono::hours(50));
          static_cast<void>(store->Maintain());
        }
      }
    }
    outcome.operations = world->fs.operations() - before;
    return outcome;
  }

  static void ExpectKept(const Store& store, const Outcome& outcome) {
    const auto found = Read(store);
    ASSERT_TRUE(found.ok()) << found.status();
    for (const auto& [series, samples] : outcome.acknowledged) {
      for (const auto& [time_ms, bits] : samples) {
        const auto at = found->find(series);
        ASSERT_TRUE(at != found->end() && at->second.count(time_ms) == 1)
            << "acknowledged and lost: " << series << " at " << time_ms;
      }
    }
    for (const auto& [series, samples] : *found) {
      for (const auto& [time_ms, bits] : samples) {
        const auto at = outcome.offered.find(series);
        ASSERT_TRUE(at != outcome.offered.end() && at->second.count(time_ms) == 1 &&
                    at->second.at(time_ms) == bits)
            << "never offered: " << series << " at " << time_ms;
      }
    }
  }

  static void Check(uint64_t k, Fault fault, bool power_cut) {
    World world(k);
    world.fs.FailAt(k, fault);
    const Outcome outcome = Work(&world);
    world.fs.ClearFault();
    if (power_cut) world.fs.Restart();
    const auto store = Store::Open(world.options);
    ASSERT_TRUE(store.ok()) << store.status();
    ExpectKept(**store, outcome);
  }

  // The process is killed at operation k and started again, senders send again what was not
  // acknowledged, and some operations later the power fails.
  static void CheckKill(uint64_t k) {
    World world(k);
    world.fs.FailAt(k, Fault::kCrash);
    Outcome outcome = Work(&world);
    world.fs.Kill();
    {
      const auto again = Store::Open(world.options);
      ASSERT_TRUE(again.ok()) << again.status();
      std::vector<model::SampleRow> rows;
      for (const auto& [series, samples] : outcome.offered) {
        for (const auto& [time_ms, bits] : samples) {
          if (outcome.acknowledged[series].contains(time_ms)) continue;
          rows.push_back(Row(outcome.labels.at(series), time_ms, std::bit_cast<double>(bits)));
        }
      }
      SendAgain(again->get(), std::move(rows), &outcome);
    }
    world.fs.Restart();
    const auto store = Store::Open(world.options);
    ASSERT_TRUE(store.ok()) << store.status();
    ExpectKept(**store, outcome);
  }

  static void SendAgain(Store* store, std::vector<model::SampleRow> rows, Outcome* outcome) {
    for (model::SampleRow& row : rows) {
      const auto stats = store->Append({&row, 1});
      ASSERT_TRUE(stats.ok()) << stats.status();
      std::promise<base::Status> done;
      store->OnDurable([&done](const base::Status& status) { done.set_value(status); });
      if (done.get_future().get().ok() && stats->accepted == 1) Add({row}, &outcome->acknowledged);
    }
  }

  static uint64_t Operations() {
    World world(1);
    const Outcome outcome = Work(&world);
    EXPECT_EQ(outcome.acknowledged, outcome.offered);
    return outcome.operations;
  }
};

TEST_F(CrashTest, PowerCutAtEveryOperationKeepsWhatWasAcknowledged) {
  const uint64_t operations = Operations();
  ASSERT_GT(operations, 60u);
  for (uint64_t k = 1; k <= operations && !HasFatalFailure(); k += test::ForRun(2, 1)) {
    SCOPED_TRACE("operation " + std::to_string(k) + ", which is also the seed");
    Check(k, Fault::kCrash, true);
  }
}

TEST_F(CrashTest, KillAtEveryOperationKeepsWhatIsSentAgainAndAcknowledged) {
  const uint64_t operations = Operations();
  for (uint64_t k = 1; k <= operations && !HasFatalFailure(); k += test::ForRun(3, 1)) {
    SCOPED_TRACE("operation " + std::to_string(k) + ", which is also the seed");
    CheckKill(k);
  }
}

TEST_F(CrashTest, AFailingOperationCostsNothingAcknowledged) {
  const uint64_t operations = Operations();
  uint64_t first = 1;
  for (const Fault fault :
       {Fault::kError, Fault::kNoSpace, Fault::kShortWrite, Fault::kFailedSync}) {
    // In passing each operation has one of the faults.
    for (uint64_t k = first++; k <= operations && !HasFatalFailure(); k += test::ForRun(4, 1)) {
      SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)) + " at operation " +
                   std::to_string(k));
      Check(k, fault, k % 2 == 0);
    }
  }
}

}  // namespace
}  // namespace vedette::tsdb
