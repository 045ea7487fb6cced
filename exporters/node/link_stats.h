#ifndef VEDETTE_EXPORTERS_NODE_LINK_STATS_H_
#define VEDETTE_EXPORTERS_NODE_LINK_STATS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "exporters/node/netlink.h"

namespace vedette::exporters::node {

// One statistic's key, as in "receive_packets", and its value.
using LinkStat = std::pair<std::string_view, uint64_t>;

// A network device and what was counted on it. Keys are string literals.
struct LinkStats {
  std::string device;
  std::vector<LinkStat> stats;

  void Set(std::string_view key, uint64_t value) { stats.emplace_back(key, value); }
};

// The kernel's 64-bit counters by rtnetlink, keys by the kernel's names ("receive_dropped"). One
// thread; one owner, a collector.
class LinkReader {
 public:
  LinkReader();
  base::StatusOr<std::vector<LinkStats>> Read();

 private:
  NetlinkSocket socket_;
};

// The interface messages of one rtnetlink answer, added to `links`. Ignores what it does not know;
// reads nothing beyond `datagram`, whatever lengths stand in it.
void ParseLinkMessages(std::string_view datagram, std::vector<LinkStats>* links);

// The counters among the attributes of one interface message.
LinkStats ParseLinkStats(std::string_view attributes);

// The text of /proc/net/dev, which sums some counters up. InvalidArgument on a line with other than
// 16 numbers.
base::StatusOr<std::vector<LinkStats>> ParseNetDev(std::string_view text);

// Renames and sums the kernel's counters to what /proc/net/dev would show ("receive_drop"), which
// is what the metrics are named after unless detailed ones are asked for.
void ToLegacyNames(LinkStats* link);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_LINK_STATS_H_
