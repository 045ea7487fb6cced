#include "model/otlp/series_table.h"

#include <string>
#include <utility>

#include "base/strings.h"

namespace vedette::model::otlp {

base::Status SeriesTable::CheckLimits() const {
  if (bytes_ <= kMaxBytes && samples_ <= kMaxSamples) return {};
  return base::ResourceExhausted(base::Concat(
      {"OTLP metrics: the request makes more than ", std::to_string(kMaxSamples), " samples or ",
       std::to_string(kMaxBytes >> 20), " MiB of series; send fewer points at once"}));
}

base::Status SeriesTable::Charge(uint64_t bytes, uint64_t points) {
  bytes_ += bytes;
  samples_ += points;
  return CheckLimits();
}

base::StatusOr<size_t> SeriesTable::Find(Labels labels) {
  VEDETTE_RETURN_IF_ERROR(CheckLimits());
  const auto [known, is_new] = numbers_.try_emplace(labels, series_.size());
  if (is_new) {
    bytes_ += sizeof(WireSeries) + 2 * (sizeof(labels) + labels.bytes().size());
    series_.emplace_back().labels = std::move(labels);
  }
  return known->second;
}

void SeriesTable::AddSample(size_t series, WireSample sample, int64_t start_ms) {
  ++samples_;
  series_[series].samples.push_back(sample);
  if (with_starts_) series_[series].starts_ms.push_back(start_ms);
}

void SeriesTable::AddHistogram(size_t series, TimedHistogram histogram) {
  ++samples_;
  bytes_ += histogram.histogram.MemoryBytes();
  if (!with_starts_) histogram.start_ms = 0;
  series_[series].histograms.push_back(std::move(histogram));
}

void SeriesTable::AddExemplar(size_t series, model::Exemplar exemplar) {
  bytes_ += sizeof(exemplar) + exemplar.labels.bytes().size();
  series_[series].exemplars.push_back(std::move(exemplar));
}

}  // namespace vedette::model::otlp
