#include "tests/conformance/memory_store.h"

#include <algorithm>
#include <utility>

namespace vedette::test {

void MemoryStore::Append(const model::Labels& labels, int64_t timestamp_ms, double value) {
  Entry& entry = series_[labels];
  auto& times = entry.samples.timestamps_ms;
  const auto at = std::lower_bound(times.begin(), times.end(), timestamp_ms);
  const auto index = at - times.begin();
  if (at != times.end() && *at == timestamp_ms) {
    entry.samples.values[static_cast<size_t>(index)] = value;
    return;
  }
  times.insert(at, timestamp_ms);
  entry.samples.values.insert(entry.samples.values.begin() + index, value);
}

void MemoryStore::AppendNative(const model::Labels& labels, int64_t timestamp_ms) {
  series_[labels].native_ms.push_back(timestamp_ms);
}

void MemoryStore::Clear() { series_.clear(); }

bool MemoryStore::TakeTouchedNative() const { return std::exchange(touched_native_, false); }

base::Status MemoryStore::Select(const promql::SelectRequest& request, const Visit& visit) const {
  const auto inside = [&](int64_t t) { return t >= request.min_ms && t <= request.max_ms; };
  for (const auto& [labels, entry] : series_) {
    if (!model::MatchesAll(request.matchers, labels)) continue;
    if (std::any_of(entry.native_ms.begin(), entry.native_ms.end(), inside)) {
      touched_native_ = true;
    }
    model::SeriesSamples out;
    out.labels = labels;
    for (size_t i = 0; i < entry.samples.values.size(); ++i) {
      if (!inside(entry.samples.timestamps_ms[i])) continue;
      out.timestamps_ms.push_back(entry.samples.timestamps_ms[i]);
      out.values.push_back(entry.samples.values[i]);
    }
    if (!out.values.empty()) VEDETTE_RETURN_IF_ERROR(visit(std::move(out)));
  }
  return base::Status();
}

}  // namespace vedette::test
