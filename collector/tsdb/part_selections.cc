#include "collector/tsdb/part_selections.h"

#include <utility>

namespace vedette::tsdb {
namespace {

// What an entry takes beside its key and its value: places in list and map, the shared object.
constexpr size_t kEntryOverhead = 192;
// One query of all series asks every part: its answers must not drive out those of all others.
constexpr size_t kMaxEntryBytes = 256 << 10;

std::string KeyIn(std::string_view part, std::string_view text) {
  std::string key(part);
  key += '\0';
  key += text;
  return key;
}

size_t SelectedBytes(const std::vector<uint32_t>& series) {
  return kEntryOverhead + series.size() * sizeof(uint32_t);
}

size_t SelectedBytes(const std::vector<std::string>& texts) {
  size_t bytes = kEntryOverhead + texts.size() * sizeof(std::string);
  for (const std::string& text : texts) bytes += text.size();
  return bytes;
}

// Null when it is not there.
template <typename Value>
Value KeptLately(SelectionCache<Value>* cache, const std::string& key) {
  const Value* const known = cache->Find(key);
  return known == nullptr ? nullptr : *known;
}

}  // namespace

PartSelections::Series PartSelections::FindSeries(std::string_view part,
                                                  std::string_view selector) {
  const std::string key = KeyIn(part, selector);
  base::MutexLock lock(mutex_);
  return KeptLately(&series_, key);
}

void PartSelections::PutSeries(std::string_view part, std::string_view selector, Series series) {
  const size_t bytes = SelectedBytes(*series);
  if (bytes > kMaxEntryBytes) return;
  const std::string key = KeyIn(part, selector);
  base::MutexLock lock(mutex_);
  series_.Put(key, std::move(series), bytes);
}

PartSelections::Texts PartSelections::FindValues(std::string_view part, std::string_view label) {
  const std::string key = KeyIn(part, label);
  base::MutexLock lock(mutex_);
  return KeptLately(&texts_, key);
}

void PartSelections::PutValues(std::string_view part, std::string_view label, Texts values) {
  const size_t bytes = SelectedBytes(*values);
  if (bytes > kMaxEntryBytes) return;
  const std::string key = KeyIn(part, label);
  base::MutexLock lock(mutex_);
  texts_.Put(key, std::move(values), bytes);
}

size_t PartSelections::bytes() {
  base::MutexLock lock(mutex_);
  return series_.bytes() + texts_.bytes();
}

}  // namespace vedette::tsdb
