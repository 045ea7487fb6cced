#include "model/otlp/translator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/number_text.h"
#include "base/strings.h"
#include "model/otlp/exemplar_labels.h"
#include "model/otlp/names.h"
#include "model/otlp/native_histogram.h"

namespace vedette::model::otlp {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
constexpr std::string_view kTargetInfo = "target_info";
// A resource whose points lie decades apart gets its newest samples of target_info alone.
constexpr int64_t kMaxTargetInfoSamples = 1000;

int64_t ToMs(uint64_t ns) { return static_cast<int64_t>(ns / kNsPerMs); }

bool HasTemporality(MetricKind kind) {
  return kind == MetricKind::kSum || kind == MetricKind::kHistogram ||
         kind == MetricKind::kExponentialHistogram;
}

// A delta of a counter is no counter, and there is no word for it.
std::string_view TypeOf(const Metric& metric) {
  if (HasTemporality(metric.kind) && metric.temporality == Temporality::kDelta) return "unknown";
  switch (metric.kind) {
    case MetricKind::kGauge:
      return "gauge";
    case MetricKind::kSum:
      return metric.is_monotonic ? "counter" : "gauge";
    case MetricKind::kHistogram:
    case MetricKind::kExponentialHistogram:
      return "histogram";
    case MetricKind::kSummary:
      return "summary";
    case MetricKind::kNone:
      break;
  }
  return "unknown";
}

base::Status CheckTemporality(const Metric& metric, bool takes_delta) {
  if (!HasTemporality(metric.kind) || metric.temporality == Temporality::kCumulative) return {};
  if (metric.temporality != Temporality::kDelta) {
    return base::InvalidArgument("found no aggregation temporality; allowed is cumulative");
  }
  if (takes_delta) return {};
  return base::InvalidArgument(
      "found delta temporality; allowed is cumulative: set the exporter's temporality preference, "
      "or --enable-feature=otlp-native-delta-ingestion, which stores deltas as they are");
}

std::string FloatText(double value) {
  std::string text;
  base::AppendFloatF(value, &text);
  return text;
}

}  // namespace

Translator::Translator(TranslatorOptions options, std::stop_token stop)
    : options_(std::move(options)),
      stop_(std::move(stop)),
      labels_(&options_.settings),
      table_(options_.with_starts) {}

base::Status Translator::CheckStop() {
  constexpr uint64_t kUnchecked = 1024;
  if (++messages_ % kUnchecked != 0 || !stop_.stop_requested()) return {};
  return base::Cancelled("the request took too long, or nobody waits for it any more");
}

base::Status Translator::OnResource(const Resource& resource) {
  labels_.SetResource(resource);
  earliest_ns_ = std::numeric_limits<uint64_t>::max();
  latest_ns_ = 0;
  return {};
}

base::Status Translator::OnScope(const Scope& scope) {
  labels_.SetScope(scope);
  return {};
}

base::Status Translator::OnMetric(const Metric& metric) {
  VEDETTE_RETURN_IF_ERROR(CheckStop());
  metric_ = metric;
  family_noted_ = false;
  metric_status_ = CheckTemporality(metric, options_.takes_delta);
  if (metric.kind == MetricKind::kNone) {
    metric_status_ = base::InvalidArgument("found no kind of metric that is known");
    Refuse(base::Message(metric_status_));
  }
  auto name = MetricName(options_.settings, metric);
  if (!name.ok()) metric_status_ = name.status();
  constexpr size_t kLongestSuffix = 8;
  if (name.ok() && name->size() + kLongestSuffix > RemoteWriteLimits().max_value_bytes) {
    metric_status_ = base::InvalidArgument("the metric's name is too long");
  }
  if (!metric_status_.ok()) return {};
  name_ = *std::move(name);
  return {};
}

base::Status Translator::NoteFamily() {
  if (std::exchange(family_noted_, true)) return {};
  FamilyMetadata family{name_, {std::string(TypeOf(metric_)), metric_.description, metric_.unit}};
  VEDETTE_RETURN_IF_ERROR(table_.Charge(
      sizeof(family) + name_.size() + metric_.description.size() + metric_.unit.size(), 0));
  out_.families.push_back(std::move(family));
  return {};
}

base::Status Translator::OnPoint(const Point& point) {
  VEDETTE_RETURN_IF_ERROR(CheckStop());
  ++out_.points;
  const base::Status added = metric_status_.ok() ? AddPoint(point) : metric_status_;
  if (added.ok()) {
    earliest_ns_ = std::min(earliest_ns_, point.time_ns);
    latest_ns_ = std::max(latest_ns_, point.time_ns);
    return NoteFamily();
  }
  if (!absl::IsInvalidArgument(added)) return added;
  ++out_.refused_points;
  Refuse(base::Message(added));
  return table_.Charge(0, 1);
}

void Translator::Refuse(std::string_view why) {
  if (!out_.first_problem.empty()) return;
  out_.first_problem =
      base::Concat({"metric ", base::GoQuote(metric_.name.substr(0, 256)), ": ", why});
}

bool Translator::IsNumber() const {
  return metric_.kind == MetricKind::kGauge || metric_.kind == MetricKind::kSum;
}

base::Status Translator::AddPoint(const Point& point) {
  if (IsNumber() && !point.value && !point.has_no_recorded_value) {
    return base::InvalidArgument("a data point without a value");
  }
  VEDETTE_ASSIGN_OR_RETURN(LabelsBuilder labels, labels_.Of(point.attributes));
  switch (metric_.kind) {
    case MetricKind::kHistogram:
      return AddHistogram(point, std::move(labels));
    case MetricKind::kExponentialHistogram:
      return AddNative(point, std::move(labels));
    case MetricKind::kSummary:
      return AddSummary(point, std::move(labels));
    default:
      return AddNumber(point, std::move(labels));
  }
}

