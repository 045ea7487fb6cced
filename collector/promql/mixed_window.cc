#include "collector/promql/mixed_window.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "collector/promql/seconds.h"

namespace vedette::promql {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// The samples of both kinds in the order of their times.
class Merged {
 public:
  struct Item {
    double value = 0;
    const model::Histogram* histogram = nullptr;
    int64_t time = 0;
    int64_t start = 0;
  };
  explicit Merged(const MixedWindow& window) : window_(window) {}

  bool Next(Item* item) {
    const bool floats = f_ < window_.times.size();
    const bool histograms = h_ < window_.histograms.size();
    if (!floats && !histograms) return false;
    const bool take_float =
        floats && (!histograms || window_.times[f_] < window_.histograms[h_].time_ms);
    if (take_float) {
      *item = {window_.values[f_], nullptr, window_.times[f_],
               window_.starts.empty() ? 0 : window_.starts[f_]};
      ++f_;
    } else {
      const model::HistogramSample& sample = window_.histograms[h_++];
      *item = {0, sample.histogram.get(), sample.time_ms, sample.start_ms};
    }
    return true;
  }

 private:
  const MixedWindow& window_;
  size_t f_ = 0;
  size_t h_ = 0;
};

// How often a sample differs from the one before in the sense of `differs`.
template <typename F>
double CountPairs(const MixedWindow& window, const F& differs) {
  Merged merged(window);
  Merged::Item before;
  Merged::Item item;
  if (!merged.Next(&before)) return 0;
  int count = 0;
  for (; merged.Next(&item); before = item) {
    const bool kinds_differ = (before.histogram == nullptr) != (item.histogram == nullptr);
    if (kinds_differ || differs(before, item)) ++count;
  }
  return count;
}

double Changes(const MixedWindow& window) {
  return CountPairs(window, [](const Merged::Item& a, const Merged::Item& b) {
    if (a.histogram != nullptr) return !SameHistogram(*a.histogram, *b.histogram);
    return a.value != b.value && !(std::isnan(a.value) && std::isnan(b.value));
  });
}

double Resets(const MixedWindow& window, MergeRules rules) {
  return CountPairs(window, [&](const Merged::Item& a, const Merged::Item& b) {
    if (window.use_starts && IsStartReset(a.start, a.time, b.start, b.time)) return true;
    if (a.histogram != nullptr) return IsReset(*b.histogram, *a.histogram, rules);
    return b.value < a.value;
  });
}

MixedValue FirstOrLast(const MixedWindow& w, bool first) {
  if (w.histograms.empty()) return MixedValue::Of(first ? w.values.front() : w.values.back());
  const model::HistogramSample& sample = first ? w.histograms.front() : w.histograms.back();
  if (!w.times.empty()) {
    const bool take_float =
        first ? w.times.front() < sample.time_ms : sample.time_ms < w.times.back();
    if (take_float) return MixedValue::Of(first ? w.values.front() : w.values.back());
  }
  return MixedValue::Of(sample.histogram);
}

double TimeOfFirstOrLast(const MixedWindow& w, bool first) {
  if (first) {
    const int64_t f = w.times.empty() ? kNever : w.times.front();
    const int64_t h = w.histograms.empty() ? kNever : w.histograms.front().time_ms;
    return Seconds(std::min(f, h));
  }
  const int64_t f = w.times.empty() ? 0 : w.times.back();
  const int64_t h = w.histograms.empty() ? 0 : w.histograms.back().time_ms;
  return Seconds(std::max(f, h));
}

// Functions that pass over histograms and say so where a window has both kinds.
MixedValue OfFloats(const RangeFunction& function, const MixedWindow& window,
                    const MixedContext& context) {
  if (window.values.empty()) return MixedValue::None();
  if (!window.histograms.empty()) context.notes().InformIgnoredInRange();
  double value = 0;
  return function.compute(window, &value) ? MixedValue::Of(value) : MixedValue::None();
}

std::string Fixed(double v) {
  char text[64];
  const int length = std::snprintf(text, sizeof text, "%f", v);
  return std::string(text, static_cast<size_t>(std::clamp(length, 0, 63)));
}

base::Status CheckFactor(std::string_view what, std::string_view symbol, double factor) {
  if (factor > 0 && factor < 1) return base::Status();
  if (std::isnan(factor)) return base::Status();
  return ExecutionError(base::Concat(
      {"invalid ", what, " factor. Expected: 0 < ", symbol, " < 1, got: ", Fixed(factor)}));
}

// Each value and the trend so far weigh by the factors.
double Smooth(const MixedWindow& w) {
  const double smoothing = w.param;
  const double trend = w.second_param;
  double before = 0;
  double smoothed = w.values[0];
  double slope = w.values[1] - w.values[0];
  for (size_t i = 1; i < w.values.size(); ++i) {
    if (i > 1) {
      const double x = trend * (smoothed - before);
      slope = x + (1 - trend) * slope;
    }
    const double x = smoothing * w.values[i];
    const double y = (1 - smoothing) * (smoothed + slope);
    before = smoothed;
    smoothed = x + y;
  }
  return smoothed;
}

base::StatusOr<MixedValue> DoubleExponentialSmoothing(const MixedWindow& window,
                                                      const MixedContext& context) {
  VEDETTE_RETURN_IF_ERROR(CheckFactor("smoothing", "sf", window.param));
  VEDETTE_RETURN_IF_ERROR(CheckFactor("trend", "tf", window.second_param));
  if (!window.values.empty() && !window.histograms.empty()) {
    context.notes().InformIgnoredInRange();
  }
  if (window.values.size() < 2) return MixedValue::None();
  return MixedValue::Of(Smooth(window));
}

MixedValue SumOrAverage(const RangeFunction& function, const MixedWindow& window,
                        const MixedContext& context) {
  if (window.histograms.empty()) return OfFloats(function, window, context);
  if (!window.values.empty()) {
    context.notes().WarnFloatsAndHistograms();
    return MixedValue::None();
  }
  return function.id == FunctionId::kSumOverTime ? SumHistograms(window, context)
                                                 : AverageHistograms(window, context);
}

}  // namespace

