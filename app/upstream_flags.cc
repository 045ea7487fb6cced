#include "app/upstream_flags.h"

#include <CLI/CLI.hpp>
#include <string>

namespace vedette::app {
namespace {

// Read and dropped: about the Go runtime, which is not here.
void TakeForNothing(CLI::App* verb, const std::string& flag) {
  verb->add_option_function<std::string>(flag, [](const std::string&) {})
      ->expected(0, 1)
      ->group("");
}

void AddRedis(CLI::App* verb, LogFlags* log) {
  log->TakeRedisNames(verb);
  verb->get_option("--web.listen-address")->envname("REDIS_EXPORTER_WEB_LISTEN_ADDRESS");
  verb->get_option("--web.telemetry-path")->envname("REDIS_EXPORTER_WEB_TELEMETRY_PATH");
}

}  // namespace

void AddUpstreamFlags(std::string_view name, CLI::App* verb, LogFlags* log) {
  if (name == "node") TakeForNothing(verb, "--runtime.gomaxprocs");
  if (name == "process") log->TakeDebug(verb, "");
  if (name == "postgres") {
    verb->get_option("--web.telemetry-path")->envname("PG_EXPORTER_WEB_TELEMETRY_PATH");
  }
  if (name == "redis") AddRedis(verb, log);
}

}  // namespace vedette::app
