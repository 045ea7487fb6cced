#include "collector/scrape/target.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/http/message.h"
#include "base/strings.h"

namespace vedette::scrape {
namespace {

constexpr std::string_view kAddress = "__address__";
constexpr std::string_view kScheme = "__scheme__";
constexpr std::string_view kMetricsPath = "__metrics_path__";
constexpr std::string_view kInterval = "__scrape_interval__";
constexpr std::string_view kTimeout = "__scrape_timeout__";
constexpr std::string_view kParamPrefix = "__param_";
constexpr std::string_view kJob = "job";
constexpr std::string_view kInstance = "instance";

void SetIfAbsent(std::string_view name, std::string_view value, model::LabelsBuilder* labels) {
  if (labels->Get(name).empty()) labels->Set(name, value);
}

// Of the group's target `at`.
model::Labels DiscoveredLabels(const JobConfig& job, const TargetGroup& group, size_t at) {
  model::LabelsBuilder labels;
  for (const auto& [name, value] : group.labels) labels.Set(name, value);
  if (at < group.target_labels.size()) {
    for (const auto& [name, value] : group.target_labels[at]) labels.Set(name, value);
  }
  labels.Set(kAddress, group.targets[at]);
  SetIfAbsent(kJob, job.name, &labels);
  SetIfAbsent(kInterval, base::FormatDurationMs(job.interval_ms), &labels);
  SetIfAbsent(kTimeout, base::FormatDurationMs(job.timeout_ms), &labels);
  SetIfAbsent(kMetricsPath, job.metrics_path, &labels);
  SetIfAbsent(kScheme, job.scheme, &labels);
  for (const auto& [name, values] : job.params) {
    if (!values.empty()) labels.Set(base::Concat({kParamPrefix, name}), values.front());
  }
  return labels.Build();
}

// The query as the labels have it after relabelling: __param_NAME replaces the first value.
std::string BuildQuery(const JobConfig& job, const model::LabelsBuilder& labels) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [label, value] : labels.pairs()) {
    if (!base::StartsWith(label, kParamPrefix)) continue;
    const std::string name = label.substr(kParamPrefix.size());
    pairs.emplace_back(name, value);
    for (const auto& [param, values] : job.params) {
      if (param != name) continue;
      for (size_t i = 1; i < values.size(); ++i) pairs.emplace_back(name, values[i]);
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out;
  for (const auto& [name, value] : pairs) {
    out += out.empty() ? '?' : '&';
    out += base::http::PercentEncode(name) + "=" + base::http::PercentEncode(value);
  }
  return out;
}

std::string BuildUrl(const JobConfig& job, const model::LabelsBuilder& labels) {
  std::string path(labels.Get(kMetricsPath));
  if (!base::StartsWith(path, "/")) path.insert(path.begin(), '/');
  return base::Concat(
      {labels.Get(kScheme), "://", labels.Get(kAddress), path, BuildQuery(job, labels)});
}

base::Status ReadTiming(const model::LabelsBuilder& labels, Target* target) {
  const auto interval = base::ParseDurationMs(labels.Get(kInterval));
  const auto timeout = base::ParseDurationMs(labels.Get(kTimeout));
  if (!interval || *interval <= 0) return base::InvalidArgument("bad scrape interval");
  if (!timeout || *timeout <= 0) return base::InvalidArgument("bad scrape timeout");
  if (*timeout > *interval) {
    return base::InvalidArgument("scrape timeout cannot be greater than scrape interval");
  }
  target->interval_ms = *interval;
  target->timeout_ms = *timeout;
  return {};
}

model::Labels PublicLabels(model::LabelsBuilder labels) {
  SetIfAbsent(kInstance, std::string(labels.Get(kAddress)), &labels);
  const auto all = labels.pairs();
  for (const auto& [name, value] : all) {
    if (base::StartsWith(name, "__")) labels.Delete(name);
  }
  return labels.Build();
}

base::Status FillTarget(const model::LabelsBuilder& labels, Target* target) {
  const std::string_view address = labels.Get(kAddress);
  if (address.empty()) return base::InvalidArgument("no address");
  if (address.find('/') != address.npos) {
    return base::InvalidArgument(
        base::Concat({base::GoQuote(address), " is not a valid hostname"}));
  }
  const std::string_view scheme = labels.Get(kScheme);
  if (scheme != "http" && scheme != "https") return base::InvalidArgument("bad scheme");
  VEDETTE_RETURN_IF_ERROR(ReadTiming(labels, target));
  target->url = BuildUrl(*target->job, labels);
  target->labels = PublicLabels(labels);
  for (const model::LabelView& label : target->labels) {
    if (base::IsValidUtf8(label.value)) continue;
    return base::InvalidArgument(base::Concat(
        {"invalid label value for ", base::GoQuote(label.name), ": ", base::GoQuote(label.value)}));
  }
  return {};
}

void AddTarget(const std::shared_ptr<const JobConfig>& job, const TargetGroup& group, size_t at,
               std::set<std::string>* keys, JobTargets* out) {
  model::Labels discovered = DiscoveredLabels(*job, group, at);
  model::LabelsBuilder labels(discovered);
  if (!model::ApplyRelabeling(job->relabel, &labels)) {
    ++out->dropped_count;
    const uint64_t kept = job->limits.dropped_targets;
    if (kept == 0 || out->dropped.size() < kept) out->dropped.push_back(std::move(discovered));
    return;
  }
  Target target;
  target.job = job;
  target.discovered = std::move(discovered);
  target.refused = group.refused;
  if (const base::Status status = FillTarget(labels, &target); !status.ok()) {
    out->errors.push_back(
        base::Concat({"job ", job->name, ", target ", target.discovered.ToString(), ": ",
                      base::Message(status)}));
    return;
  }
  if (keys->insert(target.Key()).second) out->active.push_back(std::move(target));
}

}  // namespace

std::string Target::Key() const {
  return base::Concat({job->name, "\n", url, "\n", labels.bytes()});
}

JobTargets BuildTargets(const std::shared_ptr<const JobConfig>& job,
                        std::span<const TargetGroup> groups) {
  JobTargets out;
  std::set<std::string> keys;
  for (const TargetGroup& group : groups) {
    for (size_t at = 0; at < group.targets.size(); ++at) {
      AddTarget(job, group, at, &keys, &out);
    }
  }
  const uint64_t limit = job->limits.targets;
  if (limit == 0 || out.active.size() <= limit) return out;
  for (Target& target : out.active) {
    target.refused = base::Concat(
        {"target_limit exceeded (number of targets: ", std::to_string(out.active.size()),
         ", limit: ", std::to_string(limit), ")"});
  }
  return out;
}

}  // namespace vedette::scrape
