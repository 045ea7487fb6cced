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

// "http:..." and the like: what stands before the first colon is no part of a path.
bool HasScheme(std::string_view reference) {
  const size_t end = reference.find_first_of(":/?#");
  return end != std::string_view::npos && reference[end] == ':';
}

// A path and query without the segments "." and ".." of the path.
std::string WithoutDots(std::string_view target) {
  const size_t query = std::min(target.find_first_of("?#"), target.size());
  std::string out;
  for (std::string_view path = target.substr(0, query); !path.empty();) {
    const size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    if (segment == "/.." && !out.empty()) out.resize(out.rfind('/'));
    if (segment != "/." && segment != "/..") {
      out += segment;
    } else if (path.empty()) {
      out += '/';
    }
  }
  return out.append(target.substr(query));
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

std::string OriginOf(std::string_view url) {
  const auto parsed = ParseUrl(url);
  return parsed.ok() ? parsed->Origin() : std::string();
}

std::string ResolveReference(std::string_view from, std::string_view location) {
  const auto base = ParseUrl(from);
  if (!base.ok() || location.empty()) return {};
  if (HasScheme(location)) return ParseUrl(location).ok() ? std::string(location) : std::string();
  if (StartsWith(location, "//")) return Concat({base->scheme, ":", location});
  const std::string_view path = std::string_view(base->target).substr(0, base->target.find('?'));
  if (StartsWith(location, "?")) return Concat({base->Origin(), path, location});
  const std::string whole = StartsWith(location, "/")
                                ? std::string(location)
                                : Concat({path.substr(0, path.rfind('/') + 1), location});
  return base->Origin() + WithoutDots(whole);
}

}  // namespace vedette::base::http
