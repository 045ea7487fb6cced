#ifndef VEDETTE_BASE_HTTP_RETRY_AFTER_H_
#define VEDETTE_BASE_HTTP_RETRY_AFTER_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace vedette::base::http {

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7, the one form that is still written) as
// milliseconds since 1970; nothing for any other text.
std::optional<int64_t> ParseHttpDateMs(std::string_view text);

// Retry-After (RFC 9110, 10.2.3), seconds or a date, as milliseconds from `now_ms`, at most
// `most_ms`; 0 where it says nothing or a time that is over.
int64_t RetryAfterMs(std::string_view text, int64_t now_ms, int64_t most_ms);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_RETRY_AFTER_H_
