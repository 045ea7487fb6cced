// node_network_route_info and node_network_routes by rtnetlink.
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/netlink.h"

namespace vedette::exporters::node {
namespace {

// Who made a route, by the number in linux/rtnetlink.h.
std::string_view ProtocolName(uint8_t protocol) {
  static constexpr struct {
    uint8_t number;
    std::string_view name;
  } kNames[] = {{0, "unspec"},    {1, "redirect"}, {2, "kernel"}, {3, "boot"},   {4, "static"},
                {8, "gated"},     {9, "ra"},       {10, "mrt"},   {11, "zebra"}, {12, "bird"},
                {13, "dnrouted"}, {14, "xorp"},    {15, "ntk"},   {16, "dhcp"},  {17, "mrouted"},
                {42, "babel"},    {186, "bgp"},    {187, "isis"}, {188, "ospf"}, {189, "rip"},
                {192, "eigrp"}};
  for (const auto& known : kNames) {
    if (known.number == protocol) return known.name;
  }
  return "unknown";
}

// An IPv4 address inside an IPv6 one is shown as IPv4.
std::string AddressText(std::string_view bytes) {
  constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  if (bytes.size() == 16 && base::StartsWith(bytes, kMapped)) bytes.remove_prefix(kMapped.size());
  char text[INET6_ADDRSTRLEN] = "";
  if (bytes.size() == 4) ::inet_ntop(AF_INET, bytes.data(), text, sizeof text);
  if (bytes.size() == 16) ::inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

struct Route {
  rtmsg head{};
  std::string_view destination;
  std::string_view source;
  std::string_view gateway;
  std::string_view hops;  // of a route with several
  uint32_t priority = 0;
  uint32_t device = 0;
};

uint32_t ToUint32(std::string_view value) { return ReadStruct<uint32_t>(value).value_or(0); }

Route ParseRoute(std::string_view body) {
  Route route;
  route.head = *ReadStruct<rtmsg>(body);
  AttributeScanner attributes(body.substr(sizeof(rtmsg)));
  uint16_t type = 0;
  std::string_view value;
  while (attributes.Next(&type, &value)) {
    if (type == RTA_DST) route.destination = value;
    if (type == RTA_PREFSRC) route.source = value;
    if (type == RTA_GATEWAY) route.gateway = value;
    if (type == RTA_MULTIPATH) route.hops = value;
    if (type == RTA_PRIORITY) route.priority = ToUint32(value);
    if (type == RTA_OIF) route.device = ToUint32(value);
  }
  return route;
}

class NetworkRoute final : public Collector {
 public:
  base::Status Collect(const Scrape&, FamilySink* sink) override {
    rtmsg request{};
    request.rtm_family = AF_UNSPEC;
    names_.clear();
    std::map<std::string, uint64_t> counts;
    FamilyRef info = sink->Gauge("node_network_route_info", "network routing table information");
    VEDETTE_RETURN_IF_ERROR(
        socket_.Ask(RTM_GETROUTE, NLM_F_DUMP, AsBytes(request), [&](const NetlinkMessage& message) {
          if (message.type != RTM_NEWROUTE || message.body.size() < sizeof(rtmsg)) return;
          const Route route = ParseRoute(message.body);
          if (route.head.rtm_type == RTN_UNICAST) AddRoute(route, &info, &counts);
        }));
    FamilyRef routes = sink->Gauge("node_network_routes", "network routes by interface");
    for (const auto& [device, count] : counts) {
      routes.Add(static_cast<double>(count), {{"device", device}});
    }
    return base::Status();
  }

 private:
  void AddRoute(const Route& route, FamilyRef* info, std::map<std::string, uint64_t>* counts) {
    if (route.hops.empty()) {
      const std::string& device = DeviceName(route.device);
      Expose(route, device, route.gateway, "", info);
      ++(*counts)[device];
      return;
    }
    std::string_view rest = route.hops;
    while (const auto hop = ReadStruct<rtnexthop>(rest)) {
      if (hop->rtnh_len < sizeof(rtnexthop) || hop->rtnh_len > rest.size()) return;
      const std::string& device = DeviceName(static_cast<uint32_t>(hop->rtnh_ifindex));
      const auto attributes = rest.substr(sizeof(rtnexthop), hop->rtnh_len - sizeof(rtnexthop));
      Expose(route, device, HopGateway(attributes), std::to_string(hop->rtnh_hops + 1), info);
      ++(*counts)[device];
      rest.remove_prefix(std::min<size_t>((hop->rtnh_len + 3u) & ~3u, rest.size()));
    }
  }

  static std::string_view HopGateway(std::string_view bytes) {
    AttributeScanner attributes(bytes);
    uint16_t type = 0;
    std::string_view value;
    while (attributes.Next(&type, &value)) {
      if (type == RTA_GATEWAY) return value;
    }
    return "";
  }

  static void Expose(const Route& route, const std::string& device, std::string_view gateway,
                     const std::string& weight, FamilyRef* info) {
    const int bits = route.head.rtm_dst_len;
    const std::string destination =
        bits == 0 ? "default"
                  : base::Concat({AddressText(route.destination), "/", std::to_string(bits)});
    info->Add(1, {{"dest", destination},
                  {"device", device},
                  {"gw", AddressText(gateway)},
                  {"priority", std::to_string(route.priority)},
                  {"proto", ProtocolName(route.head.rtm_protocol)},
                  {"src", AddressText(route.source)},
                  {"weight", weight}});
  }

  // Empty where the device went away meanwhile.
  const std::string& DeviceName(uint32_t index) {
    const auto [it, is_new] = names_.try_emplace(index);
    char name[IF_NAMESIZE];
    if (is_new && ::if_indextoname(index, name) != nullptr) it->second = name;
    return it->second;
  }

  NetlinkSocket socket_{NETLINK_ROUTE, "rtnetlink: list of routes"};
  std::map<uint32_t, std::string> names_;  // of this scrape
};

}  // namespace

MadeCollector MakeNetworkRoute(const CollectorContext&) { return std::make_unique<NetworkRoute>(); }

}  // namespace vedette::exporters::node
