#include "exporters/node/os_release.h"

#include <chrono>

#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// A value without its quotes; a backslash keeps the next character, outside single quotes.
std::string Unquote(std::string_view text) {
  std::string value;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      value += text[++i];
    } else {
      value += c;
    }
  }
  return value;
}

}  // namespace

base::StatusOr<OsRelease> ParseOsRelease(std::string_view text, const std::string& path) {
  OsRelease fields;
  LineScanner lines(text);
  std::string_view line;
  while (lines.Next(&line)) {
    line = base::Trim(line);
    if (line.empty() || line[0] == '#') continue;
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) return Malformed(path, "expected NAME=VALUE", line);
    fields[std::string(line.substr(0, equals))] = Unquote(base::Trim(line.substr(equals + 1)));
  }
  return fields;
}

std::optional<double> MajorMinor(std::string_view version) {
  size_t end = std::min(version.find_first_not_of("0123456789"), version.size());
  if (end == 0) return std::nullopt;
  if (end < version.size() && version[end] == '.') {
    end = std::min(version.find_first_not_of("0123456789", end + 1), version.size());
  }
  std::string_view number = version.substr(0, end);
  if (base::EndsWith(number, ".")) number.remove_suffix(1);
  return base::ParseDouble(number);
}

std::optional<int64_t> ParseDay(std::string_view day) {
  if (day.size() != 10 || day[4] != '-' || day[7] != '-') return std::nullopt;
  const auto year = base::ParseUint(day.substr(0, 4));
  const auto month = base::ParseUint(day.substr(5, 2));
  const auto day_of_month = base::ParseUint(day.substr(8, 2));
  if (!year || !month || !day_of_month) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day_of_month))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::seconds(std::chrono::sys_days(date).time_since_epoch()).count();
}

}  // namespace vedette::exporters::node
