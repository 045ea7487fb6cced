#ifndef VEDETTE_COLLECTOR_TSDB_HEAD_INDEX_H_
#define VEDETTE_COLLECTOR_TSDB_HEAD_INDEX_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/strings.h"
#include "collector/tsdb/head_series.h"
#include "collector/tsdb/selection_cache.h"
#include "model/matcher.h"

namespace vedette::tsdb {

// Finds the live series of a head: by metric name, which nearly every selector asks first, and by
// what selectors and label queries were asked lately. It holds no postings: those of a million
// series would take more than their samples. Not thread-safe: the store's lock guards it.
class HeadIndex {
 public:
  void Add(HeadSeries* series);
  // The one added last, or nearly so.
  void Remove(HeadSeries* series);
  // Forgets all; what is left is added again.
  void Clear();

  // The matching series. In the order of their labels if `*sorted` says so: a selection of a
  // million series is not sorted under the lock.
  const std::vector<HeadSeries*>& Match(const std::vector<model::Matcher>& matchers, bool* sorted);

  // Sorted. Of all series, of those alone that have the label.
  std::vector<std::string> LabelValues(std::string_view name);
  std::vector<std::string> LabelNames();

  // How far somebody has come who walks all series a few at a time, without the lock in between.
  struct Walk {
    std::vector<size_t> seen;  // of each metric's series
    uint64_t generation = 0;   // of what it has seen them in
    int starts = 0;
  };
  // Appends the next series, `most` of them; false when none is left. A series that is there all
  // the time is met, those that come and go meanwhile may be. Each time series went it starts
  // anew; so often and no more, then it takes all that is left at once.
  bool Next(size_t most, Walk* walk, std::vector<HeadSeries*>* series) const;
  static constexpr int kMaxWalkStarts = 4;

 private:
  struct Metric {
    uint32_t number = 0;
    std::vector<HeadSeries*> series;  // as they came
  };
  // The series of a selector; `seen` says how many of the metric's were looked at, `seen_each` how
  // many of each where it names none: those that come later alone are looked at the next time.
  struct Selection {
    std::vector<HeadSeries*> series;
    size_t seen = 0;
    std::vector<size_t> seen_each;
    uint64_t version = 0;  // when that was

    size_t bytes() const {
      return series.size() * sizeof(HeadSeries*) + seen_each.size() * sizeof(size_t);
    }
  };
  // The texts of a label; `seen` how many of each metric's series were looked at.
  struct Texts {
    absl::flat_hash_set<std::string_view> texts;  // of series that are not gone
    std::vector<std::string_view> sorted;         // the same
    std::vector<size_t> seen;
  };

  const std::vector<HeadSeries*>& MatchMetric(Metric* metric, const std::string& key,
                                              const std::vector<model::Matcher>& matchers,
                                              bool* sorted);
  const std::vector<HeadSeries*>& MatchAll(const std::string& key,
                                           const std::vector<model::Matcher>& matchers,
                                           bool* sorted);
  // Sorts what came behind the first `old` series, and remembers the selection if it may.
  const std::vector<HeadSeries*>& Keep(const std::string& key, size_t old, Selection selection,
                                       bool* sorted);
  // What a label query keeps of a series; `kept` in `key`.
  template <typename Visit>
  std::vector<std::string> Collect(std::string_view key, const Visit& visit);

  base::StringMap<Metric> metrics_;
  uint64_t version_ = 0;     // of the set of series
  uint64_t generation_ = 1;  // of the same, where some went
  SelectionCache<Selection> selections_{128, 4 << 20};
  SelectionCache<Texts> texts_{64, 4 << 20};
  std::vector<HeadSeries*> uncached_;  // what Match gave last where it is not kept
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_HEAD_INDEX_H_
