#ifndef VEDETTE_MODEL_OTLP_NATIVE_HISTOGRAM_H_
#define VEDETTE_MODEL_OTLP_NATIVE_HISTOGRAM_H_

#include "base/status.h"
#include "model/histogram.h"
#include "model/otlp/metrics.h"

namespace vedette::model::otlp {

// The point of an exponential histogram as a native one. Buckets finer than native histograms have
// them (scale above 8) are put together; coarser ones (below -4) are InvalidArgument, as is what
// contradicts itself. A point without a recorded value is a stale marker.
base::StatusOr<Histogram> NativeHistogram(const Point& point, bool is_delta);

// The point of a histogram with bounds as a native one of custom buckets (NHCB). Likewise.
base::StatusOr<Histogram> CustomHistogram(const Point& point, bool is_delta);

// InvalidArgument where the bounds of a histogram do not ascend or are not one fewer than its
// buckets.
base::Status CheckBounds(const Point& point);

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_NATIVE_HISTOGRAM_H_
