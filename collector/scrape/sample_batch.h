#ifndef VEDETTE_COLLECTOR_SCRAPE_SAMPLE_BATCH_H_
#define VEDETTE_COLLECTOR_SCRAPE_SAMPLE_BATCH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "collector/scrape/scrape_cache.h"
#include "model/sample.h"

namespace vedette::scrape {

// The rows of one scrape on their way to the store. Rows are kept from scrape to scrape: where the
// same series stands in the same place, only time and value change. One thread at a time.
class SampleBatch {
 public:
  void Clear();
  void Add(CachedSeries* series, int64_t timestamp_ms, double value, bool track);
  void Add(model::SampleRow row);  // of a series that is gone

  size_t size() const { return used_; }
  // What it takes in memory, rows kept for later included.
  uint64_t bytes() const;
  std::span<model::SampleRow> rows() { return {rows_.data(), used_}; }

  // Calls Touch for each row of a series; returns how many are new.
  uint64_t TouchAll(ScrapeCache* cache);
  // Hands the refs that the store filled in back to the series.
  void KeepRefs();

 private:
  struct Slot {
    CachedSeries* series = nullptr;
    uint64_t id = 0;
    bool track = false;
  };
  std::vector<model::SampleRow> rows_;
  std::vector<Slot> slots_;  // of rows_
  size_t used_ = 0;
  uint64_t label_bytes_ = 0;  // of all rows_
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_SAMPLE_BATCH_H_
