#ifndef VEDETTE_COLLECTOR_SCRAPE_SAMPLE_BATCH_H_
#define VEDETTE_COLLECTOR_SCRAPE_SAMPLE_BATCH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "collector/scrape/scrape_cache.h"
#include "model/sample.h"

namespace vedette::scrape {

// The numbers of one scrape on their way to the store: what their series have is lent, and the
// store's handle goes straight to them. One thread at a time.
class SampleBatch {
 public:
  // Makes room for as many samples as the last scrape had.
  void Reserve(size_t samples);
  // `series` must stay until the batch is stored. `start_ms`: when its counter began; 0: unknown.
  void Add(CachedSeries* series, int64_t timestamp_ms, double value, int64_t start_ms, bool track);
  // Of a series that is gone.
  void AddGone(model::SampleRow row) { gone_.push_back(std::move(row)); }

  size_t size() const { return samples_.size() + gone_.size(); }
  // What it takes in memory.
  uint64_t bytes() const;
  // All of them; nothing may be added any more.
  std::span<const model::LentSample> Finish();

  // Calls Touch for each sample's series.
  void TouchAll(ScrapeCache* cache);

 private:
  struct Touched {
    CachedSeries* series = nullptr;
    bool track = false;
  };
  std::vector<model::LentSample> samples_;
  std::vector<Touched> touched_;  // of samples_
  std::vector<model::SampleRow> gone_;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_SAMPLE_BATCH_H_
