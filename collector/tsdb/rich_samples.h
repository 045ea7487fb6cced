#ifndef VEDETTE_COLLECTOR_TSDB_RICH_SAMPLES_H_
#define VEDETTE_COLLECTOR_TSDB_RICH_SAMPLES_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "collector/tsdb/stored_histogram.h"
#include "model/sample.h"

namespace vedette::tsdb {

// When the counter of the floats from `time_ms` on, up to the next of these, began; 0: unknown.
struct StartChange {
  int64_t time_ms = 0;
  int64_t start_ms = 0;
};

// What few series have in memory: start timestamps of their floats, and native histograms. The
// head's lock guards it.
class RichSamples {
 public:
  // 0 before the first change.
  int64_t StartAt(int64_t time_ms) const;
  // Of the sample at `time_ms`: the newest, or one between others, whose starts stay as they are.
  void SetStart(int64_t time_ms, int64_t start_ms, bool newest);
  const std::vector<StartChange>& starts() const { return starts_; }
  void set_starts(std::vector<StartChange> starts) { starts_ = std::move(starts); }

  // Null when there is none at that time.
  const StoredHistogram* Find(int64_t time_ms) const;
  // At a time without one.
  void Insert(const model::HistogramSample& sample);
  void Remove(int64_t time_ms);
  const std::vector<StoredHistogram>& histograms() const { return histograms_; }
  bool HasAny(int64_t min_ms, int64_t max_ms) const;
  // Appends the histograms in the range.
  void Read(int64_t min_ms, int64_t max_ms, std::vector<model::HistogramSample>* out) const;

  // A copy without the histograms outside the range.
  RichSamples Within(int64_t min_ms, int64_t max_ms) const;

  // Estimate of the memory taken.
  uint64_t bytes() const;

 private:
  std::vector<StartChange> starts_;          // ascending
  std::vector<StoredHistogram> histograms_;  // ascending
  uint64_t histogram_bytes_ = 0;
};

// The samples in the range, of an ascending array.
std::span<const model::HistogramSample> HistogramsIn(
    std::span<const model::HistogramSample> samples, int64_t min_ms, int64_t max_ms);
std::span<const StoredHistogram> HistogramsIn(std::span<const StoredHistogram> samples,
                                              int64_t min_ms, int64_t max_ms);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_RICH_SAMPLES_H_
