#include "exporters/caddy/relay.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/strings.h"
#include "model/exposition/parser.h"
#include "model/labels.h"

namespace vedette::exporters::caddy {
namespace {

using model::exposition::EntryKind;
using model::exposition::Format;
using model::exposition::Parser;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricType TypeOf(std::string_view text) {
  if (text == "counter") return MetricType::Counter;
  if (text == "gauge") return MetricType::Gauge;
  if (text == "histogram") return MetricType::Histogram;
  if (text == "summary") return MetricType::Summary;
  return MetricType::Untyped;
}

using Labels = std::vector<ClientMetric::Label>;

struct Series {
  std::string name;
  Labels labels;
};

std::string Unescape(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 == raw.size()) {
      out += raw[i];
      continue;
    }
    const char c = raw[++i];
    if (c == 'n') {
      out += '\n';
    } else {
      if (c != '\\' && c != '"') out += '\\';
      out += c;
    }
  }
  return out;
}

// Takes `name="value"` off the front of `inside`, and what parts it from the next.
ClientMetric::Label TakeLabel(std::string_view* inside) {
  const size_t equals = std::min(inside->find('='), inside->size());
  const std::string_view name = base::Trim(inside->substr(0, equals));
  const size_t open = std::min(inside->find('"', equals), inside->size());
  size_t close = std::min(open + 1, inside->size());
  while (close < inside->size() && (*inside)[close] != '"')
    close += (*inside)[close] == '\\' ? 2 : 1;
  close = std::min(close, inside->size());
  const std::string_view raw = open < close ? inside->substr(open + 1, close - open - 1) : "";
  ClientMetric::Label label{std::string(name), Unescape(raw)};
  inside->remove_prefix(std::min(close + 1, inside->size()));
  const size_t next = inside->find_first_not_of(" \t,");
  inside->remove_prefix(std::min(next, inside->size()));
  return label;
}

// Name and labels of a series whose syntax the parser has checked, with the empty values that a
// label set does not keep.
Series SplitSeries(std::string_view text) {
  const size_t brace = std::min(text.find('{'), text.size());
  Series series;
  series.name = base::Trim(text.substr(0, brace));
  std::string_view inside = text.substr(std::min(brace + 1, text.size()));
  inside = inside.substr(0, std::min(inside.rfind('}'), inside.size()));
  inside.remove_prefix(std::min(inside.find_first_not_of(" \t"), inside.size()));
  while (!inside.empty()) series.labels.push_back(TakeLabel(&inside));
  return series;
}

// Takes the value of `name` out of the labels.
std::string TakeValue(std::string_view name, Labels* labels) {
  const auto found = std::find_if(labels->begin(), labels->end(),
                                  [name](const auto& label) { return label.name == name; });
  if (found == labels->end()) return "";
  std::string value = std::move(found->value);
  labels->erase(found);
  return value;
}

// What a series' name adds to its family's.
enum class Role { kPlain, kBucket, kSum, kCount, kQuantile };

class Reader {
 public:
  explicit Reader(std::string_view text) : parser_(text, Format::kText) {}

  base::StatusOr<std::vector<MetricFamily>> Read() {
    for (;;) {
      VEDETTE_ASSIGN_OR_RETURN(const EntryKind kind, parser_.Next());
      if (kind == EntryKind::kEnd) return std::move(families_);
      if (kind == EntryKind::kHelp) Family(parser_.family())->help = parser_.text();
      if (kind == EntryKind::kType) Family(parser_.family())->type = TypeOf(parser_.text());
      if (kind == EntryKind::kSeries) VEDETTE_RETURN_IF_ERROR(AddSeries());
    }
  }

 private:
  // A family's lines stand together, so only the last one is looked at.
  MetricFamily* Family(const std::string& name) {
    if (families_.empty() || families_.back().name != name) {
      MetricFamily& family = families_.emplace_back();
      family.name = name;
      family.type = MetricType::Untyped;
    }
    return &families_.back();
  }

