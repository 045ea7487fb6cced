#include "exporters/redis/address.h"

#include "base/http/message.h"
#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

constexpr std::string_view kSchemes[] = {"redis", "rediss", "valkey", "valkeys"};
constexpr int64_t kMaxDatabase = 1'000'000;

bool IsKnown(std::string_view scheme) {
  for (const std::string_view known : kSchemes) {
    if (scheme == known) return true;
  }
  return false;
}

// "user:password", "user" or ":password".
void TakeUserInfo(std::string_view info, Address* address) {
  const size_t colon = info.find(':');
  address->user = base::http::PercentDecode(info.substr(0, colon));
  if (colon == std::string_view::npos) return;
  address->password = base::Secret(base::http::PercentDecode(info.substr(colon + 1)));
}

base::Status TakePort(std::string_view text, Address* address) {
  const auto port = base::ParseUint(text);
  if (!port || *port == 0 || *port > 65535) {
    return base::InvalidArgument(
        base::Concat({"port: found ", base::GoQuote(text), "; allowed are 1 to 65535"}));
  }
  address->port = static_cast<uint16_t>(*port);
  return base::Status();
}

// "host", "host:port", "[::1]:port"
base::Status TakeHostPort(std::string_view text, Address* address) {
  if (base::StartsWith(text, "[")) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return base::InvalidArgument("host: a [ without its ]");
    address->host = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    if (rest.empty()) return base::Status();
    if (rest[0] != ':') return base::InvalidArgument("host: something between ] and the port");
    return TakePort(rest.substr(1), address);
  }
  const size_t colon = text.rfind(':');
  address->host = text.substr(0, colon);
  if (colon == std::string_view::npos) return base::Status();
  if (address->host.find(':') != std::string::npos) {
    return base::InvalidArgument("host: an IPv6 address stands in brackets, [::1]:6379");
  }
  return TakePort(text.substr(colon + 1), address);
}

base::Status TakeDatabase(std::string_view path, Address* address) {
  path = path.substr(0, path.find('?'));
  if (path.empty() || path == "/") return base::Status();
  const auto number = base::ParseInt(path.substr(1));
  if (!number || *number < 0 || *number > kMaxDatabase) {
    return base::InvalidArgument(
        base::Concat({"database: found ", base::GoQuote(path), "; allowed is a number, as /3"}));
  }
  address->database = static_cast<int>(*number);
  return base::Status();
}

}  // namespace

std::string Address::ForMessages() const {
  if (is_unix()) return "unix " + unix_path;
  const bool v6 = host.find(':') != std::string::npos;
  return base::Concat({"tcp ", v6 ? "[" : "", host, v6 ? "]" : "", ":", std::to_string(port)});
}

std::string Address::Uri() const { return UriOf(""); }

std::string Address::UriOf(std::string_view name) const {
  const std::string at = name.empty() ? "" : base::Concat({name, "@"});
  if (is_unix()) return base::Concat({"unix://", at, unix_path});
  const std::string place = ForMessages().substr(4);
  const std::string path = database == 0 ? "" : base::Concat({"/", std::to_string(database)});
  return base::Concat({scheme, "://", at, place, path});
}

base::StatusOr<Address> ParseAddress(std::string_view text) {
  Address address;
  const size_t mark = text.find("://");
  if (mark != std::string_view::npos) {
    address.scheme = base::ToLowerAscii(text.substr(0, mark));
    text = text.substr(mark + 3);
  }
  const size_t path_begin = std::min(text.find('/'), text.size());
  std::string_view authority = text.substr(0, path_begin);
  const std::string_view path = text.substr(path_begin);
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    TakeUserInfo(authority.substr(0, at), &address);
    authority = authority.substr(at + 1);
  }
  if (address.scheme == "unix") {
    if (path.empty()) return base::InvalidArgument("a unix address needs a path, unix:///PATH");
    address.unix_path = path;
    return address;
  }
  if (!IsKnown(address.scheme)) {
    return base::InvalidArgument(
        base::Concat({"scheme: found ", base::GoQuote(address.scheme),
                      "; allowed are redis, rediss, valkey, valkeys and unix"}));
  }
  VEDETTE_RETURN_IF_ERROR(TakeHostPort(authority, &address));
  if (address.host.empty()) address.host = "localhost";
  VEDETTE_RETURN_IF_ERROR(TakeDatabase(path, &address));
  return address;
}

}  // namespace vedette::exporters::redis
