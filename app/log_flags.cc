#include "app/log_flags.h"

#include <CLI/CLI.hpp>

#include "base/json_log.h"

namespace vedette::app {

std::unique_ptr<base::Logger> NewLogger(const LogChoice& choice, const base::Clock* clock) {
  if (choice.json) return std::make_unique<base::JsonLogger>(choice.level, clock);
  return std::make_unique<base::Logger>(choice.level, clock);
}

LogFlags::LogFlags(CLI::App* verb) {
  verb->add_option("--log.level", level_, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  verb->add_option("--log.format", format_, "logfmt or json")
      ->check(CLI::IsMember({"logfmt", "json"}))
      ->capture_default_str();
}

void LogFlags::TakeDebug(CLI::App* verb, const std::string& env) {
  verb->add_flag("--debug", debug_, "Log everything, whatever the level")->envname(env)->group("");
}

void LogFlags::TakeRedisNames(CLI::App* verb) {
  TakeDebug(verb, "REDIS_EXPORTER_DEBUG");
  verb->add_option("--log-level", level_)
      ->transform(CLI::IsMember({"debug", "info", "warn", "error"}, CLI::ignore_case))
      ->envname("REDIS_EXPORTER_LOG_LEVEL")
      ->group("");
  verb->add_option("--log-format", format_)
      ->check(CLI::IsMember({"txt", "json"}))
      ->envname("REDIS_EXPORTER_LOG_FORMAT")
      ->group("");
}

LogChoice LogFlags::choice() const {
  LogChoice choice;
  base::ParseLogLevel(debug_ ? "debug" : level_, &choice.level);
  choice.json = format_ == "json";
  return choice;
}

}  // namespace vedette::app
