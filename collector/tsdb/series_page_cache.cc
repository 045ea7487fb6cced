#include "collector/tsdb/series_page_cache.h"

#include <algorithm>
#include <utility>

#include "base/codec/bytes.h"

namespace vedette::tsdb {
namespace {

std::string KeyOf(std::string_view part, size_t page) {
  std::string key(part);
  base::PutFixed<uint64_t>(page, &key);
  return key;
}

size_t BytesOf(const SeriesPage& page) {
  size_t bytes = sizeof(page) + page.value_pages.size() * sizeof(PageRef) +
                 page.summaries.size() * sizeof(BlockSummary);
  for (const SeriesEntry& entry : page.entries) {
    bytes += sizeof(entry) + entry.labels.bytes().size() + entry.blocks.size() * sizeof(BlockRef);
  }
  return bytes;
}

// A block whose times could not be read is looked at again the next time, and told again.
bool IsWhole(const SeriesPage& page) {
  return std::all_of(page.entries.begin(), page.entries.end(), [](const SeriesEntry& entry) {
    return std::all_of(entry.blocks.begin(), entry.blocks.end(),
                       [](const BlockRef& block) { return block.samples > 0; });
  });
}

}  // namespace

std::shared_ptr<const SeriesPage> SeriesPageCache::Find(std::string_view part, size_t page) {
  const std::string key = KeyOf(part, page);
  base::MutexLock lock(mutex_);
  const auto* const known = pages_.Find(key);
  return known == nullptr ? nullptr : *known;
}

void SeriesPageCache::Put(std::string_view part, size_t page,
                          std::shared_ptr<const SeriesPage> decoded) {
  if (!IsWhole(*decoded)) return;
  const std::string key = KeyOf(part, page);
  const size_t bytes = BytesOf(*decoded);
  base::MutexLock lock(mutex_);
  pages_.Put(key, std::move(decoded), bytes);
}

std::shared_ptr<const std::string> SeriesPageCache::FindValues(std::string_view part,
                                                               uint64_t offset) {
  const std::string key = KeyOf(part, offset);
  base::MutexLock lock(mutex_);
  const auto* const known = values_.Find(key);
  return known == nullptr ? nullptr : *known;
}

void SeriesPageCache::PutValues(std::string_view part, uint64_t offset,
                                std::shared_ptr<const std::string> bytes) {
  const std::string key = KeyOf(part, offset);
  const size_t size = bytes->size();
  base::MutexLock lock(mutex_);
  values_.Put(key, std::move(bytes), size);
}

std::shared_ptr<const std::vector<int64_t>> SeriesPageCache::FindTimes(std::string_view part,
                                                                       uint64_t number) {
  const std::string key = KeyOf(part, number);
  base::MutexLock lock(mutex_);
  const auto* const known = times_.Find(key);
  return known == nullptr ? nullptr : *known;
}

void SeriesPageCache::PutTimes(std::string_view part, uint64_t number,
                               std::shared_ptr<const std::vector<int64_t>> times) {
  const std::string key = KeyOf(part, number);
  const size_t bytes = times->size() * sizeof(int64_t);
  base::MutexLock lock(mutex_);
  times_.Put(key, std::move(times), bytes);
}

}  // namespace vedette::tsdb
