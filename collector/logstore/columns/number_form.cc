#include "collector/logstore/columns/number_form.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <vector>

namespace vedette::logstore {
namespace {

using Kind = NumberForm::Kind;

constexpr std::array<int64_t, 19> kPowers = [] {
  std::array<int64_t, 19> powers{};
  int64_t power = 1;
  for (size_t i = 0; i < powers.size(); ++i) {
    powers[i] = power;
    if (i + 1 < powers.size()) power *= 10;
  }
  return powers;
}();

int64_t Power(int digits) { return kPowers[static_cast<size_t>(digits)]; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Where the point of a short text is; its end when it has none.
size_t PointOf(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && text[i] != '.') ++i;
  return i;
}

// Digits alone, at most 18.
std::optional<int64_t> ReadDigits(std::string_view text) {
  if (text.empty() || text.size() > NumberForm::kMaxDigits) return std::nullopt;
  int64_t value = 0;
  for (const char c : text) {
    if (!IsDigit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<int64_t> ReadInteger(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto value = ReadDigits(text);
  if (!value || (text.size() > 1 && text[0] == '0') || (negative && *value == 0)) {
    return std::nullopt;
  }
  return negative ? -*value : *value;
}

// Digits behind the point, or nothing when the text is no decimal number.
std::optional<int> FractionDigits(std::string_view text) {
  const size_t point = PointOf(text);
  if (point == text.size()) return ReadInteger(text) ? std::optional(0) : std::nullopt;
  const std::string_view fraction = text.substr(point + 1);
  if (!ReadDigits(fraction)) return std::nullopt;
  return static_cast<int>(fraction.size());
}

std::optional<int64_t> ReadDecimal(std::string_view text, int digits, bool trimmed) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const size_t point = PointOf(text);
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point < text.size() ? text.substr(point + 1) : "";
  const auto high = ReadDigits(whole);
  if (!high || (whole.size() > 1 && whole[0] == '0')) return std::nullopt;
  const bool fits = trimmed ? fraction.size() <= static_cast<size_t>(digits) &&
                                  !fraction.ends_with('0') &&
                                  (point == text.size() || !fraction.empty())
                            : fraction.size() == static_cast<size_t>(digits);
  if (!fits || whole.size() + static_cast<size_t>(digits) > NumberForm::kMaxDigits) {
    return std::nullopt;
  }
  int64_t low = 0;
  if (!fraction.empty()) {
    const auto read = ReadDigits(fraction);
    if (!read) return std::nullopt;
    low = *read * Power(digits - static_cast<int>(fraction.size()));
  }
  const int64_t value = *high * Power(digits) + low;
  if (negative && value == 0) return std::nullopt;
  return negative ? -value : value;
}

std::optional<int64_t> ReadIpv4(std::string_view text) {
  int64_t value = 0;
  for (int part = 0; part < 4; ++part) {
    const size_t end = part == 3 ? text.size() : text.find('.');
    if (end == std::string_view::npos || end > 3) return std::nullopt;
    const auto byte = ReadInteger(text.substr(0, end));
    if (!byte || *byte < 0 || *byte > 255) return std::nullopt;
    value = value << 8 | *byte;
    text.remove_prefix(part == 3 ? end : end + 1);
  }
  return value;
}

char* WritePadded(int64_t value, int digits, char* to) {
  for (int i = digits - 1; i >= 0; --i) {
    to[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return to + digits;
}

char* WriteInteger(int64_t value, char* to) {
  constexpr size_t kMostDigits = 20;
  return std::to_chars(to, to + kMostDigits, value).ptr;
}

char* WriteDecimal(int64_t value, int digits, bool trimmed, char* to) {
  if (value < 0) *to++ = '-';
  const uint64_t magnitude =
      value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  const auto power = static_cast<uint64_t>(Power(digits));
  to = WriteInteger(static_cast<int64_t>(magnitude / power), to);
  uint64_t fraction = magnitude % power;
  if (trimmed) {
    if (fraction == 0) return to;
    for (; fraction % 10 == 0; --digits) fraction /= 10;
  }
  *to++ = '.';
  return WritePadded(static_cast<int64_t>(fraction), digits, to);
}

char* WriteIpv4(int64_t value, char* to) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    to = WriteInteger(value >> shift & 255, to);
    if (shift > 0) *to++ = '.';
  }
  return to;
}

constexpr size_t kDateTimeBytes = 19;
constexpr int kMaxSecondsDigits = 9;

std::optional<int64_t> ReadDateTime(std::string_view text, const NumberForm& form) {
  const size_t fraction = form.digits > 0 ? 1 + static_cast<size_t>(form.digits) : 0;
  if (text.size() != kDateTimeBytes + fraction + (form.zulu ? 1 : 0)) return std::nullopt;
  if (text[4] != form.date_separator || text[7] != form.date_separator ||
      text[10] != form.time_separator || text[13] != ':' || text[16] != ':' ||
      (form.zulu && text.back() != 'Z') || (fraction > 0 && text[19] != form.point)) {
    return std::nullopt;
  }
  std::array<int64_t, 7> part{};
  constexpr std::array<std::pair<size_t, size_t>, 6> kPlaces = {
      {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}}};
  for (size_t i = 0; i < kPlaces.size(); ++i) {
    const auto read = ReadDigits(text.substr(kPlaces[i].first, kPlaces[i].second));
    if (!read) return std::nullopt;
    part[i] = *read;
  }
  if (fraction > 0) {
    const auto read = ReadDigits(text.substr(20, static_cast<size_t>(form.digits)));
    if (!read) return std::nullopt;
    part[6] = *read;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(part[0])),
                                         std::chrono::month(static_cast<unsigned>(part[1])),
                                         std::chrono::day(static_cast<unsigned>(part[2]))};
  // Years whose nanoseconds fit; a second of 60 is not written again as it was.
  if (!date.ok() || part[0] < 1700 || part[0] > 2200 || part[3] > 23 || part[4] > 59 ||
      part[5] > 59) {
    return std::nullopt;
  }
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t seconds = ((days * 24 + part[3]) * 60 + part[4]) * 60 + part[5];
  return seconds * Power(form.digits) + part[6];
}

char* WriteDateTime(int64_t value, const NumberForm& form, char* to) {
  const int64_t power = Power(form.digits);
  int64_t seconds = value / power;
  int64_t fraction = value % power;
  if (fraction < 0) {
    fraction += power;
    --seconds;
  }
  // What Read gives is far inside; a damaged file may say anything.
  constexpr int64_t kFarthest = 10'000'000'000;
  seconds = std::clamp(seconds, -kFarthest, kFarthest);
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const int64_t rest = (time - day).count();
  to = WritePadded(static_cast<int>(date.year()), 4, to);
  *to++ = form.date_separator;
  to = WritePadded(static_cast<unsigned>(date.month()), 2, to);
  *to++ = form.date_separator;
  to = WritePadded(static_cast<unsigned>(date.day()), 2, to);
  *to++ = form.time_separator;
  to = WritePadded(rest / 3600, 2, to);
  *to++ = ':';
  to = WritePadded(rest / 60 % 60, 2, to);
  *to++ = ':';
  to = WritePadded(rest % 60, 2, to);
  if (form.digits > 0) {
    *to++ = form.point;
    to = WritePadded(fraction, form.digits, to);
  }
  if (form.zulu) *to++ = 'Z';
  return to;
}

// A form of date-times that `text` may have.
std::optional<NumberForm> DateTimeForm(std::string_view text) {
  if (text.size() < kDateTimeBytes) return std::nullopt;
  NumberForm form;
  form.kind = Kind::kDateTime;
  form.date_separator = text[4];
  form.time_separator = text[10];
  form.zulu = text.ends_with('Z');
  const size_t fraction = text.size() - kDateTimeBytes - (form.zulu ? 1 : 0);
  if (fraction > 0) {
    form.point = text[kDateTimeBytes];
    form.digits = static_cast<int>(fraction) - 1;
    if (form.digits == 0 || form.digits > kMaxSecondsDigits) return std::nullopt;
  }
  const bool known = (form.date_separator == '-' || form.date_separator == '/') &&
                     (form.time_separator == 'T' || form.time_separator == ' ') &&
                     (form.point == '.' || form.point == ',');
  return known && form.Read(text) ? std::optional(form) : std::nullopt;
}

// A sign, all digits that may be, and the point between.
constexpr size_t kMostDecimalBytes = 2 * size_t{NumberForm::kMaxDigits} + 2;

// Forms worth trying, best first.
std::vector<NumberForm> Candidates(std::span<const std::string_view> sample,
                                   std::span<const std::string_view> values) {
  const std::string_view first = sample[0];
  std::vector<NumberForm> forms;
  forms.push_back({Kind::kInteger});
  if (first.size() <= NumberForm::kMaxDigits) {
    forms.push_back({Kind::kPadded, static_cast<int>(first.size())});
  }
  forms.push_back({Kind::kIpv4});
  if (const auto form = DateTimeForm(first)) forms.push_back(*form);
  int most = -1;
  int least = NumberForm::kMaxDigits;
  for (const std::string_view text : sample) {
    if (const auto digits = FractionDigits(text)) {
      most = std::max(most, *digits);
      least = std::min(least, *digits);
    }
  }
  if (most <= 0) return forms;
  if (most == least) forms.push_back({Kind::kDecimal, most});
  if (most < 10) {
    // A sample may miss the longest.
    for (const std::string_view text : values) {
      if (text.size() <= static_cast<size_t>(most) + 1 || text.size() > kMostDecimalBytes) continue;
      if (text.size() - PointOf(text) <= static_cast<size_t>(most) + 1) continue;
      most = std::max(most, FractionDigits(text).value_or(0));
    }
  }
  if (most <= 12) forms.push_back({Kind::kTrimmed, most});
  return forms;
}

}  // namespace

std::optional<NumberForm> NumberForm::Guess(std::span<const std::string_view> values) {
  constexpr size_t kSample = 32;
  std::vector<std::string_view> sample;
  const size_t step = std::max<size_t>(1, values.size() / kSample);
  for (size_t i = 0; i < values.size() && sample.size() < kSample; i += step) {
    sample.push_back(values[i]);
  }
  if (sample.empty() || sample[0].empty() || sample[0].size() > 32) return std::nullopt;
  std::optional<NumberForm> best;
  size_t most = sample.size() * 7 / 8;
  for (const NumberForm& form : Candidates(sample, values)) {
    const auto fits =
        static_cast<size_t>(std::count_if(sample.begin(), sample.end(), [&](std::string_view text) {
          return form.Read(text).has_value();
        }));
    if (fits > most || (fits == most && !best && most > 0)) {
      best = form;
      most = fits;
    }
  }
  return best;
}

std::optional<int64_t> NumberForm::Read(std::string_view text) const {
  switch (kind) {
    case Kind::kInteger:
      return ReadInteger(text);
    case Kind::kPadded:
      return text.size() == static_cast<size_t>(digits) ? ReadDigits(text) : std::nullopt;
    case Kind::kDecimal:
      return ReadDecimal(text, digits, false);
    case Kind::kTrimmed:
      return ReadDecimal(text, digits, true);
    case Kind::kIpv4:
      return ReadIpv4(text);
    case Kind::kDateTime:
      return ReadDateTime(text, *this);
  }
  return std::nullopt;
}

char* NumberForm::Write(int64_t number, char* to) const {
  switch (kind) {
    case Kind::kInteger:
      return WriteInteger(number, to);
    case Kind::kPadded:
      return WritePadded(number, digits, to);
    case Kind::kDecimal:
      return WriteDecimal(number, digits, false, to);
    case Kind::kTrimmed:
      return WriteDecimal(number, digits, true, to);
    case Kind::kIpv4:
      return WriteIpv4(number, to);
    case Kind::kDateTime:
      return WriteDateTime(number, *this, to);
  }
  return to;
}

void NumberForm::Append(int64_t number, std::string* out) const {
  char text[kMostBytes];
  out->append(text, Write(number, text));
}

SlotBound NumberForm::Bound(int64_t low, int64_t high) const {
  constexpr size_t kYearDigits = 4;
  constexpr size_t kOctetDigits = 3;
  // The longest of the kind: a trimmed one has all its digits here.
  NumberForm longest = *this;
  if (kind == Kind::kTrimmed) longest.kind = Kind::kDecimal;
  std::string texts[2];
  longest.Append(low, &texts[0]);
  longest.Append(high, &texts[1]);
  SlotBound bound = SlotBound::Of(texts[0]);
  bound.Unite(SlotBound::Of(texts[1]));
  // Those between: digits of which the ends may have fewer, and a sign.
  size_t run = std::max(bound.decimal_run, bound.hex_run);
  if (kind == Kind::kIpv4) run = kOctetDigits;
  if (kind == Kind::kDateTime) run = std::max(kYearDigits, static_cast<size_t>(digits));
  if (kind == Kind::kPadded) run = static_cast<size_t>(digits);
  bound.decimal_run = bound.hex_run = static_cast<uint8_t>(run);
  if (kind == Kind::kIpv4) bound.length = 15;
  bound.kinds = static_cast<uint16_t>(bound.kinds | SlotBound::KindsOf("0"));
  return bound;
}

int64_t NumberForm::NanosPerUnit(int64_t number) const {
  switch (kind) {
    case Kind::kDecimal:
    case Kind::kTrimmed:
    case Kind::kDateTime:
      return digits <= kMaxSecondsDigits ? Power(kMaxSecondsDigits - digits) : 0;
    case Kind::kInteger:
      // Seconds to nanoseconds, by size: all of them between 2001 and 2286.
      for (int scale = 0; scale <= kMaxSecondsDigits; scale += 3) {
        if (number / Power(9) >= Power(scale) && number / Power(9) < 10 * Power(scale)) {
          return Power(kMaxSecondsDigits - scale);
        }
      }
      return 0;
    default:
      return 0;
  }
}

}  // namespace vedette::logstore
