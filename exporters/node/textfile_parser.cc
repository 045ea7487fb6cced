#include "exporters/node/textfile_parser.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "base/strings.h"
#include "model/exposition/parser.h"
#include "model/labels.h"

namespace vedette::exporters::node {
namespace {

using model::exposition::EntryKind;
using model::exposition::Parser;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

MetricType TypeOf(std::string_view text) {
  if (text == "counter") return MetricType::Counter;
  if (text == "gauge") return MetricType::Gauge;
  if (text == "histogram") return MetricType::Histogram;
  if (text == "summary") return MetricType::Summary;
  return MetricType::Untyped;
}

uint64_t Count(double value) {
  if (!(value > 0)) return 0;
  constexpr auto kMax = static_cast<double>(std::numeric_limits<int64_t>::max());
  return static_cast<uint64_t>(std::min(value, kMax));
}

// Gathers the series of a text into families and metrics.
class Gatherer {
 public:
  void SetHelp(const std::string& name, const std::string& help) { FamilyOf(name).help = help; }
  void SetType(const std::string& name, std::string_view type) {
    FamilyOf(name).type = TypeOf(type);
  }

  base::Status Add(const model::Labels& series, double value) {
    std::string name;
    Labels labels;
    for (const auto& [label, text] : series) {
      if (label == "__name__") {
        name = text;
      } else {
        labels.push_back({std::string(label), std::string(text)});
      }
    }
    if (AddToHistogram(name, &labels, value) || AddToSummary(name, &labels, value)) {
      return base::Status();
    }
    ClientMetric& metric = MetricOf(name, labels);
    switch (FamilyOf(name).type) {
      case MetricType::Counter:
        metric.counter.value = value;
        break;
      case MetricType::Gauge:
        metric.gauge.value = value;
        break;
      case MetricType::Histogram:
      case MetricType::Summary:
        return base::InvalidArgument(
            base::Concat({"series ", name, " does not belong to its family's type"}));
      default:
        metric.untyped.value = value;
    }
    return base::Status();
  }

  std::vector<MetricFamily> Finish() {
    std::vector<MetricFamily> families;
    for (auto& [name, family] : families_) {
      if (family.metric.empty()) continue;
      FillLabels(&family);
      families.push_back(std::move(family));
    }
    return families;
  }

 private:
  MetricFamily& FamilyOf(const std::string& name) {
    const auto [at, is_new] = families_.try_emplace(name);
    if (is_new) {
      at->second.name = name;
      at->second.type = MetricType::Untyped;
    }
    return at->second;
  }

  ClientMetric& MetricOf(const std::string& family, const Labels& labels) {
    std::string key = family;
    for (const ClientMetric::Label& label : labels) {
      key += base::Concat(
          {std::string_view("\0", 1), label.name, std::string_view("\0", 1), label.value});
    }
    std::vector<ClientMetric>& metrics = FamilyOf(family).metric;
    const auto [at, is_new] = places_.try_emplace(key, metrics.size());
    if (is_new) metrics.emplace_back().label = labels;
    return metrics[at->second];
  }

  bool IsOf(const std::string& family, MetricType type) const {
    const auto found = families_.find(family);
    return found != families_.end() && found->second.type == type;
  }

  // The family's name when `name` is it with this suffix, else empty.
  static std::string WithoutSuffix(const std::string& name, std::string_view suffix) {
    if (!base::EndsWith(name, suffix)) return "";
    return name.substr(0, name.size() - suffix.size());
  }

  // Takes the label out; false when it is absent or no number.
  static bool TakeBound(const char* label, Labels* labels, double* bound) {
    const auto at = std::find_if(labels->begin(), labels->end(),
                                 [label](const auto& l) { return l.name == label; });
    if (at == labels->end()) return false;
    const auto value = base::ParseDouble(at->value);
    if (!value) return false;
    *bound = *value;
    labels->erase(at);
    return true;
  }

  bool AddToHistogram(const std::string& name, Labels* labels, double value) {
    if (const std::string f = WithoutSuffix(name, "_sum"); IsOf(f, MetricType::Histogram)) {
      MetricOf(f, *labels).histogram.sample_sum = value;
    } else if (const std::string c = WithoutSuffix(name, "_count");
               IsOf(c, MetricType::Histogram)) {
      MetricOf(c, *labels).histogram.sample_count = Count(value);
    } else if (const std::string b = WithoutSuffix(name, "_bucket");
               IsOf(b, MetricType::Histogram)) {
      ClientMetric::Bucket bucket;
      if (!TakeBound("le", labels, &bucket.upper_bound)) return false;
      bucket.cumulative_count = Count(value);
      MetricOf(b, *labels).histogram.bucket.push_back(bucket);
    } else {
      return false;
    }
    return true;
  }

  bool AddToSummary(const std::string& name, Labels* labels, double value) {
    if (const std::string f = WithoutSuffix(name, "_sum"); IsOf(f, MetricType::Summary)) {
      MetricOf(f, *labels).summary.sample_sum = value;
    } else if (const std::string c = WithoutSuffix(name, "_count"); IsOf(c, MetricType::Summary)) {
      MetricOf(c, *labels).summary.sample_count = Count(value);
    } else if (IsOf(name, MetricType::Summary)) {
      ClientMetric::Quantile quantile;
      if (!TakeBound("quantile", labels, &quantile.quantile)) return false;
      quantile.value = value;
      MetricOf(name, *labels).summary.quantile.push_back(quantile);
    } else {
      return false;
    }
    return true;
  }

  static void FillLabels(MetricFamily* family) {
    std::set<std::string> names;
    for (const ClientMetric& metric : family->metric) {
      for (const ClientMetric::Label& label : metric.label) names.insert(label.name);
    }
    for (ClientMetric& metric : family->metric) {
      if (metric.label.size() == names.size()) continue;
      for (const std::string& name : names) {
        const bool has = std::any_of(metric.label.begin(), metric.label.end(),
                                     [&name](const auto& label) { return label.name == name; });
        if (!has) metric.label.push_back({name, ""});
      }
    }
    for (ClientMetric& metric : family->metric) {
      std::sort(metric.histogram.bucket.begin(), metric.histogram.bucket.end(),
                [](const auto& a, const auto& b) { return a.upper_bound < b.upper_bound; });
    }
  }

  std::map<std::string, MetricFamily> families_;
  std::map<std::string, size_t> places_;  // of a metric in its family
};

}  // namespace

base::StatusOr<std::vector<MetricFamily>> ParseTextfile(std::string_view text) {
  Parser parser(text, model::exposition::Format::kText);
  Gatherer gatherer;
  model::Labels labels;
  while (true) {
    VEDETTE_ASSIGN_OR_RETURN(const EntryKind kind, parser.Next());
    switch (kind) {
      case EntryKind::kEnd:
        return gatherer.Finish();
      case EntryKind::kHelp:
        gatherer.SetHelp(parser.family(), parser.text());
        break;
      case EntryKind::kType:
        gatherer.SetType(parser.family(), parser.text());
        break;
      case EntryKind::kSeries:
        if (parser.timestamp_ms()) {
          return base::InvalidArgument(
              base::Concat({"series ", parser.series(), " has a timestamp, which is not allowed"}));
        }
        VEDETTE_RETURN_IF_ERROR(parser.ReadLabels(&labels));
        VEDETTE_RETURN_IF_ERROR(gatherer.Add(labels, parser.value()));
        break;
      default:
        break;
    }
  }
}

}  // namespace vedette::exporters::node
