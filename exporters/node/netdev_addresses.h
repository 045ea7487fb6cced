#ifndef VEDETTE_EXPORTERS_NODE_NETDEV_ADDRESSES_H_
#define VEDETTE_EXPORTERS_NODE_NETDEV_ADDRESSES_H_

#include "base/status.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::node {

// node_network_address_info: every IP address of every device, with its prefix length and scope.
base::Status AddNetworkAddresses(FamilySink* sink);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_NETDEV_ADDRESSES_H_
