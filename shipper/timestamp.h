#ifndef VEDETTE_SHIPPER_TIMESTAMP_H_
#define VEDETTE_SHIPPER_TIMESTAMP_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace vedette::shipper {

// In which zone a time without one was written.
enum class TimeZone { kLocal, kUtc };

// A time at the head of a line, and the level word beside it.
struct LeadingTime {
  int64_t nanos = 0;           // since the Unix epoch
  bool whole_seconds = false;  // no fraction was written
  std::string_view level;      // canonical, empty when none stands beside the time
  size_t length = 0;           // bytes of the line up to the end of time and level
};

// Reads "YYYY/MM/DD HH:MM:SS[.f]" (Go's log package) or ISO 8601 ("YYYY-MM-DD", 'T' or a space,
// "HH:MM:SS", a fraction of up to nine digits after '.' or ',', then Z, +hh:mm, +hhmm or nothing),
// either in brackets or not, with a level word before or after it, in brackets or not.
std::optional<LeadingTime> ParseLeadingTime(std::string_view line, TimeZone zone);

// "1795226717.4703817" seconds, or an ISO or Go time, as nanoseconds: Caddy's `ts`.
std::optional<int64_t> ParseEpochSeconds(std::string_view text);

// The time an entry gets: the parsed one, except that
// - more than 10 minutes ahead of or 24 hours behind the source's time it is not believed;
// - one in whole seconds that equals the source's second keeps the source's fraction, so that order
//   survives.
int64_t ChooseTime(int64_t source_ns, const LeadingTime& parsed);

// `time_ns`, or `now_ns` where that is more than 10 minutes before it: what was written under a
// clock that has been set back since. A collector takes no such time, and waits for it in vain.
int64_t NotAhead(int64_t time_ns, int64_t now_ns);

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_TIMESTAMP_H_
