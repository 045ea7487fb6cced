// What sending costs: fills the log of a metrics store with scrapes, then lets remote write send
// all of it to a receiver in a process of its own, whose CPU is not counted. Usage: remote_send
// --dir=DIR [--targets=N] [--series=N] [--steps=N] [--v2] [--shards=N] Prints samples a CPU second
// of reading the log, encoding, compressing and sending.

#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/fs.h"
#include "base/http/server.h"
#include "base/log.h"
#include "base/telemetry.h"
#include "collector/remote/manager.h"
#include "collector/tsdb/store.h"
#include "own_cost.h"
#include "target_rows.h"

namespace vedette::bench {
namespace {

struct Flags {
  size_t targets = 50;
  size_t series = 1600;
  int steps = 40;
  int shards = 4;
  bool v2 = false;
  std::string dir;
};

[[noreturn]] void Fail(const base::Status& status) {
  std::fprintf(stderr, "remote_send: %s\n", status.ToString().c_str());
  std::exit(1);
}

// Takes everything; what was written is what 2.0 asks for.
class Receiver {
 public:
  // In a child, before this process has threads. Its port comes through a pipe.
  Receiver() {
    int ends[2];
    if (::pipe(ends) != 0) Fail(base::FromErrno(errno, "pipe"));
    child_ = ::fork();
    if (child_ == 0) Serve(ends[1]);
    if (::read(ends[0], &port_, sizeof(port_)) != sizeof(port_)) {
      Fail(base::Internal("no receiver"));
    }
  }
  ~Receiver() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/write"; }

 private:
  [[noreturn]] static void Serve(int port_pipe) {
    base::SystemClock clock;
    base::Logger logger(base::LogLevel::kError, &clock);
    base::http::Router router;
    router.Handle({"POST", "/write", base::http::Pool::kIngest, base::http::Scope::kNone,
                   base::http::Sync([](const base::http::Request&) {
                     base::http::Response response = base::http::Response::Text(200, "");
                     response.headers.Set("X-Prometheus-Remote-Write-Samples-Written", "1000000");
                     return response;
                   })});
    base::http::Server::Options options;
    options.listen = {"127.0.0.1:0"};
    options.router = &router;
    options.clock = &clock;
    options.logger = &logger;
    const auto server = base::http::Server::Start(std::move(options));
    if (!server.ok()) Fail(server.status());
    const uint16_t port = (*server)->Ports().at(0);
    if (::write(port_pipe, &port, sizeof(port)) != sizeof(port)) std::exit(1);
    while (::getppid() != 1) std::this_thread::sleep_for(std::chrono::seconds(1));
    std::exit(0);
  }

  pid_t child_ = 0;
  uint16_t port_ = 0;
};

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
  Bench(const Flags& flags, const std::string& url) : flags_(flags), url_(url) {}

  void Run() {
    tsdb::Options options;
    options.dir = flags_.dir + "/metrics";
    options.head_bytes = uint64_t{8} << 30;
    options.max_series = 10'000'000;
    options.reserve_bytes = 0;
    options.background = false;
    options.fs = fs_.get();
    options.clock = &clock_;
    options.log = &logger_;
    options.telemetry = &telemetry_;
    auto store = tsdb::Store::Open(options);
    if (!store.ok()) Fail(store.status());
    NoteStart((*store)->LogEnd(), (*store)->LogRunBegin());
    Fill(store->get());
    Send(store->get());
  }

 private:
  // A queue that was here before the samples came.
  void NoteStart(base::WalPosition at, base::WalPosition run_begin) {
    remote::PlaceLog::Options options;
    options.dir = flags_.dir + "/remote_write";
    options.fs = fs_.get();
    options.clock = &clock_;
    options.log = &logger_;
    options.telemetry = &telemetry_;
    const auto places = remote::PlaceLog::Open(options, run_begin);
    if (!places.ok()) Fail(places.status());
    // All shards are at one place: their labels do not matter.
    (*places)->Set("bench", remote::Places(static_cast<size_t>(flags_.shards), {at, 0}),
                   /*shaping=*/0);
  }

  void Fill(tsdb::Store* store) {
    std::vector<TargetRows> targets;
    for (size_t i = 0; i < flags_.targets; ++i) {
      targets.emplace_back(TargetSeries(i, flags_.series));
    }
    const int64_t first_ms = clock_.WallMillis() - int64_t{flags_.steps} * 15'000;
    for (int step = 0; step < flags_.steps; ++step) {
      for (TargetRows& target : targets) {
        const auto stats = store->Append(target.At(first_ms + int64_t{step} * 15'000));
        if (!stats.ok()) Fail(stats.status());
      }
    }
  }

  void Send(tsdb::Store* store) {
    const std::string message =
        flags_.v2 ? "protobuf_message: io.prometheus.write.v2.Request, " : "";
    const auto config = remote::ParseConfig(
        "remote_write: [{name: bench, " + message + "url: '" + url_ +
            "', queue_config: {min_shards: " + std::to_string(flags_.shards) + "}}]",
        "bench");
    if (!config.ok()) Fail(config.status());
    remote::Manager::Options options;
    options.dir = flags_.dir + "/remote_write";
    options.queue.log = store;
    options.queue.fs = fs_.get();
    options.queue.clock = &clock_;
    options.queue.logger = &logger_;
    options.queue.telemetry = &telemetry_;
    remote::Manager manager(options);
    const double all = static_cast<double>(flags_.targets * flags_.series) * flags_.steps;
    const double anon = StatusMib("RssAnon:");
    const double cpu = CpuSeconds();
    if (const auto applied = manager.ApplyConfig(*config, {}); !applied.ok()) Fail(applied);
    double most = anon;
    while (Metric("samples_total") < all) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      most = std::max(most, StatusMib("RssAnon:"));
    }
    manager.Stop();
    const double took = CpuSeconds() - cpu;
    std::printf("samples\t%.0f\nfailed\t%.0f\nretried\t%.0f\nrequests\t%.0f\n", all,
                Metric("samples_failed_total"), Metric("samples_retried_total"),
                Metric("requests_total"));
    std::printf("bytes_a_sample\t%.2f\nlog_bytes_a_sample\t%.2f\ncpu_s\t%.3f\n",
                Metric("bytes_total") / all, static_cast<double>(store->Stats().wal_bytes) / all,
                took);
    std::printf("samples_per_cpu_s\t%.2e\nmemory_mib\t%.0f\n", all / took, most - anon);
  }

  double Metric(const std::string& name) const {
    for (const auto& family : telemetry_.Collect()) {
      if (family.name == "prometheus_remote_storage_" + name) return family.points.at(0).value;
    }
    return 0;
  }

  const Flags flags_;
  const std::string url_;
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  base::SystemClock clock_;
  base::Logger logger_{base::LogLevel::kWarn, &clock_};
  base::Telemetry telemetry_;
};

}  // namespace
}  // namespace vedette::bench

int main(int argc, char** argv) {
  vedette::bench::Flags flags;
  CLI::App app("What remote write costs");
  app.add_option("--targets", flags.targets, "scraped together each 15 s");
  app.add_option("--series", flags.series, "of each target");
  app.add_option("--steps", flags.steps, "scrapes in the log");
  app.add_option("--shards", flags.shards, "that send");
  app.add_flag("--v2", flags.v2, "remote write 2.0");
  app.add_option("--dir", flags.dir, "an empty folder")->required();
  CLI11_PARSE(app, argc, argv);
  const vedette::bench::Receiver receiver;
  vedette::bench::Bench(flags, receiver.url()).Run();
}
