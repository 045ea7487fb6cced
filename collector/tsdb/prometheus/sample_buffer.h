#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_SAMPLE_BUFFER_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_SAMPLE_BUFFER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "collector/tsdb/store.h"
#include "model/labels.h"
#include "model/sample.h"

namespace vedette::tsdb::prometheus {

// Samples in no order, collected until they make parts. One thread.
class SampleBuffer {
 public:
  // `labels` are borrowed: they outlive the buffer, one object a series.
  void Add(const model::Labels* labels, int64_t time_ms, double value);
  void Add(const model::Labels* labels, model::HistogramSample histogram);

  uint64_t bytes() const { return bytes_; }
  uint64_t samples() const { return samples_; }
  bool empty() const { return samples_ == 0; }

  // Puts everything into the store, one part a UTC day, and starts anew.
  base::Status MoveTo(Store* store);

 private:
  model::SeriesSamples* Series(const model::Labels* labels);

  absl::flat_hash_map<const model::Labels*, model::SeriesSamples> series_;
  uint64_t bytes_ = 0;
  uint64_t samples_ = 0;
};

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_SAMPLE_BUFFER_H_
