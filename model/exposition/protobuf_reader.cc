#include "model/exposition/protobuf_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/strings.h"
#include "model/exposition/classic_histogram.h"
#include "model/histogram_layout.h"
#include "model/wire_fields.h"

namespace vedette::model::exposition {
namespace {

constexpr char kSeparator = '\xff';  // in no valid text
constexpr std::string_view kTotal = "_total";
constexpr std::string_view kInf = "+Inf";

// By MetricType.
constexpr std::array<std::string_view, 6> kTypeNames = {"counter", "gauge",     "summary",
                                                        "unknown", "histogram", "gaugehistogram"};
constexpr uint64_t kUntyped = 3;

}  // namespace

base::Status ProtobufReader::Error(std::string_view message) const {
  std::string where = base::Concat({"family ", std::to_string(family_number_)});
  if (!name_.empty()) where += base::Concat({" (", base::GoQuote(name_.substr(0, 100)), ")"});
  if (metric_number_ > 0) where += base::Concat({": metric ", std::to_string(metric_number_)});
  return base::InvalidArgument(base::Concat({where, ": ", message}));
}

base::StatusOr<EntryKind> ProtobufReader::Next() {
  for (;;) {
    sample_ = Sample();
    switch (step_) {
      case Step::kFamily: {
        VEDETTE_ASSIGN_OR_RETURN(const bool is_there, ReadFamily());
        if (!is_there) return EntryKind::kEnd;
        step_ = unit_.empty() ? Step::kType : Step::kUnit;
        text_ = help_;
        return EntryKind::kHelp;
      }
      case Step::kUnit:
        step_ = Step::kType;
        text_ = unit_;
        return EntryKind::kUnit;
      case Step::kType:
        step_ = Step::kMetric;
        text_ = type_name_;
        return EntryKind::kType;
      case Step::kMetric: {
        VEDETTE_ASSIGN_OR_RETURN(const bool is_there, ReadMetric());
        if (!is_there) {
          step_ = Step::kFamily;
          break;
        }
        PlanMetric();
        if (step_ == Step::kMetric) return SayNumber();
        break;
      }
      case Step::kNative:
        step_ = say_classic_ ? Step::kClassic : Step::kMetric;
        return SayNative();
      case Step::kClassic:
        if (field_ < classic_end_) return SayClassic();
        step_ = say_converted_ ? Step::kConverted : Step::kMetric;
        break;
      case Step::kConverted:
        step_ = Step::kMetric;
        if (SayConverted()) return EntryKind::kHistogram;
        break;
    }
  }
}

// Families without metrics say nothing.
base::StatusOr<bool> ProtobufReader::ReadFamily() {
  for (bool has_metric = false; !has_metric;) {
    if (input_.done()) return false;
    ++family_number_;
    name_ = help_ = unit_ = {};
    type_ = 0;
    metric_number_ = 0;
    if (!input_.ReadBytes(&family_message_)) {
      return Error("its length does not fit what is left of the page");
    }
    wire::Reader fields(family_message_);
    while (!fields.done()) {
      uint64_t tag = 0;
      bool fine = fields.ReadVarint(&tag);
      if (tag == BytesTag(1)) {
        fine = fine && fields.ReadBytes(&name_);
      } else if (tag == BytesTag(2)) {
        fine = fine && fields.ReadBytes(&help_);
      } else if (tag == VarintTag(3)) {
        fine = fine && fields.ReadVarint(&type_);
      } else if (tag == BytesTag(5)) {
        fine = fine && fields.ReadBytes(&unit_);
      } else {
        has_metric = has_metric || tag == BytesTag(4);
        fine = fine && fields.Skip(tag);
      }
      if (!fine) return Error("malformed protobuf");
    }
  }
  VEDETTE_RETURN_IF_ERROR(CheckFamily());
  family_ = name_;
  type_name_ = kTypeNames[type_];
  metrics_ = wire::Reader(family_message_);
  return true;
}

base::Status ProtobufReader::CheckFamily() const {
  if (name_.empty()) return Error("field name: empty");
  if (!base::IsValidUtf8(name_)) return Error("field name: not valid UTF-8");
  if (!base::IsValidUtf8(help_)) return Error("field help: not valid UTF-8");
  if (type_ >= kTypeNames.size()) {
    return Error(base::Concat({"field type: found ", std::to_string(type_),
                               "; allowed: 0 (counter) to 5 (gauge histogram)"}));
  }
  return CheckUnit();
}

base::Status ProtobufReader::CheckUnit() const {
  if (unit_.empty()) return {};
  if (!base::IsValidUtf8(unit_)) return Error("field unit: not valid UTF-8");
  std::string_view name = name_;
  if (type_ == static_cast<uint64_t>(MetricType::kCounter) && base::EndsWith(name, kTotal)) {
    name.remove_suffix(kTotal.size());
  }
  if (base::EndsWith(name, base::Concat({"_", unit_}))) return {};
  return Error(base::Concat(
      {"field unit: ", base::GoQuote(unit_), " is not a suffix of metric ", base::GoQuote(name_)}));
}

base::StatusOr<bool> ProtobufReader::ReadMetric() {
  while (!metrics_.done()) {
    uint64_t tag = 0;
    std::string_view message;
    metrics_.ReadVarint(&tag);  // ReadFamily has been through all of this
    if (tag != BytesTag(4)) {
      metrics_.Skip(tag);
      continue;
    }
    metrics_.ReadBytes(&message);
    ++metric_number_;
    const base::Status status = DecodeMetric(message, static_cast<MetricType>(type_), &metric_);
    if (!status.ok()) return Error(base::Message(status));
    return true;
  }
  return false;
}

// What there is to say of the metric just read.
void ProtobufReader::PlanMetric() {
  const auto type = static_cast<MetricType>(type_);
  field_ = 0;
  say_converted_ = false;
  if (type == MetricType::kSummary) {
    step_ = Step::kClassic;
  } else if (IsHistogram(type)) {
    const bool is_native = metric_.is_native && options_.native_histograms;
    say_converted_ = options_.convert_classic && !is_native && type == MetricType::kHistogram;
    say_classic_ = is_native ? options_.keep_classic && !metric_.buckets.empty()
                             : options_.keep_classic || !say_converted_;
    step_ = is_native ? Step::kNative : say_classic_ ? Step::kClassic : Step::kConverted;
  }
  classic_end_ = ClassicEnd();
}

EntryKind ProtobufReader::SayNumber() {
  sample_.value = metric_.value;
  sample_.has_exemplars = metric_.exemplar.data() != nullptr;
  is_native_entry_ = false;
  StartSeries("", "", "");
  return EntryKind::kSeries;
}

EntryKind ProtobufReader::SayNative() {
  histogram_ = metric_.native;
  CompactBuckets(&histogram_, 0);
  is_native_entry_ = true;
  sample_.has_exemplars = true;
  StartSeries("", "", "");
  return EntryKind::kHistogram;
}

bool ProtobufReader::SayConverted() {
  ClassicHistogram classic;
  for (const ProtobufMetric::Bucket& bucket : metric_.buckets) {
    classic.SetBucket(bucket.upper_bound, bucket.cumulative);
  }
  classic.SetCount(metric_.count);
  classic.SetSum(metric_.sum);
  std::optional<Histogram> converted = classic.Convert();
  if (!converted) return false;
  histogram_ = *std::move(converted);
  is_native_entry_ = true;
  sample_.has_exemplars = true;
  StartSeries("", "", "");
  return true;
}

// Behind the last field of the classic series. Buckets end with that to +Inf, sent or not.
size_t ProtobufReader::ClassicEnd() const {
  if (!IsHistogram(static_cast<MetricType>(type_))) return 2 + metric_.quantiles.size();
  for (size_t i = 0; i < metric_.buckets.size(); ++i) {
    const double bound = metric_.buckets[i].upper_bound;
    if (std::isinf(bound) && bound > 0) return 2 + i + 1;
  }
  return 2 + metric_.buckets.size() + 1;
}

EntryKind ProtobufReader::SayClassic() {
  is_native_entry_ = false;
  const size_t field = field_++;
  if (field < 2) {
    sample_.value = field == 0 ? metric_.count : metric_.sum;
    StartSeries(field == 0 ? "_count" : "_sum", "", "");
    return EntryKind::kSeries;
  }
  const size_t i = field - 2;
  if (!IsHistogram(static_cast<MetricType>(type_))) {
    sample_.value = metric_.quantiles[i].second;
    extra_value_ = OpenMetricsFloat(metric_.quantiles[i].first);
    StartSeries("", "quantile", extra_value_);
    return EntryKind::kSeries;
  }
  const bool is_sent = i < metric_.buckets.size();
  sample_.value = is_sent ? metric_.buckets[i].cumulative : metric_.count;
  sample_.has_exemplars = is_sent && metric_.buckets[i].exemplar.data() != nullptr;
  if (is_sent) {
    extra_value_ = OpenMetricsFloat(metric_.buckets[i].upper_bound);
  } else {
    extra_value_ = kInf;
  }
  StartSeries("_bucket", "le", extra_value_);
  return EntryKind::kSeries;
}

// Fills pairs_ with the labels, sorted, and key_ with the bytes that say which series it is.
void ProtobufReader::StartSeries(std::string_view suffix, std::string_view name,
                                 std::string_view value) {
  if (metric_.timestamp_ms != 0) sample_.timestamp_ms = metric_.timestamp_ms;
  sample_.start_ms = metric_.start_ms;
  metric_name_.assign(name_);
  metric_name_ += suffix;
  pairs_.clear();
  const bool with_metadata = options_.type_and_unit_labels;
  const bool has_type = with_metadata && type_ != kUntyped;
  const bool has_unit = with_metadata && !unit_.empty();
  for (const auto& label : metric_.labels) {
    const bool is_overridden =
        (has_type && label.first == "__type__") || (has_unit && label.first == "__unit__");
    if (!is_overridden) pairs_.push_back(label);
  }
  if (has_type) pairs_.emplace_back("__type__", type_name_);
  if (has_unit) pairs_.emplace_back("__unit__", unit_);
  if (!name.empty()) pairs_.emplace_back(name, value);
  if (!std::is_sorted(pairs_.begin(), pairs_.end())) std::sort(pairs_.begin(), pairs_.end());
  key_.assign(metric_name_);
  for (const auto& [label, text] : pairs_) {
    key_ += kSeparator;
    key_ += label;
    key_ += kSeparator;
    key_ += text;
  }
  sample_.series = key_;
}

base::Status ProtobufReader::ReadLabels(Labels* out) {
  for (const auto& [name, value] : pairs_) {
    if (name.empty()) return Error("field label.name: empty");
    if (!base::IsValidUtf8(name)) {
      return Error(
          base::Concat({"field label.name: ", base::GoQuote(name), " is not valid UTF-8"}));
    }
    if (!base::IsValidUtf8(value)) {
      return Error(base::Concat({"field label.value: ", base::GoQuote(value), " of ",
                                 base::GoQuote(name), " is not valid UTF-8"}));
    }
  }
  auto pairs = pairs_;
  pairs.emplace_back(kMetricName, metric_name_);
  const auto twice = BuildUnique(&pairs, out, &empty_labels_);
  if (!twice) return {};
  return Error(base::Concat({"field label: label name ", base::GoQuote(*twice), " is not unique"}));
}

base::Status ProtobufReader::ReadExemplar(std::string_view message, bool with_time_only,
                                          std::vector<Exemplar>* out) const {
  if (message.data() == nullptr) return {};
  Exemplar exemplar;
  const base::Status status = DecodeExemplar(message, &exemplar);
  if (!status.ok()) return Error(base::Message(status));
  if (!with_time_only || exemplar.timestamp_ms) out->push_back(std::move(exemplar));
  return {};
}

// A native histogram's exemplars are its own, or those of its classic buckets; ones without a time
// are left out, as upstream.
base::Status ProtobufReader::ReadExemplars(std::vector<Exemplar>* out) {
  if (!sample_.has_exemplars) return {};
  if (!is_native_entry_) {
    const bool is_bucket = IsHistogram(static_cast<MetricType>(type_));
    return ReadExemplar(is_bucket ? metric_.buckets[field_ - 3].exemplar : metric_.exemplar, false,
                        out);
  }
  if (!metric_.exemplars.empty()) {
    for (const std::string_view exemplar : metric_.exemplars) {
      VEDETTE_RETURN_IF_ERROR(ReadExemplar(exemplar, true, out));
    }
    return {};
  }
  for (const ProtobufMetric::Bucket& bucket : metric_.buckets) {
    VEDETTE_RETURN_IF_ERROR(ReadExemplar(bucket.exemplar, true, out));
  }
  return {};
}

}  // namespace vedette::model::exposition
