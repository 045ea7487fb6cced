#ifndef VEDETTE_EXPORTERS_NODE_NEIGHBOURS_H_
#define VEDETTE_EXPORTERS_NODE_NEIGHBOURS_H_

#include <cstdint>
#include <map>
#include <string>

#include "base/status.h"
#include "exporters/node/netlink.h"

namespace vedette::exporters::node {

// The IPv4 neighbours (ARP entries) that the kernel knows, by rtnetlink. One thread; one owner, a
// collector.
class Neighbours {
 public:
  Neighbours();

  // How many stand behind each device, those that need no ARP left out as in /proc/net/arp.
  base::Status CountByDevice(std::map<std::string, uint64_t, std::less<>>* entries);

 private:
  NetlinkSocket socket_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_NEIGHBOURS_H_
