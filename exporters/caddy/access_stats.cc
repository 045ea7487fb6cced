#include "exporters/caddy/access_stats.h"

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

namespace vedette::exporters::caddy {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

// Caddy's own bounds, so that its histograms and these can stand in one panel.
constexpr std::array<double, 11> kSeconds = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
constexpr std::array<double, 8> kBytes = {256, 1024, 4096, 16384, 65536, 262'144, 1048576, 4194304};
// Series of one host by method and status.
constexpr size_t kMaxStatusPairs = 256;
constexpr int kOtherStatus = -1;

void Observe(double value, std::span<const double> bounds, AccessStats::Histogram* histogram) {
  const auto bound = std::lower_bound(bounds.begin(), bounds.end(), value);
  ++histogram->buckets[static_cast<size_t>(bound - bounds.begin())];
  histogram->sum += value;
}

void AddHistogram(std::string_view host, std::span<const double> bounds,
                  const AccessStats::Histogram& from, MetricFamily* family) {
  ClientMetric& metric = family->metric.emplace_back();
  metric.label.push_back({"host", std::string(host)});
  uint64_t count = 0;
  for (size_t i = 0; i <= bounds.size(); ++i) {
    count += from.buckets[i];
    const bool is_last = i == bounds.size();
    metric.histogram.bucket.push_back(
        {count, is_last ? std::numeric_limits<double>::infinity() : bounds[i]});
  }
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = from.sum;
}

MetricFamily HistogramFamily(const char* name, const char* help) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = prometheus::MetricType::Histogram;
  return family;
}

// "a.b.c" -> "*.b.c"
std::string WildcardOf(const std::string& host) {
  const size_t dot = host.find('.');
  return dot == std::string::npos ? "" : "*" + host.substr(dot);
}

}  // namespace

void AccessStats::SetConfigured(const std::set<std::string>& hosts) {
  configured_.clear();
  for (const std::string& host : hosts) {
    const bool is_wildcard = host.starts_with("*.");
    const std::string clean = CleanHost(is_wildcard ? host.substr(2) : host);
    if (!clean.empty()) configured_.insert(is_wildcard ? "*." + clean : clean);
  }
  CountUnmet();
}

void AccessStats::CountUnmet() {
  unmet_ = static_cast<size_t>(
      std::count_if(configured_.begin(), configured_.end(),
                    [this](const std::string& host) { return !hosts_.contains(host); }));
}

void AccessStats::Count(const AccessEntry& entry) {
  const std::string label = LabelOf(entry.host);
  const auto [found, is_new] = hosts_.try_emplace(label);
  if (is_new && configured_.contains(label)) --unmet_;
  Host& host = found->second;
  std::pair<std::string, int> key(entry.method, entry.status);
  if (host.requests.size() >= kMaxStatusPairs && !host.requests.contains(key)) {
    key = {"OTHER", kOtherStatus};
  }
  ++host.requests[key];
  if (entry.duration_seconds) Observe(*entry.duration_seconds, kSeconds, &host.duration);
  Observe(entry.response_bytes, kBytes, &host.response_size);
  Observe(entry.request_bytes, kBytes, &host.request_size);
  last_request_ = std::max(last_request_, entry.unix_seconds);
}

std::string AccessStats::LabelOf(const std::string& host) const {
  if (host.empty()) return kOtherHost;
  if (hosts_.contains(host)) return host;
  if (Taken() >= max_hosts_) return kOtherHost;
  if (configured_.contains(host)) return host;
  std::string wildcard = WildcardOf(host);
  if (configured_.contains(wildcard)) return wildcard;
  // The places that configured hosts will want stay free.
  return Taken() + unmet_ < max_hosts_ ? host : kOtherHost;
}

void AccessStats::Collect(FamilySink* sink) const {
  FamilyRef requests = sink->Counter("caddy_access_log_requests_total",
                                     "Requests in the access logs by host, method and status.");
  MetricFamily duration = HistogramFamily("caddy_access_log_request_duration_seconds",
                                          "How long requests took, from the access logs.");
  MetricFamily response = HistogramFamily("caddy_access_log_response_size_bytes",
                                          "Sizes of response bodies, from the access logs.");
  MetricFamily request = HistogramFamily("caddy_access_log_request_size_bytes",
                                         "Sizes of request bodies, from the access logs.");
  for (const auto& [name, host] : hosts_) {
    for (const auto& [key, count] : host.requests) {
      const std::string code = key.second == kOtherStatus ? "other" : std::to_string(key.second);
      requests.Add(static_cast<double>(count),
                   {{"code", code}, {"host", name}, {"method", key.first}});
    }
    AddHistogram(name, kSeconds, host.duration, &duration);
    AddHistogram(name, kBytes, host.response_size, &response);
    AddHistogram(name, kBytes, host.request_size, &request);
  }
  sink->Add(std::move(duration));
  sink->Add(std::move(response));
  sink->Add(std::move(request));
  FamilyRef lines =
      sink->Counter("caddy_access_log_lines_total", "Lines read of the access logs, by kind.");
  constexpr const char* kKinds[] = {"request", "other", "malformed"};
  for (size_t i = 0; i < lines_.size(); ++i) {
    lines.Add(static_cast<double>(lines_[i]), {{"kind", kKinds[i]}});
  }
  sink->Gauge("caddy_access_log_hosts", "Hosts with series of their own.")
      .Add(static_cast<double>(Taken()));
  if (last_request_ > 0) {
    sink->Gauge("caddy_access_log_last_request_timestamp_seconds",
                "When the newest request of the access logs ended.")
        .Add(last_request_);
  }
}

void AccessStats::Restore(Hosts hosts, const std::array<uint64_t, 3>& lines) {
  hosts_ = std::move(hosts);
  lines_ = lines;
  CountUnmet();
}

}  // namespace vedette::exporters::caddy
