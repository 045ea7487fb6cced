#ifndef VEDETTE_BASE_HTTP_LISTEN_ADDRESS_H_
#define VEDETTE_BASE_HTTP_LISTEN_ADDRESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace vedette::base::http {

// "127.0.0.1:9090", "[::1]:9090", "localhost:9090" or ":9090".
struct ListenAddress {
  std::string host;  // without brackets; empty: all addresses, IPv4 and IPv6
  uint16_t port = 0;
};
StatusOr<ListenAddress> ParseListenAddress(std::string_view text);

// True for 127.0.0.0/8, ::1, their IPv4-mapped form and "localhost".
bool IsLoopback(std::string_view host);

// The host of a remote address "127.0.0.1:51234" or "[::1]:51234".
std::string_view RemoteHost(std::string_view remote_address);

// "10.0.0.0/8", "fd00::/8", or a bare address for that one alone. IPv4-mapped IPv6 addresses count
// as IPv4. A value type.
class IpRange {
 public:
  // InvalidArgument when `text` is no range.
  static StatusOr<IpRange> Parse(std::string_view text);
  bool Contains(std::string_view address) const;

 private:
  unsigned char bytes_[16] = {};  // IPv4 as ::ffff:a.b.c.d
  int prefix_bits_ = 128;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_LISTEN_ADDRESS_H_