base::StatusOr<MixedValue> ComputeMixed(const RangeFunction& function, const MixedWindow& window,
                                        const MixedContext& context) {
  switch (function.id) {
    case FunctionId::kRate:
      return MixedExtrapolate(window, true, true, context);
    case FunctionId::kIncrease:
      return MixedExtrapolate(window, true, false, context);
    case FunctionId::kDelta:
      return MixedExtrapolate(window, false, false, context);
    case FunctionId::kIrate:
      return MixedLastTwo(window, true, context);
    case FunctionId::kIdelta:
      return MixedLastTwo(window, false, context);
    case FunctionId::kSumOverTime:
    case FunctionId::kAvgOverTime:
      return SumOrAverage(function, window, context);
    case FunctionId::kCountOverTime:
      return MixedValue::Of(static_cast<double>(window.values.size() + window.histograms.size()));
    case FunctionId::kPresentOverTime:
      return MixedValue::Of(1);
    case FunctionId::kFirstOverTime:
    case FunctionId::kLastOverTime:
      return FirstOrLast(window, function.id == FunctionId::kFirstOverTime);
    case FunctionId::kTsOfFirstOverTime:
    case FunctionId::kTsOfLastOverTime:
      return MixedValue::Of(
          TimeOfFirstOrLast(window, function.id == FunctionId::kTsOfFirstOverTime));
    case FunctionId::kChanges:
      return MixedValue::Of(Changes(window));
    case FunctionId::kResets:
      return MixedValue::Of(Resets(window, context.rules()));
    case FunctionId::kDoubleExponentialSmoothing:
      return DoubleExponentialSmoothing(window, context);
    default:
      return OfFloats(function, window, context);
  }
}

bool IsStartReset(int64_t start_before, int64_t time_before, int64_t start, int64_t time) {
  if (!IsStart(start, time)) return false;
  if (start != time_before) return start > time_before;
  // A counter of deltas begins where the sample before ended; so do those of senders that do not
  // know when it began, whose first sample then has no start.
  return IsStart(start_before, time_before);
}

}  // namespace vedette::promql