  bool IsOpen(std::string_view name, std::string_view suffix) const {
    if (families_.empty() || !base::EndsWith(name, suffix)) return false;
    return families_.back().name == name.substr(0, name.size() - suffix.size());
  }

  Role RoleOf(std::string_view name) const {
    if (families_.empty()) return Role::kPlain;
    const MetricType type = families_.back().type;
    const bool is_histogram = type == MetricType::Histogram;
    if (!is_histogram && type != MetricType::Summary) return Role::kPlain;
    if (is_histogram && IsOpen(name, "_bucket")) return Role::kBucket;
    if (IsOpen(name, "_sum")) return Role::kSum;
    if (IsOpen(name, "_count")) return Role::kCount;
    return !is_histogram && families_.back().name == name ? Role::kQuantile : Role::kPlain;
  }

  base::Status AddSeries() {
    model::Labels checked;  // no label twice, names that are names
    VEDETTE_RETURN_IF_ERROR(parser_.ReadLabels(&checked));
    Series series = SplitSeries(parser_.series());
    if (series.name.empty()) return base::DataLoss("a name in quotes is not relayed");
    const Role role = RoleOf(series.name);
    if (role != Role::kPlain) return AddPart(std::move(series), role);
    AddPlain(std::move(series));
    return base::Status();
  }

  void AddPlain(Series series) {
    MetricFamily* const family = Family(series.name);
    // A series of a histogram's name without its suffix would be read as one.
    if (family->type == MetricType::Histogram || family->type == MetricType::Summary) return;
    ClientMetric& metric = NewMetric(std::move(series.labels), family);
    switch (family->type) {
      case MetricType::Counter:
        metric.counter.value = parser_.value();
        break;
      case MetricType::Gauge:
        metric.gauge.value = parser_.value();
        break;
      default:
        metric.untyped.value = parser_.value();
    }
  }

  // One line of a histogram or summary: part of the metric with the same labels, which is the last
  // one where the page is written as all are.
  base::Status AddPart(Series series, Role role) {
    MetricFamily& family = families_.back();
    double bound = 0;
    if (role == Role::kBucket || role == Role::kQuantile) {
      const auto parsed =
          base::ParseDouble(TakeValue(role == Role::kBucket ? "le" : "quantile", &series.labels));
      if (!parsed) return base::DataLoss(base::Concat({series.name, ": no number for its bound"}));
      bound = *parsed;
    }
    const bool is_same = !family.metric.empty() && family.metric.back().label == series.labels;
    ClientMetric& metric =
        is_same ? family.metric.back() : NewMetric(std::move(series.labels), &family);
    SetPart(role, bound, family.type == MetricType::Histogram, &metric);
    return base::Status();
  }

  void SetPart(Role role, double bound, bool is_histogram, ClientMetric* metric) const {
    const double value = parser_.value();
    const auto count = static_cast<uint64_t>(value >= 0 && value < 1e18 ? value : 0);
    switch (role) {
      case Role::kBucket:
        metric->histogram.bucket.push_back({count, bound});
        break;
      case Role::kQuantile:
        metric->summary.quantile.push_back({bound, value});
        break;
      case Role::kSum:
        (is_histogram ? metric->histogram.sample_sum : metric->summary.sample_sum) = value;
        break;
      default:
        (is_histogram ? metric->histogram.sample_count : metric->summary.sample_count) = count;
    }
  }

  ClientMetric& NewMetric(Labels labels, MetricFamily* family) const {
    ClientMetric& metric = family->metric.emplace_back();
    metric.label = std::move(labels);
    metric.timestamp_ms = parser_.timestamp_ms().value_or(0);
    return metric;
  }

  Parser parser_;
  std::vector<MetricFamily> families_;
};

}  // namespace

base::StatusOr<std::vector<MetricFamily>> ReadFamilies(std::string_view text) {
  return Reader(text).Read();
}

}  // namespace vedette::exporters::caddy
