#include "collector/api/federate_body.h"

#include <utility>

#include "model/exposition/name_escaping.h"
#include "model/exposition/protobuf_writer.h"

namespace vedette::api {
namespace {

using model::exposition::Format;
using model::exposition::LabelView;
using model::exposition::MetricType;

bool IsGauge(const FederatedSample& sample) {
  return sample.histogram != nullptr && sample.histogram->reset == model::CounterReset::kGauge;
}

MetricType TypeOf(const FederatedSample& sample) {
  if (sample.histogram == nullptr) return MetricType::kUntyped;
  return IsGauge(sample) ? MetricType::kGaugeHistogram : MetricType::kHistogram;
}

}  // namespace

FederateBody::FederateBody(std::vector<FederatedSample> samples,
                           std::vector<std::pair<std::string, std::string>> external,
                           const model::exposition::PageFormat& page, base::MemoryPool::Hold hold)
    : samples_(std::move(samples)),
      external_(std::move(external)),
      page_(page),
      hold_(std::move(hold)) {}

bool FederateBody::Next(std::string* out) {
  for (; next_ < samples_.size(); ++next_) {
    if (out->size() >= kPieceBytes) return true;
    if (page_.format == Format::kProtobuf) {
      AddProtobuf(out);
    } else {
      AddText();
      *out += text_;
      text_.clear();
    }
  }
  return false;
}

bool FederateBody::BeginsFamily(size_t i) const {
  return i == 0 || TypeOf(samples_[i]) != TypeOf(samples_[i - 1]) ||
         samples_[i].labels.MetricName() != samples_[i - 1].labels.MetricName();
}

void FederateBody::GatherLabels(const FederatedSample& sample) {
  labels_.clear();
  for (const model::LabelView& label : sample.labels) {
    if (label.name != model::kMetricName) labels_.push_back({label.name, label.value});
  }
  for (const auto& [name, value] : external_) {
    if (!sample.labels.Has(name)) labels_.push_back({name, value});
  }
}

void FederateBody::AddText() {
  const FederatedSample& sample = samples_[next_];
  if (BeginsFamily(next_)) {
    writer_.emplace(model::exposition::FamilyWriter::Head{sample.labels.MetricName(), {}, {}, {}},
                    page_, &text_);
  }
  GatherLabels(sample);
  // As upstream's text, which says no sign of zero.
  writer_->AddPoint("", labels_, sample.value == 0 ? 0 : sample.value, sample.timestamp_ms);
}

void FederateBody::AddProtobuf(std::string* out) {
  if (BeginsFamily(next_)) BeginProtobufFamily(out);
  AppendProtobuf(samples_[next_], out);
}

// A family's length comes before it. Its points are made twice: once to be measured, so that a
// large one is never whole in memory.
void FederateBody::BeginProtobufFamily(std::string* out) {
  uint64_t bytes = 0;
  std::string point;
  for (size_t i = next_; i == next_ || (i < samples_.size() && !BeginsFamily(i)); ++i) {
    point.clear();
    AppendProtobuf(samples_[i], &point);
    bytes += point.size();
  }
  const std::string name =
      model::exposition::EscapeName(samples_[next_].labels.MetricName(), page_.escaping);
  model::exposition::BeginFamily(name, TypeOf(samples_[next_]), bytes, out);
}

void FederateBody::AppendProtobuf(const FederatedSample& sample, std::string* out) {
  GatherLabels(sample);
  escaped_.resize(labels_.size());
  for (size_t i = 0; i < labels_.size(); ++i) {
    escaped_[i] = model::exposition::EscapeName(labels_[i].name, page_.escaping);
    labels_[i].name = escaped_[i];
  }
  model::exposition::AppendPoint(
      {labels_, sample.value, sample.histogram.get(), sample.timestamp_ms}, out);
}

}  // namespace vedette::api
