#include "app/series_census.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "model/labels.h"

namespace vedette::app {
namespace {

constexpr int64_t kWindowMs = 2 * 3600 * 1000;  // what upstream has in its head
constexpr uint64_t kMostBytes = 64ull << 20;
constexpr uint64_t kBytesPerEntry = 64;  // of a map, beside its text

using Counts = absl::flat_hash_map<std::string, uint64_t>;

class Census {
 public:
  base::Status Add(const model::Labels& series) {
    for (const model::LabelView& label : series) {
      bytes_by_label_[std::string(label.name)] += label.value.size();
      std::string pair = base::Concat({label.name, "=", label.value});
      const uint64_t size = pair.size() + kBytesPerEntry;
      if (series_by_pair_[std::move(pair)]++ > 0) continue;
      ++values_by_label_[std::string(label.name)];
      held_ += size;
    }
    if (held_ <= kMostBytes) return base::Status();
    return base::ResourceExhausted("the labels have too many values to count them all");
  }
  void AddMetric(const std::string& name, uint64_t series) { series_by_metric_[name] += series; }

  void Show(size_t limit, api::TsdbInfo* info) const {
    info->label_pairs = series_by_pair_.size();
    info->series_by_metric = Largest(series_by_metric_, limit);
    info->values_by_label = Largest(values_by_label_, limit);
    info->bytes_by_label = Largest(bytes_by_label_, limit);
    info->series_by_pair = Largest(series_by_pair_, limit);
  }

 private:
  static api::NamedCounts Largest(const Counts& counts, size_t limit) {
    api::NamedCounts all(counts.begin(), counts.end());
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(std::min(limit, all.size()));
    std::partial_sort(all.begin(), middle, all.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    all.erase(middle, all.end());
    return all;
  }

  Counts series_by_metric_, values_by_label_, bytes_by_label_, series_by_pair_;
  uint64_t held_ = 0;
};

}  // namespace

base::StatusOr<api::TsdbInfo> TakeCensus(const tsdb::Store& store, size_t limit) {
  const tsdb::StoreStats stats = store.Stats();
  api::TsdbInfo info;
  info.series = stats.head_series;
  info.chunks = stats.head_series;
  if (stats.max_time_ms < stats.min_time_ms) return info;  // no samples
  tsdb::SeriesQuery query;
  query.max_ms = stats.max_time_ms;
  query.min_ms = std::max(stats.min_time_ms, stats.max_time_ms - kWindowMs);
  info.min_ms = query.min_ms;
  info.max_ms = query.max_ms;
  Census census;
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> metrics,
                           store.LabelValues(model::kMetricName, query));
  for (const std::string& metric : metrics) {
    query.matchers = {model::Matcher::Equal(std::string(model::kMetricName), metric)};
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<model::Labels> all, store.Series(query));
    if (!all.empty()) census.AddMetric(metric, all.size());
    for (const model::Labels& series : all) VEDETTE_RETURN_IF_ERROR(census.Add(series));
  }
  census.Show(limit, &info);
  return info;
}

}  // namespace vedette::app
