#include "collector/promql/extended_range.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "collector/promql/query_run.h"

namespace vedette::promql {
namespace {

double DurationSeconds(int64_t ms) {
  return static_cast<double>(ms / 1000) + static_cast<double>(ms % 1000 * 1'000'000) / 1e9;
}

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

MixedValue Growth(FunctionId id, const MixedWindow& w, bool smoothed) {
  const bool counter = id != FunctionId::kDelta;
  const Ends ends = FindEnds(w, smoothed, counter);
  if (!ends.any) return MixedValue::None();
  double grown = ends.right - ends.left;
  if (counter) grown += LostByResets(w, ends);
  if (id == FunctionId::kRate) grown /= DurationSeconds(w.end_ms - w.start_ms);
  return MixedValue::Of(grown);
}

// changes and resets of an anchored range: from the sample at or before its start.
MixedValue CountFromAnchor(FunctionId id, const MixedWindow& w) {
  if (w.times.empty() || w.times.back() <= w.start_ms) return MixedValue::None();
  int count = 0;
  for (size_t i = FirstIndex(w) + 1; i < w.values.size(); ++i) {
    const double a = w.values[i - 1];
    const double b = w.values[i];
    const bool changed = a != b && !(std::isnan(a) && std::isnan(b));
    if (id == FunctionId::kResets ? b < a : changed) ++count;
  }
  return MixedValue::Of(count);
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

base::StatusOr<MixedValue> ComputeExtended(FunctionId id, const MixedWindow& window,
                                           bool smoothed) {
  if (!window.histograms.empty()) {
    return ExecutionError("smoothed and anchored modifiers do not work with native histograms");
  }
  const bool counts = id == FunctionId::kResets || id == FunctionId::kChanges;
  return counts ? CountFromAnchor(id, window) : Growth(id, window, smoothed);
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
