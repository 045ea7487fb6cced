#ifndef VEDETTE_MODEL_OTLP_NAMES_H_
#define VEDETTE_MODEL_OTLP_NAMES_H_

#include <string>
#include <string_view>

#include "base/status.h"
#include "model/otlp/metrics.h"
#include "model/otlp/settings.h"

// How OTLP's names become Prometheus': the OpenTelemetry specification's "Prometheus and
// OpenMetrics compatibility", as prometheus/otlptranslator has it.

namespace vedette::model::otlp {

// The name of the metric's series (histograms and summaries add theirs behind it): with the unit in
// words, `total` behind monotonic sums and `ratio` behind gauges of unit 1, as the strategy says.
// InvalidArgument for a name of which nothing is left.
base::StatusOr<std::string> MetricName(const Settings& settings, const Metric& metric);

// The label of an attribute. InvalidArgument likewise.
base::StatusOr<std::string> LabelName(const Settings& settings, std::string_view key);

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_NAMES_H_
