#ifndef VEDETTE_MODEL_HISTOGRAM_WIRE_H_
#define VEDETTE_MODEL_HISTOGRAM_WIRE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/histogram.h"

// Native histograms as protobuf: prometheus.Histogram and io.prometheus.write.v2.Histogram, which
// share their field numbers.

namespace vedette::model {

struct TimedHistogram {
  int64_t time_ms = 0;
  int64_t start_ms = 0;  // when its counters began; 0: unknown
  Histogram histogram;
};

// InvalidArgument for what is no such message or no valid histogram. Memory is taken for what is
// there, never for what is declared.
base::StatusOr<TimedHistogram> DecodeHistogram(std::string_view message);
std::string EncodeHistogram(const TimedHistogram& histogram);
// The same of its parts.
std::string EncodeHistogram(const Histogram& histogram, int64_t time_ms, int64_t start_ms);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_HISTOGRAM_WIRE_H_
