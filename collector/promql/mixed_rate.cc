#include <cmath>
#include <optional>

#include "collector/promql/mixed_window.h"
#include "collector/promql/seconds.h"

// How counters and gauges of either kind grow over a window.

namespace vedette::promql {
namespace {

using model::CounterReset;
using model::Histogram;

// What grew from the first to the last sample of a window of one kind.
struct Growth {
  size_t samples = 0;
  int64_t first_ms = 0;
  // The counter began within the window, from zero, before the first sample.
  std::optional<int64_t> start_ms;
  int64_t last_ms = 0;
  double value = 0;
  std::shared_ptr<Histogram> histogram = nullptr;
  // Of the first sample and in whole: the value, or a histogram's count.
  double first_count = 0;
  double count = 0;
  bool clamps_to_zero = false;
};

// When a counter began, if that was within the window.
std::optional<int64_t> StartWithin(const MixedWindow& w, int64_t start_ms, int64_t first_ms) {
  const bool within = w.use_starts && IsStart(start_ms, first_ms) && start_ms > w.start_ms;
  return within ? std::optional(start_ms) : std::nullopt;
}

Growth GrowthOfFloats(const MixedWindow& w, bool counter) {
  const size_t n = w.values.size();
  Growth out;
  out.samples = n;
  out.first_ms = w.times[0];
  out.last_ms = w.times[n - 1];
  out.value = w.values[n - 1] - w.values[0];
  for (size_t i = 1; counter && i < n; ++i) {
    const bool began = w.use_starts && !w.starts.empty() &&
                       IsStartReset(w.starts[i - 1], w.times[i - 1], w.starts[i], w.times[i]);
    if (w.values[i] < w.values[i - 1] || began) out.value += w.values[i - 1];
  }
  if (counter && !w.starts.empty()) out.start_ms = StartWithin(w, w.starts[0], w.times[0]);
  if (out.start_ms) out.value += w.values[0];
  out.first_count = w.values[0];
  out.count = out.value;
  out.clamps_to_zero = counter;
  return out;
}

bool BeganAnew(const MixedWindow& w, size_t i) {
  const model::HistogramSample& a = w.histograms[i - 1];
  const model::HistogramSample& b = w.histograms[i];
  return w.use_starts && IsStartReset(a.start_ms, a.time_ms, b.start_ms, b.time_ms);
}

// The histograms of a window as rate sees them.
class HistogramGrowth {
 public:
  HistogramGrowth(const MixedWindow& window, bool counter, bool from_zero,
                  const MixedContext& context)
      : window_(window),
        counter_(counter),
        context_(context),
        notes_(context.notes()),
        from_zero_(from_zero) {}

  // Null where they do not combine, which has been said then.
  std::shared_ptr<Histogram> Compute() {
    const auto& points = window_.histograms;
    const Histogram& last = *points.back().histogram;
    first_ = points.front().histogram.get();
    WarnOfEnds(last);
    if (from_zero_) {
      before_ = first_;
      SubtractNothing(*first_);
    } else {
      SkipFirstBeforeReset();
      before_ = first_;
    }
    const std::optional<int32_t> schema = CommonSchema(last);
    if (!schema) {
      notes_.WarnProblem(MergeProblem::kSchema);
      return nullptr;
    }
    auto sum = std::make_shared<Histogram>(AtSchema(last, *schema));
    if (!notes_.Combined(Subtract(*first_, context_.rules(), sum.get()), "subtraction"))
      return nullptr;
    if (counter_ && !AddWhatResetsLost(sum.get())) return nullptr;
    sum->reset = CounterReset::kGauge;
    Compact(sum.get());
    return sum;
  }

 private:
  void WarnOfEnds(const Histogram& last) const {
    const bool gauge_first = first_->reset == CounterReset::kGauge;
    const bool gauge_last = last.reset == CounterReset::kGauge;
    if (counter_ && (gauge_first || gauge_last)) notes_.WarnNotCounter();
  }

  // What counters said before they were reset is nothing to subtract, nor must its buckets fit.
  void SkipFirstBeforeReset() {
    if (!counter_) return;
    const Histogram& second = *window_.histograms[1].histogram;
    if (BeganAnew(window_, 1) || IsReset(second, *first_, context_.rules())) {
      SubtractNothing(second);
    }
  }

  void SubtractNothing(const Histogram& layout) {
    nothing_.is_float = true;
    nothing_.schema = layout.schema;
    nothing_.custom_bounds = layout.custom_bounds;
    first_ = &nothing_;
  }

