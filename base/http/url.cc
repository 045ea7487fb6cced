#include "base/http/url.h"

#include <algorithm>
#include <optional>

#include "base/http/message.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

std::string Bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : Concat({"[", host, "]"});
}

uint16_t DefaultPort(const Url& url) { return url.is_tls() ? 443 : 80; }

bool HasControlOrSpace(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

// "host", "host:80", "[::1]:80"
Status ParseHostPort(std::string_view text, Url* url) {
  std::string_view port;
  if (StartsWith(text, "[")) {
    const size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return InvalidArgument("URL: missing ]");
    url->host = text.substr(1, bracket - 1);
    const std::string_view rest = text.substr(bracket + 1);
    if (!rest.empty() && rest.front() != ':') return InvalidArgument("URL: bad port");
    port = rest.empty() ? rest : rest.substr(1);
  } else {
    const size_t colon = std::min(text.find(':'), text.size());
    url->host = text.substr(0, colon);
    port = colon < text.size() ? text.substr(colon + 1) : "";
  }
  if (url->host.empty()) return InvalidArgument("URL: no host");
  url->port = DefaultPort(*url);
  if (port.empty()) return absl::OkStatus();
  const std::optional<uint64_t> number = ParseUint(port);
  if (!number || *number == 0 || *number > 65535) return InvalidArgument("URL: bad port");
  url->port = static_cast<uint16_t>(*number);
  return absl::OkStatus();
}

}  // namespace

std::string Url::Origin() const {
  return Concat({scheme, "://", Bracketed(host), ":", std::to_string(port)});
}

std::string Url::HostHeader() const {
  if (port == DefaultPort(*this)) return Bracketed(host);
  return Concat({Bracketed(host), ":", std::to_string(port)});
}

StatusOr<Url> ParseUrl(std::string_view text) {
  Url url;
  const size_t colon = text.find("://");
  if (colon != std::string_view::npos) url.scheme = ToLowerAscii(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") {
    return InvalidArgument("URL: must begin with http:// or https://");
  }
  if (HasControlOrSpace(text)) return InvalidArgument("URL: contains a space or control character");
  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.userinfo = PercentDecode(authority.substr(0, at));
    authority = authority.substr(at + 1);
  }
  VEDETTE_RETURN_IF_ERROR(ParseHostPort(authority, &url));
  url.target = rest.substr(end);
  if (!StartsWith(url.target, "/")) url.target.insert(0, "/");
  return url;
}

}  // namespace vedette::base::http
