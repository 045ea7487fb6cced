// What the log store costs: pushes, the rewrite to day parts, and scans.
//   log_store --pushes=FILE --dir=EMPTY    push bodies (protobuf, snappy), each behind its u32
//   length
//   log_store --dir=DIR [--only=PART OF A NAME] [--runs=N]    scans alone; the best of N
//   log_store --dir=DIR --rewrite ...    what is left to be rewritten first
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/codec/compress.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/telemetry.h"
#include "base/thread_pool.h"
#include "collector/logscan/log_scan.h"
#include "collector/logstore/store.h"
#include "log_store_options.h"
#include "model/log_push.h"
#include "own_cost.h"

namespace vedette::bench {
namespace {

using logstore::Direction;
using logstore::SelectRequest;
using logstore::Store;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double DirMb(base::FileSystem* fs, const std::string& dir) {
  double bytes = 0;
  const auto names = fs->List(dir);
  for (const std::string& name : *names) {
    bytes += static_cast<double>(fs->Stat(base::JoinPath(dir, name))->size);
  }
  return bytes / 1e6;
}

class StoreBench {
 public:
  // Scans whose name has not `only` in it are left out; the others run so many times.
  StoreBench(std::string dir, std::string only, int runs)
      : dir_(std::move(dir)), only_(std::move(only)), runs_(runs) {
    Open(600'000);
  }

  void Open(int64_t settled_ms) {
    store_.reset();
    auto options = LogStoreOptions(dir_, fs_.get(), &clock_, &logger_, &telemetry_);
    options.rewrite_settled_ms = settled_ms;
    // The data set's days may be those to come, which are never over.
    if (settled_ms == 0) options.rewrite_rows_parts = 1;
    store_ = *Store::Open(options);
  }

  bool Push(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    const double start = CpuSeconds();
    uint32_t size = 0;
    uint64_t lines = 0;
    uint64_t pushes = 0;
    std::string body;
    while (in.read(reinterpret_cast<char*>(&size), sizeof(size))) {
      body.resize(size);
      in.read(body.data(), size);
      auto push = model::DecodeLogPush(*base::SnappyDecompress(body, 64 << 20));
      for (const auto& stream : push->streams) {
        for (const auto& entry : stream.entries) {
          ++lines;
          raw_mb_ += static_cast<double>(entry.line.size()) / 1e6;
        }
      }
      std::atomic<bool> done{false};
      bool ok = false;
      store_->Push(*std::move(push), [&](const base::Status& status) {
        ok = status.ok();
        done = true;
        done.notify_all();
      });
      done.wait(false);
      if (!ok) return false;
      const double before = CpuSeconds();
      if (!store_->Maintain().ok()) return false;
      upkeep_s_ += CpuSeconds() - before;
      // Asking costs as much as a small push.
      if (++pushes % 16 == 0) peak_mib_ = std::max(peak_mib_, StatusMib("RssAnon:"));
    }
    const double pushed = CpuSeconds();
    if (!store_->Flush().ok()) return false;
    if (!Rewrite()) return false;
    upkeep_s_ += CpuSeconds() - pushed;
    const double all = CpuSeconds() - start;
    const double stored = DirMb(fs_.get(), base::JoinPath(dir_, "parts"));
    std::printf(
        "%.0f lines, %.1f MB: %.1f MB/s a core for pushes, %.1f with flushes and rewrites\n"
        "%.2f MB on disk (%.2f %%) in %zu parts, RssAnon at most %.0f MiB\n",
        static_cast<double>(lines), raw_mb_, raw_mb_ / (all - upkeep_s_), raw_mb_ / all, stored,
        stored * 100 / raw_mb_, fs_->List(base::JoinPath(dir_, "parts"))->size(), peak_mib_);
    return true;
  }

  // What is done when the days are over and have settled, until nothing is left to do.
  bool Rewrite() {
    Open(0);
    std::vector<std::string> parts;
    for (int unchanged = 0; unchanged < 8;) {
      if (!store_->Maintain().ok()) return false;
      peak_mib_ = std::max(peak_mib_, StatusMib("RssAnon:"));
      auto now = *fs_->List(base::JoinPath(dir_, "parts"));
      unchanged = now == parts ? unchanged + 1 : 0;
      parts = std::move(now);
    }
    return true;
  }

  // What to do with a block, and whether to go on.
  using Use = std::function<bool(logql::LogBlock&)>;

  // By block, on both cores where no order is asked for.
  void ScanBlocks(const char* what, logql::BlockRequest request, const Use& use) {
    if (LeftOut(what)) return;
    request.end_ns = INT64_MAX;
    request.pool = &pool_;
    request.workers = 2;
    double best = 1e9;
    double cpu = 1e9;
    std::atomic<uint64_t> rows = 0;
    for (int run = 0; run < runs_; ++run) {
      rows = 0;
      const double start = Now();
      const double start_cpu = CpuSeconds();
      logscan::ScanBlocks(*store_, request, [&](logql::LogBlock& block, size_t) {
        rows += block.rows();
        return use(block);
      }).IgnoreError();
      cpu = std::min(cpu, CpuSeconds() - start_cpu);
      best = std::min(best, Now() - start);
    }
    std::printf("%-34s %9.1f ms, %9.1f ms CPU, %llu lines\n", what, best * 1e3, cpu * 1e3,
                static_cast<unsigned long long>(rows.load()));
  }

  void Series() {
    double best = 1e9;
    size_t count = 0;
    for (int run = 0; run < 20; ++run) {
      const double start = Now();
      count = store_->Series({{model::Matcher::Equal("job", "journal")}}, 0, INT64_MAX).size();
      best = std::min(best, Now() - start);
    }
    std::printf("%-34s %9.1f ms, %zu series\n", "series of journal", best * 1e3, count);
  }

  void Scan(const char* what, const std::vector<model::Matcher>& matchers,
            const std::string& needle, bool lines = true) {
    if (LeftOut(what)) return;
    double best = 1e9;
    double cpu = 1e9;
    uint64_t rows = 0;
    for (int run = 0; run < runs_; ++run) {
      SelectRequest request;
      request.matchers = matchers;
      request.end_ns = INT64_MAX;
      request.direction = Direction::kBackward;
      if (!needle.empty()) request.required = {{needle}};
      request.lines = lines;
      rows = 0;
      const double start = Now();
      const double start_cpu = CpuSeconds();
      store_
          ->Select(request,
                   [&](std::span<const logstore::Row> found) {
                     rows += found.size();
                     return true;
                   })
          .IgnoreError();
      cpu = std::min(cpu, CpuSeconds() - start_cpu);
      best = std::min(best, Now() - start);
    }
    std::printf("%-34s %9.1f ms, %9.1f ms CPU, %llu lines, %.0f MB/s\n", what, best * 1e3,
                cpu * 1e3, static_cast<unsigned long long>(rows), raw_mb_ / best);
  }

 private:
  bool LeftOut(std::string_view what) const { return what.find(only_) == what.npos; }

  const std::string dir_;
  const std::string only_;
  const int runs_;
  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  LaterClock clock_;
  base::Logger logger_{base::LogLevel::kWarn, &clock_};
  base::Telemetry telemetry_;
  std::unique_ptr<Store> store_;
  base::ThreadPool pool_{"scan", 1, 64};
  double raw_mb_ = 0;
  double upkeep_s_ = 0;
  double peak_mib_ = 0;
};

bool TakeLines(logql::LogBlock& block) { return block.Lines().ok(); }

// What LogQL asks for: fields counted by a label or another field, newest lines.
void RunBlockScans(StoreBench* bench) {
  const auto caddy = model::Matcher::Equal("job", "caddy");
  const auto number = [](std::string_view value) {
    return std::strtod(std::string(value).c_str(), nullptr);
  };
  logql::BlockRequest failed;
  failed.matchers = {caddy};
  failed.predicates = {{{logql::FieldParser::kJson, "status"},
                        [&](std::string_view value) { return number(value) >= 500; }}};
  bench->ScanBlocks("caddy, json status>=500, by host", failed,
                    [](logql::LogBlock& block) { return block.Streams().ok(); });
  failed.order = logql::BlockOrder::kBackward;
  size_t left = 0;
  bench->ScanBlocks("newest 100 of those", failed, [&](logql::LogBlock& block) {
    if (left == 0) left = 100;
    left -= std::min(left, block.rows());
    return TakeLines(block) && left > 0;
  });
  logql::BlockRequest broken;
  broken.matchers = {model::Matcher::Equal("unit", "app-api.service")};
  broken.predicates = {{{logql::FieldParser::kLogfmt, "status"},
                        [&](std::string_view value) { return number(value) == 500; }}};
  bench->ScanBlocks("logfmt status=500, by tenant", broken, [](logql::LogBlock& block) {
    return block.Values({logql::FieldParser::kLogfmt, "tenant"}).ok();
  });
  logql::BlockRequest host;
  host.matchers = {model::Matcher::Equal("host", "host07")};
  host.order = logql::BlockOrder::kBackward;
  bench->ScanBlocks("newest 1000 lines of a host", host, [&](logql::LogBlock& block) {
    if (left == 0) left = 1000;
    for (size_t row = 0; row < block.rows() && left > 0; ++row, --left) {
      if (!block.Line(row).ok()) return false;
    }
    return left > 0;
  });
  logql::BlockRequest hex;
  hex.matchers = {model::Matcher::Equal("job", "journal")};
  hex.required = {{"d2f1a90b"}};
  bench->ScanBlocks("rare hex, 8 digits, by block", hex, TakeLines);
  hex.required = {{"918273645"}};
  bench->ScanBlocks("rare number, 9 digits, by block", hex, TakeLines);
  bench->ScanBlocks("every line, by block", {}, TakeLines);
  bench->ScanBlocks("every line's time and stream", {}, [](logql::LogBlock& block) {
    return block.Times().ok() && block.Streams().ok();
  });
  bench->Series();
}

int Run(int argc, char** argv) {
  std::string pushes;
  std::string dir;
  std::string only;
  bool rewrite = false;
  int runs = 4;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--pushes=")) pushes = argument.substr(9);
    if (argument.starts_with("--dir=")) dir = argument.substr(6);
    if (argument == "--rewrite") rewrite = true;
    if (argument.starts_with("--only=")) only = argument.substr(7);
    if (argument.starts_with("--runs=")) runs = std::max(1, std::atoi(argv[i] + 7));
  }
  if (dir.empty()) {
    std::printf("usage: log_store [--pushes=FILE] --dir=DIR [--only=PART OF A NAME] [--runs=N] "
                "[--rewrite]\n");
    return 2;
  }
  StoreBench bench(dir, only, runs);
  if (!pushes.empty() && !bench.Push(pushes)) return 1;
  if (rewrite && !bench.Rewrite()) return 1;
  const auto journal = model::Matcher::Equal("job", "journal");
  const auto caddy = model::Matcher::Equal("job", "caddy");
  bench.Scan("rare words, journal", {journal}, "NEEDLE-7f3a9c2e");
  bench.Scan("rare words, piece of one", {journal}, "EEDLE-7f3a9c2");
  bench.Scan("rare hex, 8 digits", {journal}, "d2f1a90b");
  bench.Scan("rare number, 9 digits", {journal}, "918273645");
  bench.Scan("one host of caddy", {caddy, model::Matcher::Equal("host", "host07")}, "");
  bench.Scan("a word of some lines", {journal}, "checkpoint complete");
  bench.Scan("every line", {}, "");
  bench.Scan("every line's time and stream", {}, "", false);
  RunBlockScans(&bench);
  std::printf("RssAnon %.0f MiB\n", StatusMib("RssAnon:"));
  return 0;
}

}  // namespace
}  // namespace vedette::bench

int main(int argc, char** argv) { return vedette::bench::Run(argc, argv); }
