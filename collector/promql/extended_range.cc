#include "collector/promql/extended_range.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "collector/promql/query_run.h"
#include "collector/promql/seconds.h"

namespace vedette::promql {
namespace {

// What a range is computed from: its values at both ends and the samples strictly between them.
struct Ends {
  bool any = false;
  double left = 0;
  double right = 0;
  size_t first = 0;  // of the samples between
  size_t last = 0;   // behind them
};

model::Sample SampleAt(const MixedWindow& w, size_t i) { return {w.times[i], w.values[i]}; }

// The last sample at or before the start of the range, or the first of all.
size_t FirstIndex(const MixedWindow& w) {
  const auto last = w.times.end() - 1;
  const auto at = std::upper_bound(w.times.begin(), last, w.start_ms);
  return at == w.times.begin() ? 0 : static_cast<size_t>(at - w.times.begin()) - 1;
}

// The last sample that matters at the end of the range.
size_t LastIndex(const MixedWindow& w, bool smoothed) {
  if (!smoothed) return w.times.size() - 1;
  const auto last = w.times.end() - 1;
  return static_cast<size_t>(std::lower_bound(w.times.begin(), last, w.end_ms) - w.times.begin());
}

Ends FindEnds(const MixedWindow& w, bool smoothed, bool counter) {
  Ends ends;
  size_t first = FirstIndex(w);
  const size_t last = LastIndex(w, smoothed);
  if (w.times[last] <= w.start_ms) return ends;
  ends.any = true;
  ends.left = smoothed && w.times[first] < w.start_ms
                  ? Interpolate(SampleAt(w, first), SampleAt(w, first + 1), w.start_ms, counter)
                  : w.values[first];
  ends.right = smoothed && last > 0 && w.times[last] > w.end_ms
                   ? Interpolate(SampleAt(w, last - 1), SampleAt(w, last), w.end_ms, counter)
                   : w.values[last];
  if (w.times[first] <= w.start_ms) ++first;
  ends.first = first;
  ends.last = w.times[last] >= w.end_ms ? last : last + 1;
  ends.last = std::max(ends.first, ends.last);
  return ends;
}

// What the samples of a counter lost by being reset.
double LostByResets(const MixedWindow& w, const Ends& ends) {
  double lost = 0;
  double before = ends.left;
  for (size_t i = ends.first; i < ends.last; ++i) {
    if (w.values[i] < before) lost += before;
    before = w.values[i];
  }
  return ends.right < before ? lost + before : lost;
}

MixedValue GrowthOfExtendedFloats(FunctionId id, const MixedWindow& w, bool smoothed) {
  const bool counter = id != FunctionId::kDelta;
  const Ends ends = FindEnds(w, smoothed, counter);
  if (!ends.any) return MixedValue::None();
  double grown = ends.right - ends.left;
  if (counter) grown += LostByResets(w, ends);
  if (id == FunctionId::kRate) grown /= DurationSeconds(w.end_ms - w.start_ms);
  return MixedValue::Of(grown);
}

// The time of the newest sample of either kind at or before `at_ms`, or of the first of all.
int64_t AnchorOf(const MixedWindow& w, int64_t at_ms) {
  int64_t first = std::numeric_limits<int64_t>::max();
  int64_t anchor = std::numeric_limits<int64_t>::min();
  const auto visit = [&](int64_t time) {
    first = std::min(first, time);
    if (time <= at_ms) anchor = std::max(anchor, time);
  };
  for (const int64_t time : w.times) visit(time);
  for (const model::HistogramSample& h : w.histograms) visit(h.time_ms);
  return anchor == std::numeric_limits<int64_t>::min() ? first : anchor;
}

int64_t NewestTime(const MixedWindow& w) {
  const int64_t f = w.times.empty() ? std::numeric_limits<int64_t>::min() : w.times.back();
  return w.histograms.empty() ? f : std::max(f, w.histograms.back().time_ms);
}

// The window without what is older than `from_ms`.
MixedWindow From(MixedWindow w, int64_t from_ms) {
  const auto f = static_cast<size_t>(std::lower_bound(w.times.begin(), w.times.end(), from_ms) -
                                     w.times.begin());
  w.times = w.times.subspan(f);
  w.values = w.values.subspan(f);
  if (!w.starts.empty()) w.starts = w.starts.subspan(f);
  while (!w.histograms.empty() && w.histograms.front().time_ms < from_ms) {
    w.histograms = w.histograms.subspan(1);
  }
  return w;
}

// changes and resets of an anchored range: from the sample at or before its start.
MixedValue CountFromAnchor(const RangeFunction& function, const MixedWindow& w,
                           const MixedContext& context) {
  if (NewestTime(w) <= w.start_ms) return MixedValue::None();
  const auto counted = ComputeMixed(function, From(w, AnchorOf(w, w.start_ms)), context);
  return counted.ok() ? *counted : MixedValue::None();
}

}  // namespace

base::Status CheckExtendedFunction(FunctionId id, std::string_view name, bool smoothed) {
  const bool grows =
      id == FunctionId::kRate || id == FunctionId::kIncrease || id == FunctionId::kDelta;
  const bool counts = id == FunctionId::kResets || id == FunctionId::kChanges;
  if (grows || (counts && !smoothed)) return base::Status();
  return ExecutionError(base::Concat(
      {smoothed ? "smoothed modifier can only be used with: delta, increase, rate - not with "
                : "anchored modifier can only be used with: changes, delta, increase, rate, "
                  "resets - not with ",
       name}));
}

MixedValue ComputeExtended(const RangeFunction& function, const MixedWindow& window, bool smoothed,
                           const MixedContext& context) {
  if (function.id == FunctionId::kResets || function.id == FunctionId::kChanges) {
    return CountFromAnchor(function, window, context);
  }
  if (window.histograms.empty()) return GrowthOfExtendedFloats(function.id, window, smoothed);
  if (window.times.empty()) {
    return GrowthOfExtendedHistograms(function.id, window, smoothed, context);
  }
  context.notes().WarnFloatsAndHistograms();
  return MixedValue::None();
}

MixedValue SmoothedValue(const MixedWindow& window, int64_t at_ms, const MixedContext& context) {
  const MixedWindow from = From(window, AnchorOf(window, at_ms));
  const auto f = static_cast<size_t>(std::upper_bound(from.times.begin(), from.times.end(), at_ms) -
                                     from.times.begin());
  size_t h = 0;
  while (h < from.histograms.size() && from.histograms[h].time_ms <= at_ms) ++h;
  if (f == 0 && h == 0) return MixedValue::None();  // nothing before
  const bool float_behind = f < from.times.size();
  const bool histogram_behind = h < from.histograms.size();
  const bool exact = f > 0 ? from.times[f - 1] == at_ms : from.histograms[h - 1].time_ms == at_ms;
  if (exact || (!float_behind && !histogram_behind)) {
    return f > 0 ? MixedValue::Of(from.values[f - 1])
                 : MixedValue::Of(from.histograms[h - 1].histogram);
  }
  const bool next_is_histogram =
      histogram_behind && (!float_behind || from.histograms[h].time_ms < from.times[f]);
  if ((f > 0) == next_is_histogram) {
    context.notes().WarnFloatsAndHistograms();
    return MixedValue::None();
  }
  if (f > 0) {
    return MixedValue::Of(
        Interpolate(SampleAt(from, f - 1), SampleAt(from, f), at_ms, /*counter=*/false));
  }
  return InterpolateHistogram(from.histograms[h - 1], from.histograms[h], at_ms, /*counter=*/true,
                              context);
}

std::vector<model::Sample> ExtendSamples(const MixedWindow& window, bool smoothed) {
  std::vector<model::Sample> out;
  const Ends ends = FindEnds(window, smoothed, /*counter=*/false);
  if (!ends.any) return out;
  out.push_back({window.start_ms, ends.left});
  for (size_t i = ends.first; i < ends.last; ++i) out.push_back(SampleAt(window, i));
  out.push_back({window.end_ms, ends.right});
  return out;
}

double Interpolate(const model::Sample& before, const model::Sample& behind, int64_t at_ms,
                   bool counter) {
  const double from = counter && behind.value < before.value ? 0 : before.value;
  return from + (behind.value - from) * static_cast<double>(at_ms - before.timestamp_ms) /
                    static_cast<double>(behind.timestamp_ms - before.timestamp_ms);
}

}  // namespace vedette::promql
