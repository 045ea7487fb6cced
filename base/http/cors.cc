#include "base/http/cors.h"

#include <re2/re2.h>

#include "base/regex.h"
#include "base/strings.h"

namespace vedette::base::http {

StatusOr<std::shared_ptr<const CorsPolicy>> CorsPolicy::Make(std::string_view origin) {
  auto policy = std::make_shared<CorsPolicy>();
  policy->any_ = origin == ".*";
  VEDETTE_ASSIGN_OR_RETURN(policy->origin_, CompileRegex(Concat({"^(?:", origin, ")$"})));
  return std::shared_ptr<const CorsPolicy>(std::move(policy));
}

void CorsPolicy::AddTo(std::string_view origin, Headers* headers) const {
  headers->Add("Vary", "Origin");  // also without one: a cache must not give this to a page
  if (origin.empty()) return;
  headers->Set("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin");
  headers->Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  headers->Set("Access-Control-Expose-Headers", "Date");
  if (any_) {
    headers->Set("Access-Control-Allow-Origin", "*");
  } else if (re2::RE2::FullMatch(re2::StringPiece(origin.data(), origin.size()), *origin_)) {
    headers->Set("Access-Control-Allow-Origin", origin);
  }
}

}  // namespace vedette::base::http
