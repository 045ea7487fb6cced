#include "collector/api/prometheus_params.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "base/strings.h"
#include "base/utf8.h"
#include "collector/api/time_text.h"
#include "collector/promql/parser.h"

namespace vedette::api {
namespace {

// What Go prints for the earliest and latest time it knows; clients send them for "all".
constexpr std::string_view kMinTime = "-292273086-05-16T16:47:06Z";
constexpr std::string_view kMaxTime = "+292277025-08-18T07:12:54.999999999Z";
constexpr double kMaxSeconds = 9.2e15;  // of what fits int64 milliseconds

// The "2e_" after an underscore: hexadecimal digits and the underscore that ends them.
std::optional<uint32_t> TakeRune(std::string_view* rest) {
  uint32_t rune = 0;
  size_t digits = 0;
  while (digits < rest->size() && (*rest)[digits] != '_') {
    const char c = (*rest)[digits];
    const int value = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (value < 0 || ++digits > 6) return std::nullopt;
    rune = rune * 16 + static_cast<uint32_t>(value);
  }
  if (digits == 0 || digits == rest->size() || rune > 0x10ffff) return std::nullopt;
  rest->remove_prefix(digits + 1);
  return rune;
}

}  // namespace

base::StatusOr<int64_t> ParseTimeMs(std::string_view text) {
  if (const std::optional<double> seconds = base::ParseDouble(text)) {
    if (std::isfinite(*seconds) && std::abs(*seconds) < kMaxSeconds) {
      return static_cast<int64_t>(std::llround(*seconds * 1000));
    }
  } else if (const std::optional<UnixTime> time = ParseRfc3339(text)) {
    return time->ToMillis();
  } else if (text == kMinTime) {
    return INT64_MIN;
  } else if (text == kMaxTime) {
    return INT64_MAX;
  }
  return base::InvalidArgument(
      base::Concat({"cannot parse ", base::GoQuote(text), " to a valid timestamp"}));
}

base::StatusOr<int64_t> ParseDurationParamMs(std::string_view text) {
  if (const std::optional<double> seconds = base::ParseDouble(text)) {
    if (std::isfinite(*seconds) && std::abs(*seconds) < 9.2e9) {
      return static_cast<int64_t>(std::llround(*seconds * 1000));
    }
    return base::InvalidArgument(base::Concat(
        {"cannot parse ", base::GoQuote(text), " to a valid duration. It overflows int64"}));
  }
  if (const std::optional<int64_t> ms = base::ParseDurationMs(text)) return *ms;
  return base::InvalidArgument(
      base::Concat({"cannot parse ", base::GoQuote(text), " to a valid duration"}));
}

base::StatusOr<bool> ParseGoBool(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return base::InvalidArgument(
      base::Concat({"strconv.ParseBool: parsing ", base::GoQuote(text), ": invalid syntax"}));
}

base::StatusOr<int64_t> ParseGoInt(std::string_view text, std::string_view function) {
  if (const std::optional<int64_t> number = base::ParseInt(text)) return *number;
  return base::InvalidArgument(
      base::Concat({"strconv.", function, ": parsing ", base::GoQuote(text), ": invalid syntax"}));
}

base::Status WrongParam(std::string_view name, std::string_view why) {
  return base::InvalidArgument(base::Concat({"invalid parameter \"", name, "\": ", why}));
}

base::StatusOr<int64_t> TimeParam(const base::http::Params& params, std::string_view name,
                                  int64_t absent) {
  const std::string_view text = params.Get(name);
  if (text.empty()) return absent;
  base::StatusOr<int64_t> time = ParseTimeMs(text);
  if (time.ok()) return time;
  return WrongParam(
      name, base::Concat({"invalid time value for '", name, "': ", base::Message(time.status())}));
}

base::StatusOr<size_t> LimitParam(const base::http::Params& params) {
  const std::string_view text = params.Get("limit");
  if (text.empty()) return size_t{0};
  const base::StatusOr<int64_t> limit = ParseGoInt(text, "Atoi");
  if (!limit.ok()) return WrongParam("limit", base::Message(limit.status()));
  if (*limit < 0) return WrongParam("limit", "limit must be non-negative");
  return static_cast<size_t>(*limit);
}

base::StatusOr<std::vector<std::vector<model::Matcher>>> MatchParams(
    const base::http::Params& params) {
  std::vector<std::vector<model::Matcher>> selectors;
  for (const std::string_view text : params.GetAll("match[]")) {
    VEDETTE_ASSIGN_OR_RETURN(std::vector<model::Matcher> matchers,
                             promql::ParseMetricSelector(text));
    const bool everything = std::all_of(matchers.begin(), matchers.end(),
                                        [](const auto& m) { return m.MatchesEmpty(); });
    if (everything) {
      return base::InvalidArgument("match[] must contain at least one non-empty matcher");
    }
    selectors.push_back(std::move(matchers));
  }
  return selectors;
}

std::string UnescapeLabelName(std::string_view name) {
  if (!base::StartsWith(name, "U__")) return std::string(name);
  std::string out;
  std::string_view rest = name.substr(3);
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '_') {
      out += c;
    } else if (base::StartsWith(rest, "_")) {
      out += '_';
      rest.remove_prefix(1);
    } else if (const std::optional<uint32_t> rune = TakeRune(&rest)) {
      base::AppendRune(*rune, &out);
    } else {
      return std::string(name);
    }
  }
  return out;
}

}  // namespace vedette::api
