#ifndef VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_TEXT_H_
#define VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_TEXT_H_

#include <string>

#include "model/histogram.h"

namespace vedette::promql {

// A histogram of floats as a series description has it, `{{count:2 sum:3 buckets:[2]}}`: what is
// not said is 0. Two histograms have the same text if they count the same, however their spans are
// cut.
std::string HistogramText(const model::Histogram& histogram);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_TEXT_H_
