#ifndef VEDETTE_COLLECTOR_API_STATUS_VIEW_H_
#define VEDETTE_COLLECTOR_API_STATUS_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace vedette::api {

// A thing that somebody should know of.
struct NotificationInfo {
  std::string text;
  int64_t date_ms = 0;
};

// The process: what /api/v1/status/runtimeinfo shows.
struct RuntimeInfo {
  int64_t start_ms = 0;
  std::string working_directory;
  std::string host_name;
  bool reload_succeeded = true;
  int64_t last_config_ms = 0;  // when the configuration was last read
  uint64_t corruptions = 0;    // damage found in the metrics store
  uint64_t threads = 0;
  uint64_t cpus = 0;
  uint64_t memory_limit_bytes = 0;
  std::string retention;  // "90d or 512MiB"
};

// Counts of the metrics store, largest first.
using NamedCounts = std::vector<std::pair<std::string, uint64_t>>;
struct TsdbInfo {
  uint64_t series = 0;
  uint64_t label_pairs = 0;
  uint64_t chunks = 0;
  int64_t min_ms = 0;
  int64_t max_ms = 0;
  NamedCounts series_by_metric;
  NamedCounts values_by_label;
  NamedCounts bytes_by_label;
  NamedCounts series_by_pair;  // "job=node"
};

// How far the log has been replayed, as segments as upstream counts them.
struct ReplayInfo {
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t current = 0;
};

// What an operator asks of the process. Implemented by app. Thread-safe.
class StatusView {
 public:
  virtual ~StatusView() = default;
  virtual RuntimeInfo Runtime() const = 0;
  // The configuration in force as YAML, secrets redacted.
  virtual std::string ConfigText() const = 0;
  // Every flag by its name without dashes.
  virtual std::vector<std::pair<std::string, std::string>> Flags() const = 0;
  virtual std::vector<NotificationInfo> Notifications() const = 0;
  // The `limit` largest of each list; of the series in memory.
  virtual base::StatusOr<TsdbInfo> Tsdb(size_t limit) const = 0;
  virtual ReplayInfo Replay() const = 0;
};

// What --web.enable-lifecycle lets others ask for. Implemented by app. Thread-safe.
class Lifecycle {
 public:
  virtual ~Lifecycle() = default;
  // Reads the configuration anew and puts it to work; on error the old one goes on.
  virtual base::Status ReloadConfig() = 0;
  // Asks the process to end; returns at once.
  virtual void Quit() = 0;
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_STATUS_VIEW_H_
