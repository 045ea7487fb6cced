#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/collector_config.h"
#include "app/rule_verbs.h"
#include "app/verbs.h"

namespace vedette::app {
namespace {

int Report(const base::Status& status) {
  if (status.ok()) {
    std::printf("ok\n");
    return kExitOk;
  }
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return kExitProblem;
}

int CheckConfig(const CollectorFlags& flags) {
  const auto options = flags.Check();
  if (!options.ok()) {
    std::fprintf(stderr, "vedette check: %s\n", std::string(options.status().message()).c_str());
    return kExitUsage;
  }
  const auto fs = base::NewPosixFileSystem();
  const auto config = LoadCollectorConfig(fs.get(), *options);
  if (config.ok()) {
    for (const std::string& warning : config->warnings) {
      std::fprintf(stderr, "warning: %s\n", warning.c_str());
    }
  }
  return Report(config.status());
}

}  // namespace

void AddCheck(CLI::App* root, int* exit_code) {
  CLI::App* verb = root->add_subcommand("check", "Check files without running anything");
  verb->require_subcommand(1);
  CLI::App* config = verb->add_subcommand(
      "config", "The files that `vedette collector` would read with the same flags");
  const auto flags = std::make_shared<CollectorFlags>(config);
  config->callback([flags, exit_code] { *exit_code = CheckConfig(*flags); });
  AddCheckRules(verb, exit_code);
}

}  // namespace vedette::app
