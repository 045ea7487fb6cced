#ifndef VEDETTE_COLLECTOR_SCRAPE_HISTOGRAM_LIMITS_H_
#define VEDETTE_COLLECTOR_SCRAPE_HISTOGRAM_LIMITS_H_

#include "base/status.h"
#include "collector/scrape/config.h"
#include "model/histogram.h"

namespace vedette::scrape {

// Brings a scraped native histogram within the job's limits by wider buckets: those that
// native_histogram_min_bucket_factor asks for, then as wide as native_histogram_bucket_limit needs.
// ResourceExhausted where the widest are too many still, or the buckets are custom ones. One that
// is no histogram (see Validate) is none of its business: the store refuses it by its reason.
base::Status LimitHistogram(const HistogramConfig& config, model::Histogram* histogram);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_HISTOGRAM_LIMITS_H_
