#ifndef VEDETTE_COLLECTOR_TSDB_STORED_HISTOGRAM_H_
#define VEDETTE_COLLECTOR_TSDB_STORED_HISTOGRAM_H_

#include <cstdint>
#include <memory>

#include "model/sample.h"

namespace vedette::tsdb {

// A native histogram in the head, as the bytes that the log has for it: a fifth of the memory
// that a model::Histogram takes. Made and read back by the head alone; queries take copies.
class StoredHistogram {
 public:
  explicit StoredHistogram(const model::HistogramSample& sample);
  StoredHistogram(const StoredHistogram& other);
  StoredHistogram(StoredHistogram&&) = default;
  StoredHistogram& operator=(StoredHistogram&&) = default;

  int64_t time_ms() const { return time_ms_; }
  model::HistogramSample Decode() const;
  // What it takes beside itself, with the allocator's overhead.
  uint64_t bytes() const;

 private:
  int64_t time_ms_;
  int64_t start_ms_;
  uint32_t size_;
  std::unique_ptr<char[]> bytes_;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_STORED_HISTOGRAM_H_
