#ifndef VEDETTE_EXPORTERS_CADDY_RELAY_H_
#define VEDETTE_EXPORTERS_CADDY_RELAY_H_

#include <prometheus/metric_family.h>

#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::caddy {

// A page in Prometheus' text format as families again, so that it can stand on another page
// unchanged: names, HELP, types, labels, values, times. Histograms and summaries are put together.
// The error says line and reason; nothing is read of a page that has one.
base::StatusOr<std::vector<prometheus::MetricFamily>> ReadFamilies(std::string_view text);

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_RELAY_H_
