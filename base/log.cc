#include "base/log.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace vedette::base {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};
// syslog(3) priorities, as journald reads them from `<N>`.
constexpr std::array<char, 4> kPriorities = {'7', '6', '4', '3'};

size_t Index(LogLevel level) { return static_cast<size_t>(level); }

void AppendTime(int64_t nanos, std::string* out) {
  const std::time_t seconds = nanos / 1'000'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  const int n = std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                              utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                              utc.tm_min, utc.tm_sec, static_cast<int>(nanos / 1'000'000 % 1000));
  out->append(text, static_cast<size_t>(n));
}

bool NeedsQuotes(std::string_view value) {
  if (value.empty()) return true;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\x7f') return true;
  }
  return false;
}

void AppendValue(std::string_view value, std::string* out) {
  if (!NeedsQuotes(value)) {
    out->append(value);
    return;
  }
  out->push_back('"');
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (c == '\n') {
      out->append("\\n");
    } else if (static_cast<unsigned char>(c) < ' ') {
      out->push_back('?');
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

}  // namespace

bool ParseLogLevel(std::string_view text, LogLevel* level) {
  for (size_t i = 0; i < kLevelNames.size(); ++i) {
    if (text == kLevelNames[i]) {
      *level = static_cast<LogLevel>(i);
      return true;
    }
  }
  return false;
}

Logger::Logger(LogLevel min_level, const Clock* clock)
    : min_level_(min_level), clock_(clock), journal_(std::getenv("JOURNAL_STREAM") != nullptr) {}

void Logger::Log(LogLevel level, std::string_view message, Fields fields) {
  if (level < min_level_) return;
  std::string line;
  if (journal_) {
    line += {'<', kPriorities[Index(level)], '>'};
  } else {
    line += "time=";
    AppendTime(clock_->WallNanos(), &line);
    line += ' ';
  }
  line += "level=";
  line += kLevelNames[Index(level)];
  line += " msg=";
  AppendValue(message, &line);
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    AppendValue(field.value, &line);
  }
  line += '\n';
  Write(line);
}

void Logger::Write(std::string_view line) {
  // A log line that cannot be written has nowhere else to go.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace vedette::base
