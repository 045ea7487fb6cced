#include "exporters/runtime/family_sink.h"

#include <iterator>

namespace vedette::exporters {

void FamilyRef::Add(double value, std::span<const LabelRef> labels) {
  prometheus::ClientMetric& metric = family_->metric.emplace_back();
  metric.label.reserve(labels.size());
  for (const LabelRef& label : labels) {
    metric.label.push_back({std::string(label.name), std::string(label.value)});
  }
  switch (family_->type) {
    case prometheus::MetricType::Counter:
      metric.counter.value = value;
      break;
    case prometheus::MetricType::Gauge:
      metric.gauge.value = value;
      break;
    default:
      metric.untyped.value = value;
      break;
  }
}

FamilyRef FamilySink::Counter(std::string_view name, std::string_view help) {
  return Open(name, help, prometheus::MetricType::Counter);
}

FamilyRef FamilySink::Gauge(std::string_view name, std::string_view help) {
  return Open(name, help, prometheus::MetricType::Gauge);
}

FamilyRef FamilySink::Untyped(std::string_view name, std::string_view help) {
  return Open(name, help, prometheus::MetricType::Untyped);
}

void FamilySink::MoveTo(std::vector<prometheus::MetricFamily>* out) {
  out->insert(out->end(), std::make_move_iterator(families_.begin()),
              std::make_move_iterator(families_.end()));
  families_.clear();
}

FamilyRef FamilySink::Open(std::string_view name, std::string_view help,
                           prometheus::MetricType type) {
  prometheus::MetricFamily& family = families_.emplace_back();
  family.name = name;
  family.help = help;
  family.type = type;
  return FamilyRef(&family);
}

}  // namespace vedette::exporters
