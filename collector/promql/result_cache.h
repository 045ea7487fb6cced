#ifndef VEDETTE_COLLECTOR_PROMQL_RESULT_CACHE_H_
#define VEDETTE_COLLECTOR_PROMQL_RESULT_CACHE_H_

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "collector/promql/engine.h"
#include "collector/promql/result_reach.h"

namespace vedette::promql {

// Answers of range queries, kept for the steps whose samples stand (Queryable::History): a panel
// that asks again a little later evaluates the steps that are new. What it answers is what the
// engine would, to the bit; a query too large for the engine may be answered with its help.
//
// One engine and one store use it; bounded in bytes, what was not asked for longest goes first.
// Thread-safe. Owned by app.
class ResultCache {
 public:
  explicit ResultCache(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  struct Stats {
    uint64_t hits = 0;    // queries with steps from here
    uint64_t misses = 0;  // queries whose steps could have been here and were not
    uint64_t bytes = 0;
    uint64_t results = 0;
  };

  // As engine.Range. Not kept: answers with warnings or infos, statistics, what ReachOf has
  // nothing for.
  Result Range(const Engine& engine, std::string_view query, int64_t start_ms, int64_t end_ms,
               int64_t step_ms, const QueryContext& context) VEDETTE_EXCLUDES(mutex_);
  Stats stats() const VEDETTE_EXCLUDES(mutex_);

 private:
  // The answer of one query for the steps from first to last.
  struct Kept {
    uint64_t version = 0;  // of the history
    int64_t first_ms = 0;
    int64_t last_ms = 0;
    std::vector<Series> matrix;  // sorted by labels
    uint64_t bytes = 0;          // with what it costs to find it
  };
  using KeptPtr = std::shared_ptr<const Kept>;
  struct Entry {
    std::string key;
    KeptPtr kept;
  };

  KeptPtr Find(const std::string& key, uint64_t version) VEDETTE_EXCLUDES(mutex_);
  void Keep(const std::string& key, Kept kept) VEDETTE_EXCLUDES(mutex_);
  void Drop(std::list<Entry>::iterator entry) VEDETTE_REQUIRES(mutex_);
  // Keeps of an answer the steps up to `last_ms`, beside those of `before`, which may be null and
  // else reaches up to `start_ms`.
  void KeepAnswer(const std::string& key, const KeptPtr& before, const Value& answer,
                  int64_t start_ms, int64_t last_ms, uint64_t version);

  const uint64_t max_bytes_;
  std::atomic<uint64_t> hits_{0};
  std::atomic<uint64_t> misses_{0};
  mutable base::Mutex mutex_;
  uint64_t bytes_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::list<Entry> entries_ VEDETTE_GUARDED_BY(mutex_);  // the one used last first
  // The views are those of the entries' keys.
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_
      VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_RESULT_CACHE_H_
