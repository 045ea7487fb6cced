#include "collector/tsdb/rich_samples.h"

#include <algorithm>

#include "model/histogram.h"

namespace vedette::tsdb {
namespace {

// What a shared histogram takes beside itself, with the allocator's overhead.
constexpr uint64_t kSharedOverhead = 64;

uint64_t BytesOf(const model::HistogramSample& sample) {
  return sample.histogram->MemoryBytes() + kSharedOverhead;
}

bool Earlier(const model::HistogramSample& sample, int64_t time_ms) {
  return sample.time_ms < time_ms;
}

}  // namespace

std::span<const model::HistogramSample> HistogramsIn(
    std::span<const model::HistogramSample> samples, int64_t min_ms, int64_t max_ms) {
  const auto first = std::lower_bound(samples.begin(), samples.end(), min_ms, Earlier);
  const auto last =
      std::upper_bound(first, samples.end(), max_ms,
                       [](int64_t t, const model::HistogramSample& s) { return t < s.time_ms; });
  return {first, last};
}

int64_t RichSamples::StartAt(int64_t time_ms) const {
  const auto after =
      std::upper_bound(starts_.begin(), starts_.end(), time_ms,
                       [](int64_t t, const StartChange& change) { return t < change.time_ms; });
  return after == starts_.begin() ? 0 : std::prev(after)->start_ms;
}

void RichSamples::SetStart(int64_t time_ms, int64_t start_ms, bool newest) {
  const int64_t before = StartAt(time_ms);
  if (before == start_ms) return;
  const auto from = [](const StartChange& change, int64_t t) { return change.time_ms < t; };
  auto at = std::lower_bound(starts_.begin(), starts_.end(), time_ms, from);
  if (at != starts_.end() && at->time_ms == time_ms) {
    at->start_ms = start_ms;
  } else {
    at = starts_.insert(at, {time_ms, start_ms});
  }
  // No other sample lies in this millisecond.
  const auto next = std::next(at);
  if (newest || (next != starts_.end() && next->time_ms == time_ms + 1)) return;
  starts_.insert(next, {time_ms + 1, before});
}

const model::HistogramSample* RichSamples::Find(int64_t time_ms) const {
  const auto at = std::lower_bound(histograms_.begin(), histograms_.end(), time_ms, Earlier);
  return at != histograms_.end() && at->time_ms == time_ms ? &*at : nullptr;
}

void RichSamples::Insert(const model::HistogramSample& sample) {
  const auto at = std::lower_bound(histograms_.begin(), histograms_.end(), sample.time_ms, Earlier);
  histograms_.insert(at, sample);
  histogram_bytes_ += BytesOf(sample);
}

void RichSamples::Remove(int64_t time_ms) {
  const auto at = std::lower_bound(histograms_.begin(), histograms_.end(), time_ms, Earlier);
  histogram_bytes_ -= BytesOf(*at);
  histograms_.erase(at);
}

bool RichSamples::HasAny(int64_t min_ms, int64_t max_ms) const {
  return !HistogramsIn(histograms_, min_ms, max_ms).empty();
}

void RichSamples::Read(int64_t min_ms, int64_t max_ms,
                       std::vector<model::HistogramSample>* out) const {
  const auto in_range = HistogramsIn(histograms_, min_ms, max_ms);
  out->insert(out->end(), in_range.begin(), in_range.end());
}

uint64_t RichSamples::bytes() const {
  return sizeof(RichSamples) + starts_.capacity() * sizeof(StartChange) +
         histograms_.capacity() * sizeof(model::HistogramSample) + histogram_bytes_;
}

}  // namespace vedette::tsdb
