#include "exporters/node/neighbours.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

namespace vedette::exporters::node {

Neighbours::Neighbours() : socket_(NETLINK_ROUTE, "rtnetlink: list of neighbours") {}

base::Status Neighbours::CountByDevice(std::map<std::string, uint64_t, std::less<>>* entries) {
  ndmsg request{};
  request.ndm_family = AF_INET;
  std::map<unsigned, uint64_t> by_index;
  VEDETTE_RETURN_IF_ERROR(socket_.Ask(RTM_GETNEIGH, NLM_F_DUMP, AsBytes(request),
                                      [&by_index](const NetlinkMessage& message) {
                                        const auto neighbour = ReadStruct<ndmsg>(message.body);
                                        if (message.type != RTM_NEWNEIGH || !neighbour) return;
                                        if ((neighbour->ndm_state & NUD_NOARP) != 0) return;
                                        ++by_index[static_cast<unsigned>(neighbour->ndm_ifindex)];
                                      }));
  for (const auto& [index, count] : by_index) {
    char name[IF_NAMESIZE];
    if (::if_indextoname(index, name) != nullptr) (*entries)[name] += count;
  }
  return base::Status();
}

}  // namespace vedette::exporters::node
