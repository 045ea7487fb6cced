#include "collector/agents/address_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>

#include "base/strings.h"

namespace vedette::agents {
namespace {

// Never scraped: unspecified, link-local, multicast, reserved and broadcast, and a cloud's metadata
// service where that is not link-local.
constexpr std::array<std::string_view, 8> kForbidden = {
    "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
    "::/128",    "fe80::/10",      "ff00::/8",    "fd00:ec2::/32"};

bool IsAmong(std::string_view address, std::span<const std::string_view> ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [address](std::string_view range) {
    const auto parsed = base::http::IpRange::Parse(range);
    return parsed.ok() && parsed->Contains(address);
  });
}

// The IPv4 address that an IPv6 one of a translator or a tunnel leads to; empty: to none.
std::string LeadsTo(const std::string& address) {
  in6_addr v6{};
  if (::inet_pton(AF_INET6, address.c_str(), &v6) != 1) return "";
  constexpr std::array<std::string_view, 1> k6to4 = {"2002::/16"};
  constexpr std::array<std::string_view, 2> kLast = {"64:ff9b::/96", "::/96"};
  size_t at = 0;
  if (IsAmong(address, k6to4)) {
    at = 2;
  } else if (IsAmong(address, kLast) && address != "::1") {
    at = 12;
  } else {
    return "";
  }
  in_addr v4{};
  std::memcpy(&v4, v6.s6_addr + at, sizeof v4);
  char out[INET_ADDRSTRLEN] = {};
  return ::inet_ntop(AF_INET, &v4, out, sizeof out);
}

bool IsForbidden(const std::string& address) {
  if (IsAmong(address, kForbidden)) return true;
  const std::string v4 = LeadsTo(address);
  return !v4.empty() && (IsAmong(v4, kForbidden) || base::http::IsLoopback(v4));
}

base::Status NotAllowed(std::string_view host, std::string_view address, std::string_view why) {
  return base::PermissionDenied(base::Concat({"host ", host, ", address ", address, ": ", why}));
}

}  // namespace

std::string CanonicalAddress(std::string_view text) {
  const std::string copy(text);
  char out[INET6_ADDRSTRLEN] = {};
  in_addr v4{};
  if (::inet_pton(AF_INET, copy.c_str(), &v4) == 1) {
    return ::inet_ntop(AF_INET, &v4, out, sizeof out);
  }
  in6_addr v6{};
  if (::inet_pton(AF_INET6, copy.c_str(), &v6) != 1) return "";
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    std::memcpy(&v4, v6.s6_addr + 12, sizeof v4);
    return ::inet_ntop(AF_INET, &v4, out, sizeof out);
  }
  return ::inet_ntop(AF_INET6, &v6, out, sizeof out);
}

base::StatusOr<std::string> AddressPolicy::ScrapeAddress(std::string_view host,
                                                         std::string_view announced,
                                                         std::string_view peer) const {
  const std::string from = CanonicalAddress(peer);
  const std::string address = announced.empty() ? from : CanonicalAddress(announced);
  if (address.empty() && announced.empty()) {
    return NotAllowed(host, peer, "link-local addresses are not scraped");
  }
  if (address.empty()) {
    return base::InvalidArgument(base::Concat(
        {"address: found ", base::GoQuote(announced), "; allowed: an IPv4 or IPv6 address"}));
  }
  if (IsForbidden(address)) {
    return NotAllowed(host, address,
                      "link-local, multicast and unspecified addresses are not scraped");
  }
  if (base::http::IsLoopback(address)) {
    if (base::http::IsLoopback(from) && host == own_host) return address;
    return NotAllowed(host, address,
                      base::Concat({"loopback is for the collector's own machine, ", own_host,
                                    "; behind a proxy name the host's address "
                                    "(--announce.address) and allow it on the collector "
                                    "(--agents.allow-address)"}));
  }
  const bool is_allowed = address == from || std::any_of(allowed.begin(), allowed.end(),
                                                         [&](const base::http::IpRange& range) {
                                                           return range.Contains(address);
                                                         });
  if (is_allowed) return address;
  return NotAllowed(host, address,
                    base::Concat({"it announces itself from ", from,
                                  "; another address has to be allowed on the collector "
                                  "(--agents.allow-address)"}));
}

}  // namespace vedette::agents
