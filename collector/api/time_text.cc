#include "collector/api/time_text.h"

#include <cstdio>
#include <ctime>

#include "base/strings.h"

namespace vedette::api {
namespace {

// Days since the epoch of a date of the proleptic Gregorian calendar.
int64_t DaysFromCivil(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

bool IsLeap(int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int64_t DaysIn(int64_t year, int64_t month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && IsLeap(year) ? 1 : 0);
}

// Takes the text from the front piece by piece; once a piece is missing, ok stays false.
struct Scanner {
  std::string_view text;
  bool ok = true;

  int64_t Digits(size_t count) {
    int64_t value = 0;
    for (size_t i = 0; i < count; ++i) {
      if (i >= text.size() || text[i] < '0' || text[i] > '9') return ok = false, 0;
      value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
  }
  bool Take(char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
  }
  void Expect(char c) { ok = Take(c) && ok; }
  int64_t InRange(int64_t value, int64_t low, int64_t high) {
    ok = ok && value >= low && value <= high;
    return value;
  }
};

int32_t ReadFraction(Scanner* scan) {
  int32_t nanos = 0;
  int32_t unit = 100'000'000;
  size_t digits = 0;
  while (digits < scan->text.size() && scan->text[digits] >= '0' && scan->text[digits] <= '9') {
    nanos += (scan->text[digits++] - '0') * unit;
    unit /= 10;
  }
  scan->ok = scan->ok && digits > 0;
  scan->text.remove_prefix(digits);
  return nanos;
}

// Seconds east of Greenwich.
int64_t ReadZone(Scanner* scan) {
  if (scan->Take('Z') || scan->Take('z')) return 0;
  const bool west = scan->Take('-');
  if (!west) scan->Expect('+');
  const int64_t hours = scan->InRange(scan->Digits(2), 0, 23);
  scan->Expect(':');
  const int64_t minutes = scan->InRange(scan->Digits(2), 0, 59);
  const int64_t offset = hours * 3600 + minutes * 60;
  return west ? -offset : offset;
}

std::string FormatDate(int64_t ms, int* millis) {
  std::time_t seconds = ms / 1000;
  *millis = static_cast<int>(ms % 1000);
  if (*millis < 0) {
    *millis += 1000;
    --seconds;
  }
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  const int n =
      std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", parts.tm_year + 1900,
                    parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return {text, static_cast<size_t>(n)};
}

}  // namespace

int64_t UnixTime::ToNanos() const {
  constexpr int64_t kMaxSeconds = INT64_MAX / 1'000'000'000;
  if (seconds >= kMaxSeconds) return INT64_MAX;
  if (seconds <= -kMaxSeconds) return INT64_MIN;
  return seconds * 1'000'000'000 + nanos;
}

std::optional<UnixTime> ParseRfc3339(std::string_view text) {
  Scanner scan{text};
  const int64_t year = scan.Digits(4);
  scan.Expect('-');
  const int64_t month = scan.InRange(scan.Digits(2), 1, 12);
  scan.Expect('-');
  const int64_t day = scan.Digits(2);
  if (!scan.ok) return std::nullopt;
  scan.InRange(day, 1, DaysIn(year, month));
  if (!scan.Take('t')) scan.Expect('T');
  const int64_t hour = scan.InRange(scan.Digits(2), 0, 23);
  scan.Expect(':');
  const int64_t minute = scan.InRange(scan.Digits(2), 0, 59);
  scan.Expect(':');
  const int64_t second = scan.InRange(scan.Digits(2), 0, 59);
  UnixTime time;
  if (scan.Take('.')) time.nanos = ReadFraction(&scan);
  const int64_t offset = ReadZone(&scan);
  if (!scan.ok || !scan.text.empty()) return std::nullopt;
  time.seconds =
      DaysFromCivil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
  return time;
}

std::string FormatRfc3339(int64_t ms) {
  if (ms == 0) return "0001-01-01T00:00:00Z";
  int millis = 0;
  std::string text = FormatDate(ms, &millis);
  if (millis != 0) {
    char fraction[8];
    std::snprintf(fraction, sizeof fraction, ".%03d", millis);
    text += fraction;
    while (text.back() == '0') text.pop_back();
  }
  return text + "Z";
}

std::string FormatRfc3339Nanos(int64_t ns) {
  const int64_t fraction = ((ns % 1'000'000'000) + 1'000'000'000) % 1'000'000'000;
  int millis = 0;
  std::string text = FormatDate((ns - fraction) / 1'000'000, &millis);
  if (fraction != 0) {
    char decimals[16];
    std::snprintf(decimals, sizeof decimals, ".%09d", static_cast<int>(fraction));
    text += decimals;
    while (text.back() == '0') text.pop_back();
  }
  return text + "Z";
}

std::string FormatRfc3339Millis(int64_t ms) {
  int millis = 0;
  std::string text = FormatDate(ms, &millis);
  char fraction[8];
  std::snprintf(fraction, sizeof fraction, ".%03d", millis);
  return text + fraction + "Z";
}

}  // namespace vedette::api
