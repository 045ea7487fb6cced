#ifndef VEDETTE_COLLECTOR_SCRAPE_RICH_BATCH_H_
#define VEDETTE_COLLECTOR_SCRAPE_RICH_BATCH_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "base/status.h"
#include "collector/scrape/scrape_cache.h"
#include "model/exposition/reader.h"
#include "model/remote_write.h"
#include "model/sinks.h"

namespace vedette::scrape {

// What a scrape brings besides numbers: native histograms and exemplars. They go to the store as a
// remote write request does (2.0), which has a place for all of it. One thread at a time.
class RichBatch {
 public:
  void Clear();
  bool empty() const { return series_.empty(); }
  // What it takes in memory.
  uint64_t bytes() const;

  // `rich`: what is kept of the series, until the batch is stored. `track`: as for SampleBatch.
  void AddHistogram(CachedSeries* series, const RichSeries& rich, int64_t time_ms, int64_t start_ms,
                    const model::Histogram& histogram, bool track);
  // Of the series' sample at `time_ms`, which stands for the time of those without one. Such a one
  // that the series had last already, in a scrape that was stored, is left out: with its new time
  // the store would take it for another.
  void AddExemplars(RichSeries* rich, int64_t time_ms,
                    const std::vector<model::exposition::Exemplar>& exemplars);
  // The marker of a histogram series that is gone.
  void AddStale(const model::Labels& labels, int64_t time_ms);

  // Calls Touch for each series that brought a histogram.
  void TouchAll(ScrapeCache* cache);
  base::StatusOr<model::AppendStats> Append(model::WireSink* sink);

 private:
  struct Touched {
    CachedSeries* series = nullptr;
    bool track = false;
  };
  model::WireSeries* AddSeries(const model::Labels& labels);

  std::vector<model::WireSeries> series_;
  uint64_t content_bytes_ = 0;  // of what series_ point to
  std::vector<Touched> touched_;
  std::vector<std::pair<RichSeries*, uint64_t>> last_exemplars_;  // timeless_exemplar to be
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_RICH_BATCH_H_
