#ifndef VEDETTE_EXPORTERS_REDIS_METRIC_SET_H_
#define VEDETTE_EXPORTERS_REDIS_METRIC_SET_H_

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::redis {

// The metrics of one scrape, by their names without the namespace: a family is made when its first
// value comes, with the HELP of metric_help.h. One thread.
class MetricSet {
 public:
  using Labels = std::initializer_list<LabelRef>;

  explicit MetricSet(std::string_view name_space)
      : prefix_(name_space.empty() ? "" : base::Concat({name_space, "_"})) {}

  void Gauge(std::string_view name, double value, Labels labels = {}) {
    Add(name, prometheus::MetricType::Gauge, {labels.begin(), labels.size()}).gauge.value = value;
  }
  void Gauge(std::string_view name, double value, std::span<const LabelRef> labels) {
    Add(name, prometheus::MetricType::Gauge, labels).gauge.value = value;
  }
  void Counter(std::string_view name, double value, Labels labels = {}) {
    Add(name, prometheus::MetricType::Counter, {labels.begin(), labels.size()}).counter.value =
        value;
  }
  prometheus::ClientMetric::Summary* Summary(std::string_view name, Labels labels = {}) {
    return &Add(name, prometheus::MetricType::Summary, {labels.begin(), labels.size()}).summary;
  }
  prometheus::ClientMetric::Histogram* Histogram(std::string_view name, Labels labels = {}) {
    return &Add(name, prometheus::MetricType::Histogram, {labels.begin(), labels.size()}).histogram;
  }

  // Adds a label to everything gathered so far.
  void AddLabelToAll(std::string_view name, std::string_view value);
  // Moves all families out.
  std::vector<prometheus::MetricFamily> Take();

 private:
  prometheus::ClientMetric& Add(std::string_view name, prometheus::MetricType type,
                                std::span<const LabelRef> labels);

  const std::string prefix_;
  base::StringMap<size_t> by_name_;
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_METRIC_SET_H_
