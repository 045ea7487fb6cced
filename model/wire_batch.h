#ifndef VEDETTE_MODEL_WIRE_BATCH_H_
#define VEDETTE_MODEL_WIRE_BATCH_H_

#include <cstdint>
#include <forward_list>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/exemplar.h"
#include "model/histogram_wire.h"
#include "model/labels.h"
#include "model/remote_write.h"

namespace vedette::model {

// A remote write request as it came, seen series by series: samples are taken out into one flat
// array; labels, histograms and exemplars stay in the request's bytes until someone asks for them,
// which for the labels of a series already known is never. What is wrong with one series, histogram
// or exemplar is said when it is asked for, and harms no other.
//
// Borrows the request's bytes, which outlive it. A value made by one thread; const calls are safe
// from many.
class WireBatch {
 public:
  // prometheus.WriteRequest and io.prometheus.write.v2.Request. InvalidArgument for what is no such
  // message (with the offset), ResourceExhausted over `limits.max_samples`; the other limits are
  // LabelsOf's.
  static base::StatusOr<WireBatch> ParseV1(std::string_view protobuf,
                                           const RemoteWriteLimits& limits = {});
  static base::StatusOr<WireBatch> ParseV2(std::string_view protobuf,
                                           const RemoteWriteLimits& limits = {});

  WireBatch(WireBatch&&) = default;
  WireBatch& operator=(WireBatch&&) = default;

  // Series that bring a sample, a histogram or an exemplar, in the order sent. The same labels may
  // come more than once.
  size_t size() const { return series_.size() - 1; }
  // Of series i, in the order sent; times need not ascend.
  std::span<const WireSample> Samples(size_t i) const {
    return std::span(samples_).subspan(series_[i].first_sample,
                                       series_[i + 1].first_sample - series_[i].first_sample);
  }
  // Of all series, one after the other.
  std::span<const WireSample> samples() const { return samples_; }
  // When the counter of each of samples() began, 0 where unknown; empty when no sample says so.
  std::span<const int64_t> starts_ms() const { return starts_; }
  // Of Samples(i), likewise.
  std::span<const int64_t> Starts(size_t i) const {
    if (starts_.empty()) return {};
    return std::span(starts_).subspan(series_[i].first_sample, Samples(i).size());
  }
  // Every series brings exactly one sample: samples()[i] is that of series i.
  bool one_sample_each() const { return one_each_; }
  // Set when that is so and all have this time: a scrape passed on.
  std::optional<int64_t> row_time_ms() const;

  // True if the labels on the wire, in order, are those of `label_bytes`, which is the bytes() of
  // some model::Labels. False also for labels out of order, though LabelsOf would give the same.
  bool LabelsAre(size_t i, std::string_view label_bytes) const;
  // LabelsOf(i)->Hash(), without building them where they come in order; unspecified where LabelsOf
  // fails. Verify what is found by it.
  uint64_t LabelHash(size_t i) const;
  // InvalidArgument (no or repeated label name, no metric name, not UTF-8, no such symbol) or
  // ResourceExhausted (too many, too long); messages name the series as far as it can be read.
  base::StatusOr<Labels> LabelsOf(size_t i) const;

  // Native histograms of series i; k counts from 0. InvalidArgument for one that is none.
  size_t histogram_count(size_t i) const {
    return series_[i + 1].first_histogram - series_[i].first_histogram;
  }
  base::StatusOr<TimedHistogram> HistogramOf(size_t i, size_t k) const;
  // Of all series.
  size_t histogram_count() const { return histograms_.size(); }

  // Exemplars likewise.
  size_t exemplar_count(size_t i) const {
    return series_[i + 1].first_exemplar - series_[i].first_exemplar;
  }
  base::StatusOr<Exemplar> ExemplarOf(size_t i, size_t k) const;
  size_t exemplar_count() const { return exemplars_.size(); }

  // What the request says of a metric family: bytes as they were sent, `type` one of Metadata's.
  struct FamilyView {
    std::string_view family, type, help, unit;
  };
  // Calls `visit` for each, in the order sent; 2.0 says it of each series: by its metric name. What
  // cannot be read is left out.
  void ForEachFamily(const std::function<void(const FamilyView& family)>& visit) const;
  size_t metadata_count() const { return metadata_.size(); }

 private:
  friend class WireBatchBuilder;

  struct Series {
    // 1.0: fields of labels alone, each with its tag and length; 2.0: varints, two a label.
    std::string_view labels;
    uint32_t first_sample = 0;
    uint32_t first_histogram = 0;
    uint32_t first_exemplar = 0;
  };
  struct MetadataMessage {
    uint32_t series = 0;  // 2.0: whose metric name it is about
    std::string_view message;
  };

  WireBatch(const RemoteWriteLimits& limits, bool is_v2)
      : limits_(limits), is_v2_(is_v2), series_(1) {}

  // Calls each(label) while it returns true; false when one did not or a label is malformed.
  template <typename Each>
  bool ForEachLabel(std::string_view labels, Each each) const;
  template <typename Each>
  bool ForEachRef(std::string_view refs, Each each) const;
  base::Status BadLabel(size_t i) const;
  std::string_view Symbol(uint64_t ref) const;
  std::optional<FamilyView> ReadMetadata(const MetadataMessage& from) const;
  std::string_view MetricNameOf(size_t i) const;

  RemoteWriteLimits limits_;
  bool is_v2_ = false;
  bool one_each_ = true;
  std::vector<Series> series_;  // and one more that ends the last
  std::vector<WireSample> samples_;
  std::vector<int64_t> starts_;  // empty or one a sample
  std::vector<std::string_view> histograms_;
  std::vector<std::string_view> exemplars_;
  std::vector<MetadataMessage> metadata_;
  std::vector<std::string_view> symbols_;
  std::vector<int64_t> created_;  // 2.0 before rc.4: one a series, or fewer: the rest is 0
  std::forward_list<std::string> gathered_;  // labels that did not lie together on the wire
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_WIRE_BATCH_H_
