// The metrics store over simulated days: what a day costs as the data behind it grows, and what
// series that come and go leave behind. A clock of its own is stepped on, so that flushes, merges
// and retention happen as they would. Usage: store_days --series=N --days=N --churn=N --dir=DIR
// Prints one line a day, tab-separated, with a header.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/log.h"
#include "base/telemetry.h"
#include "collector/tsdb/store.h"
#include "own_cost.h"
#include "target_rows.h"
#include "tests/support/fake_clock.h"

namespace vedette::bench {
namespace {

constexpr int64_t kStepMs = 15'000;
constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kDayMs = 24 * kHourMs;
constexpr size_t kGroupSeries = 500;
constexpr int kChurnSamples = 4;  // a short series' life: a minute

struct Flags {
  size_t series = 500;
  int days = 90;
  int64_t retention_days = 90;
  size_t churn = 0;  // new series an hour
  std::string dir;
};

size_t FilesIn(const std::string& dir) {
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    files += entry.is_regular_file() ? 1 : 0;
  }
  return files;
}

std::vector<model::Labels> TargetSeries(size_t number, size_t series) {
  std::vector<model::Labels> out;
  for (size_t i = 0; i < series; ++i) {
    out.push_back(model::Labels::FromPairs({{"__name__", "metric_" + std::to_string(i % 50)},
                                            {"instance", "host" + std::to_string(number)},
                                            {"job", "days"},
                                            {"slot", std::to_string(i / 50)}}));
  }
  return out;
}

class Simulation {
 public:
  explicit Simulation(const Flags& flags) : flags_(flags) {
    for (size_t done = 0; done < flags.series; done += kGroupSeries) {
      targets_.emplace_back(
          TargetSeries(targets_.size(), std::min(kGroupSeries, flags.series - done)));
    }
    tsdb::Options options;
    options.dir = flags.dir;
    options.retention_ms = flags.retention_days * kDayMs;
    options.background = false;
    options.fs = fs_.get();
    options.clock = &clock_;
    options.log = &logger_;
    options.telemetry = &telemetry_;
    auto store = tsdb::Store::Open(options);
    if (!store.ok()) Fail(store.status());
    store_ = std::move(store).value();
  }

  void Run() {
    std::puts(
        "day\tingest_cpu_s\tmaintain_cpu_s\tquery_ms\tfolder_mb\tparts\thead_series\tanon_"
        "mib\tpeak_mib\tmost_head_series\tmost_head_mib\tfiles");
    for (int day = 0; day < flags_.days; ++day) RunDay(day);
  }

 private:
  [[noreturn]] static void Fail(const base::Status& status) {
    std::fprintf(stderr, "store_days: %s\n", status.ToString().c_str());
    std::exit(1);
  }

  void RunDay(int day) {
    double ingest = 0;
    double maintain = 0;
    uint64_t most_series = 0;
    uint64_t most_bytes = 0;
    for (int64_t at = 0; at < kDayMs; at += kStepMs) {
      clock_.Advance(std::chrono::milliseconds(kStepMs));
      const double begin = CpuSeconds();
      for (TargetRows& target : targets_) Append(target.At(clock_.WallMillis()));
      Churn(at);
      const double appended = CpuSeconds();
      const tsdb::StoreStats before = store_->Stats();
      most_series = std::max(most_series, before.head_series);
      most_bytes = std::max(most_bytes, before.head_bytes);
      if (const auto status = store_->Maintain(); !status.ok()) Fail(status);
      ingest += appended - begin;
      maintain += CpuSeconds() - appended;
    }
    const double query_ms = QueryMs();
    const tsdb::StoreStats stats = store_->Stats();
    std::printf("%d\t%.3f\t%.3f\t%.2f\t%.3f\t%" PRIu64 "\t%" PRIu64 "\t%.1f\t%.1f\t%" PRIu64
                "\t%.1f\t%zu\n",
                day + 1, ingest, maintain, query_ms,
                static_cast<double>(stats.part_bytes + stats.wal_bytes) / 1e6, stats.parts,
                stats.head_series, StatusMib("RssAnon:"), StatusMib("VmHWM:"), most_series,
                static_cast<double>(most_bytes) / (1 << 20), FilesIn(flags_.dir));
    std::fflush(stdout);
  }

  void Append(std::span<model::SampleRow> rows) {
    const auto stats = store_->Append(rows);
    if (!stats.ok()) Fail(stats.status());
    if (stats->rejected() > 0) Fail(base::Internal(stats->first_error));
  }

  // `churn` an hour, evenly: each step brings its share, every one sampled kChurnSamples times.
  void Churn(int64_t at) {
    if (flags_.churn == 0) return;
    if (at % (kStepMs * kChurnSamples) == 0) {
      const size_t born = flags_.churn * kChurnSamples * kStepMs / kHourMs;
      short_lived_.assign(born, {});
      for (model::SampleRow& row : short_lived_) {
        row.labels = model::Labels::FromPairs({{"__name__", "container_memory_bytes"},
                                               {"id", "/pod/" + std::to_string(++born_)},
                                               {"image", "image-" + std::to_string(born_ % 40)},
                                               {"job", "churn"}});
      }
    }
    for (model::SampleRow& row : short_lived_) {
      row.timestamp_ms = clock_.WallMillis();
      row.value += 1;
    }
    Append(short_lived_);
  }

  // The last hour of one metric of all targets.
  double QueryMs() {
    const double begin = CpuSeconds();
    const auto matcher = model::Matcher::Make(model::MatchType::kEqual, "__name__", "metric_3");
    if (!matcher.ok()) Fail(matcher.status());
    const int64_t now = clock_.WallMillis();
    const auto status = store_->Select({*matcher}, now - kHourMs, now,
                                       [](const model::SeriesSamples&) { return base::Status(); });
    if (!status.ok()) Fail(status);
    return (CpuSeconds() - begin) * 1000;
  }

  const Flags flags_;
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  test::FakeClock clock_{1'767'225'600'000'000'000};  // 2026-01-01
  base::Logger logger_{base::LogLevel::kWarn, &clock_};
  base::Telemetry telemetry_;
  std::unique_ptr<tsdb::Store> store_;
  std::vector<TargetRows> targets_;
  std::vector<model::SampleRow> short_lived_;
  uint64_t born_ = 0;
};

}  // namespace
}  // namespace vedette::bench

int main(int argc, char** argv) {
  vedette::bench::Flags flags;
  CLI::App app("The metrics store over simulated days");
  app.add_option("--series", flags.series, "series sampled each 15 s throughout");
  app.add_option("--days", flags.days, "days to simulate");
  app.add_option("--retention-days", flags.retention_days, "the store's retention");
  app.add_option("--churn", flags.churn, "short series that come each hour");
  app.add_option("--dir", flags.dir, "an empty folder for the store")->required();
  CLI11_PARSE(app, argc, argv);
  vedette::bench::Simulation(flags).Run();
}
