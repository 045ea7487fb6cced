#include "collector/logql/stages/ip_matcher.h"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

#include "base/strings.h"

namespace vedette::logql {
namespace {

constexpr std::string_view kV4Bytes = "0123456789.";
constexpr std::string_view kV6Bytes = "0123456789abcdefABCDEF:.";

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Whether an address may begin here: a digit and a point within the next three.
bool MayBeV4(std::string_view rest) {
  return rest.size() > 3 && rest[0] >= '0' && rest[0] <= '9' &&
         (rest[1] == '.' || rest[2] == '.' || rest[3] == '.');
}

// "::a", or up to four hexadecimal digits and a colon.
bool MayBeV6(std::string_view rest) {
  if (rest.size() <= 4) return false;
  if (rest[0] == ':' && rest[1] == ':' && IsHex(rest[2])) return true;
  size_t digits = 0;
  while (digits < 4 && IsHex(rest[digits])) ++digits;
  return digits > 0 && rest[digits] == ':';
}

}  // namespace

std::optional<IpMatcher::Address> IpMatcher::ParseAddress(std::string_view text) {
  Address address;
  address.v6 = text.find(':') != std::string_view::npos;
  const std::string whole(text);
  if (inet_pton(address.v6 ? AF_INET6 : AF_INET, whole.c_str(), address.bytes.data()) != 1) {
    return std::nullopt;
  }
  return address;
}

std::optional<IpMatcher> IpMatcher::ParseNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = ParseAddress(text.substr(0, slash));
  const auto bits = base::ParseUint(text.substr(slash + 1));
  if (!address || !bits || *bits > (address->v6 ? 128u : 32u)) return std::nullopt;
  IpMatcher matcher;
  matcher.first_ = matcher.last_ = *address;
  const size_t size = address->v6 ? 16 : 4;
  for (size_t i = 0; i < size; ++i) {
    const uint64_t kept = *bits > i * 8 ? std::min<uint64_t>(*bits - i * 8, 8) : 0;
    const auto host = static_cast<uint8_t>(0xFF >> kept);
    matcher.first_.bytes[i] = static_cast<uint8_t>(address->bytes[i] & ~host);
    matcher.last_.bytes[i] = static_cast<uint8_t>(address->bytes[i] | host);
  }
  return matcher;
}

std::optional<IpMatcher> IpMatcher::ParseRange(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = ParseAddress(text.substr(0, dash));
  const auto last = ParseAddress(text.substr(dash + 1));
  if (!first || !last || first->v6 != last->v6 || *last < *first) return std::nullopt;
  IpMatcher matcher;
  matcher.first_ = *first;
  matcher.last_ = *last;
  return matcher;
}

base::StatusOr<IpMatcher> IpMatcher::Make(std::string_view pattern) {
  if (const auto address = ParseAddress(pattern)) {
    IpMatcher matcher;
    matcher.first_ = matcher.last_ = *address;
    return matcher;
  }
  if (const auto network = ParseNetwork(pattern)) return *network;
  if (const auto range = ParseRange(pattern)) return *range;
  return base::InvalidArgument(base::Concat({"ip: invalid pattern: ", base::GoQuote(pattern)}));
}

bool IpMatcher::Contains(std::string_view address) const {
  const auto found = ParseAddress(address);
  return found && first_.v6 == found->v6 && first_ <= *found && *found <= last_;
}

bool IpMatcher::FoundIn(std::string_view text) const {
  for (size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    const std::string_view bytes = MayBeV4(rest) ? kV4Bytes : MayBeV6(rest) ? kV6Bytes : "";
    if (bytes.empty()) continue;
    const size_t length = std::min(rest.find_first_not_of(bytes), rest.size());
    if (Contains(rest.substr(0, length))) return true;
    at += length;
  }
  return false;
}

}  // namespace vedette::logql
