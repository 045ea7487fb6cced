#include "base/go_layout.h"

namespace vedette::base {
namespace {

using Spelt = LayoutElement;

struct Spelling {
  std::string_view text;
  LayoutElement element;
};

// Of those that begin alike the longest comes first.
constexpr Spelling kSpellings[] = {
    {"January", Spelt::kLongMonth},
    {"Jan", Spelt::kMonth},
    {"Monday", Spelt::kLongWeekday},
    {"Mon", Spelt::kWeekday},
    {"MST", Spelt::kZone},
    {"002", Spelt::kZeroYearDay},
    {"01", Spelt::kZeroMonth},
    {"02", Spelt::kZeroDay},
    {"03", Spelt::kZeroHour12},
    {"04", Spelt::kZeroMinute},
    {"05", Spelt::kZeroSecond},
    {"06", Spelt::kYear},
    {"15", Spelt::kHour},
    {"1", Spelt::kNumMonth},
    {"2006", Spelt::kLongYear},
    {"2", Spelt::kDay},
    {"__2", Spelt::kUnderYearDay},
    {"_2", Spelt::kUnderDay},
    {"3", Spelt::kHour12},
    {"4", Spelt::kMinute},
    {"5", Spelt::kSecond},
    {"PM", Spelt::kPm},
    {"pm", Spelt::kLowerPm},
    {"-07:00:00", Spelt::kNumZoneColonSeconds},
    {"-07:00", Spelt::kNumZoneColon},
    {"-070000", Spelt::kNumZoneSeconds},
    {"-0700", Spelt::kNumZone},
    {"-07", Spelt::kNumZoneHours},
    {"Z07:00:00", Spelt::kIsoZoneColonSeconds},
    {"Z07:00", Spelt::kIsoZoneColon},
    {"Z070000", Spelt::kIsoZoneSeconds},
    {"Z0700", Spelt::kIsoZone},
    {"Z07", Spelt::kIsoZoneHours},
};

bool IsLayoutDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLayoutLower(char c) { return c >= 'a' && c <= 'z'; }

// ".000" or ",999": the length, 0 where none stands. A digit behind it makes it none.
size_t FractionLength(std::string_view rest) {
  if (rest.size() < 2 || (rest[0] != '.' && rest[0] != ',')) return 0;
  if (rest[1] != '0' && rest[1] != '9') return 0;
  size_t end = 1;
  while (end < rest.size() && rest[end] == rest[1]) ++end;
  return end < rest.size() && IsLayoutDigit(rest[end]) ? 0 : end;
}

// "Jan" and "Mon" are no elements inside words: "Janet", "Months".
bool InsideWord(std::string_view rest, const Spelling& spelling) {
  const bool short_name = spelling.element == Spelt::kMonth || spelling.element == Spelt::kWeekday;
  return short_name && rest.size() > 3 && IsLayoutLower(rest[3]);
}

}  // namespace

LayoutPart NextLayoutPart(std::string_view layout) {
  for (size_t at = 0; at < layout.size(); ++at) {
    const std::string_view rest = layout.substr(at);
    if (const size_t length = FractionLength(rest)) {
      return {layout.substr(0, at), rest[1] == '0' ? Spelt::kFraction0 : Spelt::kFraction9,
              rest.substr(0, length), rest.substr(length)};
    }
    // "_2006" is an underscore and a year.
    if (rest.substr(0, 5) == "_2006") {
      return {layout.substr(0, at + 1), Spelt::kLongYear, rest.substr(1, 4), rest.substr(5)};
    }
    for (const Spelling& spelling : kSpellings) {
      const size_t length = spelling.text.size();
      if (rest.substr(0, length) != spelling.text || InsideWord(rest, spelling)) continue;
      return {layout.substr(0, at), spelling.element, rest.substr(0, length), rest.substr(length)};
    }
  }
  return {layout, Spelt::kNone, {}, {}};
}

}  // namespace vedette::base
