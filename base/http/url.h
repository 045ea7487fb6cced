#ifndef VEDETTE_BASE_HTTP_URL_H_
#define VEDETTE_BASE_HTTP_URL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace vedette::base::http {

// An absolute http or https URL taken apart. A value type.
struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // without brackets
  uint16_t port = 0;
  std::string target;    // path and query as they stand, at least "/"
  std::string userinfo;  // "user:password", decoded; empty without one
  bool is_tls() const { return scheme == "https"; }
  // "https://host:9090": what may be logged. Never the path, which can be a secret.
  std::string Origin() const;
  // For the Host header: the port only where it is not the scheme's own.
  std::string HostHeader() const;
};

// Errors do not repeat the URL.
StatusOr<Url> ParseUrl(std::string_view text);
// Url::Origin of a URL as text; empty of what is none.
std::string OriginOf(std::string_view url);
// The URL that `location` means where `from` names it (RFC 3986, 5.2); empty when that is no http
// or https URL.
std::string ResolveReference(std::string_view from, std::string_view location);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_URL_H_
