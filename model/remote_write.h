#ifndef VEDETTE_MODEL_REMOTE_WRITE_H_
#define VEDETTE_MODEL_REMOTE_WRITE_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/exemplar.h"
#include "model/histogram_wire.h"
#include "model/sample.h"

// Remote write: prometheus.WriteRequest (1.0) and io.prometheus.write.v2.Request (2.0) as protobuf,
// without the snappy around it. Reading: wire_batch.h.

namespace vedette::model {

// What one request may hold; anything above is refused before it takes memory.
struct RemoteWriteLimits {
  uint64_t max_samples = 1'000'000;  // histograms, exemplars and symbols: as many of each
  uint32_t max_labels = 256;         // of one series
  uint32_t max_name_bytes = 4096;
  uint32_t max_value_bytes = 64 << 10;
};

struct WireSample {
  int64_t time_ms = 0;
  double value = 0;
};

// A series as it is sent.
struct WireSeries {
  Labels labels;
  std::vector<WireSample> samples;
  std::vector<int64_t> starts_ms;  // empty, or one a sample; 2.0 alone has them
  std::vector<TimedHistogram> histograms;
  std::vector<Exemplar> exemplars;
  Metadata metadata;  // sent when it has a type; 1.0 sends it once a request, by metric name
};

std::string EncodeRemoteWriteV1(std::span<const WireSeries> series);
std::string EncodeRemoteWriteV2(std::span<const WireSeries> series);
// Floats alone, 1.0.
std::string EncodeRemoteWrite(std::span<const SeriesSamples> series);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_REMOTE_WRITE_H_
