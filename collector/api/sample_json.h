#ifndef VEDETTE_COLLECTOR_API_SAMPLE_JSON_H_
#define VEDETTE_COLLECTOR_API_SAMPLE_JSON_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "model/histogram.h"
#include "model/labels.h"

// Series and samples as Prometheus' HTTP API writes them: appended to a text, since answers hold
// millions of them.

namespace vedette::api {

// What writing a value, or a point's time, may write over: neither has a longer text.
inline constexpr size_t kMaxValueBytes = 40;
inline constexpr size_t kMaxTimeBytes = 24;

// Writes the text of a sample value without quotes: an exponent below 1e-6 and from 1e21 on. Takes
// kMaxValueBytes of room, returns the end of the text.
char* WriteSampleValue(double value, char* out);
void AppendSampleValue(double value, std::string* out);
// Writes the time of a point, in seconds: three digits behind the point, or none where there are no
// milliseconds. Takes kMaxTimeBytes of room, returns the end of the text.
char* WritePointTime(int64_t timestamp_ms, char* out);
// [1435781430.781,"1"]; points of whole series: point_writer.h.
void AppendPoint(int64_t timestamp_ms, double value, std::string* out);
// [1435781430.781,{"count":"2","sum":"1","buckets":[[0,"0.5","1","2"]]}]; a bucket is its bounds'
// kind (0: the upper belongs to it, 1: the lower, 2: neither, 3: both), bounds and count. Empty
// ones are left out. `histogram` is one of floats.
void AppendHistogramPoint(int64_t timestamp_ms, const model::Histogram& histogram,
                          std::string* out);
// {"a":"b"}
void AppendLabels(const model::Labels& labels, std::string* out);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_SAMPLE_JSON_H_
