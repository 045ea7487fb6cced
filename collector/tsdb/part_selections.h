#ifndef VEDETTE_COLLECTOR_TSDB_PART_SELECTIONS_H_
#define VEDETTE_COLLECTOR_TSDB_PART_SELECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "collector/tsdb/selection_cache.h"

namespace vedette::tsdb {

// What selectors and label queries found lately in the parts of a store: a part never changes, and
// dashboards ask all parts of their range the same again and again. One for all parts: however many
// there are, together they keep no more than `max_bytes`. Thread-safe.
class PartSelections {
 public:
  using Series = std::shared_ptr<const std::vector<uint32_t>>;
  using Texts = std::shared_ptr<const std::vector<std::string>>;

  // 0 keeps nothing.
  explicit PartSelections(size_t max_bytes)
      : series_(SIZE_MAX, max_bytes / 2), texts_(SIZE_MAX, max_bytes / 2) {}

  // The series of `part` that the selector of this text matches; null when that is not kept. A
  // part's path names it for ever: ids are not used twice.
  Series FindSeries(std::string_view part, std::string_view selector);
  void PutSeries(std::string_view part, std::string_view selector, Series series);

  // The values of a label in `part`.
  Texts FindValues(std::string_view part, std::string_view label);
  void PutValues(std::string_view part, std::string_view label, Texts values);

  // Of all that is kept, keys included.
  size_t bytes();

 private:
  base::Mutex mutex_;
  SelectionCache<Series> series_ VEDETTE_GUARDED_BY(mutex_);
  SelectionCache<Texts> texts_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_PART_SELECTIONS_H_
