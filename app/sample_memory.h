#ifndef VEDETTE_APP_SAMPLE_MEMORY_H_
#define VEDETTE_APP_SAMPLE_MEMORY_H_

#include <cstdint>
#include <map>
#include <memory>

#include "collector/promql/storage.h"
#include "model/histogram.h"

namespace vedette::app {

// The samples of one unit test of rules, in memory. One thread; Select may be called from a query's
// own threads while nobody appends.
class SampleMemory final : public promql::Queryable {
 public:
  // Times of a series must ascend. An equal or earlier time is passed over: false.
  bool Append(const model::Labels& labels, int64_t time_ms, double value);
  // Notes what is known of a counter reset since the histogram before, as the metrics store does.
  bool Append(const model::Labels& labels, int64_t time_ms,
              std::shared_ptr<const model::Histogram> histogram);

  base::Status Select(const promql::SelectRequest& request, const Visit& visit) const override;

  const std::map<model::Labels, model::SeriesSamples>& series() const { return series_; }

 private:
  std::map<model::Labels, model::SeriesSamples> series_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_SAMPLE_MEMORY_H_
