#ifndef VEDETTE_COLLECTOR_API_PUSH_METRICS_H_
#define VEDETTE_COLLECTOR_API_PUSH_METRICS_H_

#include <array>
#include <cstdint>
#include <string>

#include "base/telemetry.h"
#include "model/sinks.h"

namespace vedette::api {

// What came in over one of the ways by which samples are pushed: bytes, samples, and what was lost
// for which reason. Copied about by its route; thread-safe.
class PushMetrics {
 public:
  // `prefix`: "vedette_otlp". `telemetry` may be null: then nothing is counted.
  PushMetrics(base::Telemetry* telemetry, const std::string& prefix);

  // The body of a request, unpacked.
  void NoteBody(uint64_t bytes) const;
  // What the store said of a request's samples.
  void NoteStored(const model::AppendStats& stats) const;
  // Points of which no sample can be made.
  void NoteUnusable(uint64_t points) const;

 private:
  base::Counter* bytes_ = nullptr;
  base::Counter* samples_ = nullptr;
  base::Counter* exemplars_rejected_ = nullptr;
  // Out of order, duplicate, invalid, refused for now, unusable.
  std::array<base::Counter*, 5> rejected_{};
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_PUSH_METRICS_H_
