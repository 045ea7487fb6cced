#include <algorithm>

#include "collector/promql/extended_range.h"
#include "collector/promql/seconds.h"

// Growth of histograms over ranges whose ends are found between samples.

namespace vedette::promql {
namespace {

using model::CounterReset;
using model::Histogram;
using Samples = std::span<const model::HistogramSample>;

// What is computed has no sample before it of which its hint would tell.
Histogram WithoutHint(Histogram h) {
  h.reset = CounterReset::kUnknown;
  return h;
}

// Computes the growth of one window; says what is wrong with its histograms.
class ExtendedGrowth {
 public:
  ExtendedGrowth(const MixedWindow& window, bool smoothed, bool counter,
                 const MixedContext& context)
      : window_(window),
        samples_(window.histograms),
        smoothed_(smoothed),
        counter_(counter),
        context_(context),
        notes_(context.notes()) {}

  // Null where there is nothing within the range or histograms do not combine.
  std::shared_ptr<Histogram> Compute() {
    if (!FindSamples()) return nullptr;
    WarnOfKinds();
    if (!OneKind()) {
      notes_.WarnProblem(MergeProblem::kSchema);
      return nullptr;
    }
    const auto left = ValueAt(window_.start_ms, first_);
    const auto right = ValueAt(window_.end_ms, last_);
    if (!left || !right) return nullptr;
    auto grown = std::make_shared<Histogram>(*right);
    if (!notes_.Combined(Subtract(*left, context_.rules(), grown.get()), "subtraction"))
      return nullptr;
    if (counter_ && !AddWhatResetsLost(*left, *right, grown.get())) return nullptr;
    grown->reset = CounterReset::kGauge;
    Compact(grown.get());
    return grown;
  }

 private:
  bool FindSamples() {
    const auto before = [](const model::HistogramSample& h, int64_t t) { return h.time_ms < t; };
    const auto after = [](int64_t t, const model::HistogramSample& h) { return t < h.time_ms; };
    const auto end = samples_.end() - 1;
    const auto begin = std::upper_bound(samples_.begin(), end, window_.start_ms, after);
    first_ = begin == samples_.begin() ? 0 : static_cast<size_t>(begin - samples_.begin()) - 1;
    last_ = samples_.size() - 1;
    if (smoothed_) {
      last_ = static_cast<size_t>(std::lower_bound(samples_.begin(), end, window_.end_ms, before) -
                                  samples_.begin());
    }
    return samples_[last_].time_ms > window_.start_ms;
  }

  void WarnOfKinds() const {
    const auto is_gauge = [](const model::HistogramSample& h) {
      return h.histogram->reset == CounterReset::kGauge;
    };
    const Samples used = samples_.subspan(first_, last_ - first_ + 1);
    if (counter_) {
      if (std::any_of(used.begin(), used.end(), is_gauge)) notes_.WarnNotCounter();
    } else if (!is_gauge(used.front()) || !is_gauge(used.back())) {
      notes_.WarnNotGauge();
    }
  }

  bool OneKind() const {
    for (size_t i = first_; i < last_; ++i) {
      if (samples_[i].histogram->is_custom() != samples_[last_].histogram->is_custom()) {
        return false;
      }
    }
    return true;
  }

  bool IsBetween(size_t i, int64_t at_ms) const {
    return smoothed_ && i + 1 < samples_.size() && samples_[i].time_ms < at_ms &&
           samples_[i + 1].time_ms > at_ms;
  }

  // The value at an end of the range, of which sample `i` is the one that counts.
  std::optional<Histogram> ValueAt(int64_t at_ms, size_t i) {
    if (smoothed_ && samples_[i].time_ms > at_ms && i > 0) --i;
    if (!IsBetween(i, at_ms)) return *samples_[i].histogram;
    const MixedValue value =
        InterpolateHistogram(samples_[i], samples_[i + 1], at_ms, counter_, context_);
    if (!value.present) return std::nullopt;
    return *value.histogram;
  }

  // Between two samples, as they say; next to an end that was computed, by their counts.
  bool AddWhatResetsLost(const Histogram& left, const Histogram& right, Histogram* grown) const {
    const bool computed_left = smoothed_ && samples_[first_].time_ms < window_.start_ms;
    size_t i = samples_[first_].time_ms <= window_.start_ms ? first_ + 1 : first_;
    const size_t end = samples_[last_].time_ms >= window_.end_ms ? last_ : last_ + 1;
    Histogram before = left;
    bool by_counts = computed_left || i == first_;
    for (; i < end; ++i) {
      const Histogram& h = *samples_[i].histogram;
      if (IsReset(by_counts ? WithoutHint(h) : h, before, context_.rules()) &&
          !notes_.Combined(Add(before, context_.rules(), grown), "addition")) {
        return false;
      }
      before = h;
      by_counts = false;
    }
    const bool is_sample = end == last_ && samples_[last_].time_ms == window_.end_ms;
    const bool reset =
        IsReset(is_sample && !by_counts ? right : WithoutHint(right), before, context_.rules());
    return !reset || notes_.Combined(Add(before, context_.rules(), grown), "addition");
  }

  const MixedWindow& window_;
  const Samples samples_;
  const bool smoothed_;
  const bool counter_;
  const MixedContext& context_;
  const HistogramNotes notes_;
  size_t first_ = 0;
  size_t last_ = 0;
};

}  // namespace

MixedValue GrowthOfExtendedHistograms(FunctionId id, const MixedWindow& window, bool smoothed,
                                      const MixedContext& context) {
  const bool counter = id != FunctionId::kDelta;
  auto grown = ExtendedGrowth(window, smoothed, counter, context).Compute();
  if (grown == nullptr) return MixedValue::None();
  if (id == FunctionId::kRate) {
    Divide(DurationSeconds(window.end_ms - window.start_ms), context.rules(), grown.get());
  }
  return MixedValue::Of(HistogramPtr(std::move(grown)));
}

MixedValue InterpolateHistogram(const model::HistogramSample& before,
                                const model::HistogramSample& behind, int64_t at_ms, bool counter,
                                const MixedContext& context) {
  if (before.histogram->is_custom() != behind.histogram->is_custom()) {
    context.notes().WarnProblem(MergeProblem::kSchema);
    return MixedValue::None();
  }
  const double share = static_cast<double>(at_ms - before.time_ms) /
                       static_cast<double>(behind.time_ms - before.time_ms);
  auto out = std::make_shared<Histogram>(*behind.histogram);
  if (counter && IsReset(*behind.histogram, *before.histogram, context.rules())) {
    Multiply(share, context.rules(), out.get());  // from nothing
    return MixedValue::Of(HistogramPtr(std::move(out)));
  }
  const CounterReset hint = out->reset;
  if (Subtract(*before.histogram, context.rules(), out.get()).problem != MergeProblem::kNone) {
    return MixedValue::None();
  }
  Multiply(share, context.rules(), out.get());
  Add(*before.histogram, context.rules(), out.get());
  out->reset = hint;
  Compact(out.get());
  return MixedValue::Of(HistogramPtr(std::move(out)));
}

}  // namespace vedette::promql
