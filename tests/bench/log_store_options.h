#ifndef VEDETTE_TESTS_BENCH_LOG_STORE_OPTIONS_H_
#define VEDETTE_TESTS_BENCH_LOG_STORE_OPTIONS_H_

#include <string>

#include "collector/logstore/store.h"

namespace vedette {

// Of a log store that takes lines of any age, as data sets have them, and does its upkeep when
// told.
inline logstore::Options LogStoreOptions(const std::string& dir, base::FileSystem* fs,
                                         base::Clock* clock, base::Logger* logger,
                                         base::Telemetry* telemetry) {
  logstore::Options options;
  options.dir = dir;
  options.fs = fs;
  options.clock = clock;
  options.logger = logger;
  options.telemetry = telemetry;
  options.retention_ms = 100ll * 365 * 86'400'000;
  options.max_future_ms = options.retention_ms;
  options.background = false;
  return options;
}

}  // namespace vedette

#endif  // VEDETTE_TESTS_BENCH_LOG_STORE_OPTIONS_H_
