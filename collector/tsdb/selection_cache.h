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
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    found->second.used = ++clock_;
    return &found->second.value;
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
      EraseOldest();
    }
    bytes_ += bytes;
    entries_.emplace(std::string(key), Entry{std::move(value), bytes, ++clock_});
  }

  void Clear() {
    entries_.clear();
    bytes_ = 0;
  }
  size_t size() const { return entries_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Value value;
    size_t bytes = 0;
    uint64_t used = 0;
  };

  void Erase(std::string_view key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    bytes_ -= found->second.bytes;
    entries_.erase(found);
  }

  void EraseOldest() {
    auto oldest = entries_.begin();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      if (at->second.used < oldest->second.used) oldest = at;
    }
    bytes_ -= oldest->second.bytes;
    entries_.erase(oldest);
  }

  const size_t max_entries_;
  const size_t max_bytes_;
  base::StringMap<Entry> entries_;
  size_t bytes_ = 0;
  uint64_t clock_ = 0;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_SELECTION_CACHE_H_