  // The lowest resolution; nothing where custom and exponential buckets meet.
  std::optional<int32_t> CommonSchema(const Histogram& last) const {
    const bool custom = first_->is_custom();
    if (last.is_custom() != custom) return std::nullopt;
    int32_t schema = std::min(last.schema, first_->schema);
    if (!counter_) return schema;
    for (size_t i = 1; i + 1 < window_.histograms.size(); ++i) {
      const Histogram& h = *window_.histograms[i].histogram;
      if (h.reset == CounterReset::kGauge) notes_.WarnNotCounter();
      if (h.is_custom() != custom) return std::nullopt;
      schema = std::min(schema, h.schema);
    }
    return schema;
  }

  bool AddWhatResetsLost(Histogram* sum) const {
    const Histogram* before = before_;
    for (size_t i = 1; i < window_.histograms.size(); ++i) {
      const Histogram& h = *window_.histograms[i].histogram;
      if (BeganAnew(window_, i) || IsReset(h, *before, context_.rules())) {
        if (!notes_.Combined(Add(*before, context_.rules(), sum), "addition")) return false;
      }
      before = &h;
    }
    return true;
  }

  const MixedWindow& window_;
  const bool counter_;
  const MixedContext& context_;
  const HistogramNotes notes_;
  const bool from_zero_;
  const Histogram* first_ = nullptr;   // what is subtracted
  const Histogram* before_ = nullptr;  // what the second one may have been reset from
  Histogram nothing_;
};

Growth GrowthOfHistograms(const MixedWindow& w, bool counter, const MixedContext& context) {
  const auto& points = w.histograms;
  Growth out;
  out.samples = points.size();
  out.first_ms = points.front().time_ms;
  out.last_ms = points.back().time_ms;
  if (counter) out.start_ms = StartWithin(w, points.front().start_ms, out.first_ms);
  out.histogram = HistogramGrowth(w, counter, out.start_ms.has_value(), context).Compute();
  const bool gauges = points.front().histogram->reset == CounterReset::kGauge &&
                      points.back().histogram->reset == CounterReset::kGauge;
  if (out.histogram == nullptr) return out;
  if (!counter && !gauges) context.notes().WarnNotGauge();
  out.first_count = points.front().histogram->count_float;
  out.count = out.histogram->count_float;
  out.clamps_to_zero = counter && context.rules() == MergeRules::k314;
  return out;
}

// By how much the growth between the samples is stretched to the window's edges, where the samples
// come close to them.
double StretchOf(const Growth& growth, const MixedWindow& w) {
  double to_start = Seconds(growth.first_ms - w.start_ms);
  double to_end = Seconds(w.end_ms - growth.last_ms);
  double sampled = Seconds(growth.last_ms - growth.first_ms);
  const double average = growth.samples > 1 ? sampled / static_cast<double>(growth.samples - 1) : 0;
  const double threshold = average * 1.1;
  if (to_start >= threshold) to_start = average / 2;
  // A counter does not go below zero: no further back than where it would have been zero.
  if (growth.clamps_to_zero && growth.count > 0 && growth.first_count >= 0) {
    const double to_zero = sampled * (growth.first_count / growth.count);
    if (to_zero < to_start) to_start = to_zero;
  }
  if (growth.start_ms) {
    sampled = Seconds(growth.last_ms - *growth.start_ms);
    to_start = 0;
  }
  if (to_end >= threshold) to_end = average / 2;
  return (sampled + to_start + to_end) / sampled;
}

// Whether one sample is enough: its counter began within the window.
bool BeganWithin(const MixedWindow& w) {
  if (!w.histograms.empty()) {
    const model::HistogramSample& first = w.histograms.front();
    return StartWithin(w, first.start_ms, first.time_ms).has_value();
  }
  return !w.starts.empty() && StartWithin(w, w.starts[0], w.times[0]).has_value();
}

// A counter that began anew while it still counted.
bool AnyOverlap(const MixedWindow& w) {
  const auto overlaps = [](int64_t start_before, int64_t time_before, int64_t start, int64_t time) {
    return IsStart(start, time) && start < time_before && start != start_before;
  };
  for (size_t i = 1; i < w.starts.size(); ++i) {
    if (overlaps(w.starts[i - 1], w.times[i - 1], w.starts[i], w.times[i])) return true;
  }
  for (size_t i = 1; i < w.histograms.size(); ++i) {
    const model::HistogramSample& a = w.histograms[i - 1];
    const model::HistogramSample& b = w.histograms[i];
    if (overlaps(a.start_ms, a.time_ms, b.start_ms, b.time_ms)) return true;
  }
  return false;
}

// The last two samples of either kind.
struct LastTwoSamples {
  const Histogram* before_histogram = nullptr;
  const Histogram* last_histogram = nullptr;
  double before = 0;
  double last = 0;
  int64_t before_ms = 0;
  int64_t last_ms = 0;
  int64_t before_start = 0;
  int64_t last_start = 0;
};

LastTwoSamples FindLastTwo(const MixedWindow& w) {
  LastTwoSamples out;
  size_t f = w.times.size();
  size_t h = w.histograms.size();
  for (const bool is_last : {true, false}) {
    const bool take_float = f > 0 && (h == 0 || w.times[f - 1] > w.histograms[h - 1].time_ms);
    const Histogram* histogram = take_float ? nullptr : w.histograms[h - 1].histogram.get();
    const double value = take_float ? w.values[f - 1] : 0;
    const int64_t time = take_float ? w.times[f - 1] : w.histograms[h - 1].time_ms;
    int64_t start = 0;
    if (!take_float) {
      start = w.histograms[h - 1].start_ms;
    } else if (!w.starts.empty()) {
      start = w.starts[f - 1];
    }
    (is_last ? out.last_histogram : out.before_histogram) = histogram;
    (is_last ? out.last : out.before) = value;
    (is_last ? out.last_ms : out.before_ms) = time;
    (is_last ? out.last_start : out.before_start) = start;
    --(take_float ? f : h);
  }
  return out;
}

MixedValue LastTwoHistograms(const LastTwoSamples& two, bool rate, bool began,
                             const MixedContext& context) {
  const HistogramNotes notes = context.notes();
  const bool gauge_before = two.before_histogram->reset == CounterReset::kGauge;
  const bool gauge_last = two.last_histogram->reset == CounterReset::kGauge;
  if (rate && (gauge_before || gauge_last)) notes.WarnNotCounter();
  if (!rate && !(gauge_before && gauge_last)) notes.WarnNotGauge();
  auto out = std::make_shared<Histogram>(*two.last_histogram);
  const bool reset =
      rate && (began || IsReset(*two.last_histogram, *two.before_histogram, context.rules()));
  if (!reset) {
    const MergeOutcome outcome = Subtract(*two.before_histogram, context.rules(), out.get());
    if (!notes.Combined(outcome, "subtraction")) return MixedValue::None();
  }
  out->reset = CounterReset::kGauge;
  Compact(out.get());
  if (rate) Divide(Seconds(two.last_ms - two.before_ms), context.rules(), out.get());
  return MixedValue::Of(HistogramPtr(std::move(out)));
}

}  // namespace

MixedValue MixedExtrapolate(const MixedWindow& window, bool counter, bool rate,
                            const MixedContext& context) {
  if (!window.values.empty() && !window.histograms.empty()) {
    context.notes().WarnFloatsAndHistograms();
    return MixedValue::None();
  }
  const size_t samples = window.values.size() + window.histograms.size();
  if (samples < 2 && !(counter && BeganWithin(window))) return MixedValue::None();
  if (counter && window.use_starts && AnyOverlap(window)) context.notes().WarnOverlap();
  const bool floats = window.histograms.empty();
  Growth growth =
      floats ? GrowthOfFloats(window, counter) : GrowthOfHistograms(window, counter, context);
  if (!floats && growth.histogram == nullptr) return MixedValue::None();
  double factor = StretchOf(growth, window);
  if (rate) factor /= DurationSeconds(window.end_ms - window.start_ms);
  if (floats) return MixedValue::Of(growth.value * factor);
  Multiply(factor, context.rules(), growth.histogram.get());
  return MixedValue::Of(HistogramPtr(std::move(growth.histogram)));
}

MixedValue MixedLastTwo(const MixedWindow& window, bool rate, const MixedContext& context) {
  if (window.values.size() + window.histograms.size() < 2) return MixedValue::None();
  const LastTwoSamples two = FindLastTwo(window);
  if (two.last_ms == two.before_ms) return MixedValue::None();
  const bool began = window.use_starts &&
                     IsStartReset(two.before_start, two.before_ms, two.last_start, two.last_ms);
  if ((two.last_histogram == nullptr) != (two.before_histogram == nullptr)) {
    context.notes().WarnFloatsAndHistograms();
    return MixedValue::None();
  }
  if (two.last_histogram != nullptr) return LastTwoHistograms(two, rate, began, context);
  const bool reset = rate && (two.last < two.before || began);
  const double grown = reset ? two.last : two.last - two.before;
  return MixedValue::Of(rate ? grown / Seconds(two.last_ms - two.before_ms) : grown);
}

}  // namespace vedette::promql
