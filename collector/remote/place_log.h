#ifndef VEDETTE_COLLECTOR_REMOTE_PLACE_LOG_H_
#define VEDETTE_COLLECTOR_REMOTE_PLACE_LOG_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "base/wal.h"
#include "collector/remote/place.h"

namespace vedette::remote {

// Where each queue is, on disk: a kill repeats at most what was not acknowledged, a power cut what
// was acknowledged in its last second. Format: FORMAT.md. Thread-safe; owned by the manager.
class PlaceLog {
 public:
  struct Options {
    std::string dir;  // created with the first note
    base::FileSystem* fs = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* log = nullptr;
    base::Telemetry* telemetry = nullptr;
  };
  // Reads what is there. `run_begin`: SampleLog::LogRunBegin(); places behind it are taken back to
  // it.
  static base::StatusOr<std::unique_ptr<PlaceLog>> Open(const Options& options,
                                                        base::WalPosition run_begin);

  std::optional<Places> Get(const std::string& queue) const VEDETTE_EXCLUDES(mutex_);
  // As it was set with them; 0: unknown.
  uint64_t ShapingOf(const std::string& queue) const VEDETTE_EXCLUDES(mutex_);
  // `shaping` stands for what makes the labels as they are sent, and so decides which shard a
  // series has. Waits for the disk once a MiB, when the log is written anew. What cannot be written
  // is said once, and is in memory all the same.
  void Set(const std::string& queue, const Places& places, uint64_t shaping)
      VEDETTE_EXCLUDES(mutex_);
  // Forgets the queues that are not among these.
  void KeepOnly(const std::set<std::string>& queues) VEDETTE_EXCLUDES(mutex_);

 private:
  struct Kept {
    Places places;
    uint64_t shaping = 0;
  };

  explicit PlaceLog(const Options& options) : options_(options) {}
  base::Status Replay(std::string_view payload, base::WalPosition run_begin)
      VEDETTE_REQUIRES(mutex_);
  void Write(const std::string& queue, const Kept& kept) VEDETTE_REQUIRES(mutex_);
  base::Status Checkpoint() VEDETTE_REQUIRES(mutex_);

  const Options options_;
  mutable base::Mutex mutex_;
  std::unique_ptr<base::Wal> wal_ VEDETTE_GUARDED_BY(mutex_);
  std::map<std::string, Kept> queues_ VEDETTE_GUARDED_BY(mutex_);
  uint64_t written_ VEDETTE_GUARDED_BY(mutex_) = 0;  // bytes since the last checkpoint
  bool failing_ VEDETTE_GUARDED_BY(mutex_) = false;
};

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_PLACE_LOG_H_
