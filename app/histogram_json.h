#ifndef VEDETTE_APP_HISTOGRAM_JSON_H_
#define VEDETTE_APP_HISTOGRAM_JSON_H_

#include "base/json_writer.h"
#include "model/histogram.h"

namespace vedette::app {

// A value; numbers that JSON has no word for as strings, a stale marker by its name.
void WriteJsonNumber(double value, base::JsonWriter* json);

// All that a native histogram is, as an object: {"count":...,"sum":...,"schema":...,...}. A side's
// counts are absolute, one a bucket of its spans, each of which is [offset, length].
void WriteHistogramJson(const model::Histogram& histogram, base::JsonWriter* json);

}  // namespace vedette::app

#endif  // VEDETTE_APP_HISTOGRAM_JSON_H_
