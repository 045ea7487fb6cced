#ifndef VEDETTE_BASE_LOG_H_
#define VEDETTE_BASE_LOG_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/mutex.h"

namespace vedette::base {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

// "debug", "info", "warn" or "error"; false for anything else.
bool ParseLogLevel(std::string_view text, LogLevel* level);

// One key=value pair of a log line. Numbers are formatted by the caller or by these constructors.
struct LogField {
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, int64_t v) : key(k), value(std::to_string(v)) {}
  LogField(std::string_view k, int v) : key(k), value(std::to_string(v)) {}
  LogField(std::string_view k, uint64_t v) : key(k), value(std::to_string(v)) {}
  std::string key;
  std::string value;
};

// Writes our own messages to stderr as logfmt, one write(2) a line, with the `<N>` prefix that
// journald turns into a priority when stderr goes to the journal (JOURNAL_STREAM is set).
// Thread-safe. Owned by main, passed by reference, never global.
class Logger {
 public:
  using Fields = std::initializer_list<LogField>;

  Logger(LogLevel min_level, const Clock* clock);
  virtual ~Logger() = default;

  void Debug(std::string_view message, Fields fields = {}) {
    Log(LogLevel::kDebug, message, fields);
  }
  void Info(std::string_view message, Fields fields = {}) { Log(LogLevel::kInfo, message, fields); }
  void Warn(std::string_view message, Fields fields = {}) { Log(LogLevel::kWarn, message, fields); }
  void Error(std::string_view message, Fields fields = {}) {
    Log(LogLevel::kError, message, fields);
  }
  void Log(LogLevel level, std::string_view message, Fields fields);

 protected:
  // Takes one finished line, newline included. Tests override it to look at what was said.
  virtual void Write(std::string_view line);

 private:
  const LogLevel min_level_;
  const Clock* const clock_;
  const bool journal_;
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_LOG_H_
