#ifndef VEDETTE_COLLECTOR_TSDB_SELECTION_CACHE_H_
#define VEDETTE_COLLECTOR_TSDB_SELECTION_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"

namespace vedette::tsdb {

// What selectors asked for lately, by their text: dashboards and rules ask the same again and
// again. Bounded in entries and in what these cost; the one that was not asked for the longest goes
// first. Not thread-safe.
template <typename Value>
class SelectionCache {
 public:
  // `max_cost` is in whatever Put counts; an entry of more than a quarter of it is not kept.
  SelectionCache(size_t max_entries, size_t max_cost)
      : max_entries_(max_entries), max_cost_(max_cost) {}

  // Null when it is not there. Good until the next Put.
  Value* Find(std::string_view key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    found->second.used = ++clock_;
    return &found->second.value;
  }

  // Replaces what is there.
  void Put(std::string_view key, Value value, size_t cost) {
    Erase(key);
    if (cost > max_cost_ / 4) return;
    while (!entries_.empty() && (entries_.size() >= max_entries_ || cost_ + cost > max_cost_)) {
      EraseOldest();
    }
    cost_ += cost;
    entries_.emplace(std::string(key), Entry{std::move(value), cost, ++clock_});
  }

  void Clear() {
    entries_.clear();
    cost_ = 0;
  }
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Value value;
    size_t cost = 0;
    uint64_t used = 0;
  };

  void Erase(std::string_view key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    cost_ -= found->second.cost;
    entries_.erase(found);
  }

  void EraseOldest() {
    auto oldest = entries_.begin();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      if (at->second.used < oldest->second.used) oldest = at;
    }
    cost_ -= oldest->second.cost;
    entries_.erase(oldest);
  }

  const size_t max_entries_;
  const size_t max_cost_;
  base::StringMap<Entry> entries_;
  size_t cost_ = 0;
  uint64_t clock_ = 0;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_SELECTION_CACHE_H_
