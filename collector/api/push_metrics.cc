#include "collector/api/push_metrics.h"

namespace vedette::api {
namespace {

constexpr std::array<const char*, 5> kRejectedNames = {"out_of_order", "duplicate", "invalid",
                                                       "refused", "unusable"};

}  // namespace

PushMetrics::PushMetrics(base::Telemetry* telemetry, const std::string& prefix) {
  if (telemetry == nullptr) return;
  bytes_ = telemetry->NewCounter(prefix + "_bytes_total", "Bytes that were received, unpacked.");
  samples_ = telemetry->NewCounter(prefix + "_samples_total", "Samples that were stored.");
  exemplars_rejected_ = telemetry->NewCounter(prefix + "_exemplars_rejected_total",
                                              "Exemplars that the store rejected.");
  for (size_t i = 0; i < rejected_.size(); ++i) {
    rejected_[i] =
        telemetry->NewCounter(prefix + "_samples_rejected_total", "Samples that were not stored.",
                              {{"reason", kRejectedNames[i]}});
  }
}

void PushMetrics::NoteBody(uint64_t bytes) const {
  if (bytes_ != nullptr) bytes_->Add(bytes);
}

void PushMetrics::NoteStored(const model::AppendStats& stats) const {
  if (samples_ == nullptr) return;
  samples_->Add(stats.accepted);
  exemplars_rejected_->Add(stats.exemplars_dropped);
  const std::array<uint64_t, 4> rejected = {stats.out_of_order, stats.duplicate, stats.invalid,
                                            stats.refused};
  for (size_t i = 0; i < rejected.size(); ++i) rejected_[i]->Add(rejected[i]);
}

void PushMetrics::NoteUnusable(uint64_t points) const {
  if (samples_ != nullptr) rejected_.back()->Add(points);
}

}  // namespace vedette::api
