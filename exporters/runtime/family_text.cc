#include "exporters/runtime/family_text.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

#include "base/number_text.h"
#include "exporters/runtime/flat_page.h"
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

// A histogram or summary as the exposition writer takes it: its points, in the order in which they
// are written.
Family ToExpositionFamily(MetricFamily* family) {
  Family out;
  out.name = std::move(family->name);
  out.help = std::move(family->help);
  out.type = family->type == MetricType::Histogram ? FamilyType::kHistogram : FamilyType::kSummary;
  for (ClientMetric& metric : family->metric) {
    if (family->type == MetricType::Histogram) {
      AddHistogram(&metric, &out);
    } else {
      AddSummary(&metric, &out);
    }
  }
  return out;
}

// By label values, label after label, as client_golang orders a family.
bool ValuesBefore(const ClientMetric& a, const ClientMetric& b) {
  return std::lexicographical_compare(
      a.label.begin(), a.label.end(), b.label.begin(), b.label.end(),
      [](const auto& x, const auto& y) { return x.value < y.value; });
}

void SortMetrics(std::vector<ClientMetric>* metrics) {
  for (ClientMetric& metric : *metrics) std::sort(metric.label.begin(), metric.label.end());
  std::stable_sort(metrics->begin(), metrics->end(), ValuesBefore);
  const auto same = [](const ClientMetric& a, const ClientMetric& b) { return a.label == b.label; };
  metrics->erase(std::unique(metrics->begin(), metrics->end(), same), metrics->end());
}

// The families that have metrics, in the order of the page; those of one name and type are made
// one.
std::vector<MetricFamily*> InOrder(std::vector<MetricFamily>* families) {
  std::vector<MetricFamily*> order;
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

}  // namespace

std::string WritePage(FamilySink* families, const model::exposition::PageFormat& format) {
  FlatPage flat(families);
  std::string page;
  page.reserve(kUsualPageBytes);
  for (MetricFamily* family : InOrder(families->compound())) {
    while (!flat.AtEnd() && flat.NextName() < family->name) flat.WriteNext(format, &page);
    if (!flat.AtEnd() && flat.NextName() == family->name) continue;  // of another type
    model::exposition::AppendFamily(ToExpositionFamily(family), format, &page);
  }
  while (!flat.AtEnd()) flat.WriteNext(format, &page);
  model::exposition::EndPage(format.format, &page);
  return page;
}

std::string WritePage(std::vector<MetricFamily> families,
                      const model::exposition::PageFormat& format) {
  FamilySink sink;
  for (MetricFamily& family : families) sink.Add(std::move(family));
  return WritePage(&sink, format);
}

}  // namespace vedette::exporters
