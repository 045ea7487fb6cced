#include "exporters/redis/command_stats.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "exporters/redis/info_lines.h"

namespace vedette::exporters::redis {
namespace {

constexpr std::string_view kStatsPrefix = "cmdstat_";
constexpr std::string_view kPercentilesPrefix = "latency_percentiles_usec_";

using Histogram = prometheus::ClientMetric::Histogram;

// Bounds and cumulative counts, as Redis sends them: [2, 1, 4, 7].
void AddBuckets(const Reply& bounds, Histogram* histogram) {
  for (size_t i = 0; i + 1 < bounds.items.size(); i += 2) {
    const auto bound = bounds.items[i].Number();
    const auto count = bounds.items[i + 1].Number();
    if (!bound || !count || *count < 0) continue;
    prometheus::ClientMetric::Bucket& bucket = histogram->bucket.emplace_back();
    bucket.upper_bound = *bound;
    bucket.cumulative_count = static_cast<uint64_t>(*count);
  }
}

}  // namespace

void CommandStats::AddStats(std::string_view field, std::string_view value, MetricSet* metrics) {
  if (!base::StartsWith(field, kStatsPrefix)) return;
  const std::string_view command = field.substr(kStatsPrefix.size());
  std::optional<double> calls, usec, rejected, failed;
  for (InfoPairs pair(value); pair.Next();) {
    if (pair.name() == "calls") calls = pair.Number();
    if (pair.name() == "usec") usec = pair.Number();
    if (pair.name() == "rejected_calls") rejected = pair.Number();
    if (pair.name() == "failed_calls") failed = pair.Number();
  }
  if (!calls || !usec) return;
  totals_[command] = {*calls, *usec};
  const MetricSet::Labels labels = {{"cmd", command}};
  metrics->Counter("commands_total", *calls, labels);
  metrics->Counter("commands_duration_seconds_total", *usec / 1e6, labels);
  // Since Redis 6.2.
  if (rejected) metrics->Counter("commands_rejected_calls_total", *rejected, labels);
  if (failed) metrics->Counter("commands_failed_calls_total", *failed, labels);
}

void CommandStats::AddPercentiles(std::string_view field, std::string_view value,
                                  MetricSet* metrics) const {
  if (!base::StartsWith(field, kPercentilesPrefix)) return;
  const std::string_view command = field.substr(kPercentilesPrefix.size());
  const auto total = totals_.find(command);
  if (total == totals_.end()) return;
  auto* summary = metrics->Summary("latency_percentiles_usec", {{"cmd", command}});
  summary->sample_count = static_cast<uint64_t>(std::max(0.0, total->second.calls));
  summary->sample_sum = total->second.usec;
  for (InfoPairs pair(value); pair.Next();) {
    const auto percentile =
        base::ParseDouble(pair.name().substr(base::StartsWith(pair.name(), "p") ? 1 : 0));
    const auto usec = pair.Number();
    if (percentile && usec) summary->quantile.push_back({*percentile, *usec});
  }
}

void CommandStats::AddHistograms(const Reply& reply, MetricSet* metrics) const {
  for (size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    if (!reply.items[i].is_text()) continue;
    const std::string& command = reply.items[i].text;
    const auto details = reply.items[i + 1].ToMap();
    const auto calls = details.find("calls");
    const auto bounds = details.find("histogram_usec");
    if (calls == details.end() || bounds == details.end()) continue;
    Histogram* histogram = metrics->Histogram("commands_latencies_usec", {{"cmd", command}});
    histogram->sample_count = static_cast<uint64_t>(std::max<int64_t>(0, calls->second->integer));
    histogram->sample_sum = UsecWithSubcommands(command);
    AddBuckets(*bounds->second, histogram);
  }
}

double CommandStats::UsecWithSubcommands(std::string_view command) const {
  double sum = 0;
  if (const auto own = totals_.find(command); own != totals_.end()) sum = own->second.usec;
  const std::string prefix = base::Concat({command, "|"});
  for (auto i = totals_.lower_bound(prefix);
       i != totals_.end() && base::StartsWith(i->first, prefix); ++i) {
    sum += i->second.usec;
  }
  return sum;
}

}  // namespace vedette::exporters::redis
