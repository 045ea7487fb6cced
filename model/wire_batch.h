#ifndef VEDETTE_MODEL_WIRE_BATCH_H_
#define VEDETTE_MODEL_WIRE_BATCH_H_

#include <cstdint>
#include <forward_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"
#include "model/remote_write.h"

namespace vedette::model {

struct WireSample {
  int64_t time_ms = 0;
  double value = 0;
};

// A remote write request as it came, seen series by series: samples are taken out into one flat
// array, labels stay in the request's bytes until someone asks for them, which for a series already
// known is never. What is wrong with one series' labels is said by LabelsOf and harms no other.
//
// Borrows the request's bytes, which outlive it. A value made by one thread; const calls are safe
// from many.
class WireBatch {
 public:
  // prometheus.WriteRequest. InvalidArgument for what is no such message (with the offset),
  // ResourceExhausted over `limits.max_samples`; the other limits are LabelsOf's.
  static base::StatusOr<WireBatch> ParseV1(std::string_view protobuf,
                                           const RemoteWriteLimits& limits = {});

  WireBatch(WireBatch&&) = default;
  WireBatch& operator=(WireBatch&&) = default;

  // Series that bring a sample, in the order sent. The same labels may come more than once.
  size_t size() const { return series_.size() - 1; }
  // Of series i, in the order sent; times need not ascend.
  std::span<const WireSample> Samples(size_t i) const {
    return std::span(samples_).subspan(series_[i].first_sample,
                                       series_[i + 1].first_sample - series_[i].first_sample);
  }
  // Of all series, one after the other.
  std::span<const WireSample> samples() const { return samples_; }
  // Set when every series brings exactly one sample and all have this time: a scrape passed on.
  std::optional<int64_t> row_time_ms() const;

  // True if the labels on the wire, in order, are those of `label_bytes`, which is the bytes() of
  // some model::Labels. False also for labels out of order, though LabelsOf would give the same.
  bool LabelsAre(size_t i, std::string_view label_bytes) const;
  // LabelsOf(i)->Hash(), without building them where they come in order; unspecified where LabelsOf
  // fails. Verify what is found by it.
  uint64_t LabelHash(size_t i) const;
  // InvalidArgument (no or repeated label name, no metric name, not UTF-8) or ResourceExhausted
  // (too many, too long); messages name the series as far as it can be read.
  base::StatusOr<Labels> LabelsOf(size_t i) const;

  // Not kept: exemplars and native histograms that came along.
  uint64_t exemplars_skipped() const { return exemplars_skipped_; }
  uint64_t histograms_skipped() const { return histograms_skipped_; }

 private:
  friend class WireBatchParserV1;

  struct Series {
    std::string_view labels;  // fields of labels alone, each with its tag 0x0a and length
    uint32_t first_sample = 0;
  };

  explicit WireBatch(const RemoteWriteLimits& limits) : limits_(limits), series_(1) {}

  RemoteWriteLimits limits_;
  std::vector<Series> series_;  // and one more that ends the last
  std::vector<WireSample> samples_;
  std::forward_list<std::string> gathered_;  // labels that did not lie together on the wire
  uint64_t exemplars_skipped_ = 0;
  uint64_t histograms_skipped_ = 0;
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_WIRE_BATCH_H_
