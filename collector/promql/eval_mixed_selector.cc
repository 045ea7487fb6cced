#include "collector/promql/evaluator.h"
#include "collector/promql/seconds.h"

// Instant selectors over series that hold histograms, or of which more than the value is asked.

namespace vedette::promql {
namespace {

// The newest sample at or before a time, of either kind, as times ascend.
class NewestSample {
 public:
  explicit NewestSample(const model::SeriesSamples& samples) : samples_(samples) {}

  // False when there is none.
  bool Move(int64_t ref_ms) {
    const auto& times = samples_.timestamps_ms;
    const auto& histograms = samples_.histograms;
    while (f_ < times.size() && times[f_] <= ref_ms) ++f_;
    while (h_ < histograms.size() && histograms[h_].time_ms <= ref_ms) ++h_;
    if (f_ == 0 && h_ == 0) return false;
    is_histogram_ = f_ == 0 || (h_ > 0 && histograms[h_ - 1].time_ms > times[f_ - 1]);
    return true;
  }
  int64_t time_ms() const {
    return is_histogram_ ? histogram().time_ms : samples_.timestamps_ms[f_ - 1];
  }
  int64_t start_ms() const {
    if (is_histogram_) return histogram().start_ms;
    return samples_.starts_ms.empty() ? 0 : samples_.starts_ms[f_ - 1];
  }
  bool IsStale() const {
    return is_histogram_ ? histogram().histogram->IsStale() : model::IsStaleNan(value());
  }
  bool is_histogram() const { return is_histogram_; }
  double value() const { return samples_.values[f_ - 1]; }
  const model::HistogramSample& histogram() const { return samples_.histograms[h_ - 1]; }

 private:
  const model::SeriesSamples& samples_;
  size_t f_ = 0;  // behind the newest of each kind
  size_t h_ = 0;
  bool is_histogram_ = false;
};

}  // namespace

Row Evaluator::MixedRow(const model::SeriesSamples& samples, const TimeModifier& time,
                        const Grid& grid, SampleField field) const {
  Row row;
  NewestSample newest(samples);
  for (int step = 0; step < grid.steps; ++step) {
    const int64_t ref = ReferenceTime(time, grid.At(step));
    if (!newest.Move(ref) || newest.time_ms() <= ref - run_->settings().lookback_ms) continue;
    if (newest.IsStale()) continue;
    const bool time_only = field == SampleField::kTime ||
                           (field == SampleField::kTimeOfFloat && !newest.is_histogram());
    if (time_only) {
      row.Append(step, Seconds(newest.time_ms()));
    } else if (field == SampleField::kStartTime) {
      row.Append(step, Seconds(newest.start_ms()));
    } else if (newest.is_histogram()) {
      row.histograms.push_back({step, newest.histogram().histogram});
    } else {
      row.Append(step, newest.value());
    }
  }
  row.labels = samples.labels;
  return row;
}

base::Status Evaluator::StreamLoadedElsewhere(const VectorSelector& selector,
                                              const TimeModifier& looked_at, const Grid& grid,
                                              SampleField field, const RowSink& sink) {
  SelectRequest request;
  request.min_ms = ReferenceTime(selector.time, grid.start_ms) - run_->settings().lookback_ms + 1;
  request.max_ms = ReferenceTime(selector.time, grid.end_ms());
  return Select(selector, request, Loaded::kDoesNot, [&](const model::SeriesView& view) {
    Row row = MixedRow(model::CopyOf(view), looked_at, grid, field);
    return row.empty() ? base::Status() : sink(std::move(row));
  });
}

}  // namespace vedette::promql
