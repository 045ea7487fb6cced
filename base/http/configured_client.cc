#include "base/http/configured_client.h"

#include <boost/json.hpp>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <utility>

#include "base/escape.h"
#include "base/http/url.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

constexpr int kMaxRedirects = 10;
// A token is asked for anew this long before its end.
constexpr int64_t kTokenMarginNs = 10'000'000'000;
constexpr uint64_t kMaxTokenAnswer = 1 << 20;

std::string ProcessEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// "http://host:port" of a URL.
std::string OriginOf(const std::string& url) {
  const auto parsed = ParseUrl(url);
  return parsed.ok() ? parsed->Origin() : "";
}

// The URL that a Location header means, or empty when it is neither absolute nor a path.
std::string ResolveLocation(const std::string& from, std::string_view location) {
  const std::string lower = ToLowerAscii(location.substr(0, 8));
  if (StartsWith(lower, "http://") || StartsWith(lower, "https://")) return std::string(location);
  if (!StartsWith(location, "/") || StartsWith(location, "//")) return {};
  return Concat({OriginOf(from), location});
}

std::string Form(const OAuth2Config& oauth2) {
  std::string out = "grant_type=client_credentials";
  if (!oauth2.scopes.empty()) out += "&scope=" + EscapeQuery(Join(oauth2.scopes, " "));
  for (const auto& [name, value] : oauth2.endpoint_params) {
    out += Concat({"&", EscapeQuery(name), "=", EscapeQuery(value)});
  }
  return out;
}

struct TokenAnswer {
  Secret header;        // "Bearer TOKEN"
  int64_t seconds = 0;  // 0: it never ends
};

// RFC 6749, 5.1.
StatusOr<TokenAnswer> ReadToken(const std::string& body) {
  boost::system::error_code error;
  boost::json::parse_options bounds;
  bounds.max_depth = 8;
  const boost::json::value value = boost::json::parse(body, error, {}, bounds);
  if (error || !value.is_object()) return Unavailable("the answer is no JSON object");
  const boost::json::object& answer = value.as_object();
  const auto text = [&](std::string_view key) -> std::string {
    const auto* found = answer.if_contains({key.data(), key.size()});
    return found != nullptr && found->is_string() ? std::string(found->as_string().c_str()) : "";
  };
  const std::string token = text("access_token");
  if (token.empty()) return Unavailable("the answer has no access_token");
  std::string type = text("token_type");
  if (type.empty() || EqualsIgnoreCase(type, "bearer")) type = "Bearer";
  TokenAnswer out{Secret(Concat({type, " ", token})), 0};
  if (const auto* seconds = answer.if_contains("expires_in"); seconds != nullptr) {
    if (seconds->is_int64()) out.seconds = seconds->as_int64();
    if (seconds->is_string()) out.seconds = ParseInt(seconds->as_string().c_str()).value_or(0);
  }
  return out;
}

}  // namespace

ConfiguredClient::ConfiguredClient(ClientConfig config, Options options)
    : config_(std::move(config)),
      options_([&options] {
        if (!options.new_client) {
          options.new_client = [](const TlsClientOptions& tls) { return NewClient(tls); };
        }
        if (!options.environment) options.environment = ProcessEnvironment;
        return std::move(options);
      }()),
      client_(options_.new_client(config_.tls)),
      token_client_(config_.oauth2 ? options_.new_client(config_.oauth2->tls) : nullptr) {}

StatusOr<Response> ConfiguredClient::Send(ClientRequest request) const {
  const Headers plain = request.headers;
  const std::string origin = OriginOf(request.url);
  const bool may_follow =
      config_.follow_redirects && (request.method == "GET" || request.method == "HEAD");
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    request.headers = plain;
    if (OriginOf(request.url) == origin) {
      VEDETTE_RETURN_IF_ERROR(AddHeaders(&request.headers));
      VEDETTE_RETURN_IF_ERROR(Authorize(request, &request.headers));
    }
    VEDETTE_RETURN_IF_ERROR(Route(config_.proxy, &request));
    VEDETTE_ASSIGN_OR_RETURN(Response response, client_->Send(request));
    if (!may_follow || !IsRedirect(response.status)) return response;
    request.url = ResolveLocation(request.url, response.headers.Get("Location"));
    if (request.url.empty()) return response;
  }
  return Unavailable("stopped after 10 redirects");
}

