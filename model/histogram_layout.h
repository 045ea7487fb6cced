#ifndef VEDETTE_MODEL_HISTOGRAM_LAYOUT_H_
#define VEDETTE_MODEL_HISTOGRAM_LAYOUT_H_

#include <cstdint>

#include "model/histogram.h"

// Native histograms that mean the same, laid out otherwise. Those whose spans do not fit their
// buckets stay as they are: Validate says what is wrong with them.

namespace vedette::model {

// Leaves out empty buckets: all of them, but for runs of up to `kept_run` between others, and joins
// spans that are no farther apart.
void CompactBuckets(Histogram* histogram, uint32_t kept_run);

// The same observations in the wider buckets of a lower schema of -4 to 8; without effect on custom
// buckets and where `schema` is not lower.
void ReduceResolution(Histogram* histogram, int32_t schema);

// Of both signs; the zero bucket is none.
size_t BucketCount(const Histogram& histogram);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_HISTOGRAM_LAYOUT_H_
