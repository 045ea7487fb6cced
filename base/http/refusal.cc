#include "base/http/refusal.h"

#include "base/http/exchange.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

Response Unauthorized(const WebConfig& config) {
  Response response = ErrorAnswer(401, "unauthorized", "credentials are missing or wrong");
  if (!config.users.empty()) {
    response.headers.Add("WWW-Authenticate", "Basic realm=\"vedette\"");
  }
  if (!config.tokens.empty()) {
    response.headers.Add("WWW-Authenticate", "Bearer realm=\"vedette\"");
  }
  return response;
}

}  // namespace

Response RefusedAnswer(const AuthResult& result, const WebConfig& config) {
  if (result.status == 401) return Unauthorized(config);
  return ErrorAnswer(403, "forbidden", "these credentials or this address may not do that");
}

Response NotAllowedAnswer(const std::vector<std::string>& allowed, const std::string& method) {
  const std::string list = Join(allowed, ", ");
  Response response =
      ErrorAnswer(405, "method_not_allowed", Concat({"found ", method, "; allowed are ", list}));
  response.headers.Set("Allow", list);
  return response;
}

}  // namespace vedette::base::http
