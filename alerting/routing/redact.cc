#include "alerting/routing/redact.h"

#include <re2/re2.h>

namespace vedette::routing {

std::string RedactConfig(std::string_view text) {
  // In block style the value ends with the line, in flow style with the next comma or brace. Quoted
  // values may hold both.
  static const re2::RE2 kSecret(
      R"re(((?:^|[\s{,"'-])(?:url|credentials|[a-z_]*(?:password|secret|token|token_id|chat_id|api_key|service_key|)re"
      R"re(routing_key|user_key|secret_key|access_key|api_url|api_secret|webhook_url))["']?[ \t]*:[ \t]*))re"
      R"re(("[^"\n]*"|'[^'\n]*'|[^\s,}"'&*>|][^,}\n]*))re");
  std::string out(text);
  re2::RE2::GlobalReplace(&out, kSecret, "\\1<secret>");
  return out;
}

}  // namespace vedette::routing
