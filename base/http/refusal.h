#ifndef VEDETTE_BASE_HTTP_REFUSAL_H_
#define VEDETTE_BASE_HTTP_REFUSAL_H_

#include <string>
#include <vector>

#include "base/http/message.h"
#include "base/http/web_config.h"

// Answers to who may not do what was asked for.

namespace vedette::base::http {

// 401 with the ways to show credentials that `config` knows, or 403. `result` did not allow it.
Response RefusedAnswer(const AuthResult& result, const WebConfig& config);

// 405 to `method` where the path takes only `allowed`.
Response NotAllowedAnswer(const std::vector<std::string>& allowed, const std::string& method);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_REFUSAL_H_
