#ifndef VEDETTE_COLLECTOR_LOGSTORE_GRANULE_CACHE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_GRANULE_CACHE_H_

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"
#include "collector/logstore/columns/granule.h"

namespace vedette::logstore {

// What is worth keeping of a granule between reads: its filter, its card and its parsed directory.
struct CachedGranule {
  std::optional<std::string> filter;
  GranuleCard card;                  // of what was asked for
  std::unique_ptr<Granule> granule;  // reads from nowhere until it is told
};

// Granules that were read lately, up to a budget: the least lately used go first, unless all are in
// use, when nothing more is kept; directories go before filters and cards, which are much smaller.
// Who takes one has it alone: others parse it anew meanwhile. Thread-safe.
class GranuleCache {
 public:
  explicit GranuleCache(size_t budget_bytes) : budget_bytes_(budget_bytes) {}

  // Of a part by its name, which is never given twice, and a block of it. Nothing where it has
  // none.
  CachedGranule Take(const std::string& part, size_t block) VEDETTE_EXCLUDES(mutex_);
  // Loaded columns are dropped unless they are small.
  void Give(const std::string& part, size_t block, CachedGranule granule, int64_t now_mono_ns)
      VEDETTE_EXCLUDES(mutex_);
  // Forgets what nobody gave since.
  void DropOlder(int64_t mono_ns) VEDETTE_EXCLUDES(mutex_);
  size_t bytes() const VEDETTE_EXCLUDES(mutex_);
  // Of the cards of all that is kept.
  LineForms* forms() { return &forms_; }

 private:
  using Key = std::pair<std::string, size_t>;
  struct Entry {
    Key key;
    CachedGranule granule;
    size_t bytes = 0;
    int64_t given_ns = 0;
  };
  using Entries = std::list<Entry>;
  // Moves the entry to `out`.
  void Remove(Entries::iterator entry, Entries* out) VEDETTE_REQUIRES(mutex_);
  // Leaves an entry its filter and card.
  void DropDirectory(Entries::iterator entry, Entries* out) VEDETTE_REQUIRES(mutex_);
  void ShrinkToBudget(int64_t now_mono_ns, Entries* out) VEDETTE_REQUIRES(mutex_);

  const size_t budget_bytes_;
  LineForms forms_;
  mutable base::Mutex mutex_;
  Entries entries_ VEDETTE_GUARDED_BY(mutex_);  // the latest first
  absl::flat_hash_map<Key, Entries::iterator> by_key_ VEDETTE_GUARDED_BY(mutex_);
  size_t bytes_ VEDETTE_GUARDED_BY(mutex_) = 0;
  size_t directories_ VEDETTE_GUARDED_BY(mutex_) = 0;  // entries that have theirs
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_GRANULE_CACHE_H_
