#ifndef VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_CUSTOM_H_
#define VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_CUSTOM_H_

#include "model/histogram.h"

// Histograms with custom buckets whose bounds differ: they meet at the bounds that both have.

namespace vedette::promql {

// Adds (sign 1) or subtracts (-1) the buckets of `other`; *h keeps the bounds of both.
void MergeCustom(const model::Histogram& other, double sign, model::Histogram* h);

// Whether, between bounds of both, `h` counts less than `before`.
bool AnyCustomLess(const model::Histogram& h, const model::Histogram& before);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_CUSTOM_H_
