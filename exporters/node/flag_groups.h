#ifndef VEDETTE_EXPORTERS_NODE_FLAG_GROUPS_H_
#define VEDETTE_EXPORTERS_NODE_FLAG_GROUPS_H_

#include <vector>

#include "exporters/node/flags.h"

namespace vedette::exporters::node {

// The flags of the collectors of the network, of the kernel's and systemd's own statistics, and of
// hardware and what users run beside it.
// NodeFlags (flags.h) joins all groups.
void AddNetworkFlags(std::vector<NodeFlag>* flags);
void AddSystemFlags(std::vector<NodeFlag>* flags);
void AddHardwareFlags(std::vector<NodeFlag>* flags);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_FLAG_GROUPS_H_
