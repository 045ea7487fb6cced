#ifndef VEDETTE_TESTS_CONFORMANCE_MEMORY_STORE_H_
#define VEDETTE_TESTS_CONFORMANCE_MEMORY_STORE_H_

#include <map>
#include <memory>

#include "collector/promql/storage.h"

namespace vedette::test {

// Samples in memory for queries to select from. What it says of resets of histograms is what
// Prometheus' chunks keep of it. Not safe for writing while queries run.
class MemoryStore final : public promql::Queryable {
 public:
  // A sample at a time that the series has replaces it. `start_ms`: when the counter began, 0:
  // not known. Histograms come in the order of their times.
  void Append(const model::Labels& labels, int64_t timestamp_ms, double value,
              int64_t start_ms = 0);
  void Append(const model::Labels& labels, int64_t timestamp_ms,
              const std::shared_ptr<const model::Histogram>& histogram, int64_t start_ms = 0);
  void Clear();

  base::Status Select(const promql::SelectRequest& request, const Visit& visit) const override;

 private:
  std::map<model::Labels, model::SeriesSamples> series_;
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_CONFORMANCE_MEMORY_STORE_H_
