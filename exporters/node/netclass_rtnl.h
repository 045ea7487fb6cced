#ifndef VEDETTE_EXPORTERS_NODE_NETCLASS_RTNL_H_
#define VEDETTE_EXPORTERS_NODE_NETCLASS_RTNL_H_

#include <memory>

#include "exporters/node/device_filter.h"
#include "exporters/node/options.h"
#include "exporters/runtime/collector.h"

namespace vedette::exporters::node {

// The collector netclass where --collector.netclass.netlink is given. With
// --collector.netclass_rtnl.with-stats it shows the counters of netdev too, by the kernel's names.
std::unique_ptr<Collector> NewNetclassRtnl(const NodeOptions& options, DeviceFilter filter);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_NETCLASS_RTNL_H_
