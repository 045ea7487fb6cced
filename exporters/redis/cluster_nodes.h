#ifndef VEDETTE_EXPORTERS_REDIS_CLUSTER_NODES_H_
#define VEDETTE_EXPORTERS_REDIS_CLUSTER_NODES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporters/redis/address.h"

namespace vedette::exporters::redis {

// One node of a cluster as CLUSTER NODES tells it. A plain value.
struct ClusterNode {
  std::string host;  // empty: the node does not know its own, so it is the one asked
  uint16_t port = 0;
  std::string hostname;  // empty where none is announced
  bool is_master = false;
  bool is_usable = false;                  // neither failed nor without an address
  std::vector<std::pair<int, int>> slots;  // first and last

  bool Owns(int slot) const;
};

// The reply to CLUSTER NODES; lines of another form are skipped.
std::vector<ClusterNode> ParseClusterNodes(std::string_view text);

// The slot of a key: CRC16 of what stands in its first {}, else of all of it.
int KeySlot(std::string_view key);

// The address of `node`, reached as `asked` was (scheme, user, password).
Address NodeAddress(const ClusterNode& node, const Address& asked);

// What http_sd takes: every node as an address. `hostnames`: by name where one is announced.
std::string DiscoveryJson(const std::vector<ClusterNode>& nodes, const Address& asked,
                          bool hostnames);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_CLUSTER_NODES_H_
