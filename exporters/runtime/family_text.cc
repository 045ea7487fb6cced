#include "exporters/runtime/family_text.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

#include "base/number_text.h"
#include "model/exposition/writer.h"

namespace vedette::exporters {
namespace {

using model::exposition::Family;
using model::exposition::FamilyType;
using model::exposition::Point;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using PairLabels = std::vector<std::pair<std::string, std::string>>;

// Of a node's page; a larger one grows.
constexpr size_t kUsualPageBytes = 96u << 10;

FamilyType TypeOf(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return FamilyType::kCounter;
    case MetricType::Gauge:
      return FamilyType::kGauge;
    case MetricType::Summary:
      return FamilyType::kSummary;
    case MetricType::Histogram:
      return FamilyType::kHistogram;
    case MetricType::Untyped:
      break;
  }
  return FamilyType::kUnknown;
}

PairLabels TakeLabels(ClientMetric* metric) {
  PairLabels labels;
  labels.reserve(metric->label.size());
  for (ClientMetric::Label& label : metric->label) {
    labels.emplace_back(std::move(label.name), std::move(label.value));
  }
  return labels;
}

void AddPoint(PairLabels labels, std::string_view suffix, double value, const ClientMetric& metric,
              Family* out) {
  Point& point = out->points.emplace_back();
  point.labels = std::move(labels);
  point.suffix = suffix;
  point.value = value;
  if (metric.timestamp_ms != 0) point.timestamp_ms = metric.timestamp_ms;
}

PairLabels With(PairLabels labels, std::string name, double bound) {
  std::string text;
  base::AppendFloatG(bound, &text);
  labels.emplace_back(std::move(name), std::move(text));
  return labels;
}

void AddSummary(ClientMetric* metric, Family* out) {
  const PairLabels labels = TakeLabels(metric);
  for (const ClientMetric::Quantile& q : metric->summary.quantile) {
    AddPoint(With(labels, "quantile", q.quantile), "", q.value, *metric, out);
  }
  AddPoint(labels, "_sum", metric->summary.sample_sum, *metric, out);
  AddPoint(labels, "_count", static_cast<double>(metric->summary.sample_count), *metric, out);
}

void AddHistogram(ClientMetric* metric, Family* out) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const PairLabels labels = TakeLabels(metric);
  const auto count = static_cast<double>(metric->histogram.sample_count);
  bool has_last = false;
  for (const ClientMetric::Bucket& b : metric->histogram.bucket) {
    AddPoint(With(labels, "le", b.upper_bound), "_bucket", static_cast<double>(b.cumulative_count),
             *metric, out);
    has_last = b.upper_bound == kInfinity;
  }
  if (!has_last) AddPoint(With(labels, "le", kInfinity), "_bucket", count, *metric, out);
  AddPoint(labels, "_sum", metric->histogram.sample_sum, *metric, out);
  AddPoint(labels, "_count", count, *metric, out);
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

// By label values, label after label, as client_golang orders a family.
bool ValuesBefore(const ClientMetric& a, const ClientMetric& b) {
  const size_t n = std::min(a.label.size(), b.label.size());
  for (size_t i = 0; i < n; ++i) {
    if (const int order = a.label[i].value.compare(b.label[i].value); order != 0) return order < 0;
  }
  return a.label.size() < b.label.size();
}

void SortMetrics(std::vector<ClientMetric>* metrics) {
  for (ClientMetric& metric : *metrics) {
    if (metric.label.size() > 1 && !std::is_sorted(metric.label.begin(), metric.label.end())) {
      std::sort(metric.label.begin(), metric.label.end());
    }
  }
  if (metrics->size() < 2) return;
  if (!std::is_sorted(metrics->begin(), metrics->end(), ValuesBefore)) {
    std::stable_sort(metrics->begin(), metrics->end(), ValuesBefore);
  }
  const auto same = [](const ClientMetric& a, const ClientMetric& b) { return a.label == b.label; };
  metrics->erase(std::unique(metrics->begin(), metrics->end(), same), metrics->end());
}

// The families that have metrics, in the order of the page; those of one name and type are made
// one.
std::vector<MetricFamily*> InOrder(std::vector<MetricFamily>* families) {
  std::vector<MetricFamily*> order;
  order.reserve(families->size());
  for (MetricFamily& family : *families) {
    if (!family.metric.empty()) order.push_back(&family);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const MetricFamily* a, const MetricFamily* b) { return a->name < b->name; });
  size_t kept = 0;
  for (MetricFamily* family : order) {
    MetricFamily* const last = kept == 0 ? nullptr : order[kept - 1];
    if (last == nullptr || last->name != family->name) {
      order[kept++] = family;
    } else if (last->type == family->type) {
      std::move(family->metric.begin(), family->metric.end(), std::back_inserter(last->metric));
    }
  }
  order.resize(kept);
  for (MetricFamily* family : order) SortMetrics(&family->metric);
  return order;
}

// Counters, gauges and untyped families, which are nearly all, go to the page without a copy.
void WritePlain(const MetricFamily& family, model::exposition::Format format, std::string* page) {
  model::exposition::FamilyWriter writer({family.name, family.help, TypeOf(family.type), ""},
                                         format, page);
  std::vector<model::exposition::LabelView> labels;
  for (const ClientMetric& metric : family.metric) {
    labels.clear();
    for (const ClientMetric::Label& label : metric.label) {
      labels.push_back({label.name, label.value});
    }
    const auto time =
        metric.timestamp_ms == 0 ? std::nullopt : std::optional<int64_t>(metric.timestamp_ms);
    writer.AddPoint("", labels, PlainValue(metric, family.type), time);
  }
}

}  // namespace

Family ToExpositionFamily(MetricFamily family) {
  Family out;
  out.name = std::move(family.name);
  out.help = std::move(family.help);
  out.type = TypeOf(family.type);
  out.points.reserve(family.metric.size());
  for (ClientMetric& metric : family.metric) {
    switch (family.type) {
      case MetricType::Summary:
        AddSummary(&metric, &out);
        break;
      case MetricType::Histogram:
        AddHistogram(&metric, &out);
        break;
      default:
        AddPoint(TakeLabels(&metric), "", PlainValue(metric, family.type), metric, &out);
    }
  }
  return out;
}

std::string WritePage(std::vector<MetricFamily> families, model::exposition::Format format) {
  std::string page;
  page.reserve(kUsualPageBytes);
  for (MetricFamily* family : InOrder(&families)) {
    if (family->type == MetricType::Histogram || family->type == MetricType::Summary) {
      model::exposition::AppendFamily(ToExpositionFamily(std::move(*family)), format, &page);
    } else {
      WritePlain(*family, format, &page);
    }
  }
  model::exposition::EndPage(format, &page);
  return page;
}

}  // namespace vedette::exporters
