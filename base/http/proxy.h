#ifndef VEDETTE_BASE_HTTP_PROXY_H_
#define VEDETTE_BASE_HTTP_PROXY_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http/url.h"
#include "base/secrets.h"

namespace vedette::base::http {

// proxy_url and what belongs to it.
struct ProxyConfig {
  std::string url;       // "http://user:password@proxy:3128"; empty: none
  std::string no_proxy;  // hosts reached directly, see BypassesProxy
  bool from_environment = false;
  // Sent with CONNECT, several values a name.
  std::vector<std::pair<std::string, std::vector<Secret>>> connect_headers;
};

// The value of an environment variable, empty where it is not set.
using Environment = std::function<std::string(const char* name)>;

// The proxy that leads to `target`, empty: go there directly. As Go's net/http/httpproxy: with
// no_proxy or the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY, upper case before lower) this
// machine is always reached directly; with a proxy_url alone everything goes through it.
std::string ProxyFor(const ProxyConfig& config, const Url& target, const Environment& environment);

// True if the comma-separated list names the host: "*", an address, a range ("10.0.0.0/8"), a
// domain (itself and what is below; with a leading dot only what is below), each but a range with a
// port or without. Loopback and "localhost" always are.
bool BypassesProxy(std::string_view no_proxy, std::string_view host, uint16_t port);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_PROXY_H_
