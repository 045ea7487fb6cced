#include "base/http/proxy.h"

#include <array>
#include <optional>

#include "base/http/listen_address.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

std::string FirstOf(const Environment& environment, std::array<const char*, 2> names) {
  std::string value = environment(names[0]);
  return value.empty() ? environment(names[1]) : value;
}

bool IsAddress(std::string_view host) {
  return host.find('/') == host.npos && IpRange::Parse(host).ok();
}

struct Listed {
  std::string_view host;
  std::optional<uint64_t> port;
};

// "name", "name:80", "[::1]:80", "::1"
Listed Take(std::string_view item) {
  if (StartsWith(item, "[")) {
    const size_t end = item.find(']');
    if (end == item.npos) return {item, {}};
    const std::string_view rest = item.substr(end + 1);
    const bool has_port = StartsWith(rest, ":");
    return {item.substr(1, end - 1), has_port ? ParseUint(rest.substr(1)) : std::nullopt};
  }
  const size_t colon = item.rfind(':');
  if (colon == item.npos || item.find(':') != colon) return {item, {}};
  return {item.substr(0, colon), ParseUint(item.substr(colon + 1))};
}

bool NamesDomain(std::string_view listed, std::string_view host) {
  if (StartsWith(listed, "*.")) listed.remove_prefix(1);
  if (StartsWith(listed, ".")) return EndsWith(host, listed);
  return host == listed || (EndsWith(host, listed) && host.size() > listed.size() &&
                            host[host.size() - listed.size() - 1] == '.');
}

bool Names(std::string_view item, std::string_view host, uint16_t port) {
  if (item == "*") return true;
  if (item.find('/') != item.npos) {
    const auto range = IpRange::Parse(item);
    return range.ok() && IsAddress(host) && range->Contains(host);
  }
  const Listed listed = Take(item);
  if (listed.host.empty() || (listed.port && *listed.port != port)) return false;
  const auto address = IpRange::Parse(listed.host);
  if (address.ok()) return IsAddress(host) && address->Contains(host);
  return NamesDomain(listed.host, host);
}

}  // namespace

bool BypassesProxy(std::string_view no_proxy, std::string_view host, uint16_t port) {
  if (host.empty() || IsLoopback(host)) return true;
  const std::string lower = ToLowerAscii(host);
  const std::string list = ToLowerAscii(no_proxy);
  for (const std::string_view item : Split(list, ',')) {
    if (const std::string_view text = Trim(item); !text.empty() && Names(text, lower, port)) {
      return true;
    }
  }
  return false;
}

std::string ProxyFor(const ProxyConfig& config, const Url& target, const Environment& environment) {
  if (!config.from_environment) {
    if (config.url.empty() || config.no_proxy.empty()) return config.url;
    return BypassesProxy(config.no_proxy, target.host, target.port) ? "" : config.url;
  }
  std::string url = target.is_tls() ? FirstOf(environment, {"HTTPS_PROXY", "https_proxy"})
                                    : FirstOf(environment, {"HTTP_PROXY", "http_proxy"});
  if (url.empty()) return url;
  const std::string direct = FirstOf(environment, {"NO_PROXY", "no_proxy"});
  if (BypassesProxy(direct, target.host, target.port)) return "";
  if (url.find("://") == url.npos) url.insert(0, "http://");
  return url;
}

}  // namespace vedette::base::http
