#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_GROUP_LIST_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_GROUP_LIST_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/scrape/discovery/discovery_config.h"

namespace vedette::scrape {

// A list of target groups as files and servers hand it out: [{"targets": ["host:port"], "labels":
// {"name": "value"}}]. It is taken whole or not at all. InvalidArgument with "FILE:LINE:COL: ..."
// of what is wrong (JSON: of the first mistake) and what is allowed; `file` is only for messages.
// ResourceExhausted for more than these, which cost far more memory than they have bytes.
inline constexpr size_t kMaxGroups = 100'000;
inline constexpr size_t kMaxTargets = 1'000'000;
base::StatusOr<std::vector<TargetGroup>> ReadGroupsJson(std::string_view text,
                                                        const std::string& file);
base::StatusOr<std::vector<TargetGroup>> ReadGroupsYaml(std::string_view text,
                                                        const std::string& file);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_GROUP_LIST_H_
