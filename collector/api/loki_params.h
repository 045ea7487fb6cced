#ifndef VEDETTE_COLLECTOR_API_LOKI_PARAMS_H_
#define VEDETTE_COLLECTOR_API_LOKI_PARAMS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/message.h"
#include "base/status.h"
#include "model/matcher.h"

// How Loki's HTTP API reads its parameters, and how it says no. Errors are InvalidArgument.

namespace vedette::api {

// With a '.': seconds. Whole numbers of up to 10 digits: seconds, longer: nanoseconds. Else RFC
// 3339. Nanoseconds since the epoch.
base::StatusOr<int64_t> ParseLokiTime(std::string_view text);
// Seconds with decimals, or 1h30m; nanoseconds.
base::StatusOr<int64_t> ParseLokiDuration(std::string_view name, std::string_view text);

struct LokiRange {
  int64_t start_ns = 0;
  int64_t end_ns = 0;
};
// `end` is now when absent; `start` is `end` (or now, if that lies in the future) less `since`,
// which is an hour when absent.
base::StatusOr<LokiRange> ReadLokiRange(const base::http::Params& params, int64_t now_ns);

// By when a query has to end, by the monotonic clock: with its request, or `timeout_ms` after that
// came (0: no such bound). 0: never.
int64_t LokiDeadline(const base::http::Request& request, int64_t timeout_ms);

// The parameter `query`, which must be there.
base::StatusOr<std::string> ReadLokiQuery(const base::http::Params& params);

// `step`: where absent a 250th of the range in whole seconds, a second at least. Not so short that
// there were more than 11,000.
base::StatusOr<int64_t> ReadLokiStep(const base::http::Params& params, const LokiRange& range);

// A whole number above zero.
base::StatusOr<uint32_t> ReadLokiCount(const base::http::Params& params, std::string_view name,
                                       uint32_t otherwise);

// A stream selector `{app="x"}`; empty text and `{}` select everything.
base::StatusOr<std::vector<model::Matcher>> ParseStreamSelector(std::string_view text);

// Plain text, as Loki answers.
base::http::Response LokiFailure(int http_status, std::string_view message);
base::http::Response LokiFailure(const base::Status& status);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_LOKI_PARAMS_H_
