#ifndef VEDETTE_BASE_GO_LAYOUT_H_
#define VEDETTE_BASE_GO_LAYOUT_H_

#include <array>
#include <string_view>

// The elements of Go's time layouts.

namespace vedette::base {

inline constexpr std::array kMonthNames =
    std::to_array<std::string_view>({"January", "February", "March", "April", "May", "June", "July",
                                     "August", "September", "October", "November", "December"});
inline constexpr std::array kDayNames = std::to_array<std::string_view>(
    {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"});

enum class LayoutElement {
  kNone,
  kLongMonth,       // January
  kMonth,           // Jan
  kNumMonth,        // 1
  kZeroMonth,       // 01
  kLongWeekday,     // Monday
  kWeekday,         // Mon
  kDay,             // 2
  kUnderDay,        // _2
  kZeroDay,         // 02
  kUnderYearDay,    // __2
  kZeroYearDay,     // 002
  kHour,            // 15
  kHour12,          // 3
  kZeroHour12,      // 03
  kMinute,          // 4
  kZeroMinute,      // 04
  kSecond,          // 5
  kZeroSecond,      // 05
  kLongYear,        // 2006
  kYear,            // 06
  kPm,              // PM
  kLowerPm,         // pm
  kZone,            // MST
  kIsoZone,         // Z0700
  kIsoZoneSeconds,  // Z070000
  kIsoZoneColon,    // Z07:00
  kIsoZoneColonSeconds,
  kIsoZoneHours,         // Z07
  kNumZone,              // -0700
  kNumZoneSeconds,       // -070000
  kNumZoneHours,         // -07
  kNumZoneColon,         // -07:00
  kNumZoneColonSeconds,  // -07:00:00
  kFraction0,            // .000
  kFraction9,            // .999
};

// The first element of a layout, what stands before it and behind it; kNone at the end.
struct LayoutPart {
  std::string_view before;
  LayoutElement element = LayoutElement::kNone;
  std::string_view text;  // of the element
  std::string_view after;
};
LayoutPart NextLayoutPart(std::string_view layout);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_GO_LAYOUT_H_
