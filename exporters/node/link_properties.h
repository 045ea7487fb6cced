#ifndef VEDETTE_EXPORTERS_NODE_LINK_PROPERTIES_H_
#define VEDETTE_EXPORTERS_NODE_LINK_PROPERTIES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "exporters/node/link_stats.h"
#include "exporters/node/netlink.h"

namespace vedette::exporters::node {

// A network device as rtnetlink describes it (rtnetlink(7), linux/if_link.h). What an older kernel
// does not tell is 0 or empty.
struct LinkProperties {
  std::string device;
  uint32_t index = 0;
  uint32_t link = 0;   // of what it stands on: itself where there is nothing
  uint32_t flags = 0;  // IFF_*, the volatile ones too
  uint32_t type = 0;   // ARPHRD_*
  uint32_t mtu = 0;
  uint32_t group = 0;
  uint32_t queue_length = 0;
  uint32_t carrier = 0;
  uint32_t carrier_changes = 0;
  uint32_t carrier_up_count = 0;
  uint32_t carrier_down_count = 0;
  uint32_t link_mode = 0;
  uint32_t oper_state = 0;  // IF_OPER_*
  std::string address;      // "02:fc:00:00:00:01"
  std::string broadcast;
  std::string alias;
  std::optional<LinkStats> stats;  // where asked for
};

// "up", "down" ... as sysfs has it; "unknown" for what is not known here.
std::string_view OperStateName(uint32_t state);

// What tells that a device is as it was: its message but for the counters, as a hash.
struct LinkMark {
  std::string device;
  uint32_t index = 0;
  std::string address;
  size_t hash = 0;
};

// Asks for all devices. One thread; one owner, a collector.
class LinkPropertiesReader {
 public:
  explicit LinkPropertiesReader(bool with_stats);
  base::StatusOr<std::vector<LinkProperties>> Read();
  // Of a reader without stats. `marks` is filled anew.
  base::Status ReadMarks(std::vector<LinkMark>* marks);

 private:
  base::Status Ask(const std::function<void(const NetlinkMessage&)>& take);

  const bool with_stats_;
  NetlinkSocket socket_;
};

// The interface messages of one answer, added to `links`. Ignores what it does not know; reads
// nothing beyond `datagram`, whatever lengths stand in it.
void ParseLinkProperties(std::string_view datagram, bool with_stats,
                         std::vector<LinkProperties>* links);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_LINK_PROPERTIES_H_
