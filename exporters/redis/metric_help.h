#ifndef VEDETTE_EXPORTERS_REDIS_METRIC_HELP_H_
#define VEDETTE_EXPORTERS_REDIS_METRIC_HELP_H_

#include <string>
#include <string_view>

namespace vedette::exporters::redis {

// The HELP of the metric with this name (without the namespace); what is in no table is
// "NAME metric", as upstream has it.
std::string MetricHelp(std::string_view name);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_METRIC_HELP_H_
