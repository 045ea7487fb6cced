#include "collector/tsdb/sample_merge.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "collector/tsdb/rich_samples.h"
#include "model/histogram.h"

namespace vedette::tsdb {
namespace {

using Histograms = std::vector<model::HistogramSample>;

// Joins two ascending lists of which `take(from_a, index)` appends an element; of equal times that
// of `a` stays.
template <typename TimeA, typename TimeB, typename Take>
void JoinByTime(size_t a_size, const TimeA& time_a, size_t b_size, const TimeB& time_b,
                const Take& take) {
  size_t a = 0;
  size_t b = 0;
  while (a < a_size || b < b_size) {
    const bool from_a = b == b_size || (a < a_size && time_a(a) <= time_b(b));
    take(from_a, from_a ? a : b);
    if (from_a && b < b_size && time_b(b) == time_a(a)) ++b;
    ++(from_a ? a : b);
  }
}

void AppendFloats(const model::SeriesSamples& from, size_t first, size_t last,
                  model::SeriesSamples* to) {
  const auto at = [](auto& values, size_t i) {
    return values.begin() + static_cast<std::ptrdiff_t>(i);
  };
  if (!from.starts_ms.empty()) FillStarts(to);
  to->timestamps_ms.insert(to->timestamps_ms.end(), at(from.timestamps_ms, first),
                           at(from.timestamps_ms, last));
  to->values.insert(to->values.end(), at(from.values, first), at(from.values, last));
  if (!from.starts_ms.empty()) {
    to->starts_ms.insert(to->starts_ms.end(), at(from.starts_ms, first), at(from.starts_ms, last));
  } else if (!to->starts_ms.empty()) {
    FillStarts(to);
  }
}

void MergeFloats(model::SeriesSamples more, model::SeriesSamples* into) {
  if (more.values.empty()) return;
  if (into->values.empty()) {
    into->timestamps_ms = std::move(more.timestamps_ms);
    into->values = std::move(more.values);
    into->starts_ms = std::move(more.starts_ms);
    return;
  }
  if (more.timestamps_ms.front() > into->timestamps_ms.back()) {
    return AppendFloats(more, 0, more.values.size(), into);
  }
  model::SeriesSamples kept;
  kept.timestamps_ms = std::exchange(into->timestamps_ms, {});
  kept.values = std::exchange(into->values, {});
  kept.starts_ms = std::exchange(into->starts_ms, {});
  const bool started = !kept.starts_ms.empty() || !more.starts_ms.empty();
  if (started) {
    FillStarts(&kept);
    FillStarts(&more);
  }
  JoinByTime(
      kept.values.size(), [&](size_t i) { return kept.timestamps_ms[i]; }, more.values.size(),
      [&](size_t i) { return more.timestamps_ms[i]; },
      [&](bool from_kept, size_t i) {
        const model::SeriesSamples& from = from_kept ? kept : more;
        into->timestamps_ms.push_back(from.timestamps_ms[i]);
        into->values.push_back(from.values[i]);
        if (started) into->starts_ms.push_back(from.starts_ms[i]);
      });
}

void MergeHistograms(Histograms more, Histograms* into) {
  if (into->empty()) {
    *into = std::move(more);
    return;
  }
  const Histograms kept = std::exchange(*into, {});
  JoinByTime(
      kept.size(), [&](size_t i) { return kept[i].time_ms; }, more.size(),
      [&](size_t i) { return more[i].time_ms; },
      [&](bool from_kept, size_t i) { into->push_back(from_kept ? kept[i] : more[i]); });
}

bool HasFloatAt(const model::SeriesSamples& samples, int64_t time_ms) {
  return std::binary_search(samples.timestamps_ms.begin(), samples.timestamps_ms.end(), time_ms);
}

// Leaves out of `samples` floats at times of histograms of `other`, and histograms at times of its
// floats.
void RemoveOtherKind(const model::SeriesSamples& other, model::SeriesSamples* samples) {
  if (!other.histograms.empty() && !samples->values.empty()) {
    Histograms kept = std::exchange(samples->histograms, {});
    RemoveTimes([&other](int64_t t) { return !HistogramsIn(other.histograms, t, t).empty(); },
                samples);
    samples->histograms = std::move(kept);
  }
  if (!other.values.empty()) {
    std::erase_if(samples->histograms,
                  [&other](const auto& sample) { return HasFloatAt(other, sample.time_ms); });
  }
}

}  // namespace

int64_t FirstMs(const model::SeriesSamples& samples) {
  int64_t first = samples.values.empty() ? INT64_MAX : samples.timestamps_ms.front();
  if (!samples.histograms.empty()) first = std::min(first, samples.histograms.front().time_ms);
  return first;
}

int64_t LastMs(const model::SeriesSamples& samples) {
  int64_t last = samples.values.empty() ? INT64_MIN : samples.timestamps_ms.back();
  if (!samples.histograms.empty()) last = std::max(last, samples.histograms.back().time_ms);
  return last;
}

void FillStarts(model::SeriesSamples* samples) {
  samples->starts_ms.resize(samples->values.size());
}

void AppendRange(const model::SeriesSamples& from, int64_t min_ms, int64_t max_ms,
                 model::SeriesSamples* to) {
  const std::vector<int64_t>& times = from.timestamps_ms;
  const auto first = std::lower_bound(times.begin(), times.end(), min_ms);
  const auto last = std::upper_bound(first, times.end(), max_ms);
  AppendFloats(from, static_cast<size_t>(first - times.begin()),
               static_cast<size_t>(last - times.begin()), to);
  const auto in_range = HistogramsIn(from.histograms, min_ms, max_ms);
  to->histograms.insert(to->histograms.end(), in_range.begin(), in_range.end());
}

void AppendAll(const model::SeriesSamples& from, model::SeriesSamples* to) {
  AppendFloats(from, 0, from.values.size(), to);
  to->histograms.insert(to->histograms.end(), from.histograms.begin(), from.histograms.end());
}

bool IsSorted(const model::SeriesSamples& samples) {
  const auto& times = samples.timestamps_ms;
  const auto& histograms = samples.histograms;
  const auto not_before = [](const auto& a, const auto& b) { return a.time_ms >= b.time_ms; };
  return std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) == times.end() &&
         std::adjacent_find(histograms.begin(), histograms.end(), not_before) == histograms.end() &&
         std::none_of(histograms.begin(), histograms.end(), [&samples](const auto& sample) {
           return HasFloatAt(samples, sample.time_ms);
         });
}

