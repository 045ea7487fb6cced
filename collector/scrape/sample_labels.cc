#include "collector/scrape/sample_labels.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace vedette::scrape {
namespace {

constexpr std::string_view kExportedPrefix = "exported_";

void AddMissing(const model::Labels& target, std::span<const std::string> exposed_empty,
                model::LabelsBuilder* labels) {
  for (const model::LabelView& label : target) {
    const bool is_said =
        std::find(exposed_empty.begin(), exposed_empty.end(), label.name) != exposed_empty.end();
    if (!is_said && labels->Get(label.name).empty()) labels->Set(label.name, label.value);
  }
}

// The target's labels win; what they displace moves to the first free exported_ name, short names
// first.
void Override(const model::Labels& target, model::LabelsBuilder* labels) {
  std::vector<std::pair<std::string, std::string>> displaced;
  for (const model::LabelView& label : target) {
    if (const std::string_view old = labels->Get(label.name); !old.empty()) {
      displaced.emplace_back(label.name, old);
    }
    labels->Set(label.name, label.value);
  }
  std::stable_sort(displaced.begin(), displaced.end(),
                   [](const auto& a, const auto& b) { return a.first.size() < b.first.size(); });
  for (const auto& [name, value] : displaced) {
    std::string free = base::Concat({kExportedPrefix, name});
    while (!labels->Get(free).empty()) free.insert(0, kExportedPrefix);
    labels->Set(free, value);
  }
}

base::Status Over(std::string_view what, uint64_t found, uint64_t limit,
                  const model::Labels& labels) {
  return base::ResourceExhausted(
      base::Concat({what, " limit exceeded (metric: ", labels.MetricName().substr(0, 64),
                    ", found ", std::to_string(found), ", limit ", std::to_string(limit), ")"}));
}

base::Status CheckLimits(const ScrapeLimits& limits, const model::Labels& labels) {
  if (limits.labels > 0 && labels.size() > limits.labels) {
    return Over("label_limit", labels.size(), limits.labels, labels);
  }
  if (limits.label_name_bytes == 0 && limits.label_value_bytes == 0) return {};
  for (const model::LabelView& label : labels) {
    if (limits.label_name_bytes > 0 && label.name.size() > limits.label_name_bytes) {
      return Over("label_name_length_limit", label.name.size(), limits.label_name_bytes, labels);
    }
    if (limits.label_value_bytes > 0 && label.value.size() > limits.label_value_bytes) {
      return Over("label_value_length_limit", label.value.size(), limits.label_value_bytes, labels);
    }
  }
  return {};
}

base::Status CheckNames(const NameConfig& names, const model::Labels& labels) {
  // Names are sorted: an empty one, which no scheme has, is the first.
  if (labels.begin()->name.empty()) {
    return base::InvalidArgument(base::Concat({"empty label name in ", labels.ToString()}));
  }
  if (!names.legacy_only) return {};
  for (const model::LabelView& label : labels) {
    const bool is_metric = label.name == model::kMetricName;
    if (is_metric ? model::IsLegacyMetricName(label.value) : model::IsLegacyLabelName(label.name)) {
      continue;
    }
    return base::InvalidArgument(
        base::Concat({is_metric ? "metric name " : "label name ",
                      base::GoQuote(is_metric ? label.value : label.name), " in ",
                      labels.ToString(), " is beyond metric_name_validation_scheme legacy"}));
  }
  return {};
}

}  // namespace

base::StatusOr<model::Labels> SampleLabels(const Target& target, const model::Labels& exposed,
                                           std::span<const std::string> exposed_empty) {
  model::LabelsBuilder builder(exposed);
  if (target.job->honor_labels) {
    AddMissing(target.labels, exposed_empty, &builder);
  } else {
    Override(target.labels, &builder);
  }
  if (!model::ApplyRelabeling(target.job->metric_relabel, &builder)) return model::Labels();
  model::Labels labels = builder.Build();
  if (labels.empty()) return labels;
  if (labels.MetricName().empty()) {
    return base::InvalidArgument(
        base::Concat({"missing metric name (__name__ label) in ", labels.ToString()}));
  }
  VEDETTE_RETURN_IF_ERROR(CheckNames(target.job->names, labels));
  VEDETTE_RETURN_IF_ERROR(CheckLimits(target.job->limits, labels));
  return labels;
}

}  // namespace vedette::scrape
