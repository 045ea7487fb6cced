#include <benchmark/benchmark.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "app/store_join.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/telemetry.h"
#include "collector/promql/engine.h"
#include "exporters/node/node_exporter.h"
#include "model/exposition/parser.h"
#include "tests/support/temp_dir.h"

namespace vedette {
namespace {

constexpr int kSeries = 1000;
constexpr int64_t kStepMs = 15'000;

// What every store needs, and a fresh folder for it.
struct Machine {
  std::unique_ptr<base::FileSystem> fs = base::NewPosixFileSystem();
  base::SystemClock clock;
  base::Logger logger{base::LogLevel::kError, &clock};
  base::Telemetry telemetry;
  test::TempDir dir;
};

std::unique_ptr<tsdb::Store> OpenMetrics(Machine* machine) {
  tsdb::Options options;
  options.dir = machine->dir.Join("metrics");
  options.fs = machine->fs.get();
  options.clock = &machine->clock;
  options.log = &machine->logger;
  options.telemetry = &machine->telemetry;
  options.background = false;
  return *tsdb::Store::Open(options);
}

std::vector<model::SampleRow> MakeRows() {
  std::vector<model::SampleRow> rows(kSeries);
  for (int i = 0; i < kSeries; ++i) {
    rows[static_cast<size_t>(i)].labels = model::Labels::FromPairs(
        {{"__name__", "requests_total"}, {"job", "bench"}, {"handler", std::to_string(i)}});
  }
  return rows;
}

void Fill(std::vector<model::SampleRow>* rows, int64_t time_ms, int64_t step) {
  for (size_t i = 0; i < rows->size(); ++i) {
    (*rows)[i].timestamp_ms = time_ms;
    (*rows)[i].value = static_cast<double>(step * static_cast<int64_t>(i % 7));
  }
}

std::unique_ptr<exporters::node::NodeExporter> MakeExporter(Machine* machine) {
  exporters::Environment environment;
  environment.clock = &machine->clock;
  environment.logger = &machine->logger;
  return *exporters::node::NodeExporter::Make({}, environment);
}

std::string Page(const exporters::node::NodeExporter& exporter) {
  base::http::Request request;
  request.method = "GET";
  request.path = "/metrics";
  return exporter.handler()(request).body;
}

void NodeScrape(benchmark::State& state) {
  Machine machine;
  const auto exporter = MakeExporter(&machine);
  size_t bytes = 0;
  for (auto _ : state) bytes += Page(*exporter).size();
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(NodeScrape)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

void ParseExposition(benchmark::State& state) {
  Machine machine;
  const std::string page = Page(*MakeExporter(&machine));
  for (auto _ : state) {
    model::exposition::Parser parser(page, model::exposition::Format::kText);
    auto event = parser.Next();
    while (event.ok() && *event != model::exposition::EntryKind::kEnd) event = parser.Next();
    benchmark::DoNotOptimize(event);
  }
  state.SetBytesProcessed(static_cast<int64_t>(page.size()) * state.iterations());
}
BENCHMARK(ParseExposition)->Unit(benchmark::kMicrosecond);

void AppendScrape(benchmark::State& state) {
  Machine machine;
  const auto store = OpenMetrics(&machine);
  std::vector<model::SampleRow> rows = MakeRows();
  // Far enough back that it does not run ahead of the clock.
  int64_t time_ms = machine.clock.WallMillis() - 30ll * 24 * 3600 * 1000;
  int64_t step = 0;
  for (auto _ : state) {
    Fill(&rows, time_ms += kStepMs, ++step);
    benchmark::DoNotOptimize(store->Append(rows));
    if (step % 500 == 0) benchmark::DoNotOptimize(store->Flush());
  }
  state.SetItemsProcessed(state.iterations() * kSeries);
}
BENCHMARK(AppendScrape)->Unit(benchmark::kMicrosecond);

void RangeQuery(benchmark::State& state) {
  Machine machine;
  const auto store = OpenMetrics(&machine);
  std::vector<model::SampleRow> rows = MakeRows();
  const int64_t start_ms = machine.clock.WallMillis() / kStepMs * kStepMs - 3'600'000;
  constexpr int kSteps = 240;
  for (int step = 0; step <= kSteps; ++step) {
    Fill(&rows, start_ms + step * kStepMs, step);
    benchmark::DoNotOptimize(store->Append(rows));
  }
  const app::MetricsQueryable queryable(store.get());
  const promql::Engine engine({}, &machine.clock);
  promql::QueryContext context;
  context.queryable = &queryable;
  for (auto _ : state) {
    benchmark::DoNotOptimize(engine.Range("sum by (job) (rate(requests_total[5m]))", start_ms,
                                          start_ms + kSteps * kStepMs, kStepMs, context));
  }
}
BENCHMARK(RangeQuery)->Unit(benchmark::kMillisecond);

// Pushes and waits for the fsync.
void PushAndWait(logstore::Store* store, model::LogPush push) {
  std::mutex mutex;
  std::condition_variable done;
  bool finished = false;
  store->Push(std::move(push), [&](const base::Status&) {
    std::lock_guard lock(mutex);
    finished = true;
    done.notify_one();
  });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return finished; });
}

void PushLogs(benchmark::State& state) {
  Machine machine;
  logstore::Options options;
  options.dir = machine.dir.Join("logs");
  options.fs = machine.fs.get();
  options.clock = &machine.clock;
  options.logger = &machine.logger;
  const auto store = *logstore::Store::Open(options);
  int64_t bytes = 0;
  int64_t number = 0;
  for (auto _ : state) {
    model::LogPush push;
    push.streams.push_back({model::Labels({{"job", "bench"}}), {}});
    for (int i = 0; i < 1000; ++i) {
      std::string line = R"({"level":"info","logger":"http.log.access","status":200,"n":)" +
                         std::to_string(++number) + std::string(400, 'x') + "}";
      bytes += static_cast<int64_t>(line.size());
      push.streams[0].entries.push_back({machine.clock.WallNanos(), std::move(line), {}});
    }
    PushAndWait(store.get(), std::move(push));
  }
  state.SetBytesProcessed(bytes);
}
BENCHMARK(PushLogs)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace vedette
