#include "base/http/listen_address.h"

#include <arpa/inet.h>

#include <cstring>

#include "base/strings.h"

namespace vedette::base::http {
namespace {

constexpr unsigned char kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// Sixteen bytes, IPv4 mapped into IPv6; false when `text` is no numeric address.
bool ParseIp(std::string_view text, unsigned char* bytes, bool* is_v4) {
  const std::string copy(text.substr(0, text.find('%')));  // without a zone
  *is_v4 = ::inet_pton(AF_INET, copy.c_str(), bytes + 12) == 1;
  if (*is_v4) {
    std::memcpy(bytes, kMappedPrefix, sizeof kMappedPrefix);
    return true;
  }
  return ::inet_pton(AF_INET6, copy.c_str(), bytes) == 1;
}

bool SamePrefix(const unsigned char* a, const unsigned char* b, int bits) {
  const auto whole = static_cast<size_t>(bits / 8);
  if (std::memcmp(a, b, whole) != 0) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const int mask = 0xff << (8 - rest);
  return ((a[whole] ^ b[whole]) & mask) == 0;
}

}  // namespace

StatusOr<ListenAddress> ParseListenAddress(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return InvalidArgument(Concat({"listen address ", GoQuote(text), ": ", why,
                                   "; allowed are HOST:PORT, [IPV6]:PORT and :PORT"}));
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad("no port");
  std::string_view host = text.substr(0, colon);
  if (StartsWith(host, "[") && EndsWith(host, "]")) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return bad("IPv6 addresses stand in brackets");
  }
  const std::optional<uint64_t> port = ParseUint(text.substr(colon + 1));
  if (!port || *port > 65535) return bad("bad port");
  return ListenAddress{std::string(host), static_cast<uint16_t>(*port)};
}

bool IsLoopback(std::string_view host) {
  if (host == "localhost") return true;
  unsigned char bytes[16];
  bool is_v4 = false;
  if (!ParseIp(host, bytes, &is_v4)) return false;
  if (std::memcmp(bytes, kMappedPrefix, sizeof kMappedPrefix) == 0) return bytes[12] == 127;
  return std::memcmp(bytes, &in6addr_loopback, 16) == 0;
}

std::string_view RemoteHost(std::string_view remote_address) {
  std::string_view host = remote_address.substr(0, remote_address.rfind(':'));
  if (StartsWith(host, "[") && EndsWith(host, "]")) host = host.substr(1, host.size() - 2);
  return host;
}

StatusOr<IpRange> IpRange::Parse(std::string_view text) {
  IpRange range;
  const size_t slash = std::min(text.find('/'), text.size());
  bool is_v4 = false;
  const bool address_ok = ParseIp(text.substr(0, slash), range.bytes_, &is_v4);
  const int width = is_v4 ? 32 : 128;
  const std::optional<uint64_t> bits =
      slash == text.size() ? static_cast<uint64_t>(width) : ParseUint(text.substr(slash + 1));
  if (!address_ok || !bits || *bits > static_cast<uint64_t>(width)) {
    return InvalidArgument(Concat({"found ", GoQuote(text),
                                   "; allowed is an address range such as 192.168.1.0/24 or "
                                   "fd00::/8"}));
  }
  range.prefix_bits_ = static_cast<int>(*bits) + 128 - width;
  return range;
}

bool IpRange::Contains(std::string_view address) const {
  unsigned char bytes[16];
  bool is_v4 = false;
  return ParseIp(address, bytes, &is_v4) && SamePrefix(bytes, bytes_, prefix_bits_);
}

}  // namespace vedette::base::http
