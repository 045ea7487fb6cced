#ifndef VEDETTE_EXPORTERS_NODE_MDSTAT_H_
#define VEDETTE_EXPORTERS_NODE_MDSTAT_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::node {

// One array of /proc/mdstat. A plain value.
struct MdArray {
  std::string device;
  std::string state;  // active, inactive, recovering, resync, check, reshape
  double active = 0;
  double required = 0;
  double failed = 0;
  double spare = 0;
  double blocks = 0;
  double blocks_synced = 0;
};

// `path` is for errors.
base::StatusOr<std::vector<MdArray>> ParseMdstat(std::string_view text, const std::string& path);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_MDSTAT_H_
