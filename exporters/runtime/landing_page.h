#ifndef VEDETTE_EXPORTERS_RUNTIME_LANDING_PAGE_H_
#define VEDETTE_EXPORTERS_RUNTIME_LANDING_PAGE_H_

#include <string>
#include <string_view>

namespace vedette::exporters {

// The HTML at "/": what this is, its version, and a link to its metrics. All texts are escaped.
std::string LandingPage(std::string_view title, std::string_view version,
                        std::string_view metrics_path);

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_LANDING_PAGE_H_
