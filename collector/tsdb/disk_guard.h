#ifndef VEDETTE_COLLECTOR_TSDB_DISK_GUARD_H_
#define VEDETTE_COLLECTOR_TSDB_DISK_GUARD_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"

namespace vedette::tsdb {

// Watches the free space and keeps the reserve file. Thread-safe. Says once when the disk gets full
// and once when there is room again.
class DiskGuard {
 public:
  // `min_free_bytes` 0: never full by itself. `reserve_bytes` 0: no reserve.
  DiskGuard(base::FileSystem* fs, base::Clock* clock, base::Logger* log, std::string dir,
            uint64_t min_free_bytes, uint64_t reserve_bytes);

  // OK when samples may be taken; otherwise Unavailable with IsNoSpace. Looks at the disk once a
  // second, and at each call while it is full.
  base::Status Check() VEDETTE_EXCLUDES(mutex_);
  // A write met a full disk: the next Check looks again.
  void NoteNoSpace() VEDETTE_EXCLUDES(mutex_);
  // Gives up the reserve so that what must be written can be. True when there was one.
  bool ReleaseReserve() VEDETTE_EXCLUDES(mutex_);
  // Allocates the reserve when it is missing and leaves more than `min_free_bytes` free.
  void KeepReserve() VEDETTE_EXCLUDES(mutex_);

  bool full() const { return full_.load(std::memory_order_relaxed); }

 private:
  void SetFull(bool full, uint64_t free_bytes) VEDETTE_REQUIRES(mutex_);

  base::FileSystem* const fs_;
  base::Clock* const clock_;
  base::Logger* const log_;
  const std::string dir_;
  const std::string reserve_path_;
  const uint64_t min_free_bytes_;
  const uint64_t reserve_bytes_;
  base::Mutex mutex_;
  std::atomic<bool> full_{false};  // written under mutex_
  int64_t looked_at_ns_ VEDETTE_GUARDED_BY(mutex_) = 0;
  bool looked_ VEDETTE_GUARDED_BY(mutex_) = false;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_DISK_GUARD_H_
