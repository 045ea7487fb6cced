#include "collector/tsdb/rich_samples.h"

#include <algorithm>

namespace vedette::tsdb {
namespace {

int64_t TimeOf(const model::HistogramSample& sample) { return sample.time_ms; }
int64_t TimeOf(const StoredHistogram& sample) { return sample.time_ms(); }

template <typename Sample>
std::span<const Sample> Within(std::span<const Sample> samples, int64_t min_ms, int64_t max_ms) {
  const auto first = std::lower_bound(samples.begin(), samples.end(), min_ms,
                                      [](const Sample& s, int64_t t) { return TimeOf(s) < t; });
  const auto last = std::upper_bound(first, samples.end(), max_ms,
                                     [](int64_t t, const Sample& s) { return t < TimeOf(s); });
  return {first, last};
}

bool Earlier(const StoredHistogram& sample, int64_t time_ms) { return TimeOf(sample) < time_ms; }

}  // namespace

std::span<const model::HistogramSample> HistogramsIn(
    std::span<const model::HistogramSample> samples, int64_t min_ms, int64_t max_ms) {
  return Within(samples, min_ms, max_ms);
}

std::span<const StoredHistogram> HistogramsIn(std::span<const StoredHistogram> samples,
                                              int64_t min_ms, int64_t max_ms) {
  return Within(samples, min_ms, max_ms);
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

const StoredHistogram* RichSamples::Find(int64_t time_ms) const {
  const auto at = std::lower_bound(histograms_.begin(), histograms_.end(), time_ms, Earlier);
  return at != histograms_.end() && TimeOf(*at) == time_ms ? &*at : nullptr;
}

void RichSamples::Insert(const model::HistogramSample& sample) {
  const auto at = std::lower_bound(histograms_.begin(), histograms_.end(), sample.time_ms, Earlier);
  histogram_bytes_ += histograms_.emplace(at, sample)->bytes();
}

void RichSamples::Remove(int64_t time_ms) {
  const auto at = std::lower_bound(histograms_.begin(), histograms_.end(), time_ms, Earlier);
  histogram_bytes_ -= at->bytes();
  histograms_.erase(at);
}

bool RichSamples::HasAny(int64_t min_ms, int64_t max_ms) const {
  return !HistogramsIn(histograms_, min_ms, max_ms).empty();
}

void RichSamples::Read(int64_t min_ms, int64_t max_ms,
                       std::vector<model::HistogramSample>* out) const {
  for (const StoredHistogram& stored : HistogramsIn(histograms_, min_ms, max_ms)) {
    out->push_back(stored.Decode());
  }
}

RichSamples RichSamples::Within(int64_t min_ms, int64_t max_ms) const {
  RichSamples copy;
  copy.starts_ = starts_;
  for (const StoredHistogram& histogram : HistogramsIn(histograms_, min_ms, max_ms)) {
    copy.histograms_.push_back(histogram);
    copy.histogram_bytes_ += histogram.bytes();
  }
  return copy;
}

uint64_t RichSamples::bytes() const {
  return sizeof(RichSamples) + starts_.capacity() * sizeof(StartChange) +
         histograms_.capacity() * sizeof(StoredHistogram) + histogram_bytes_;
}

}  // namespace vedette::tsdb
