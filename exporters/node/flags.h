#ifndef VEDETTE_EXPORTERS_NODE_FLAGS_H_
#define VEDETTE_EXPORTERS_NODE_FLAGS_H_

#include <vector>

#include "exporters/node/options.h"
#include "exporters/runtime/flag.h"

namespace vedette::exporters::node {

using NodeFlag = Flag<NodeOptions>;

// Every flag of the node exporter, as upstream names it: --path.*, --collector.*, one switch for
// each collector.
std::vector<NodeFlag> NodeFlags();

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_FLAGS_H_
