#ifndef VEDETTE_COLLECTOR_TSDB_SERIES_PAGE_CACHE_H_
#define VEDETTE_COLLECTOR_TSDB_SERIES_PAGE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "collector/tsdb/selection_cache.h"
#include "collector/tsdb/series_page.h"

namespace vedette::tsdb {

// Pages of the parts that queries asked for lately: series pages, decoded, which say what series
// there are and where their blocks lie; value pages, checked and unpacked; and columns of times,
// decoded. A query of one target reads a page of either kind for each series it wants, with a
// hundred others on it. Thread-safe; shared by all queries of a store.
class SeriesPageCache {
 public:
  // 0 keeps nothing.
  explicit SeriesPageCache(size_t max_bytes)
      : pages_(kMaxPages, max_bytes / 2),
        values_(kMaxPages, max_bytes / 8 * 3),
        times_(kMaxPages, max_bytes / 8) {}

  // Null when it is not there. A part's path names it for ever: ids are not used twice.
  std::shared_ptr<const SeriesPage> Find(std::string_view part, size_t page);
  void Put(std::string_view part, size_t page, std::shared_ptr<const SeriesPage> decoded);

  // By their place in the file.
  std::shared_ptr<const std::string> FindValues(std::string_view part, uint64_t offset);
  void PutValues(std::string_view part, uint64_t offset, std::shared_ptr<const std::string> bytes);

  // By their number in the part.
  std::shared_ptr<const std::vector<int64_t>> FindTimes(std::string_view part, uint64_t number);
  void PutTimes(std::string_view part, uint64_t number,
                std::shared_ptr<const std::vector<int64_t>> times);

 private:
  static constexpr size_t kMaxPages = 2048;

  base::Mutex mutex_;
  SelectionCache<std::shared_ptr<const SeriesPage>> pages_ VEDETTE_GUARDED_BY(mutex_);
  SelectionCache<std::shared_ptr<const std::string>> values_ VEDETTE_GUARDED_BY(mutex_);
  SelectionCache<std::shared_ptr<const std::vector<int64_t>>> times_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_SERIES_PAGE_CACHE_H_
