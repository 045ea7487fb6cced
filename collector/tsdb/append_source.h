#ifndef VEDETTE_COLLECTOR_TSDB_APPEND_SOURCE_H_
#define VEDETTE_COLLECTOR_TSDB_APPEND_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/status.h"
#include "collector/tsdb/head.h"
#include "collector/tsdb/head_series.h"
#include "model/labels.h"
#include "model/sample.h"
#include "model/wire_batch.h"

// The two shapes in which samples come, as Append sees them: sample i of size(). Alike in their
// members, so that one code takes both without a virtual call a sample.

namespace vedette::tsdb {

// Samples with what their senders remember of their series.
class LentSource {
 public:
  explicit LentSource(std::span<const model::LentSample> samples) : samples_(samples) {}

  size_t size() const { return samples_.size(); }
  int64_t time_ms(size_t i) const { return samples_[i].timestamp_ms; }
  double value(size_t i) const { return samples_[i].value; }
  int64_t start_ms(size_t i) const { return samples_[i].start_ms; }
  // Sample i is of the same series as the one before, as far as the source knows.
  bool SameAsBefore(size_t) const { return false; }
  // Without a look at the labels where the sender knows the series.
  bool IsOf(size_t i, const HeadSeries& series) const {
    const model::SeriesRef& ref = *samples_[i].ref;
    return ref.known() ? ref.id == series.id : *samples_[i].labels == series.labels;
  }
  void Remember(size_t i, const HeadSeries& series, const Head& head) const {
    model::SeriesRef* const ref = samples_[i].ref;
    if (ref->id != series.id) *ref = {series.id, head.HashOf(series)};
  }
  // Of sample i, where it is known by its ref alone: that, else null.
  model::SeriesRef* RefAlone(size_t i) const {
    return samples_[i].labels->empty() && samples_[i].ref->known() ? samples_[i].ref : nullptr;
  }
  base::StatusOr<model::Labels> LabelsOf(size_t i) const { return *samples_[i].labels; }

 private:
  const std::span<const model::LentSample> samples_;
};

// A remote write request, whose labels stay on the wire for as long as the series is known.
class WireSource {
 public:
  explicit WireSource(const model::WireBatch& batch) : batch_(batch) {
    if (batch.one_sample_each()) return;
    for (size_t i = 0; i < batch.size(); ++i) {
      series_of_.insert(series_of_.end(), batch.Samples(i).size(), static_cast<uint32_t>(i));
    }
  }

  size_t size() const { return batch_.samples().size(); }
  int64_t time_ms(size_t i) const { return batch_.samples()[i].time_ms; }
  double value(size_t i) const { return batch_.samples()[i].value; }
  int64_t start_ms(size_t i) const {
    return batch_.starts_ms().empty() ? 0 : batch_.starts_ms()[i];
  }
  bool SameAsBefore(size_t i) const {
    return i > 0 && !series_of_.empty() && series_of_[i] == series_of_[i - 1];
  }
  bool IsOf(size_t i, const HeadSeries& series) const {
    return batch_.LabelsAre(SeriesOf(i), series.labels.bytes());
  }
  void Remember(size_t, const HeadSeries&, const Head&) const {}
  static model::SeriesRef* RefAlone(size_t) { return nullptr; }
  base::StatusOr<model::Labels> LabelsOf(size_t i) const { return batch_.LabelsOf(SeriesOf(i)); }

 private:
  size_t SeriesOf(size_t i) const { return series_of_.empty() ? i : series_of_[i]; }

  const model::WireBatch& batch_;
  std::vector<uint32_t> series_of_;  // by sample; empty: each series brings one
};

// Its native histograms: by the number of their series and their place in it.
class WireHistograms {
 public:
  explicit WireHistograms(const model::WireBatch& batch) : batch_(batch) {
    for (size_t i = 0; i < batch.size() && batch.histogram_count() > places_.size(); ++i) {
      for (size_t k = 0; k < batch.histogram_count(i); ++k) places_.emplace_back(i, k);
    }
  }

  size_t size() const { return places_.size(); }
  // Reads it anew each time. InvalidArgument for one that is none.
  base::StatusOr<model::TimedHistogram> Get(size_t i) const {
    return batch_.HistogramOf(places_[i].first, places_[i].second);
  }
  bool SameAsBefore(size_t i) const { return i > 0 && places_[i].second > 0; }
  static model::SeriesRef* RefAlone(size_t) { return nullptr; }
  bool IsOf(size_t i, const HeadSeries& series) const {
    return batch_.LabelsAre(places_[i].first, series.labels.bytes());
  }
  base::StatusOr<model::Labels> LabelsOf(size_t i) const {
    return batch_.LabelsOf(places_[i].first);
  }

 private:
  const model::WireBatch& batch_;
  std::vector<std::pair<size_t, size_t>> places_;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_APPEND_SOURCE_H_
