#include "collector/tsdb/head.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace vedette::tsdb {
namespace {

// Maps, vectors and allocator overhead of one series besides its labels and samples.
constexpr uint64_t kSeriesOverhead = sizeof(HeadSeries) + 120;
constexpr uint64_t kSampleBytes = sizeof(int64_t) + sizeof(double);

uint64_t SeriesCost(const model::Labels& labels) { return kSeriesOverhead + labels.bytes().size(); }

bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

struct IndexRange {
  size_t first;
  size_t last;
};

IndexRange RangeOf(const std::vector<int64_t>& times, int64_t min_ms, int64_t max_ms) {
  const auto first = std::lower_bound(times.begin(), times.end(), min_ms);
  const auto last = std::upper_bound(first, times.end(), max_ms);
  return {static_cast<size_t>(first - times.begin()), static_cast<size_t>(last - times.begin())};
}

}  // namespace

HeadSeries* Head::Find(uint64_t ref, const model::Labels& labels) {
  if (ref != 0) {
    const auto known = by_ref_.find(ref);
    if (known != by_ref_.end() && known->second->labels == labels) return known->second.get();
  }
  const auto known = by_labels_.find(base::Hash128(labels.bytes(), hash_seed_));
  // Two label sets with one 128-bit seeded hash do not happen; were it so, they must not be mixed.
  if (known == by_labels_.end()) return nullptr;
  VEDETTE_CHECK(known->second->labels == labels);
  return known->second;
}

HeadSeries* Head::Add(const model::Labels& labels) {
  auto owned = std::make_unique<HeadSeries>();
  HeadSeries* series = owned.get();
  series->ref = next_ref_++;
  series->labels = labels;
  by_labels_.emplace(base::Hash128(labels.bytes(), hash_seed_), series);
  by_metric_[labels.MetricName()].push_back(series);
  by_ref_.emplace(series->ref, std::move(owned));
  bytes_ += SeriesCost(labels);
  return series;
}

void Head::Remove(HeadSeries* series) {
  std::vector<HeadSeries*>& same_name = by_metric_[series->labels.MetricName()];
  std::erase(same_name, series);
  Forget(series);
}

void Head::Forget(HeadSeries* series) {
  bytes_ -= SeriesCost(series->labels) + series->times.capacity() * kSampleBytes;
  by_labels_.erase(base::Hash128(series->labels.bytes(), hash_seed_));
  by_ref_.erase(series->ref);
}

Verdict Head::Insert(HeadSeries* series, int64_t time_ms, double value, int64_t window_ms) {
  std::vector<int64_t>& times = series->times;
  if (time_ms <= series->newest_ms) {
    if (time_ms == series->newest_ms) {
      return SameBits(value, series->newest_value) ? Verdict::kSame : Verdict::kOther;
    }
    const auto at = std::lower_bound(times.begin(), times.end(), time_ms);
    if (at != times.end() && *at == time_ms) {
      const double have = series->values[static_cast<size_t>(at - times.begin())];
      return SameBits(value, have) ? Verdict::kSame : Verdict::kOther;
    }
    if (time_ms < series->newest_ms - window_ms) return Verdict::kTooOld;
  }
  const size_t before = times.capacity();
  const auto at = std::lower_bound(times.begin(), times.end(), time_ms) - times.begin();
  times.insert(times.begin() + at, time_ms);
  series->values.insert(series->values.begin() + at, value);
  bytes_ += (times.capacity() - before) * kSampleBytes;
  ++samples_;
  max_ms_ = std::max(max_ms_, time_ms);
  if (time_ms > series->newest_ms) {
    series->newest_ms = time_ms;
    series->newest_value = value;
  }
  return Verdict::kStored;
}

void Head::Undo(HeadSeries* series, int64_t time_ms, int64_t newest_ms, double newest_value) {
  const auto at =
      std::lower_bound(series->times.begin(), series->times.end(), time_ms) - series->times.begin();
  series->times.erase(series->times.begin() + at);
  series->values.erase(series->values.begin() + at);
  --samples_;
  series->newest_ms = newest_ms;
  series->newest_value = newest_value;
}

std::shared_ptr<const FrozenHead> Head::Freeze() {
  auto frozen = std::make_shared<FrozenHead>();
  std::vector<HeadSeries*> forgotten;
  for (const auto& [ref, owned] : by_ref_) {
    HeadSeries* series = owned.get();
    if (series->times.empty()) {
      if (std::exchange(series->idle, true)) forgotten.push_back(series);
      continue;
    }
    series->idle = false;
    const uint64_t bytes = series->times.capacity() * kSampleBytes;
    bytes_ -= bytes;
    frozen->bytes += bytes + series->labels.bytes().size() + sizeof(model::SeriesSamples);
    frozen->max_ms = std::max(frozen->max_ms, series->times.back());
    frozen->series.push_back(
        {series->labels, std::exchange(series->times, {}), std::exchange(series->values, {})});
  }
  samples_ = 0;
  for (HeadSeries* series : forgotten) Forget(series);
  if (!forgotten.empty()) {
    by_metric_.clear();
    for (const auto& [ref, owned] : by_ref_) {
      by_metric_[owned->labels.MetricName()].push_back(owned.get());
    }
  }
  return frozen;
}

template <typename Visit>
void Head::ForEachMatch(const std::vector<model::Matcher>& matchers, const Visit& visit) const {
  for (const model::Matcher& matcher : matchers) {
    if (matcher.type() != model::MatchType::kEqual || matcher.name() != model::kMetricName)
      continue;
    const auto named = by_metric_.find(matcher.value());
    if (named == by_metric_.end()) return;
    for (const HeadSeries* series : named->second) {
      if (model::MatchesAll(matchers, series->labels)) visit(*series);
    }
    return;
  }
  for (const auto& [ref, series] : by_ref_) {
    if (model::MatchesAll(matchers, series->labels)) visit(*series);
  }
}

std::vector<model::SeriesSamples> Head::Copy(const std::vector<model::Matcher>& matchers,
                                             int64_t min_ms, int64_t max_ms) const {
  std::vector<model::SeriesSamples> out;
  ForEachMatch(matchers, [&](const HeadSeries& series) {
    const IndexRange range = RangeOf(series.times, min_ms, max_ms);
    if (range.first == range.last) return;
    const int64_t* times = series.times.data();
    const double* values = series.values.data();
    out.push_back({series.labels,
                   {times + range.first, times + range.last},
                   {values + range.first, values + range.last}});
  });
  return out;
}

std::vector<model::Labels> Head::CopyLabels(const std::vector<model::Matcher>& matchers,
                                            int64_t min_ms, int64_t max_ms) const {
  std::vector<model::Labels> out;
  ForEachMatch(matchers, [&](const HeadSeries& series) {
    const IndexRange range = RangeOf(series.times, min_ms, max_ms);
    if (range.first != range.last) out.push_back(series.labels);
  });
  return out;
}

int64_t Head::min_ms() const {
  int64_t min_ms = INT64_MAX;
  for (const auto& [ref, series] : by_ref_) {
    if (!series->times.empty()) min_ms = std::min(min_ms, series->times.front());
  }
  return min_ms;
}

}  // namespace vedette::tsdb
