#ifndef VEDETTE_MODEL_OTLP_SERIES_TABLE_H_
#define VEDETTE_MODEL_OTLP_SERIES_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "model/exemplar.h"
#include "model/labels.h"
#include "model/remote_write.h"

namespace vedette::model::otlp {

// The series that a request makes, each once, with what it brings, and the account of all that it
// makes. On one thread.
class SeriesTable {
 public:
  // Memory that a request's series and families may take, and how many samples: a point of many
  // buckets repeats its labels in each.
  static constexpr uint64_t kMaxBytes = 128ull << 20;
  static constexpr uint64_t kMaxSamples = 1'000'000;

  // `with_starts`: samples keep when their counters began.
  explicit SeriesTable(bool with_starts) : with_starts_(with_starts) {}

  // The number of the series of these labels, for what comes to it. ResourceExhausted: more than
  // the request may make.
  base::StatusOr<size_t> Find(Labels labels);
  // Counts what else the request makes: bytes, or points that cannot be stored, which take as long
  // as others. ResourceExhausted as Find.
  base::Status Charge(uint64_t bytes, uint64_t points);
  void AddSample(size_t series, WireSample sample, int64_t start_ms);
  void AddHistogram(size_t series, TimedHistogram histogram);
  void AddExemplar(size_t series, model::Exemplar exemplar);

  std::vector<WireSeries> Take() { return std::move(series_); }

 private:
  base::Status CheckLimits() const;

  const bool with_starts_;
  std::vector<WireSeries> series_;
  absl::flat_hash_map<Labels, size_t> numbers_;
  uint64_t bytes_ = 0;
  uint64_t samples_ = 0;
};

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_SERIES_TABLE_H_
