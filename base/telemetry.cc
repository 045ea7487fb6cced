#include "base/telemetry.h"

#include <algorithm>

namespace vedette::base {

Counter* Telemetry::NewCounter(const std::string& name, const std::string& help,
                               LabelPairs labels) {
  MutexLock lock(mutex_);
  Entry* entry = FindOrAdd(name, help, MetricType::kCounter, std::move(labels));
  if (!entry->counter) entry->counter = std::make_unique<Counter>();
  return entry->counter.get();
}

Gauge* Telemetry::NewGauge(const std::string& name, const std::string& help, LabelPairs labels) {
  MutexLock lock(mutex_);
  Entry* entry = FindOrAdd(name, help, MetricType::kGauge, std::move(labels));
  if (!entry->gauge) entry->gauge = std::make_unique<Gauge>();
  return entry->gauge.get();
}

void Telemetry::NewCallback(const std::string& name, const std::string& help, MetricType type,
                            LabelPairs labels, std::function<double()> read) {
  MutexLock lock(mutex_);
  FindOrAdd(name, help, type, std::move(labels))->read = std::move(read);
}

Telemetry::Entry* Telemetry::FindOrAdd(const std::string& name, const std::string& help,
                                       MetricType type, LabelPairs labels) {
  std::sort(labels.begin(), labels.end());
  for (const auto& entry : entries_) {
    if (entry->name == name && entry->labels == labels) return entry.get();
  }
  auto entry = std::make_unique<Entry>();
  entry->name = name;
  entry->help = help;
  entry->type = type;
  entry->labels = std::move(labels);
  entries_.push_back(std::move(entry));
  return entries_.back().get();
}

std::vector<Telemetry::Family> Telemetry::Collect() const {
  MutexLock lock(mutex_);
  std::vector<const Entry*> sorted;
  sorted.reserve(entries_.size());
  for (const auto& entry : entries_) sorted.push_back(entry.get());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Entry* a, const Entry* b) { return a->name < b->name; });
  std::vector<Family> families;
  for (const Entry* entry : sorted) {
    if (families.empty() || families.back().name != entry->name) {
      families.push_back({entry->name, entry->help, entry->type, {}});
    }
    double value = 0;
    if (entry->counter) value = static_cast<double>(entry->counter->Value());
    if (entry->gauge) value = entry->gauge->Value();
    if (entry->read) value = entry->read();
    families.back().points.push_back({entry->labels, value});
  }
  return families;
}

}  // namespace vedette::base