base::StatusOr<size_t> Translator::AddSample(const Point& point, LabelsBuilder* labels,
                                             std::string_view suffix, double value) {
  labels->Set(kMetricName, base::Concat({name_, suffix}));
  VEDETTE_ASSIGN_OR_RETURN(const size_t series, table_.Find(labels->Build()));
  table_.AddSample(series, {ToMs(point.time_ns), point.has_no_recorded_value ? StaleNan() : value},
                   ToMs(point.start_ns));
  return series;
}

// Upstream keeps the exemplars of sums, not those of gauges.
base::Status Translator::AddNumber(const Point& point, LabelsBuilder labels) {
  Point own = point;
  const bool is_counter = metric_.kind == MetricKind::kSum && metric_.is_monotonic;
  if (!is_counter) own.start_ns = 0;
  VEDETTE_ASSIGN_OR_RETURN(const size_t series,
                           AddSample(own, &labels, "", point.value.value_or(0)));
  if (metric_.kind == MetricKind::kSum) AddExemplars(point, series);
  return {};
}

base::Status Translator::AddHistogram(const Point& point, LabelsBuilder labels) {
  VEDETTE_RETURN_IF_ERROR(CheckBounds(point));
  if (options_.settings.convert_histograms) return AddNative(point, std::move(labels));
  return AddBuckets(point, std::move(labels));
}

base::Status Translator::AddNative(const Point& point, LabelsBuilder labels) {
  VEDETTE_ASSIGN_OR_RETURN(Histogram histogram, metric_.kind == MetricKind::kHistogram
                                                    ? CustomHistogram(point, is_delta())
                                                    : NativeHistogram(point, is_delta()));
  labels.Set(kMetricName, name_);
  VEDETTE_ASSIGN_OR_RETURN(const size_t series, table_.Find(labels.Build()));
  table_.AddHistogram(series, {ToMs(point.time_ns), ToMs(point.start_ns), std::move(histogram)});
  AddExemplars(point, series);
  return {};
}

base::Status Translator::AddBuckets(const Point& point, LabelsBuilder labels) {
  const auto count = static_cast<double>(point.count);
  if (point.sum) VEDETTE_RETURN_IF_ERROR(AddSample(point, &labels, "_sum", *point.sum).status());
  VEDETTE_RETURN_IF_ERROR(AddSample(point, &labels, "_count", count).status());
  std::vector<std::pair<double, size_t>> buckets;  // bound and series
  uint64_t cumulative = 0;
  for (size_t i = 0; i < point.bounds.size(); ++i) {
    cumulative += point.bucket_counts[i];
    labels.Set("le", FloatText(point.bounds[i]));
    VEDETTE_ASSIGN_OR_RETURN(const size_t series,
                             AddSample(point, &labels, "_bucket", static_cast<double>(cumulative)));
    buckets.emplace_back(point.bounds[i], series);
  }
  labels.Set("le", "+Inf");
  VEDETTE_ASSIGN_OR_RETURN(const size_t last, AddSample(point, &labels, "_bucket", count));
  buckets.emplace_back(std::numeric_limits<double>::infinity(), last);
  for (const model::Exemplar& exemplar : ExemplarsOf(point)) {
    const auto bucket = std::lower_bound(buckets.begin(), buckets.end(),
                                         std::pair<double, size_t>(exemplar.value, 0));
    if (bucket != buckets.end()) table_.AddExemplar(bucket->second, exemplar);
  }
  return {};
}

base::Status Translator::AddSummary(const Point& point, LabelsBuilder labels) {
  VEDETTE_RETURN_IF_ERROR(AddSample(point, &labels, "_sum", point.sum.value_or(0)).status());
  VEDETTE_RETURN_IF_ERROR(
      AddSample(point, &labels, "_count", static_cast<double>(point.count)).status());
  for (const auto& [quantile, value] : point.quantiles) {
    labels.Set("quantile", FloatText(quantile));
    VEDETTE_RETURN_IF_ERROR(AddSample(point, &labels, "", value).status());
  }
  return {};
}

void Translator::AddExemplars(const Point& point, size_t series) {
  for (model::Exemplar& exemplar : ExemplarsOf(point)) {
    table_.AddExemplar(series, std::move(exemplar));
  }
}

base::Status Translator::OnResourceEnd() {
  if (earliest_ns_ > latest_ns_) return {};
  const base::Status added = AddTargetInfo();
  if (added.ok() || !absl::IsInvalidArgument(added)) return added;
  metric_.name = kTargetInfo;
  Refuse(base::Message(added));
  return {};
}

base::Status Translator::AddTargetInfo() {
  VEDETTE_ASSIGN_OR_RETURN(std::optional<LabelsBuilder> labels, labels_.OfTargetInfo());
  if (!labels) return {};
  labels->Set(kMetricName, kTargetInfo);
  VEDETTE_ASSIGN_OR_RETURN(const size_t series, table_.Find(labels->Build()));
  const int64_t latest = ToMs(latest_ns_);
  const int64_t step = std::max<int64_t>(options_.lookback_ms / 2, 1);
  const int64_t first = std::max(ToMs(earliest_ns_), latest - step * kMaxTargetInfoSamples);
  for (int64_t at = first; at < latest; at += step) table_.AddSample(series, {at, 1}, 0);
  table_.AddSample(series, {latest, 1}, 0);
  return {};
}

Translated Translator::Take() {
  out_.series = table_.Take();
  return std::move(out_);
}

}  // namespace vedette::model::otlp
