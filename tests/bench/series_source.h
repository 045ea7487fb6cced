#ifndef VEDETTE_TESTS_BENCH_SERIES_SOURCE_H_
#define VEDETTE_TESTS_BENCH_SERIES_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/sample.h"

// Metrics to measure with, as their makers send them. Sorted by labels.

namespace vedette::bench {

// Runs mgen (../shared/peers/unpack DIR generators) against a remote write receiver of its own and
// keeps what it sent: values and labels to the bit.
base::StatusOr<std::vector<model::SeriesSamples>> FromMgen(const std::string& program,
                                                           int instances, int steps);

// A file of an exporter's pages, each after a line "#SCRAPE ...": the n-th page becomes the samples
// at n * step_ms, for `instances` targets alike (labels instance and job added), 100 ms apart.
base::StatusOr<std::vector<model::SeriesSamples>> FromPages(const std::string& path, int instances,
                                                            int64_t step_ms);

}  // namespace vedette::bench

#endif  // VEDETTE_TESTS_BENCH_SERIES_SOURCE_H_
