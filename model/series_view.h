#ifndef VEDETTE_MODEL_SERIES_VIEW_H_
#define VEDETTE_MODEL_SERIES_VIEW_H_

#include <cstdint>
#include <span>

#include "model/labels.h"
#include "model/sample.h"

namespace vedette::model {

// A series and its samples as SeriesSamples has them, lent by whoever reads them: good for the call
// that hands it out. `labels` is never null.
struct SeriesView {
  const Labels* labels = nullptr;
  std::span<const int64_t> timestamps_ms;
  std::span<const double> values;
  std::span<const int64_t> starts_ms;  // empty, or one for each value
  std::span<const HistogramSample> histograms;

  bool empty() const { return values.empty() && histograms.empty(); }
};

inline SeriesView ViewOf(const Labels& labels, const SeriesSamples& samples) {
  return {&labels, samples.timestamps_ms, samples.values, samples.starts_ms, samples.histograms};
}

inline SeriesSamples CopyOf(const SeriesView& view) {
  return {*view.labels,
          {view.timestamps_ms.begin(), view.timestamps_ms.end()},
          {view.values.begin(), view.values.end()},
          {view.starts_ms.begin(), view.starts_ms.end()},
          {view.histograms.begin(), view.histograms.end()}};
}

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_SERIES_VIEW_H_
