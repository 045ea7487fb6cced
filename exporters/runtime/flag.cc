#include "exporters/runtime/flag.h"

#include "base/strings.h"

namespace vedette::exporters {

base::StatusOr<bool> ParseSwitch(std::string_view value) {
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  return base::InvalidArgument(
      base::Concat({"found ", base::GoQuote(value), "; allowed are true and false"}));
}

base::StatusOr<int64_t> ParseCount(std::string_view value, int64_t min, int64_t max) {
  const auto count = base::ParseInt(value);
  if (count && *count >= min && *count <= max) return *count;
  return base::InvalidArgument(base::Concat({"found ", base::GoQuote(value), "; allowed are ",
                                             std::to_string(min), " to ", std::to_string(max)}));
}

base::StatusOr<std::chrono::milliseconds> ParseTime(std::string_view value) {
  if (value == "0") return std::chrono::milliseconds(0);
  if (const auto ms = base::ParseDurationMs(value); ms && *ms >= 0) {
    return std::chrono::milliseconds(*ms);
  }
  return base::InvalidArgument(
      base::Concat({"found ", base::GoQuote(value), "; allowed is a duration such as 5s"}));
}

}  // namespace vedette::exporters
