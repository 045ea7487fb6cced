#include "exporters/pve/target.h"

#include <algorithm>

#include "base/http/listen_address.h"
#include "base/strings.h"

namespace vedette::exporters::pve {
namespace {

constexpr size_t kMaxTargetBytes = 260;  // a name of 253, brackets and a port

bool IsHostByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

bool IsAddressByte(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' ||
         c == '.';
}

bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsHostByte);
}

bool IsIpv6(std::string_view text) {
  return std::count(text.begin(), text.end(), ':') >= 2 &&
         std::all_of(text.begin(), text.end(), IsAddressByte);
}

// `host` as SplitHost gives it.
bool IsLoopbackHost(std::string_view host) {
  if (base::StartsWith(host, "[")) host = host.substr(1, host.size() - 2);
  return base::http::IsLoopback(host);
}

base::Status BadTarget(std::string_view target) {
  return base::InvalidArgument(
      base::Concat({"target: found ", base::GoQuote(target.substr(0, kMaxTargetBytes)),
                    "; allowed is a host name or address, with :PORT where it is not 8006"}));
}

// The host as it stands in a URL, and ":PORT" or nothing after it.
bool SplitHost(std::string_view target, std::string* host, std::string_view* port) {
  if (IsIpv6(target)) {
    *host = base::Concat({"[", target, "]"});
    return true;
  }
  if (base::StartsWith(target, "[")) {
    const size_t end = target.find(']');
    if (end == std::string_view::npos || !IsIpv6(target.substr(1, end - 1))) return false;
    *host = target.substr(0, end + 1);
    *port = target.substr(end + 1);
    return port->empty() || port->front() == ':';
  }
  const size_t colon = std::min(target.find(':'), target.size());
  *host = target.substr(0, colon);
  *port = target.substr(colon);
  return IsName(*host);
}

}  // namespace

base::StatusOr<std::string> TargetOrigin(std::string_view target, uint16_t default_port,
                                         bool allow_plain) {
  std::string_view rest = target;
  const bool is_plain = base::StartsWith(rest, "http://");
  if (is_plain || base::StartsWith(rest, "https://")) rest.remove_prefix(rest.find("//") + 2);
  std::string host;
  std::string_view port;
  if (rest.size() > kMaxTargetBytes || !SplitHost(rest, &host, &port)) return BadTarget(target);
  if (is_plain && !(allow_plain && IsLoopbackHost(host))) return BadTarget(target);
  uint64_t number = default_port;
  if (!port.empty()) {
    const auto given = base::ParseUint(port.substr(1));
    if (!given || *given == 0 || *given > 65535) return BadTarget(target);
    number = *given;
  }
  return base::Concat({is_plain ? "http://" : "https://", host, ":", std::to_string(number)});
}

}  // namespace vedette::exporters::pve
