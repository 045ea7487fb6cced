#include "exporters/runtime/family_sink.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace vedette::exporters {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

bool IsCompound(MetricType type) {
  return type == MetricType::Histogram || type == MetricType::Summary;
}

double PlainValue(const ClientMetric& metric, MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return metric.counter.value;
    case MetricType::Gauge:
      return metric.gauge.value;
    default:
      return metric.untyped.value;
  }
}

void SetPlainValue(double value, MetricType type, ClientMetric* metric) {
  switch (type) {
    case MetricType::Counter:
      metric->counter.value = value;
      break;
    case MetricType::Gauge:
      metric->gauge.value = value;
      break;
    default:
      metric->untyped.value = value;
      break;
  }
}

}  // namespace

void FamilyRef::Add(double value, std::span<const LabelRef> labels) {
  FamilySink::Point* const point = sink_->AddPoint(family_, value);
  point->labels = static_cast<uint32_t>(labels.size());
  for (const LabelRef& label : labels) sink_->AddLabel(label.name, label.value);
}

FamilyRef FamilySink::Counter(std::string_view name, std::string_view help) {
  return Open(name, help, MetricType::Counter);
}

FamilyRef FamilySink::Gauge(std::string_view name, std::string_view help) {
  return Open(name, help, MetricType::Gauge);
}

FamilyRef FamilySink::Untyped(std::string_view name, std::string_view help) {
  return Open(name, help, MetricType::Untyped);
}

void FamilySink::Add(MetricFamily family) {
  if (IsCompound(family.type)) {
    compound_.push_back(std::move(family));
  } else {
    AddPoints(family);
  }
}

void FamilySink::AddPoints(const MetricFamily& family) {
  Open(family.name, family.help, family.type);
  const auto index = static_cast<uint32_t>(families_.size() - 1);
  for (const ClientMetric& metric : family.metric) {
    Point* const point = AddPoint(index, PlainValue(metric, family.type));
    point->timestamp_ms = metric.timestamp_ms;
    point->labels = static_cast<uint32_t>(metric.label.size());
    for (const ClientMetric::Label& label : metric.label) AddLabel(label.name, label.value);
  }
}

void FamilySink::Take(FamilySink* other) {
  const auto text = static_cast<uint32_t>(texts_.size());
  const auto family = static_cast<uint32_t>(families_.size());
  const auto label = static_cast<uint32_t>(labels_.size());
  texts_ += other->texts_;
  for (Family taken : other->families_) {
    taken.name.at += text;
    taken.help.at += text;
    families_.push_back(taken);
  }
  for (Label taken : other->labels_) {
    taken.name.at += text;
    taken.value.at += text;
    labels_.push_back(taken);
  }
  for (Point taken : other->points_) {
    taken.family += family;
    taken.first_label += label;
    points_.push_back(taken);
  }
  std::move(other->compound_.begin(), other->compound_.end(), std::back_inserter(compound_));
  other->Clear();
}

void FamilySink::MoveTo(std::vector<MetricFamily>* out) {
  const size_t first = out->size();
  for (const Family& family : families_) {
    MetricFamily& made = out->emplace_back();
    made.name = TextOf(family.name);
    made.help = TextOf(family.help);
    made.type = family.type;
  }
  for (const Point& point : points_) (*out)[first + point.family].metric.push_back(ToMetric(point));
  std::move(compound_.begin(), compound_.end(), std::back_inserter(*out));
  Clear();
}

ClientMetric FamilySink::ToMetric(const Point& point) const {
  ClientMetric metric;
  for (const Label& label : LabelsOf(point)) {
    metric.label.push_back({std::string(TextOf(label.name)), std::string(TextOf(label.value))});
  }
  SetPlainValue(point.value, families_[point.family].type, &metric);
  metric.timestamp_ms = point.timestamp_ms;
  return metric;
}

void FamilySink::SortLabels() {
  const auto before = [this](const Label& a, const Label& b) {
    return TextOf(a.name) < TextOf(b.name);
  };
  for (const Point& point : points_) {
    if (point.labels < 2) continue;
    const auto begin = labels_.begin() + point.first_label;
    const auto end = begin + point.labels;
    if (!std::is_sorted(begin, end, before)) std::sort(begin, end, before);
  }
}

FamilyRef FamilySink::Open(std::string_view name, std::string_view help, MetricType type) {
  families_.push_back({Keep(name), Keep(help), type});
  return FamilyRef(this, static_cast<uint32_t>(families_.size() - 1));
}

// A point without labels, for which the caller adds as many as it then says.
FamilySink::Point* FamilySink::AddPoint(uint32_t family, double value) {
  Point& point = points_.emplace_back();
  point.value = value;
  point.family = family;
  point.first_label = static_cast<uint32_t>(labels_.size());
  return &point;
}

void FamilySink::AddLabel(std::string_view name, std::string_view value) {
  labels_.push_back({Keep(name), Keep(value)});
}

FamilySink::Text FamilySink::Keep(std::string_view text) {
  const Text kept{static_cast<uint32_t>(texts_.size()), static_cast<uint32_t>(text.size())};
  texts_ += text;
  return kept;
}

void FamilySink::Clear() {
  texts_.clear();
  families_.clear();
  labels_.clear();
  points_.clear();
  compound_.clear();
}

}  // namespace vedette::exporters
