#ifndef VEDETTE_TESTS_CONFORMANCE_MEMORY_STORE_H_
#define VEDETTE_TESTS_CONFORMANCE_MEMORY_STORE_H_

#include <map>
#include <string>
#include <vector>

#include "collector/promql/storage.h"

namespace vedette::test {

// Samples in memory for queries to select from. Not safe for writing while queries run.
class MemoryStore final : public promql::Queryable {
 public:
  void Append(const model::Labels& labels, int64_t timestamp_ms, double value);
  // Notes that the series holds a native histogram at that time, which this store cannot keep.
  void AppendNative(const model::Labels& labels, int64_t timestamp_ms);
  void Clear();

  base::Status Select(const promql::SelectRequest& request, const Visit& visit) const override;

  // Whether a query has selected native histograms since this was last asked.
  bool TakeTouchedNative() const;

 private:
  struct Entry {
    model::SeriesSamples samples;
    std::vector<int64_t> native_ms;
  };
  std::map<model::Labels, Entry> series_;
  mutable bool touched_native_ = false;
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_CONFORMANCE_MEMORY_STORE_H_