void MergeSamples(model::SeriesSamples more, model::SeriesSamples* into) {
  if (!more.histograms.empty() || !into->histograms.empty()) {
    RemoveOtherKind(*into, &more);
    MergeHistograms(std::exchange(more.histograms, {}), &into->histograms);
  }
  MergeFloats(std::move(more), into);
}

void RemoveTimes(const std::function<bool(int64_t time_ms)>& gone, model::SeriesSamples* samples) {
  size_t kept = 0;
  const bool started = !samples->starts_ms.empty();
  for (size_t i = 0; i < samples->values.size(); ++i) {
    if (gone(samples->timestamps_ms[i])) continue;
    samples->timestamps_ms[kept] = samples->timestamps_ms[i];
    if (started) samples->starts_ms[kept] = samples->starts_ms[i];
    samples->values[kept++] = samples->values[i];
  }
  samples->timestamps_ms.resize(kept);
  samples->values.resize(kept);
  if (started) samples->starts_ms.resize(kept);
  std::erase_if(samples->histograms, [&gone](const auto& sample) { return gone(sample.time_ms); });
}

void SortByTime(model::SeriesSamples* samples) {
  const model::SeriesSamples all = std::exchange(*samples, {});
  samples->labels = all.labels;
  std::vector<size_t> order(all.values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&all](size_t a, size_t b) {
    return all.timestamps_ms[a] < all.timestamps_ms[b];
  });
  for (const size_t i : order) {
    if (!samples->values.empty() && samples->timestamps_ms.back() == all.timestamps_ms[i]) continue;
    AppendFloats(all, i, i + 1, samples);
  }
  Histograms histograms = all.histograms;
  std::stable_sort(histograms.begin(), histograms.end(),
                   [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; });
  for (const model::HistogramSample& sample : histograms) {
    const bool taken =
        (!samples->histograms.empty() && samples->histograms.back().time_ms == sample.time_ms) ||
        HasFloatAt(*samples, sample.time_ms);
    if (!taken) samples->histograms.push_back(sample);
  }
}

}  // namespace vedette::tsdb
