#include "exporters/node/netdev_addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

namespace vedette::exporters::node {
namespace {

struct Address {
  std::string text;
  int prefix_bits = 0;
  std::string_view scope;
};

int CountBits(const unsigned char* bytes, size_t size) {
  int bits = 0;
  for (size_t i = 0; i < size; ++i) bits += std::popcount(bytes[i]);
  return bits;
}

std::string_view Scope4(const in_addr& address) {
  const uint32_t host = ntohl(address.s_addr);
  const bool link_local = (host >> 16) == 0xa9fe || (host >> 8) == 0xe00000;
  return (host >> 24) == 127 || link_local ? "link-local" : "global";
}

std::string_view Scope6(const in6_addr& address) {
  if (IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_LINKLOCAL(&address)) return "link-local";
  return "global";
}

// An entry of getifaddrs that is an IP address; false for the others.
bool ReadAddress(const ifaddrs& entry, Address* out) {
  if (entry.ifa_addr == nullptr || entry.ifa_netmask == nullptr) return false;
  char text[INET6_ADDRSTRLEN] = "";
  if (entry.ifa_addr->sa_family == AF_INET) {
    sockaddr_in address;
    sockaddr_in mask;
    std::memcpy(&address, entry.ifa_addr, sizeof address);
    std::memcpy(&mask, entry.ifa_netmask, sizeof mask);
    ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
    out->prefix_bits = std::popcount(mask.sin_addr.s_addr);
    out->scope = Scope4(address.sin_addr);
  } else if (entry.ifa_addr->sa_family == AF_INET6) {
    sockaddr_in6 address;
    sockaddr_in6 mask;
    std::memcpy(&address, entry.ifa_addr, sizeof address);
    std::memcpy(&mask, entry.ifa_netmask, sizeof mask);
    ::inet_ntop(AF_INET6, &address.sin6_addr, text, sizeof text);
    out->prefix_bits = CountBits(mask.sin6_addr.s6_addr, 16);
    out->scope = Scope6(address.sin6_addr);
  } else {
    return false;
  }
  out->text = text;
  return true;
}

}  // namespace

base::Status AddNetworkAddresses(FamilySink* sink) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return base::FromErrno(errno, "getifaddrs");
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owned(list, ::freeifaddrs);
  FamilyRef family = sink->Gauge("node_network_address_info", "node network address by device");
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    Address address;
    if (!ReadAddress(*entry, &address)) continue;
    family.Add(1, {{"address", address.text},
                   {"device", entry->ifa_name},
                   {"netmask", std::to_string(address.prefix_bits)},
                   {"scope", address.scope}});
  }
  return base::Status();
}

}  // namespace vedette::exporters::node
