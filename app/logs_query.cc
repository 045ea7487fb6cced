#include "app/logs_query.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <iterator>

#include "app/query_request.h"
#include "base/strings.h"

namespace vedette::app {
namespace {

using base::Concat;

constexpr int64_t kNanosPerMs = 1'000'000;

// A shell's pattern as a regular expression.
std::string RegexOfGlob(std::string_view glob) {
  std::string regex;
  for (const char c : glob) {
    if (c == '*') {
      regex += ".*";
    } else if (c == '?') {
      regex += '.';
    } else {
      if (std::string_view(".+()[]{}^$|\\").find(c) != std::string_view::npos) regex += '\\';
      regex += c;
    }
  }
  return regex;
}

std::string MatcherOf(std::string_view label, const std::vector<std::string>& globs) {
  std::vector<std::string> regexes;
  for (const std::string& glob : globs) regexes.push_back(RegexOfGlob(glob));
  return Concat({label, "=~", base::GoQuote(base::Join(regexes, "|"))});
}

// As journalctl completes names (systemd.unit(5)): nginx is nginx.service, php8.2-fpm is
// php8.2-fpm.service; a pattern stays as it is.
std::string UnitName(const std::string& unit) {
  static constexpr std::string_view kTypes[] = {".service", ".socket",    ".target", ".device",
                                                ".mount",   ".automount", ".swap",   ".timer",
                                                ".path",    ".slice",     ".scope"};
  const bool is_whole =
      unit.find_first_of("*?[") != std::string::npos ||
      std::any_of(std::begin(kTypes), std::end(kTypes),
                  [&unit](std::string_view type) { return base::EndsWith(unit, type); });
  return is_whole ? unit : unit + ".service";
}

// syslog's priorities, and the levels that each stands for.
struct Priority {
  std::string_view name;
  std::string_view levels;
};
constexpr std::array<Priority, 8> kPriorities = {
    {{"emerg", "critical|fatal"},
     {"alert", "critical|fatal"},
     {"crit", "critical|fatal"},
     {"err", "error"},
     {"warning", "warn"},
     {"notice", "info"},
     {"info", "info"},
     {"debug", "debug|trace|unknown|"}}};  // and lines without any

struct Alias {
  std::string_view name;
  size_t priority;
};
constexpr Alias kAliases[] = {{"critical", 2}, {"fatal", 2}, {"error", 3},
                              {"warn", 4},     {"trace", 7}, {"panic", 0}};

std::optional<size_t> PriorityOf(std::string_view word) {
  for (size_t i = 0; i < kPriorities.size(); ++i) {
    if (word == kPriorities[i].name || word == std::to_string(i)) return i;
  }
  for (const Alias& alias : kAliases) {
    if (word == alias.name) return alias.priority;
  }
  return std::nullopt;
}

// From the gravest to the one named, or between two.
base::StatusOr<std::string> LevelFilter(const std::string& text) {
  const size_t dots = text.find("..");
  const auto first = dots == std::string::npos ? std::optional<size_t>(0)
                                               : PriorityOf(std::string_view(text).substr(0, dots));
  const auto last =
      PriorityOf(dots == std::string::npos ? text : std::string_view(text).substr(dots + 2));
  if (!first || !last) {
    return base::InvalidArgument(
        Concat({"-p: found ", base::GoQuote(text),
                "; allowed are emerg, alert, crit, err, warning, notice, info, debug, 0 to 7, or "
                "two of them as in warning..err"}));
  }
  std::vector<std::string> levels;
  for (size_t i = std::min(*first, *last); i <= std::max(*first, *last); ++i) {
    const std::string found(kPriorities[i].levels);
    if (std::find(levels.begin(), levels.end(), found) == levels.end()) levels.push_back(found);
  }
  return Concat({" | detected_level=~", base::GoQuote(base::Join(levels, "|"))});
}

std::string GrepFilter(const std::string& pattern) {
  const bool has_capitals =
      std::any_of(pattern.begin(), pattern.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return Concat({" |~ ", base::GoQuote(has_capitals ? pattern : "(?i)" + pattern)});
}

std::string Selector(const LogsChoice& choice) {
  std::vector<std::string> matchers;
  if (!choice.units.empty()) {
    std::vector<std::string> names;
    std::transform(choice.units.begin(), choice.units.end(), std::back_inserter(names), UnitName);
    matchers.push_back(MatcherOf("unit", names));
  }
  if (!choice.hosts.empty()) matchers.push_back(MatcherOf("host", choice.hosts));
  // Every stream has a service; a selector must name something.
  if (matchers.empty()) matchers.emplace_back("service_name=~\".+\"");
  return "{" + base::Join(matchers, ", ") + "}";
}

// Local midnight of the day that holds `now`, some days before it.
std::tm Midnight(std::time_t now, int days_before) {
  std::tm day{};
  ::localtime_r(&now, &day);
  day.tm_hour = day.tm_min = day.tm_sec = 0;
  day.tm_mday -= days_before;
  day.tm_isdst = -1;
  return day;
}

// What nanoseconds cannot say (before 1677, after 2262) is the earliest or the latest that they
// can.
int64_t NanosOf(std::tm local) {
  constexpr int64_t kSecond = 1'000'000'000;
  return std::clamp<int64_t>(::mktime(&local), INT64_MIN / kSecond, INT64_MAX / kSecond) * kSecond;
}

// Two or three numbers between separators; the third is 0 where it is missing.
std::optional<std::array<int, 3>> Numbers(std::string_view text, char separator) {
  const std::vector<std::string_view> parts = base::Split(text, separator);
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  std::array<int, 3> numbers{};
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto number = base::ParseUint(parts[i]);
    if (!number || *number > 9999) return std::nullopt;
    numbers[i] = static_cast<int>(*number);
  }
  return numbers;
}

bool SetDate(std::string_view text, std::tm* local) {
  const auto date = Numbers(text, '-');
  if (!date) return false;
  const auto [year, month, day] = *date;
  const std::chrono::year_month_day named(std::chrono::year(year),
                                          std::chrono::month(static_cast<unsigned>(month)),
                                          std::chrono::day(static_cast<unsigned>(day)));
  if (!named.ok()) return false;
  local->tm_year = year - 1900;
  local->tm_mon = month - 1;
  local->tm_mday = day;
  return true;
}

bool SetTimeOfDay(std::string_view text, std::tm* local) {
  const auto time = Numbers(text, ':');
  if (!time) return false;
  const auto [hour, minute, second] = *time;
  if (hour > 23 || minute > 59 || second > 60) return false;
  local->tm_hour = hour;
  local->tm_min = minute;
  local->tm_sec = second;
  return true;
}

std::optional<int64_t> ParseCalendar(std::string_view text, std::time_t now) {
  std::tm local = Midnight(now, 0);
  const size_t space = text.find(' ');
  const bool good =
      space == std::string_view::npos
          ? SetDate(text, &local) || SetTimeOfDay(text, &local)
          : SetDate(text.substr(0, space), &local) && SetTimeOfDay(text.substr(space + 1), &local);
  return good ? std::optional(NanosOf(local)) : std::nullopt;
}

// "2 hours ago" as "-2h".
std::string WithoutWords(std::string_view text) {
  std::string words(base::Trim(text));
  constexpr std::string_view kAgo = " ago";
  if (base::EndsWith(words, kAgo)) words = "-" + words.substr(0, words.size() - kAgo.size());
  std::erase(words, ' ');
  for (const std::string_view unit : {"hours", "hour", "days", "day", "weeks", "week", "minutes",
                                      "minute", "min", "seconds", "second", "sec"}) {
    if (!base::EndsWith(words, unit)) continue;
    words.resize(words.size() - unit.size() + 1);  // its first letter
    break;
  }
  return words;
}

}  // namespace

base::StatusOr<std::string> LogsQuery(const LogsChoice& choice) {
  if (!choice.expr.empty() && (!choice.units.empty() || !choice.hosts.empty())) {
    return base::InvalidArgument("a LogQL query cannot be had with -u and -H: name them in it");
  }
  std::string query = choice.expr.empty() ? Selector(choice) : choice.expr;
  // It may end in a comment.
  if (choice.expr.find('#') != std::string::npos) query += '\n';
  if (!choice.grep.empty()) query += GrepFilter(choice.grep);
  if (!choice.priority.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string levels, LevelFilter(choice.priority));
    query += levels;
  }
  return query;
}

std::optional<int64_t> ParseLogsTime(std::string_view text, int64_t now_ns) {
  const auto now = static_cast<std::time_t>(now_ns / 1'000'000'000);
  if (text == "today") return NanosOf(Midnight(now, 0));
  if (text == "yesterday") return NanosOf(Midnight(now, 1));
  if (const auto calendar = ParseCalendar(base::Trim(text), now)) return calendar;
  const std::string words = WithoutWords(text);
  auto ms = ParseQueryTime(words, now_ns / kNanosPerMs);
  // "1h": so long ago.
  if (!ms && base::ParseDurationMs(words)) {
    ms = ParseQueryTime("-" + words, now_ns / kNanosPerMs);
  }
  if (!ms || *ms > INT64_MAX / kNanosPerMs || *ms < INT64_MIN / kNanosPerMs) return std::nullopt;
  return *ms * kNanosPerMs;
}

}  // namespace vedette::app
