#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_IP_MATCHER_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_IP_MATCHER_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"

namespace vedette::logql {

// ip("..."): an address, a network in CIDR form, or a range FROM-TO, of version 4 or 6.
// Thread-safe.
class IpMatcher {
 public:
  // InvalidArgument `ip: invalid pattern: "x"`.
  static base::StatusOr<IpMatcher> Make(std::string_view pattern);
  // Whether an address of these stands anywhere in the text.
  bool FoundIn(std::string_view text) const;

 private:
  struct Address {
    bool v6 = false;
    std::array<uint8_t, 16> bytes = {};
    friend auto operator<=>(const Address&, const Address&) = default;
  };
  static std::optional<Address> ParseAddress(std::string_view text);
  static std::optional<IpMatcher> ParseNetwork(std::string_view text);
  static std::optional<IpMatcher> ParseRange(std::string_view text);
  bool Contains(std::string_view address) const;

  Address first_;
  Address last_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_IP_MATCHER_H_
