#ifndef VEDETTE_MODEL_HISTOGRAM_CHUNK_H_
#define VEDETTE_MODEL_HISTOGRAM_CHUNK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/bit_writer.h"
#include "model/histogram.h"
#include "model/sample.h"

namespace vedette::model {

// Writes one chunk of Prometheus' encodings of native histograms, integer or float: two bytes of
// count, one of what is known of a reset, the layout, then time, counts, sum and buckets of each,
// integers as deltas of deltas, doubles as XORs. Format: upstream's tsdb/docs/format/chunks.md.
class HistogramChunkWriter {
 public:
  static constexpr size_t kMaxSamples = 120;
  static constexpr size_t kMaxBytes = 64 << 10;

  // Whether the chunk can hold the next one: it is of the same kind and layout and no counter was
  // reset before it, which the encoding says of all but a chunk's first. An empty chunk takes any.
  bool Takes(const Histogram& histogram) const;
  // Times ascend.
  void Append(const HistogramSample& sample);

  size_t size() const { return count_; }
  int64_t min_ms() const { return min_ms_; }
  int64_t max_ms() const { return time_ms_; }
  bool is_float() const { return last_->is_float; }  // not of an empty one
  // The chunk's bytes; the writer is as new.
  std::string Take();

 private:
  // An integer, written as the delta of its deltas.
  struct Delta {
    uint64_t value = 0;
    uint64_t delta = 0;
  };
  void WriteLayout(const Histogram& histogram);
  void WriteDelta(uint64_t value, Delta* last);
  void WriteIntegers(const Histogram& histogram);
  void WriteFloats(const Histogram& histogram);

  BitWriter out_{3};
  size_t count_ = 0;
  int64_t min_ms_ = 0;
  int64_t time_ms_ = 0;
  std::shared_ptr<const Histogram> last_;
  Delta time_, whole_, zero_;
  std::vector<Delta> deltas_;  // positive, then negative
  XorWriter sum_, whole_float_, zero_float_;
  std::vector<XorWriter> counts_;
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_HISTOGRAM_CHUNK_H_
