#include "base/http/session.h"

#include "base/http/refusal.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view PathAsSent(const Request& request) {
  const std::string_view target = request.target;
  return target.substr(0, target.find('?'));
}

// A web page that somebody looks at may ask anybody anything in their browser: it is not to fill
// the store of who listens on loopback without credentials, nor to read from a WebSocket, whose
// answers browsers keep from no page. They say where such a page is from.
bool IsForeign(const Request& request, Scope scope, const CorsPolicy* cors) {
  const std::string_view origin = request.headers.Get("Origin");
  const bool is_guarded = scope == Scope::kPush || request.headers.Has("Sec-WebSocket-Key");
  if (!is_guarded || origin.empty()) return false;
  const size_t host = origin.find("://");
  if (host != origin.npos &&
      EqualsIgnoreCase(origin.substr(host + 3), request.headers.Get("Host"))) {
    return false;
  }
  Headers allowed;
  if (cors != nullptr) cors->AddTo(origin, &allowed);
  return allowed.Get("Access-Control-Allow-Origin") != origin;
}

}  // namespace

bool Session::OnHeader() {
  header_done_ = true;
  security_ = core_->CurrentSecurity();
  timer_->Start(core_->options.request_timeout,
                [self = shared_from_this()] { self->OnReadTimeout(); });
  const Request& request = parser_->header();
  if (!parser_->is_http_1_0() && !request.headers.Has("Host")) {
    AnswerNow(ErrorAnswer(400, "bad_data", "no Host header"), true);
    return false;
  }
  if (!Route() || !MayEnter()) return false;
  if (!parser_->expects_continue() || parser_->is_done() || !in_.empty()) return true;
  SendContinue();
  return false;
}

bool Session::Route() {
  const Request& request = parser_->header();
  match_ = core_->options.router->Find(request.method, PathAsSent(request));
  if (match_.route != nullptr) return true;
  if (IsPreflight()) {
    Response response;
    response.status = 204;
    AnswerNow(std::move(response), false);
    return false;
  }
  AnswerNow(match_.allowed.empty() ? NoSuchPath(request.path)
                                   : NotAllowedAnswer(match_.allowed, request.method),
            false);
  return false;
}

// A browser asks before it sends, without credentials. As upstream any path of the API will do.
bool Session::IsPreflight() const {
  const Request& request = parser_->header();
  if (core_->options.cors == nullptr || request.method != "OPTIONS") return false;
  return !match_.allowed.empty() || StartsWith(request.path, "/api/v1/");
}

// Refuses who brings no credentials before any of the body is read. Credentials are checked on the
// pool: bcrypt is slow.
bool Session::MayEnter() {
  if (IsForeign(parser_->header(), match_.route->scope, core_->options.cors.get())) {
    AnswerNow(ErrorAnswer(403, "forbidden",
                          "pages of other origins may not push or open WebSockets: name theirs by "
                          "--web.cors.origin"),
              false);
    return false;
  }
  if (security_->authenticator == nullptr || match_.route->scope == Scope::kNone) {
    authenticated_ = true;
    return true;
  }
  if (parser_->header().headers.Has("Authorization")) return true;
  Request anonymous;
  anonymous.remote_address = stream_->remote_address();
  const AuthResult result =
      security_->authenticator->Check(anonymous, match_.route->scope, stream_->is_tls());
  authenticated_ = result.allowed;
  if (!result.allowed) AnswerNow(RefusedAnswer(result, *security_->config), false);
  return result.allowed;
}

void Session::SendContinue() {
  stream_->WriteSome(kContinue, [self = shared_from_this()](const IoResult& result) {
    if (self->state_ != State::kReading) return;
    if (!result.ok()) return self->Close();
    self->Parse();
  });
}

}  // namespace vedette::base::http
