#ifndef VEDETTE_COLLECTOR_TSDB_HEAD_H_
#define VEDETTE_COLLECTOR_TSDB_HEAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/codec/bytes.h"
#include "base/status.h"
#include "base/strings.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/sample.h"

namespace vedette::tsdb {

// A live series: its samples since the last flush, by time.
struct HeadSeries {
  uint64_t ref = 0;
  model::Labels labels;
  std::vector<int64_t> times;
  std::vector<double> values;
  // The newest sample ever taken, flushed or not.
  int64_t newest_ms = INT64_MIN;
  double newest_value = 0;
  // Of the log epoch that last named this series: its records that the series is in.
  uint64_t logged_epoch = 0;
  uint64_t logged_records = 0;
  uint64_t logged_last = 0;  // the newest of them, by the store's count
  bool idle = false;         // without samples at the last flush
};

// What became of a sample offered to the head.
enum class Verdict { kStored, kSame, kOther, kTooOld };

// The samples of a head that is being written to parts. Immutable, shared by readers.
struct FrozenHead {
  std::vector<model::SeriesSamples> series;  // in no order, each with samples
  uint64_t bytes = 0;
  int64_t max_ms = INT64_MIN;
};

// Registry of live series and their samples in memory. Not thread-safe: the store's lock guards it.
// Pointers to series are good until Freeze or Remove.
class Head {
 public:
  explicit Head(uint64_t hash_seed) : hash_seed_(hash_seed) {}

  // By ref where it is still that series', else by labels; null when unknown.
  HeadSeries* Find(uint64_t ref, const model::Labels& labels);
  // `labels` are not in the registry yet.
  HeadSeries* Add(const model::Labels& labels);
  // Forgets a series without samples that Add just made.
  void Remove(HeadSeries* series);

  // `window_ms`: how much older than the series' newest a sample may be.
  Verdict Insert(HeadSeries* series, int64_t time_ms, double value, int64_t window_ms);
  // Takes back what Insert stored; the last first. `newest_*` are the series' from before.
  void Undo(HeadSeries* series, int64_t time_ms, int64_t newest_ms, double newest_value);

  // Takes all samples out; series without samples now and at the Freeze before are forgotten.
  std::shared_ptr<const FrozenHead> Freeze();

  // Copies of the matching series with their samples in [min_ms, max_ms], none without; in no
  // order.
  std::vector<model::SeriesSamples> Copy(const std::vector<model::Matcher>& matchers,
                                         int64_t min_ms, int64_t max_ms) const;
  // Labels of the matching series with samples in the range; in no order.
  std::vector<model::Labels> CopyLabels(const std::vector<model::Matcher>& matchers, int64_t min_ms,
                                        int64_t max_ms) const;

  size_t series() const { return by_ref_.size(); }
  uint64_t samples() const { return samples_; }
  // Estimate of the memory taken.
  uint64_t bytes() const { return bytes_; }
  int64_t max_ms() const { return max_ms_; }  // over all series, also forgotten ones
  int64_t min_ms() const;                     // of the samples in memory; INT64_MAX without

 private:
  struct HashOfHash {
    size_t operator()(const base::Hash128Value& h) const { return static_cast<size_t>(h.low); }
  };
  template <typename Visit>
  void ForEachMatch(const std::vector<model::Matcher>& matchers, const Visit& visit) const;
  void Forget(HeadSeries* series);

  const uint64_t hash_seed_;
  uint64_t next_ref_ = 1;
  uint64_t samples_ = 0;
  uint64_t bytes_ = 0;
  int64_t max_ms_ = INT64_MIN;
  absl::flat_hash_map<uint64_t, std::unique_ptr<HeadSeries>> by_ref_;
  absl::flat_hash_map<base::Hash128Value, HeadSeries*, HashOfHash> by_labels_;
  // Series by metric name: what nearly every selector asks first.
  base::StringMap<std::vector<HeadSeries*>> by_metric_;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_HEAD_H_
