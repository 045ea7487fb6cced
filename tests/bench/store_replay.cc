// What a restart costs: fills the log of a metrics store as a collector's would be after half an
// hour, leaves it as a kill does, and opens it again, in the background as the collector does.
// Usage: store_replay --dir=DIR [--targets=N] [--series=N] [--steps=N] [--head-mib=N]
// Prints when the store answers, when the log is replayed, and the CPU and memory it took. With
// --only-open what an earlier run left is opened once more.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <future>
#include <string>
#include <vector>

#include "base/fs.h"
#include "base/log.h"
#include "base/telemetry.h"
#include "collector/tsdb/store.h"
#include "own_cost.h"
#include "target_rows.h"

namespace vedette::bench {
namespace {

struct Flags {
  size_t targets = 100;
  size_t series = 1604;
  int steps = 120;
  uint64_t head_mib = 800;
  bool only_open = false;
  std::string dir;
};

[[noreturn]] void Fail(const base::Status& status) {
  std::fprintf(stderr, "store_replay: %s\n", status.ToString().c_str());
  std::exit(1);
}

std::vector<model::Labels> TargetSeries(size_t number, size_t series) {
  std::vector<model::Labels> out;
  for (size_t i = 0; i < series; ++i) {
    out.push_back(model::Labels::FromPairs(
        {{"__name__", "node_some_metric_of_a_family_" + std::to_string(i % 200) + "_total"},
         {"device", "device-" + std::to_string(i / 200)},
         {"instance", "host-" + std::to_string(number) + ".example.net:9100"},
         {"job", "node"}}));
  }
  return out;
}

class Bench {
 public:
  explicit Bench(const Flags& flags) : flags_(flags) {}

  void Fill() {
    const auto store = Open(/*background=*/false, uint64_t{64} << 30);
    std::vector<TargetRows> targets;
    for (size_t i = 0; i < flags_.targets; ++i) {
      targets.emplace_back(TargetSeries(i, flags_.series));
    }
    const int64_t first_ms = clock_.WallMillis() - int64_t{flags_.steps} * 15'000;
    for (int step = 0; step < flags_.steps; ++step) {
      for (TargetRows& target : targets) {
        const auto stats = store->Append(target.At(first_ms + int64_t{step} * 15'000));
        if (!stats.ok()) Fail(stats.status());
        if (stats->rejected() > 0) Fail(base::Internal(stats->first_error));
      }
    }
  }

  void Reopen() {
    const double cpu = CpuSeconds();
    const auto began = std::chrono::steady_clock::now();
    const auto seconds = [&began] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    };
    const auto store = Open(/*background=*/true, flags_.head_mib << 20);
    const double answers = seconds();
    std::promise<void> replayed;
    store->OnReplayed([&replayed] { replayed.set_value(); });
    replayed.get_future().wait();
    const double all = seconds();
    const double cpu_all = CpuSeconds() - cpu;
    const tsdb::StoreStats stats = store->Stats();
    const auto samples = static_cast<double>(stats.head_samples + stats.part_samples);
    std::printf("series\t%llu\nsamples\t%.0f\nlog_mb\t%.1f\nparts\t%llu\n",
                static_cast<unsigned long long>(stats.head_series), samples,
                static_cast<double>(stats.wal_bytes) / 1e6,
                static_cast<unsigned long long>(stats.parts));
    std::printf("answers_s\t%.3f\nreplayed_s\t%.3f\nreplay_cpu_s\t%.3f\n", answers, all, cpu_all);
    std::printf("samples_per_cpu_s\t%.2e\nanon_mib\t%.0f\npeak_mib\t%.0f\n", samples / cpu_all,
                StatusMib("RssAnon:"), StatusMib("VmHWM:"));
  }

 private:
  std::unique_ptr<tsdb::Store> Open(bool background, uint64_t head_bytes) {
    tsdb::Options options;
    options.dir = flags_.dir;
    options.head_bytes = head_bytes;
    options.max_series = 10'000'000;
    options.reserve_bytes = 0;
    options.background = background;
    options.fs = fs_.get();
    options.clock = &clock_;
    options.log = &logger_;
    options.telemetry = &telemetry_;
    auto store = tsdb::Store::Open(options);
    if (!store.ok()) Fail(store.status());
    return std::move(store).value();
  }

  const Flags flags_;
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  base::SystemClock clock_;
  base::Logger logger_{base::LogLevel::kInfo, &clock_};
  base::Telemetry telemetry_;
};

}  // namespace
}  // namespace vedette::bench

int main(int argc, char** argv) {
  vedette::bench::Flags flags;
  CLI::App app("What a restart of the metrics store costs");
  app.add_option("--targets", flags.targets, "scraped together each 15 s");
  app.add_option("--series", flags.series, "of each target");
  app.add_option("--steps", flags.steps, "scrapes in the log");
  app.add_option("--head-mib", flags.head_mib, "the cap of memory, in MiB");
  app.add_flag("--only-open", flags.only_open, "open what an earlier run left");
  app.add_option("--dir", flags.dir, "an empty folder for the store")->required();
  CLI11_PARSE(app, argc, argv);
  vedette::bench::Bench bench(flags);
  if (!flags.only_open) bench.Fill();
  bench.Reopen();
}
