#ifndef VEDETTE_TESTS_BENCH_TARGET_ROWS_H_
#define VEDETTE_TESTS_BENCH_TARGET_ROWS_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "model/sample.h"

namespace vedette::bench {

// The series of one target as it is scraped: three values in five never move, the rest count or
// wander, the same ones at each run. For one thread.
class TargetRows {
 public:
  explicit TargetRows(std::vector<model::Labels> series) : rows_(series.size()) {
    for (size_t i = 0; i < rows_.size(); ++i) rows_[i].labels = std::move(series[i]);
  }

  // The next scrape. Valid until the one after it; what a store leaves in `ref` stays.
  std::span<model::SampleRow> At(int64_t time_ms) {
    for (size_t i = 0; i < rows_.size(); ++i) {
      rows_[i].timestamp_ms = time_ms;
      if (i % 5 < 3) continue;
      random_ = random_ * 6364136223846793005u + 1442695040888963407u;
      const double step = static_cast<double>(random_ >> 54);
      rows_[i].value = i % 5 == 3 ? rows_[i].value + step : step / 10;
    }
    return rows_;
  }

 private:
  std::vector<model::SampleRow> rows_;
  uint64_t random_ = 1;
};

}  // namespace vedette::bench

#endif  // VEDETTE_TESTS_BENCH_TARGET_ROWS_H_
