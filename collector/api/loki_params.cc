#include "collector/api/loki_params.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/strings.h"
#include "collector/api/time_text.h"
#include "collector/logql/parse/parser.h"

namespace vedette::api {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kMaxLogPoints = 11'000;
constexpr int64_t kDefaultSince = 3600 * kSecond;
constexpr size_t kMaxSecondsDigits = 10;
constexpr int64_t kMaxWholeSeconds = INT64_MAX / kSecond;
constexpr double kMaxNanosecondSeconds = 9.2e9;  // of what fits int64 nanoseconds

int64_t SaturatingSub(int64_t a, int64_t b) {
  int64_t result = 0;
  return __builtin_sub_overflow(a, b, &result) ? (b > 0 ? INT64_MIN : INT64_MAX) : result;
}

}  // namespace

base::StatusOr<int64_t> ParseLokiTime(std::string_view text) {
  const std::optional<double> number = base::ParseDouble(text);
  if (text.find('.') != std::string_view::npos && number &&
      std::abs(*number) < kMaxNanosecondSeconds) {
    return static_cast<int64_t>(std::llround(*number * 1000)) * 1'000'000;
  }
  if (const std::optional<int64_t> whole = base::ParseInt(text)) {
    if (text.size() > kMaxSecondsDigits) return *whole;
    return std::abs(*whole) < kMaxWholeSeconds ? *whole * kSecond : INT64_MAX;
  }
  // JavaScript prints large numbers as 1.7e18.
  if (number && std::abs(*number) < 9.2e18) return static_cast<int64_t>(*number);
  if (const std::optional<UnixTime> time = ParseRfc3339(text)) return time->ToNanos();
  return base::InvalidArgument(base::Concat({"cannot parse ", base::GoQuote(text),
                                             " as a time; allowed are seconds, nanoseconds and "
                                             "RFC 3339"}));
}

base::StatusOr<int64_t> ParseLokiDuration(std::string_view name, std::string_view text) {
  const std::optional<double> seconds = base::ParseDouble(text);
  if (seconds && std::isfinite(*seconds) && std::abs(*seconds) < kMaxNanosecondSeconds) {
    return static_cast<int64_t>(std::llround(*seconds * 1e9));
  }
  const std::optional<int64_t> ms = base::ParseDurationMs(text);
  if (ms && *ms < INT64_MAX / 1'000'000) return *ms * 1'000'000;
  return base::InvalidArgument(base::Concat(
      {"cannot parse ", name, " ", base::GoQuote(text), "; allowed are seconds and 1h30m"}));
}

base::StatusOr<LokiRange> ReadLokiRange(const base::http::Params& params, int64_t now_ns) {
  LokiRange range;
  range.end_ns = now_ns;
  if (const std::string_view text = params.Get("end"); !text.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(range.end_ns, ParseLokiTime(text));
  }
  int64_t since = kDefaultSince;
  if (const std::string_view text = params.Get("since"); !text.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(since, ParseLokiDuration("since", text));
  }
  range.start_ns = SaturatingSub(std::min(range.end_ns, now_ns), since);
  if (const std::string_view text = params.Get("start"); !text.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(range.start_ns, ParseLokiTime(text));
  }
  return range;
}

base::StatusOr<int64_t> ReadLokiStep(const base::http::Params& params, const LokiRange& range) {
  const auto span = static_cast<uint64_t>(range.end_ns) - static_cast<uint64_t>(range.start_ns);
  auto step = std::max<int64_t>(static_cast<int64_t>(span / 250) / kSecond, 1) * kSecond;
  if (const std::string_view text = params.Get("step"); !text.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(step, ParseLokiDuration("step", text));
  }
  if (step <= 0) {
    return base::InvalidArgument(
        "zero or negative query resolution step widths are not accepted. Try a positive integer");
  }
  if (span / static_cast<uint64_t>(step) > kMaxLogPoints) {
    return base::InvalidArgument(
        "exceeded maximum resolution of 11,000 points per time series. Try increasing the value "
        "of the step parameter");
  }
  return step;
}

int64_t LokiDeadline(const base::http::Request& request, int64_t timeout_ms) {
  if (timeout_ms == 0 || request.received_mono_ns == 0) return request.deadline_mono_ns;
  const int64_t own = request.received_mono_ns + timeout_ms * 1'000'000;
  return request.deadline_mono_ns == 0 ? own : std::min(own, request.deadline_mono_ns);
}

base::StatusOr<std::string> ReadLokiQuery(const base::http::Params& params) {
  const std::string_view query = params.Get("query");
  if (!query.empty()) return std::string(query);
  return base::InvalidArgument("parse error : syntax error: unexpected $end");  // Loki's words
}

base::StatusOr<uint32_t> ReadLokiCount(const base::http::Params& params, std::string_view name,
                                       uint32_t otherwise) {
  const std::string_view text = params.Get(name);
  if (text.empty()) return otherwise;
  const std::optional<int64_t> count = base::ParseInt(text);
  if (count && *count > 0 && *count <= UINT32_MAX) return static_cast<uint32_t>(*count);
  return base::InvalidArgument(
      base::Concat({name, ": found ", base::GoQuote(text), "; allowed are numbers above zero"}));
}

base::StatusOr<std::vector<model::Matcher>> ParseStreamSelector(std::string_view text) {
  std::string_view inner = base::Trim(text);
  if (inner.empty()) return std::vector<model::Matcher>{};
  if (base::StartsWith(inner, "{") && base::EndsWith(inner, "}") &&
      base::Trim(inner.substr(1, inner.size() - 2)).empty()) {
    return std::vector<model::Matcher>{};
  }
  return logql::ParseSelector(inner);
}

base::http::Response LokiFailure(int http_status, std::string_view message) {
  base::http::Response response = base::http::Response::Text(http_status, message);
  if (http_status == 503) response.headers.Set("Retry-After", "1");
  return response;
}

base::http::Response LokiFailure(const base::Status& status) {
  const std::string_view message = base::Message(status);
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kResourceExhausted:
      return LokiFailure(400, message);
    case absl::StatusCode::kDeadlineExceeded:
      return LokiFailure(504, message);
    case absl::StatusCode::kCancelled:
      return LokiFailure(499, message);
    case absl::StatusCode::kUnavailable:
      return LokiFailure(503, message);
    default:
      return LokiFailure(500, message);
  }
}

}  // namespace vedette::api
