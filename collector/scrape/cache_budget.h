#ifndef VEDETTE_COLLECTOR_SCRAPE_CACHE_BUDGET_H_
#define VEDETTE_COLLECTOR_SCRAPE_CACHE_BUDGET_H_

#include <cstdint>

#include "base/mutex.h"
#include "base/status.h"
#include "base/telemetry.h"

namespace vedette::scrape {

// How many bytes the caches of all targets may take together, and those of one. Owned by the
// manager, outlives the shares. Thread-safe.
class CacheBudget {
 public:
  // `held` shows what all take.
  CacheBudget(uint64_t all_bytes, uint64_t target_bytes, base::Gauge* held)
      : all_bytes_(all_bytes), target_bytes_(target_bytes), held_gauge_(held) {}

 private:
  friend class CacheShare;
  base::Status Change(uint64_t from, uint64_t to) VEDETTE_EXCLUDES(mutex_);

  const uint64_t all_bytes_;
  const uint64_t target_bytes_;
  base::Gauge* const held_gauge_;
  base::Mutex mutex_;
  uint64_t held_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

// What one target takes of it; given back when it ends. One thread at a time.
class CacheShare {
 public:
  // Null: without bound.
  explicit CacheShare(CacheBudget* budget) : budget_(budget) {}
  ~CacheShare() { Hold(0).IgnoreError(); }
  CacheShare(const CacheShare&) = delete;
  CacheShare& operator=(const CacheShare&) = delete;

  // The target's caches take this many bytes now. ResourceExhausted, with found and allowed, where
  // that is more than it held and too much: then what it held before stays counted. Less is always
  // taken.
  base::Status Hold(uint64_t bytes);
  // Whether the last Hold was refused.
  bool refused() const { return refused_; }

 private:
  CacheBudget* const budget_;
  uint64_t held_ = 0;  // in whole pages
  bool refused_ = false;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_CACHE_BUDGET_H_
