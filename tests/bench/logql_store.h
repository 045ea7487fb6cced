#ifndef VEDETTE_TESTS_BENCH_LOGQL_STORE_H_
#define VEDETTE_TESTS_BENCH_LOGQL_STORE_H_

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "app/store_join.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/telemetry.h"
#include "base/thread_pool.h"
#include "collector/logql/engine.h"
#include "collector/logstore/store.h"
#include "log_store_options.h"

namespace vedette::bench {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kHourNs = 3600 * kSecondNs;
constexpr int64_t kDayNs = 24 * kHourNs;
constexpr int64_t kStartOfL = 1'795'132'800 * kSecondNs;  // lgen's default

// A store that log_store --pushes filled with data set L, and LogQL over it on two threads. Ends
// the process where there is none.
class LogqlStore {
 public:
  explicit LogqlStore(const std::string& dir) : store_(Open(dir)) {}

  const logql::Engine& engine() const { return engine_; }

 private:
  std::unique_ptr<logstore::Store> Open(const std::string& dir) {
    auto store =
        logstore::Store::Open(LogStoreOptions(dir, fs_.get(), &clock_, &logger_, &telemetry_));
    if (store.ok()) return *std::move(store);
    std::fprintf(stderr, "%s\n", store.status().ToString().c_str());
    std::exit(1);
  }

  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  LaterClock clock_;
  base::Logger logger_{base::LogLevel::kWarn, &clock_};
  base::Telemetry telemetry_;
  const std::unique_ptr<logstore::Store> store_;
  const app::LogStoreSource source_{store_.get()};
  base::ThreadPool pool_{"logql", 1, 16};
  const logql::Engine engine_{&source_, &clock_, {&pool_, 2, false}};
};

}  // namespace vedette::bench

#endif  // VEDETTE_TESTS_BENCH_LOGQL_STORE_H_
