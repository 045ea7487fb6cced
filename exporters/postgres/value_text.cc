#include "exporters/postgres/value_text.h"

#include <chrono>
#include <cmath>

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::exporters::postgres {
namespace {

// Oids that never change (pg_type.dat).
constexpr uint32_t kBool = 16;
constexpr uint32_t kDate = 1082;
constexpr uint32_t kTimestamp = 1114;
constexpr uint32_t kTimestampWithZone = 1184;

bool IsTime(uint32_t type) {
  return type == kDate || type == kTimestamp || type == kTimestampWithZone;
}

// Reads numbers and marks off the front of a text.
class Cutter {
 public:
  explicit Cutter(std::string_view text) : text_(text) {}

  bool AtEnd() const { return text_.empty(); }
  bool Skip(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool Number(int64_t* number) {
    const size_t size = std::min(text_.find_first_not_of("0123456789"), text_.size());
    const auto value = base::ParseInt(text_.substr(0, size));
    if (size == 0 || !value) return false;
    *number = *value;
    text_.remove_prefix(size);
    return true;
  }

 private:
  std::string_view text_;
};

bool CutDate(Cutter* in, std::chrono::sys_days* day) {
  int64_t year = 0;
  int64_t month = 0;
  int64_t date = 0;
  if (!in->Number(&year) || !in->Skip('-') || !in->Number(&month) || !in->Skip('-') ||
      !in->Number(&date) || year > 32'000 || month > 12 || date > 31) {
    return false;
  }
  const std::chrono::year_month_day when(std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(date)));
  if (!when.ok()) return false;
  *day = when;
  return true;
}

// "13:05:06"; what is missing at the end is 0.
bool CutClock(Cutter* in, int64_t* seconds) {
  int64_t part = 0;
  if (!in->Number(&part)) return false;
  *seconds = part * 3600;
  for (const int64_t unit : {60, 1}) {
    if (!in->Skip(':')) return true;
    if (!in->Number(&part)) return false;
    *seconds += part * unit;
  }
  return true;
}

std::optional<double> UnitNanos(std::string_view unit) {
  if (unit == "ns") return 1;
  if (unit == "us" || unit == "\xC2\xB5s" || unit == "\xCE\xBCs") return 1e3;
  if (unit == "ms") return 1e6;
  if (unit == "s") return 1e9;
  if (unit == "m") return 60e9;
  if (unit == "h") return 3600e9;
  return std::nullopt;
}

}  // namespace

std::optional<double> ParseValue(std::string_view text, uint32_t type) {
  if (type == kBool) return text == "t" ? 1 : 0;
  if (IsTime(type)) return ParseTimestamp(text);
  return base::ParseDouble(text);
}

std::string LabelText(std::string_view text, uint32_t type) {
  if (type == kBool && !text.empty()) return text == "t" ? "true" : "false";
  if (IsTime(type)) {
    if (const auto seconds = ParseTimestamp(text)) {
      return std::to_string(static_cast<int64_t>(*seconds));
    }
  }
  return std::string(text);
}

std::optional<double> ParseTimestamp(std::string_view text) {
  Cutter in(text);
  std::chrono::sys_days day;
  if (!CutDate(&in, &day)) return std::nullopt;
  int64_t seconds = 0;
  int64_t fraction = 0;
  int64_t zone = 0;
  if (in.Skip(' ')) {
    if (!CutClock(&in, &seconds)) return std::nullopt;
    if (in.Skip('.') && !in.Number(&fraction)) return std::nullopt;
    if (in.Skip('+')) {
      if (!CutClock(&in, &zone)) return std::nullopt;
    } else if (in.Skip('-')) {
      if (!CutClock(&in, &zone)) return std::nullopt;
      zone = -zone;
    }
  }
  if (!in.AtEnd()) return std::nullopt;
  const int64_t days = day.time_since_epoch().count();
  return static_cast<double>(days * 86'400 + seconds - zone);
}

std::optional<double> ParseDurationMillis(std::string_view text) {
  const bool negative = base::StartsWith(text, "-");
  if (negative || base::StartsWith(text, "+")) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  double nanos = 0;
  while (!text.empty()) {
    const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const size_t end = std::min(text.find_first_of("0123456789.", digits), text.size());
    const auto number = base::ParseDouble(text.substr(0, digits));
    const auto unit = UnitNanos(text.substr(digits, end - digits));
    if (!number || !unit) return std::nullopt;
    nanos += *number * *unit;
    text.remove_prefix(end);
  }
  return std::trunc((negative ? -nanos : nanos) / 1e6);
}

std::vector<double> ParseArray(std::string_view text) {
  std::vector<double> numbers;
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return numbers;
  for (const std::string_view item : base::Split(text.substr(1, text.size() - 2), ',')) {
    const auto number = base::ParseDouble(item);
    if (!number) break;
    numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace vedette::exporters::postgres
