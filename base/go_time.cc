#include "base/go_time.h"

#include <absl/time/civil_time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/go_layout.h"
#include "base/strings.h"

namespace vedette::base {
namespace {

using Shown = LayoutElement;

// absl counts from Monday.
int DayOfWeek(absl::CivilDay day) { return (static_cast<int>(absl::GetWeekday(day)) + 1) % 7; }

absl::CivilSecond CivilOf(const GoTime& time) {
  return absl::CivilSecond(1970, 1, 1) + (time.seconds + time.offset_s);
}

void Append(std::string* out, const char* format, int value) {
  char text[24];
  std::snprintf(text, sizeof(text), format, value);
  *out += text;
}

void AppendZone(Shown element, int32_t offset, std::string* out) {
  const bool iso = element >= Shown::kIsoZone && element <= Shown::kIsoZoneHours;
  if (iso && offset == 0) {
    out->push_back('Z');
    return;
  }
  const int32_t size = std::abs(offset);
  out->push_back(offset < 0 ? '-' : '+');
  Append(out, "%02d", size / 3600);
  if (element == Shown::kIsoZoneHours || element == Shown::kNumZoneHours) return;
  const bool seconds = element == Shown::kIsoZoneSeconds || element == Shown::kNumZoneSeconds ||
                       element == Shown::kIsoZoneColonSeconds ||
                       element == Shown::kNumZoneColonSeconds;
  const bool colon = element == Shown::kIsoZoneColon || element == Shown::kNumZoneColon ||
                     element == Shown::kIsoZoneColonSeconds ||
                     element == Shown::kNumZoneColonSeconds;
  Append(out, colon ? ":%02d" : "%02d", size / 60 % 60);
  if (seconds) Append(out, colon ? ":%02d" : "%02d", size % 60);
}

void AppendFraction(const LayoutPart& part, int32_t nanos, std::string* out) {
  char digits[16];
  std::snprintf(digits, sizeof(digits), "%09d", nanos);
  std::string text(digits, std::min<size_t>(part.text.size() - 1, 9));
  if (part.element == Shown::kFraction9) {
    while (!text.empty() && text.back() == '0') text.pop_back();
    if (text.empty()) return;
  }
  out->push_back(part.text[0]);
  *out += text;
}

void AppendElement(const LayoutPart& part, const GoTime& time, const absl::CivilSecond& civil,
                   std::string* out) {
  const int hour12 = civil.hour() % 12 == 0 ? 12 : civil.hour() % 12;
  const auto month = static_cast<size_t>(civil.month() - 1);
  switch (part.element) {
    case Shown::kLongMonth:
      *out += kMonthNames[month];
      return;
    case Shown::kMonth:
      *out += kMonthNames[month].substr(0, 3);
      return;
    case Shown::kNumMonth:
      return Append(out, "%d", civil.month());
    case Shown::kZeroMonth:
      return Append(out, "%02d", civil.month());
    case Shown::kLongWeekday:
      *out += kDayNames[static_cast<size_t>(DayOfWeek(absl::CivilDay(civil)))];
      return;
    case Shown::kWeekday:
      *out += kDayNames[static_cast<size_t>(DayOfWeek(absl::CivilDay(civil)))].substr(0, 3);
      return;
    case Shown::kDay:
      return Append(out, "%d", civil.day());
    case Shown::kUnderDay:
      return Append(out, "%2d", civil.day());
    case Shown::kZeroDay:
      return Append(out, "%02d", civil.day());
    case Shown::kUnderYearDay:
      return Append(out, "%3d", absl::GetYearDay(absl::CivilDay(civil)));
    case Shown::kZeroYearDay:
      return Append(out, "%03d", absl::GetYearDay(absl::CivilDay(civil)));
    case Shown::kHour:
      return Append(out, "%02d", civil.hour());
    case Shown::kHour12:
      return Append(out, "%d", hour12);
    case Shown::kZeroHour12:
      return Append(out, "%02d", hour12);
    case Shown::kMinute:
      return Append(out, "%d", civil.minute());
    case Shown::kZeroMinute:
      return Append(out, "%02d", civil.minute());
    case Shown::kSecond:
      return Append(out, "%d", civil.second());
    case Shown::kZeroSecond:
      return Append(out, "%02d", civil.second());
    case Shown::kLongYear:
      return Append(out, "%04d", static_cast<int>(civil.year()));
    case Shown::kYear:
      return Append(out, "%02d", static_cast<int>(((civil.year() % 100) + 100) % 100));
    case Shown::kPm:
      *out += civil.hour() >= 12 ? "PM" : "AM";
      return;
    case Shown::kLowerPm:
      *out += civil.hour() >= 12 ? "pm" : "am";
      return;
    case Shown::kZone:
      *out += time.zone;
      return;
    case Shown::kFraction0:
    case Shown::kFraction9:
      return AppendFraction(part, time.nanos, out);
    case Shown::kNone:
      return;
    default:
      return AppendZone(part.element, time.offset_s, out);
  }
}

}  // namespace

GoTime GoTime::FromUnix(int64_t seconds, int64_t nanos) {
  GoTime time;
  time.seconds = seconds + nanos / 1'000'000'000;
  time.nanos = static_cast<int32_t>(nanos % 1'000'000'000);
  if (time.nanos < 0) {
    time.nanos += 1'000'000'000;
    --time.seconds;
  }
  return time;
}

std::string FormatGoTime(const GoTime& time, std::string_view layout) {
  const absl::CivilSecond civil = CivilOf(time);
  std::string out;
  while (true) {
    const LayoutPart part = NextLayoutPart(layout);
    out += part.before;
    if (part.element == Shown::kNone) return out;
    AppendElement(part, time, civil, &out);
    layout = part.after;
  }
}

std::string GoTimeText(const GoTime& time) {
  return FormatGoTime(time, "2006-01-02 15:04:05.999999999 -0700 MST");
}

}  // namespace vedette::base
