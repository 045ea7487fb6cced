#ifndef VEDETTE_COLLECTOR_API_PROMETHEUS_PARAMS_H_
#define VEDETTE_COLLECTOR_API_PROMETHEUS_PARAMS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/http/message.h"
#include "base/status.h"
#include "model/matcher.h"

// How Prometheus' HTTP API reads its parameters. Errors are InvalidArgument, worded as upstream's.

namespace vedette::api {

// Seconds with decimals, or RFC 3339; milliseconds since the epoch.
base::StatusOr<int64_t> ParseTimeMs(std::string_view text);
// Seconds with decimals, or 1h30m; milliseconds.
base::StatusOr<int64_t> ParseDurationParamMs(std::string_view text);

// What strconv.ParseBool and strconv.ParseInt take, and say of other text.
base::StatusOr<bool> ParseGoBool(std::string_view text);
base::StatusOr<int64_t> ParseGoInt(std::string_view text, std::string_view function = "ParseInt");

// "invalid parameter "NAME": WHY"
base::Status WrongParam(std::string_view name, std::string_view why);

// The parameter `name`, or `absent` when it is missing or empty; errors name it.
base::StatusOr<int64_t> TimeParam(const base::http::Params& params, std::string_view name,
                                  int64_t absent);
// Not negative; 0 when absent.
base::StatusOr<size_t> LimitParam(const base::http::Params& params);

// Every match[], each a selector that does not match everything empty. Errors do not name the
// parameter: some endpoints do.
base::StatusOr<std::vector<std::vector<model::Matcher>>> MatchParams(
    const base::http::Params& params);

// "U__a_2e_b" -> "a.b"; other names as they stand.
std::string UnescapeLabelName(std::string_view name);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_PROMETHEUS_PARAMS_H_
