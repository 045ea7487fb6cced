#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_XOR_CHUNK_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_XOR_CHUNK_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::tsdb::prometheus {

// The encodings of a chunk, by their byte on disk.
inline constexpr uint8_t kXorChunk = 1;
inline constexpr uint8_t kHistogramChunk = 2;
inline constexpr uint8_t kFloatHistogramChunk = 3;

// The number of samples that any chunk says it has.
base::StatusOr<size_t> SamplesOfChunk(std::string_view data);

// Appends the samples of an XOR chunk's data. DataLoss when it ends too early; what was appended by
// then stays.
base::Status DecodeXorChunk(std::string_view data, std::vector<int64_t>* times,
                            std::vector<double>* values);

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_XOR_CHUNK_H_
