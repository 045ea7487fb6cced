#ifndef VEDETTE_COLLECTOR_SCRAPE_SAMPLE_BATCH_H_
#define VEDETTE_COLLECTOR_SCRAPE_SAMPLE_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "collector/scrape/scrape_cache.h"
#include "model/sample.h"

namespace vedette::scrape {

// The numbers of one scrape on their way to the store: its handles are the series' own, labels are
// lent only where the store does not know a series. One thread at a time.
class SampleBatch {
 public:
  // Makes room for as many samples as the last scrape had.
  void Reserve(size_t samples);
  // `series` must stay until the batch is stored. `labels`: its own, empty where its ref is known.
  // `start_ms`: when its counter began; 0: unknown.
  void Add(CachedSeries* series, model::Labels labels, int64_t timestamp_ms, double value,
           int64_t start_ms, bool track);
  // Of a series that somebody else keeps, until the batch is stored.
  void AddOwn(const model::Labels* labels, model::SeriesRef* ref, int64_t timestamp_ms,
              double value);
  // Of a series that is gone.
  void AddGone(const model::SeriesRef& ref, int64_t timestamp_ms);

  size_t size() const { return samples_.size() + (finished_ ? 0 : gone_.size()); }
  // What it takes in memory.
  uint64_t bytes() const;
  // All of them; nothing may be added any more.
  std::span<const model::LentSample> Finish();
  // Of a batch that was stored: whether there is a series that the store has come to know no more.
  bool HasForgotten() const;

  // Calls Touch for each sample's series.
  void TouchAll(ScrapeCache* cache);

 private:
  struct Touched {
    CachedSeries* series = nullptr;
    bool track = false;
  };
  struct Gone {
    model::SeriesRef ref;
    int64_t timestamp_ms = 0;
  };
  std::vector<model::LentSample> samples_;
  std::vector<Touched> touched_;      // of samples_, as many as have a cached series
  std::deque<model::Labels> labels_;  // lent
  uint64_t label_bytes_ = 0;
  std::vector<Gone> gone_;
  bool finished_ = false;  // those that are gone are among samples_
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_SAMPLE_BATCH_H_
