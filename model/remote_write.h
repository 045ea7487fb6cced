#ifndef VEDETTE_MODEL_REMOTE_WRITE_H_
#define VEDETTE_MODEL_REMOTE_WRITE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/sample.h"

// Remote write 1.0: prometheus.WriteRequest as protobuf, without the snappy around it.

namespace vedette::model {

// What one request may hold; anything above is refused before it takes memory.
struct RemoteWriteLimits {
  uint64_t max_samples = 1'000'000;
  uint32_t max_labels = 256;  // of one series
  uint32_t max_name_bytes = 4096;
  uint32_t max_value_bytes = 64 << 10;
};

struct RemoteWriteRequest {
  // In the order sent; the samples of a series follow one another and share its labels.
  std::vector<SampleRow> rows;
  std::vector<std::pair<std::string, Metadata>> metadata;  // by family name
  uint64_t exemplars_skipped = 0;
  uint64_t histograms_skipped = 0;  // native histograms: not stored
};

// All or nothing. InvalidArgument (bad protobuf, no or repeated label name, no metric name, text
// that is not UTF-8) or ResourceExhausted (limits); messages name the series.
base::StatusOr<RemoteWriteRequest> DecodeRemoteWrite(std::string_view protobuf,
                                                     const RemoteWriteLimits& limits = {});

std::string EncodeRemoteWrite(std::span<const SeriesSamples> series,
                              std::span<const std::pair<std::string, Metadata>> metadata = {});

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_REMOTE_WRITE_H_
