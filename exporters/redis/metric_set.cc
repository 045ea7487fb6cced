#include "exporters/redis/metric_set.h"

#include "exporters/redis/metric_help.h"

namespace vedette::exporters::redis {

void MetricSet::AddLabelToAll(std::string_view name, std::string_view value) {
  for (prometheus::MetricFamily& family : families_) {
    for (prometheus::ClientMetric& metric : family.metric) {
      metric.label.push_back({std::string(name), std::string(value)});
    }
  }
}

std::vector<prometheus::MetricFamily> MetricSet::Take() {
  by_name_.clear();
  return std::exchange(families_, {});
}

prometheus::ClientMetric& MetricSet::Add(std::string_view name, prometheus::MetricType type,
                                         std::span<const LabelRef> labels) {
  const auto [found, is_new] = by_name_.try_emplace(name, families_.size());
  if (is_new) {
    prometheus::MetricFamily& family = families_.emplace_back();
    // Our own stand beside upstream's, in no namespace.
    family.name =
        base::StartsWith(name, "vedette_") ? std::string(name) : base::Concat({prefix_, name});
    family.help = MetricHelp(name);
    family.type = type;
  }
  prometheus::ClientMetric& metric = families_[found->second].metric.emplace_back();
  metric.label.reserve(labels.size());
  for (const LabelRef& label : labels) {
    metric.label.push_back({std::string(label.name), std::string(label.value)});
  }
  return metric;
}

}  // namespace vedette::exporters::redis
