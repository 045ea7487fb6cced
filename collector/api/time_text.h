#ifndef VEDETTE_COLLECTOR_API_TIME_TEXT_H_
#define VEDETTE_COLLECTOR_API_TIME_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// RFC 3339 times, as the APIs read and write them.

namespace vedette::api {

// Whole seconds since the epoch and the nanoseconds beyond: all of years 0 to 9999 fits.
struct UnixTime {
  int64_t seconds = 0;
  int32_t nanos = 0;
  // Cut to the range of int64.
  int64_t ToMillis() const { return seconds * 1000 + nanos / 1'000'000; }
  int64_t ToNanos() const;
};

// "2026-11-21T01:56:42.304092886Z", "2026-11-21T01:56:42+02:00"; nothing on any other text.
std::optional<UnixTime> ParseRfc3339(std::string_view text);

// "2026-11-21T01:56:42.304Z"; 0 is the year 1 ("0001-01-01T00:00:00Z"), as Go prints no time.
std::string FormatRfc3339(int64_t ms);
// The same of nanoseconds, with as many decimals as they have; 0 is 1970.
std::string FormatRfc3339Nanos(int64_t ns);
// As the first with always three decimals: Alertmanager's v2 API.
std::string FormatRfc3339Millis(int64_t ms);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_TIME_TEXT_H_
