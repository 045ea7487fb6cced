#include "collector/tsdb/frozen_head.h"

#include <algorithm>
#include <utility>

#include "collector/tsdb/merge_plan.h"

namespace vedette::tsdb {
namespace {

void AddDays(const std::vector<int64_t>& times, std::set<int64_t>* days) {
  for (auto at = times.begin(); at != times.end();) {
    const int64_t day = DayOf(*at);
    days->insert(day);
    at = std::lower_bound(at, times.end(), (day + 1) * kDayMs);
  }
}

int64_t FirstIn(const std::vector<int64_t>& times, int64_t min_ms, int64_t max_ms) {
  const auto at = std::lower_bound(times.begin(), times.end(), min_ms);
  return at == times.end() || *at > max_ms ? INT64_MAX : *at;
}

}  // namespace

std::set<int64_t> FrozenHead::Days() const {
  std::set<int64_t> days;
  for (const std::vector<int64_t>& times : times_) AddDays(times, &days);
  for (const Series& series : series_) {
    if (series.extra == nullptr) continue;
    AddDays(series.extra->times, &days);
    if (series.extra->rich == nullptr) continue;
    for (const auto& sample : series.extra->rich->histograms()) days.insert(DayOf(sample.time_ms()));
  }
  return days;
}

int64_t FrozenHead::FirstMs(int64_t min_ms, int64_t max_ms) const {
  int64_t first = INT64_MAX;
  for (const auto& times : times_) first = std::min(first, FirstIn(times, min_ms, max_ms));
  for (const Series& series : series_) {
    if (series.extra == nullptr) continue;
    first = std::min(first, FirstIn(series.extra->times, min_ms, max_ms));
    if (series.extra->rich == nullptr) continue;
    const auto in_range = HistogramsIn(series.extra->rich->histograms(), min_ms, max_ms);
    if (!in_range.empty()) first = std::min(first, in_range.front().time_ms());
  }
  return first;
}

base::Status FrozenHead::VisitSorted(
    int64_t min_ms, int64_t max_ms,
    const std::function<base::Status(const model::SeriesSamples& series)>& visit) const {
  std::vector<const Series*> sorted;
  sorted.reserve(series_.size());
  for (const Series& series : series_) sorted.push_back(&series);
  std::sort(sorted.begin(), sorted.end(),
            [](const Series* a, const Series* b) { return a->owner->labels < b->owner->labels; });
  model::SeriesSamples read;
  for (const Series* series : sorted) {
    read.timestamps_ms.clear();
    read.values.clear();
    read.starts_ms.clear();
    read.histograms.clear();
    ViewOf(*series).Read(min_ms, max_ms, &read);
    if (read.empty()) continue;
    read.labels = series->owner->labels;
    VEDETTE_RETURN_IF_ERROR(visit(read));
  }
  return {};
}

void FrozenHead::VisitMatching(const std::vector<model::Matcher>& matchers,
                               const std::function<void(const model::Labels& labels,
                                                        const SampleView& samples)>& visit) const {
  for (const Series& series : series_) {
    if (model::MatchesAll(matchers, series.owner->labels)) {
      visit(series.owner->labels, ViewOf(series));
    }
  }
}

base::Status FrozenHead::VisitLabels(
    const std::function<base::Status(const model::Labels& labels)>& visit) const {
  for (const Series& series : series_) VEDETTE_RETURN_IF_ERROR(visit(series.owner->labels));
  return {};
}

}  // namespace vedette::tsdb