Status ConfiguredClient::Authorize(const ClientRequest& request, Headers* headers) const {
  if (const auto& basic = config_.basic_auth) {
    std::string user = basic->username;
    if (!basic->username_file.empty()) {
      VEDETTE_ASSIGN_OR_RETURN(const Secret read,
                               ReadSecretFile(options_.fs, basic->username_file));
      user = read.Reveal();
    }
    VEDETTE_ASSIGN_OR_RETURN(const Secret password, basic->password.Read(options_.fs));
    headers->Set("Authorization", "Basic " + EncodeBase64(Concat({user, ":", password.Reveal()})));
  } else if (const auto& given = config_.authorization; given && given->credentials.given()) {
    VEDETTE_ASSIGN_OR_RETURN(const Secret secret, given->credentials.Read(options_.fs));
    headers->Set("Authorization", Concat({given->type, " ", secret.Reveal()}));
  } else if (config_.oauth2) {
    VEDETTE_ASSIGN_OR_RETURN(const Secret token, Token(request));
    headers->Set("Authorization", token.Reveal());
  }
  return absl::OkStatus();
}

Status ConfiguredClient::AddHeaders(Headers* headers) const {
  for (const HeaderConfig& header : config_.headers) {
    headers->Remove(header.name);
    for (const std::string& value : header.values) headers->Add(header.name, value);
    for (const Secret& secret : header.secrets) headers->Add(header.name, secret.Reveal());
    for (const std::string& file : header.files) {
      VEDETTE_ASSIGN_OR_RETURN(const Secret secret, ReadSecretFile(options_.fs, file));
      headers->Add(header.name, secret.Reveal());
    }
  }
  return absl::OkStatus();
}

Status ConfiguredClient::Route(const ProxyConfig& proxy, ClientRequest* request) const {
  VEDETTE_ASSIGN_OR_RETURN(const Url url, ParseUrl(request->url));
  request->proxy = ProxyFor(proxy, url, options_.environment);
  request->proxy_headers = {};
  for (const auto& [name, values] : proxy.connect_headers) {
    for (const Secret& value : values) request->proxy_headers.Add(name, value.Reveal());
  }
  return absl::OkStatus();
}

// One asks, the others wait: a hundred targets need one token.
StatusOr<Secret> ConfiguredClient::Token(const ClientRequest& request) const {
  MutexLock lock(token_mutex_);
  if (!token_.empty() && options_.clock->MonotonicNanos() < token_end_ns_) return token_;
  VEDETTE_ASSIGN_OR_RETURN(Response response, AskForToken(request, token_in_body_));
  // Servers know one way or both: the header is tried first, what works is remembered.
  if (response.status >= 400 && response.status < 500) {
    VEDETTE_ASSIGN_OR_RETURN(response, AskForToken(request, !token_in_body_));
    if (response.status < 300) token_in_body_ = !token_in_body_;
  }
  if (response.status < 200 || response.status > 299) {
    return Unavailable(
        Concat({"oauth2: cannot fetch token: HTTP status ", std::to_string(response.status)}));
  }
  auto answer = ReadToken(response.body);
  if (!answer.ok()) return Annotate(answer.status(), "oauth2: cannot fetch token");
  token_ = std::move(answer->header);
  constexpr int64_t kMostSeconds = 10 * 365 * 86400LL;
  const bool ends = answer->seconds > 0 && answer->seconds < kMostSeconds;
  token_end_ns_ =
      ends ? options_.clock->MonotonicNanos() + answer->seconds * 1'000'000'000 - kTokenMarginNs
           : std::numeric_limits<int64_t>::max();
  return token_;
}

StatusOr<Response> ConfiguredClient::AskForToken(const ClientRequest& request, bool in_body) const {
  const OAuth2Config& oauth2 = *config_.oauth2;
  VEDETTE_ASSIGN_OR_RETURN(const Secret secret, oauth2.client_secret.Read(options_.fs));
  ClientRequest ask;
  ask.method = "POST";
  ask.url = oauth2.token_url;
  ask.timeout = request.timeout;
  ask.stop = request.stop;
  ask.max_response_bytes = kMaxTokenAnswer;
  ask.headers.Set("Content-Type", "application/x-www-form-urlencoded");
  ask.body = Form(oauth2);
  const std::string id = EscapeQuery(oauth2.client_id);
  const std::string password = EscapeQuery(secret.Reveal());
  if (in_body) {
    ask.body += Concat({"&client_id=", id, "&client_secret=", password});
  } else {
    ask.headers.Set("Authorization", "Basic " + EncodeBase64(Concat({id, ":", password})));
  }
  VEDETTE_RETURN_IF_ERROR(Route(oauth2.proxy, &ask));
  auto response = token_client_->Send(ask);
  if (!response.ok()) return Annotate(response.status(), "oauth2");
  return response;
}

}  // namespace vedette::base::http
