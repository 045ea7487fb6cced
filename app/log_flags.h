#ifndef VEDETTE_APP_LOG_FLAGS_H_
#define VEDETTE_APP_LOG_FLAGS_H_

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"

namespace CLI {
class App;
}

namespace vedette::app {

// How a verb logs. A plain value.
struct LogChoice {
  base::LogLevel level = base::LogLevel::kInfo;
  bool json = false;  // an object a line instead of logfmt
};

std::unique_ptr<base::Logger> NewLogger(const LogChoice& choice, const base::Clock* clock);

// --log.level and --log.format on the command line, which refuses other values than it lists.
// Outlives the parsing.
class LogFlags {
 public:
  explicit LogFlags(CLI::App* verb);
  // process-exporter's --debug. `env` may be empty.
  void TakeDebug(CLI::App* verb, const std::string& env);
  // redis_exporter's --debug, --log-level and --log-format, and their environment.
  void TakeRedisNames(CLI::App* verb);
  LogChoice choice() const;

 private:
  std::string level_ = "info";
  std::string format_ = "logfmt";
  bool debug_ = false;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_LOG_FLAGS_H_
