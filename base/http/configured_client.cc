#include "base/http/configured_client.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <utility>

#include "base/escape.h"
#include "base/http/client_connection.h"
#include "base/http/url.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

constexpr int kMaxRedirects = 10;
// A token is asked for anew this long before its end.
constexpr int64_t kTokenMarginNs = 10'000'000'000;
constexpr uint64_t kMaxTokenAnswer = 1 << 20;
// As long as this a failure to get one is everybody's.
constexpr int64_t kTokenFailureNs = 2'000'000'000;

std::string ProcessEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Whether a redirect with this status is followed: others than these make a GET of a POST.
bool MayFollow(std::string_view method, int status) {
  return IsRedirect(status) && (method == "GET" || method == "HEAD" || status >= 307);
}

// What may be told to `from` may be told to `to`: they are one, or the same host by https.
bool IsTrusted(const Url& from, const Url& to) {
  if (from.Origin() == to.Origin()) return true;
  return from.host == to.host && !from.is_tls() && from.port == 80 && to.is_tls() && to.port == 443;
}

StatusOr<std::chrono::milliseconds> Left(std::chrono::steady_clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) return DeadlineExceeded("timed out");
  return left;
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
  int64_t seconds = 0;  // 0: it never ends; below: it has
};

// expires_in: a number, of whatever kind, or its text.
int64_t ReadSeconds(const boost::json::value& value) {
  if (value.is_string()) return ParseInt(value.as_string().c_str()).value_or(0);
  if (value.is_int64()) return value.as_int64();
  constexpr double kMost = 1e15;
  double seconds = value.is_double() ? value.as_double() : 0;
  if (value.is_uint64()) seconds = kMost;
  return static_cast<int64_t>(std::clamp(seconds, -kMost, kMost));
}

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
    out.seconds = ReadSeconds(*seconds);
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
  const Deadline deadline = DeadlineAfter(request.timeout);
  const Headers plain = request.headers;
  VEDETTE_ASSIGN_OR_RETURN(const Url first, ParseUrl(request.url));
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    request.headers = plain;
    VEDETTE_ASSIGN_OR_RETURN(const Url url, ParseUrl(request.url));
    VEDETTE_ASSIGN_OR_RETURN(Response response,
                             SendOnce(&request, IsTrusted(first, url), deadline));
    if (!config_.follow_redirects || !MayFollow(request.method, response.status)) return response;
    std::string next = ResolveReference(request.url, response.headers.Get("Location"));
    if (next.empty()) return response;
    request.url = std::move(next);
  }
  return Unavailable("stopped after 10 redirects");
}

StatusOr<Response> ConfiguredClient::SendOnce(ClientRequest* request, bool trusted,
                                              Deadline deadline) const {
  if (trusted) {
    VEDETTE_RETURN_IF_ERROR(AddHeaders(&request->headers));
    VEDETTE_RETURN_IF_ERROR(Authorize(*request, &request->headers, deadline));
  }
  VEDETTE_RETURN_IF_ERROR(Route(config_.proxy, request));
  VEDETTE_ASSIGN_OR_RETURN(request->timeout, Left(deadline));
  StatusOr<Response> response = client_->Send(*request);
  const bool refused = response.ok() && response->status == 401;
  if (refused && trusted && config_.oauth2) ForgetToken(request->headers.Get("Authorization"));
  return response;
}

Status ConfiguredClient::Authorize(const ClientRequest& request, Headers* headers,
                                   Deadline deadline) const {
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
    VEDETTE_ASSIGN_OR_RETURN(const Secret token, TokenHeader(request, deadline));
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

// One asks, without the lock; the others wait for that as long as they have time, or, where the
// last who asked got none, not at all: a server that hangs holds up one of them.
std::optional<StatusOr<Secret>> ConfiguredClient::KnownToken(const ClientRequest& request,
                                                             Deadline deadline) const {
  while (true) {
    const int64_t now_ns = options_.clock->MonotonicNanos();
    if (!token_.header.empty() && now_ns < token_.end_ns) return token_.header;
    const bool failed_now = now_ns - token_failed_ns_ < kTokenFailureNs;
    if (!token_failure_.ok() && (token_asked_ || failed_now)) return token_failure_;
    if (!token_asked_) return std::nullopt;
    if (request.stop.stop_requested()) return Cancelled("oauth2: stopped");
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left.count() <= 0) return DeadlineExceeded("oauth2: timed out");
    token_changed_.WaitFor(token_mutex_, left);
  }
}

StatusOr<Secret> ConfiguredClient::TokenHeader(const ClientRequest& request,
                                               Deadline deadline) const {
  const std::stop_callback wake(request.stop, [this] {
    MutexLock lock(token_mutex_);
    token_changed_.NotifyAll();
  });
  bool in_body = false;
  {
    MutexLock lock(token_mutex_);
    if (auto known = KnownToken(request, deadline)) return *std::move(known);
    token_asked_ = true;
    in_body = token_in_body_;
  }
  StatusOr<Token> fetched = FetchToken(request, deadline, &in_body);
  MutexLock lock(token_mutex_);
  token_asked_ = false;
  token_changed_.NotifyAll();
  // Who was stopped says nothing of the server.
  token_failure_ = absl::IsCancelled(fetched.status()) ? absl::OkStatus() : fetched.status();
  token_failed_ns_ = options_.clock->MonotonicNanos();
  if (!fetched.ok()) return fetched.status();
  token_ = *fetched;
  token_in_body_ = in_body;
  return fetched->header;
}

StatusOr<ConfiguredClient::Token> ConfiguredClient::FetchToken(const ClientRequest& request,
                                                               Deadline deadline,
                                                               bool* in_body) const {
  VEDETTE_ASSIGN_OR_RETURN(Response response, AskForToken(request, deadline, *in_body));
  // Servers know one way or both: the header is tried first, what works is remembered.
  if (response.status >= 400 && response.status < 500) {
    VEDETTE_ASSIGN_OR_RETURN(response, AskForToken(request, deadline, !*in_body));
    if (response.status < 300) *in_body = !*in_body;
  }
  if (response.status < 200 || response.status > 299) {
    return Unavailable(
        Concat({"oauth2: cannot fetch token: HTTP status ", std::to_string(response.status)}));
  }
  auto answer = ReadToken(response.body);
  if (!answer.ok()) return Annotate(answer.status(), "oauth2: cannot fetch token");
  constexpr int64_t kMostSeconds = 10 * 365 * 86400LL;
  const bool ends = answer->seconds != 0 && answer->seconds < kMostSeconds;
  const int64_t left_ns =
      std::clamp<int64_t>(answer->seconds, 0, kMostSeconds) * 1'000'000'000 - kTokenMarginNs;
  return Token{std::move(answer->header), ends ? options_.clock->MonotonicNanos() + left_ns
                                               : std::numeric_limits<int64_t>::max()};
}

void ConfiguredClient::ForgetToken(std::string_view header) const {
  MutexLock lock(token_mutex_);
  if (token_.header.Reveal() == header) token_ = {};
}

StatusOr<Response> ConfiguredClient::AskForToken(const ClientRequest& request, Deadline deadline,
                                                 bool in_body) const {
  const OAuth2Config& oauth2 = *config_.oauth2;
  VEDETTE_ASSIGN_OR_RETURN(const Secret secret, oauth2.client_secret.Read(options_.fs));
  ClientRequest ask;
  ask.method = "POST";
  ask.url = oauth2.token_url;
  VEDETTE_ASSIGN_OR_RETURN(ask.timeout, Left(deadline));
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
