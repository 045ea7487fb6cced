#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_HISTOGRAM_CHUNK_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_HISTOGRAM_CHUNK_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/sample.h"

namespace vedette::tsdb::prometheus {

// Appends the samples of a chunk of native histograms, integer or float ones. A valid histogram is
// appended as it is, of one that breaks the rules (model::Histogram::Validate) its place is left
// out and counted in `invalid`. DataLoss when the data ends too early; what was appended by then
// stays.
base::Status DecodeHistogramChunk(std::string_view data, bool is_float,
                                  std::vector<model::HistogramSample>* out, uint64_t* invalid);

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_HISTOGRAM_CHUNK_H_
