#include <absl/strings/ascii.h>
#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <vector>

#include "base/fs.h"
#include "base/go_layout.h"
#include "base/go_time.h"
#include "base/strings.h"

namespace vedette::base {
namespace {

using Part = LayoutElement;

// What the zone database calls a zone: "America/Argentina/Buenos_Aires". Any other text could name
// a file, and each that was asked for is remembered for ever below.
bool IsZoneName(std::string_view name) {
  constexpr size_t kMaxBytes = 64;
  const auto is_part = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '+' || c == '-';
  };
  const std::vector<std::string_view> parts = Split(name, '/');
  return name.size() <= kMaxBytes && parts.size() <= 3 &&
         std::all_of(parts.begin(), parts.end(), [&](std::string_view part) {
           return !part.empty() && std::all_of(part.begin(), part.end(), is_part);
         });
}

bool IsInDatabase(const std::string& name) {
  const char* const folder = std::getenv("TZDIR");
  struct stat found {};
  const std::string path = JoinPath(folder == nullptr ? "/usr/share/zoneinfo" : folder, name);
  return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

// UTC for a name that is none.
absl::TimeZone ZoneNamed(std::string_view text) {
  const std::string name(text);
  absl::TimeZone zone;
  if (IsZoneName(name) && IsInDatabase(name) && absl::LoadTimeZone(name, &zone)) return zone;
  return absl::UTCTimeZone();
}

// Reads a time by a layout.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}

  bool Run(std::string_view layout) {
    while (true) {
      const LayoutPart part = NextLayoutPart(layout);
      if (!Skip(part.before)) return false;
      if (part.element == Part::kNone) return text_.empty();
      layout = part.after;
      if (!Read(part)) return false;
      // Seconds may have a fraction that the layout does not show.
      const bool seconds = part.element == Part::kSecond || part.element == Part::kZeroSecond;
      if (seconds && !LayoutHasFraction(layout)) ReadFraction(0);
    }
  }

  // False where the parts are no date: February 30.
  bool Finish(std::string_view zone, GoTime* time) const {
    int hour = hour_;
    if (pm_ == 1 && hour < 12) hour += 12;
    if (pm_ == 0 && hour == 12) hour = 0;
    const absl::CivilSecond civil(year_, month_, day_, hour, minute_, second_);
    if (civil.day() != day_ || civil.month() != month_) return false;
    time->nanos = nanos_;
    const int64_t local = civil - absl::CivilSecond(1970, 1, 1);
    if (offset_) {
      time->offset_s = *offset_;
      time->zone = *offset_ == 0 ? "UTC" : std::string();
      time->seconds = local - *offset_;
      return true;
    }
    const absl::TimeZone place = ZoneNamed(zone);
    const absl::TimeZone::CivilInfo info = place.At(absl::FromCivil(civil, place));
    time->offset_s = info.offset;
    time->zone = info.zone_abbr;
    time->seconds = local - info.offset;
    return true;
  }

 private:
  static bool LayoutHasFraction(std::string_view layout) {
    const LayoutPart next = NextLayoutPart(layout);
    return next.before.empty() &&
           (next.element == Part::kFraction0 || next.element == Part::kFraction9);
  }

  // A space stands for any number of them.
  bool Skip(std::string_view literal) {
    for (const char c : literal) {
      if (c == ' ') {
        if (!text_.empty() && text_[0] != ' ') return false;
        text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size()));
        continue;
      }
      if (text_.empty() || text_[0] != c) return false;
      text_.remove_prefix(1);
    }
    return true;
  }

  bool Number(size_t least, size_t most, int low, int high, int* out) {
    size_t digits = 0;
    int value = 0;
    while (digits < most && digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9') {
      value = value * 10 + (text_[digits++] - '0');
    }
    if (digits < least || value < low || value > high) return false;
    text_.remove_prefix(digits);
    *out = value;
    return true;
  }

  template <size_t kCount>
  bool Name(const std::array<std::string_view, kCount>& names, bool whole, int* out) {
    for (size_t i = 0; i < kCount; ++i) {
      const std::string_view name = whole ? names[i] : names[i].substr(0, 3);
      if (!EqualsIgnoreCase(text_.substr(0, name.size()), name)) continue;
      text_.remove_prefix(name.size());
      *out = static_cast<int>(i);
      return true;
    }
    return false;
  }

  bool MonthName(bool whole) {
    if (!Name(kMonthNames, whole, &month_)) return false;
    ++month_;
    return true;
  }

  bool Read(const LayoutPart& part) {
    int ignored = 0;
    switch (part.element) {
      case Part::kLongMonth:
      case Part::kMonth:
        return MonthName(part.element == Part::kLongMonth);
      case Part::kNumMonth:
        return Number(1, 2, 1, 12, &month_);
      case Part::kZeroMonth:
        return Number(2, 2, 1, 12, &month_);
      case Part::kLongWeekday:
      case Part::kWeekday:
        return Name(kDayNames, part.element == Part::kLongWeekday, &ignored);
      case Part::kUnderDay:
        if (StartsWith(text_, " ")) text_.remove_prefix(1);
        return Number(1, 2, 1, 31, &day_);
      case Part::kDay:
        return Number(1, 2, 1, 31, &day_);
      case Part::kZeroDay:
        return Number(2, 2, 1, 31, &day_);
      case Part::kHour:
        return Number(2, 2, 0, 23, &hour_);
      case Part::kHour12:
        return Number(1, 2, 0, 12, &hour_);
      case Part::kZeroHour12:
        return Number(2, 2, 0, 12, &hour_);
      case Part::kMinute:
        return Number(1, 2, 0, 59, &minute_);
      case Part::kZeroMinute:
        return Number(2, 2, 0, 59, &minute_);
      case Part::kSecond:
        return Number(1, 2, 0, 59, &second_);
      case Part::kZeroSecond:
        return Number(2, 2, 0, 59, &second_);
      case Part::kLongYear:
        return Number(4, 4, 0, 9999, &year_);
      case Part::kYear:
        if (!Number(2, 2, 0, 99, &year_)) return false;
        year_ += year_ >= 69 ? 1900 : 2000;
        return true;
      case Part::kPm:
      case Part::kLowerPm:
        return ReadPm();
      case Part::kFraction0:
        return ReadFraction(part.text.size() - 1);
      case Part::kFraction9:
        return ReadFraction(0) || true;
      case Part::kZone:
        return ReadZoneName();
      case Part::kUnderYearDay:
      case Part::kZeroYearDay:
        return Number(3, 3, 1, 366, &ignored);
      case Part::kNone:
        return true;
      default:
        return ReadOffset(part.element);
    }
  }

  bool ReadPm() {
    const std::string_view word = text_.substr(0, 2);
    if (EqualsIgnoreCase(word, "PM")) pm_ = 1;
    if (EqualsIgnoreCase(word, "AM")) pm_ = 0;
    text_.remove_prefix(word.size());
    return pm_ >= 0;
  }

  // `digits`: how many there must be; 0 for as many as there are.
  bool ReadFraction(size_t digits) {
    if (text_.size() < 2 || (text_[0] != '.' && text_[0] != ',')) return false;
    size_t end = 1;
    int64_t value = 0;
    for (; end < text_.size() && text_[end] >= '0' && text_[end] <= '9'; ++end) {
      if (end <= 9) value = value * 10 + (text_[end] - '0');
    }
    if (end == 1 || (digits != 0 && end - 1 != digits)) return false;
    for (size_t i = end; i <= 9; ++i) value *= 10;
    nanos_ = static_cast<int32_t>(value);
    text_.remove_prefix(end);
    return true;
  }

  bool ReadZoneName() {
    size_t end = 0;
    while (end < text_.size() && text_[end] >= 'A' && text_[end] <= 'Z') ++end;
    if (end < 3 || end > 5) return false;
    if (text_.substr(0, end) == "UTC" || text_.substr(0, end) == "GMT") offset_ = 0;
    text_.remove_prefix(end);
    return true;
  }

  bool ReadOffset(Part element) {
    const bool iso = element >= Part::kIsoZone && element <= Part::kIsoZoneHours;
    if (iso && StartsWith(text_, "Z")) {
      text_.remove_prefix(1);
      offset_ = 0;
      return true;
    }
    if (text_.empty() || (text_[0] != '+' && text_[0] != '-')) return false;
    const int sign = text_[0] == '-' ? -1 : 1;
    text_.remove_prefix(1);
    int hours = 0;
    int minutes = 0;
    if (!Number(2, 2, 0, 24, &hours)) return false;
    if (element != Part::kIsoZoneHours && element != Part::kNumZoneHours) {
      const bool colon = element == Part::kIsoZoneColon || element == Part::kNumZoneColon;
      if (colon && !Skip(":")) return false;
      if (!Number(2, 2, 0, 59, &minutes)) return false;
    }
    offset_ = sign * (hours * 3600 + minutes * 60);
    return true;
  }

  std::string_view text_;
  int year_ = 0;
  int month_ = 1;
  int day_ = 1;
  int hour_ = 0;
  int minute_ = 0;
  int second_ = 0;
  int32_t nanos_ = 0;
  int pm_ = -1;
  std::optional<int32_t> offset_;
};

}  // namespace

StatusOr<GoTime> ParseGoTime(std::string_view layout, std::string_view text,
                             std::string_view zone) {
  TimeReader reader(text);
  GoTime time;
  if (!reader.Run(layout) || !reader.Finish(zone, &time)) {
    return InvalidArgument(
        Concat({"parsing time ", GoQuote(text), " as ", GoQuote(layout), ": cannot parse"}));
  }
  return time;
}

}  // namespace vedette::base
