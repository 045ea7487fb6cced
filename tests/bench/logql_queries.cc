// What log queries cost over 24 hours of data set L: the table of the goals.
//   logql_queries --dir=STORE [--runs=N] [--only=WORD]    a store that log_store --pushes filled
//   logql_queries --dir=STORE --query=LOGQL [--step=SECONDS]    another query; a metric with a step
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "collector/logql/engine.h"
#include "logql_store.h"
#include "own_cost.h"

namespace vedette::bench {
namespace {

// One row of the table. The peers' walls are those of ../shared/reference/peers/README.md, section
// 5.
struct Row {
  const char* name;
  const char* query;
  int64_t length_ns = kDayNs;
  int64_t step_ns = 0;  // 0: lines
  uint32_t limit = 100;
  double goal_ms = 0;
  const char* victorialogs_ms = "";
  const char* loki_ms = "";
};

constexpr Row kRows[] = {
    {"rare fragment, journal", R"({job="journal"} |= "EEDLE-7f3a9c2")", kDayNs, 0, 100, 20,
     "812-1,119", "24,044-28,227"},
    {"rare hex, 8 digits", R"({job="journal"} |= "d2f1a90b")", kDayNs, 0, 100, 60, "800-1,100",
     "24,000-28,000"},
    {"rare regex", R"({job="journal"} |~ "NEEDLE-[0-9a-f]{8}")", kDayNs, 0, 100, 100, "896-1,221",
     "20,677-26,299"},
    {"sum by unit (rate 5m)", R"(sum by (unit) (rate({job="journal"}[5m])))", kDayNs,
     300 * kSecondNs, 0, 20, "253-753", "24,668-25,280"},
    {"caddy json 5xx by host, hourly",
     R"(sum by (host) (count_over_time({job="caddy"} | json | status>=500 [1h])))", kDayNs, kHourNs,
     0, 20, "20-25", "8,167-9,209"},
    {"logfmt status by tenant, hourly",
     R"(sum by (tenant) (count_over_time({unit="app-api.service"} | logfmt | status=500 [1h])))",
     kDayNs, kHourNs, 0, 300, "1,305-2,726", "8,367-8,989"},
    {"newest 100 caddy 5xx", R"({job="caddy"} | json | status>=500)", kDayNs, 0, 100, 15, "60-100",
     "3,112-4,076"},
    {"newest 1,000 lines of one host", R"({host="host07"})", kHourNs, 0, 1000, 10, "19-55",
     "24-37"},
};

// The most memory this process had since the last call.
double PeakMib() {
  const double peak = StatusMib("VmHWM:");
  std::ofstream("/proc/self/clear_refs") << "5";
  return peak;
}

struct Cost {
  double wall_ms = 0;
  double cpu_ms = 0;
};

double Median(std::vector<Cost> costs, double Cost::*of) {
  std::sort(costs.begin(), costs.end(), [&](auto& a, auto& b) { return a.*of < b.*of; });
  return costs[costs.size() / 2].*of;
}

class LogqlBench {
 public:
  LogqlBench(const std::string& dir, int runs) : runs_(runs), store_(dir) {}

  void Measure(const Row& row) {
    Ask(row);  // warm
    std::vector<Cost> costs;
    size_t found = 0;
    const double before = StatusMib("VmRSS:");
    PeakMib();
    for (int i = 0; i < runs_; ++i) {
      const double cpu = CpuSeconds();
      const auto start = std::chrono::steady_clock::now();
      found = Ask(row);
      const std::chrono::duration<double, std::milli> wall =
          std::chrono::steady_clock::now() - start;
      costs.push_back({wall.count(), (CpuSeconds() - cpu) * 1e3});
    }
    std::printf("| %s | %.0f | %.1f | %.1f | %.0f | %zu | %s | %s |\n", row.name, row.goal_ms,
                Median(costs, &Cost::wall_ms), Median(costs, &Cost::cpu_ms),
                std::max(0.0, PeakMib() - before), found, row.victorialogs_ms, row.loki_ms);
    std::fflush(stdout);
  }

 private:
  // How many lines, or points of series, the answer has.
  size_t Ask(const Row& row) {
    logql::RangeQuery query;
    query.query = row.query;
    query.end_ns = kStartOfL + kDayNs;
    query.start_ns = query.end_ns - row.length_ns;
    query.step_ns = row.step_ns;
    query.limit = row.limit;
    const auto result = store_.engine().QueryRange(query, {});
    if (!result.ok()) {
      std::fprintf(stderr, "%s: %s\n", row.query, result.status().ToString().c_str());
      std::exit(1);
    }
    if (const auto* lines = std::get_if<logql::Lines>(&result->value)) return lines->size();
    size_t points = 0;
    for (const auto& series : std::get<logql::Matrix>(result->value)) {
      points += series.values.size();
    }
    return points;
  }

  const int runs_;
  const LogqlStore store_;
};

int Run(int argc, char** argv) {
  std::string dir;
  std::string only;
  std::string query;
  int64_t step_ns = 0;
  int runs = 5;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--dir=")) dir = argument.substr(6);
    if (argument.starts_with("--only=")) only = argument.substr(7);
    if (argument.starts_with("--query=")) query = argument.substr(8);
    if (argument.starts_with("--step=")) step_ns = std::atoll(argv[i] + 7) * kSecondNs;
    if (argument.starts_with("--runs=")) runs = std::max(1, std::atoi(argv[i] + 7));
  }
  if (dir.empty()) {
    std::fprintf(stderr, "usage: logql_queries --dir=STORE [--runs=N] [--only=WORD]\n");
    return 2;
  }
  LogqlBench bench(dir, runs);
  std::printf(
      "| query, 24 h of L | goal, ms | wall, ms | CPU, ms | memory rise, MiB | lines or points "
      "| VictoriaLogs, ms | Loki, ms |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
  if (!query.empty()) {
    bench.Measure({.name = "asked for", .query = query.c_str(), .step_ns = step_ns});
    return 0;
  }
  for (const Row& row : kRows) {
    if (std::string_view(row.name).find(only) != std::string_view::npos) bench.Measure(row);
  }
  return 0;
}

}  // namespace
}  // namespace vedette::bench

int main(int argc, char** argv) { return vedette::bench::Run(argc, argv); }
