#ifndef VEDETTE_BASE_GO_TIME_H_
#define VEDETTE_BASE_GO_TIME_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

// Times as Go's templates compute with them: an instant in a zone, written and read by layouts that
// show the reference time Mon Jan 2 15:04:05 MST 2006.

namespace vedette::base {

struct GoTime {
  // The year 1, as time.Time begins.
  int64_t seconds = -62'135'596'800;  // since the epoch
  int32_t nanos = 0;
  int32_t offset_s = 0;  // of the zone, east of UTC
  std::string zone = "UTC";

  static GoTime FromUnix(int64_t seconds, int64_t nanos);  // in UTC
};

// In the zone of the time.
std::string FormatGoTime(const GoTime& time, std::string_view layout);
// time.String: "2006-01-02 15:04:05.999999999 -0700 MST".
std::string GoTimeText(const GoTime& time);

// Reads `text` by `layout`; what has no offset of its own is of the zone named `zone` (UTC where
// this machine does not know it). InvalidArgument where it does not fit.
StatusOr<GoTime> ParseGoTime(std::string_view layout, std::string_view text,
                             std::string_view zone = "UTC");

}  // namespace vedette::base

#endif  // VEDETTE_BASE_GO_TIME_H_
