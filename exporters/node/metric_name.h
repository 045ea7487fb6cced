#ifndef VEDETTE_EXPORTERS_NODE_METRIC_NAME_H_
#define VEDETTE_EXPORTERS_NODE_METRIC_NAME_H_

#include <string>
#include <string_view>

namespace vedette::exporters::node {

// A part of a metric's name made of a name of the kernel's or a driver's: what is no letter, digit
// or underscore becomes an underscore, and so does a run of such with the underscores around it.
std::string ToMetricName(std::string_view text);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_METRIC_NAME_H_
