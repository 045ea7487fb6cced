#ifndef VEDETTE_MODEL_WIRE_APPEND_H_
#define VEDETTE_MODEL_WIRE_APPEND_H_

#include <span>

#include "base/status.h"
#include "model/remote_write.h"
#include "model/sinks.h"

namespace vedette::model {

// Series made here, with what rows have no place for (native histograms, exemplars, start times),
// by the way of remote write, but without its limits: as WireSink::Append. Thread-safe as the sink
// is.
base::StatusOr<AppendStats> AppendSeries(std::span<const WireSeries> series, WireSink* sink);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_WIRE_APPEND_H_
