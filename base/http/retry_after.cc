#include "base/http/retry_after.h"

#include <ctime>

#include <algorithm>
#include <string>

#include "base/strings.h"

namespace vedette::base::http {

std::optional<int64_t> ParseHttpDateMs(std::string_view text) {
  std::tm parts{};
  const std::string copy(Trim(text));
  const char* const end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return static_cast<int64_t>(::timegm(&parts)) * 1000;
}

int64_t RetryAfterMs(std::string_view text, int64_t now_ms, int64_t most_ms) {
  if (const auto seconds = ParseInt(Trim(text))) {
    return std::clamp<int64_t>(*seconds, 0, most_ms / 1000) * 1000;
  }
  const auto date_ms = ParseHttpDateMs(text);
  return date_ms ? std::clamp<int64_t>(*date_ms - now_ms, 0, most_ms) : 0;
}

}  // namespace vedette::base::http
