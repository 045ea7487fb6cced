#ifndef VEDETTE_COLLECTOR_TSDB_SELECTION_CACHE_H_
#define VEDETTE_COLLECTOR_TSDB_SELECTION_CACHE_H_

#include <cstddef>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace vedette::tsdb {

// What selectors asked for lately, by their text: dashboards and rules ask the same again and
// again. Bounded in entries and in bytes, of the texts too: who asks makes these as long as he
// likes. The one that was not asked for the longest goes first. Not thread-safe.
template <typename Value>
class SelectionCache {
 public:
  // An entry of more than a quarter of `max_bytes` is not kept.
  SelectionCache(size_t max_entries, size_t max_bytes)
      : max_entries_(max_entries), max_bytes_(max_bytes) {}

  // Null when it is not there. Good until the next Put.
  Value* Find(std::string_view key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.end(), entries_, found->second);
    return &found->second->value;
  }

  // Whether one of so many bytes is kept.
  bool Takes(std::string_view key, size_t value_bytes) const {
    const size_t most = max_bytes_ / 4;
    return value_bytes <= most && key.size() <= most - value_bytes;
  }

  // Replaces what is there, also by nothing where the new one is not taken.
  void Put(std::string_view key, Value value, size_t value_bytes) {
    Erase(key);
    if (!Takes(key, value_bytes)) return;
    const size_t bytes = key.size() + value_bytes;
    while (!entries_.empty() && (entries_.size() >= max_entries_ || bytes_ + bytes > max_bytes_)) {
      Erase(entries_.front().key);
    }
    bytes_ += bytes;
    entries_.push_back({std::string(key), std::move(value), bytes});
    places_.emplace(entries_.back().key, std::prev(entries_.end()));
  }

  void Clear() {
    places_.clear();
    entries_.clear();
    bytes_ = 0;
  }
  size_t size() const { return entries_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string key;
    Value value;
    size_t bytes = 0;
  };

  void Erase(std::string_view key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    const auto entry = found->second;
    bytes_ -= entry->bytes;
    places_.erase(found);
    entries_.erase(entry);
  }

  const size_t max_entries_;
  const size_t max_bytes_;
  std::list<Entry> entries_;  // by when they were asked for
  absl::flat_hash_map<std::string_view, typename std::list<Entry>::iterator> places_;  // by key
  size_t bytes_ = 0;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_SELECTION_CACHE_H_
