#include "tests/conformance/memory_store.h"

#include <algorithm>
#include <utility>

#include "collector/promql/histogram_math.h"
#include "model/histogram.h"

namespace vedette::test {
namespace {

using model::CounterReset;
using model::Histogram;

bool SameChunk(const Histogram& next, const Histogram& before) {
  return next.schema == before.schema && next.zero_threshold == before.zero_threshold &&
         next.IsStale() == before.IsStale();
}

// What a chunk of Prometheus' keeps of a histogram's hint: gauges and what was said to be reset stay
// such; one that continues its chunk was not reset; of one that begins a chunk nothing is known.
CounterReset StoredHint(const Histogram& next, const Histogram* before, bool float_between) {
  if (next.reset == CounterReset::kGauge) return CounterReset::kGauge;
  if (next.reset == CounterReset::kReset) return CounterReset::kReset;
  if (before == nullptr || float_between) return CounterReset::kUnknown;
  if (before->reset == CounterReset::kGauge) return CounterReset::kUnknown;
  if (next.IsStale()) return CounterReset::kNotReset;
  if (before->IsStale()) return CounterReset::kUnknown;
  Histogram plain = next;
  plain.reset = CounterReset::kUnknown;
  const bool bounds_differ =
      next.is_custom() && before->is_custom() && next.custom_bounds != before->custom_bounds;
  if (!SameChunk(next, *before) && !bounds_differ && next.count_float >= before->count_float) {
    return CounterReset::kUnknown;
  }
  return promql::IsReset(plain, *before, promql::MergeRules::k35) ? CounterReset::kUnknown
                                                                  : CounterReset::kNotReset;
}

}  // namespace

void MemoryStore::Append(const model::Labels& labels, int64_t timestamp_ms, double value,
                         int64_t start_ms) {
  model::SeriesSamples& samples = series_[labels];
  auto& times = samples.timestamps_ms;
  const auto at = std::lower_bound(times.begin(), times.end(), timestamp_ms);
  const auto index = at - times.begin();
  const bool starts = start_ms != 0 || !samples.starts_ms.empty();
  if (starts) samples.starts_ms.resize(times.size(), 0);
  if (at != times.end() && *at == timestamp_ms) {
    samples.values[static_cast<size_t>(index)] = value;
    if (starts) samples.starts_ms[static_cast<size_t>(index)] = start_ms;
    return;
  }
  if (starts) samples.starts_ms.insert(samples.starts_ms.begin() + index, start_ms);
  times.insert(at, timestamp_ms);
  samples.values.insert(samples.values.begin() + index, value);
}

void MemoryStore::Append(const model::Labels& labels, int64_t timestamp_ms,
                         const std::shared_ptr<const model::Histogram>& histogram,
                         int64_t start_ms) {
  model::SeriesSamples& samples = series_[labels];
  auto& histograms = samples.histograms;
  const Histogram* before = nullptr;
  bool float_between = false;
  if (!histograms.empty()) {
    before = histograms.back().histogram.get();
    float_between =
        !samples.timestamps_ms.empty() && samples.timestamps_ms.back() > histograms.back().time_ms;
  }
  auto stored = std::make_shared<Histogram>(*histogram);
  stored->reset = StoredHint(*histogram, before, float_between);
  histograms.push_back({timestamp_ms, start_ms, std::move(stored)});
}

void MemoryStore::Clear() { series_.clear(); }

base::Status MemoryStore::Select(const promql::SelectRequest& request, const Visit& visit) const {
  const auto inside = [&](int64_t t) { return t >= request.min_ms && t <= request.max_ms; };
  for (const auto& [labels, samples] : series_) {
    if (!model::MatchesAll(request.matchers, labels)) continue;
    model::SeriesSamples out;
    out.labels = labels;
    for (size_t i = 0; i < samples.values.size(); ++i) {
      if (!inside(samples.timestamps_ms[i])) continue;
      out.timestamps_ms.push_back(samples.timestamps_ms[i]);
      out.values.push_back(samples.values[i]);
      if (!samples.starts_ms.empty()) out.starts_ms.push_back(samples.starts_ms[i]);
    }
    for (const model::HistogramSample& h : samples.histograms) {
      if (inside(h.time_ms)) out.histograms.push_back(h);
    }
    if (!out.empty()) VEDETTE_RETURN_IF_ERROR(visit(std::move(out)));
  }
  return base::Status();
}

}  // namespace vedette::test
