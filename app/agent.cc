#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>

#include "app/agent_exporters.h"
#include "app/service.h"
#include "app/ship_flags.h"
#include "app/verbs.h"

// The agent's verbs: `agent` is every `exporter` that this host has use for, and `ship`, in one
// process.

namespace vedette::app {
namespace {

struct AgentFlags {
  std::unique_ptr<AgentExporterFlags> exporters;  // null: none
  std::unique_ptr<ShipFlags> ship;                // null: no shipper
  bool ship_enabled = true;
  std::string log_level = "info";
};

int Usage(const base::Status& status) {
  std::fprintf(stderr, "vedette: %s\n", std::string(status.message()).c_str());
  return kExitUsage;
}

int Problem(base::Logger* logger, const base::Status& status) {
  logger->Error("cannot start", {{"error", base::Message(status)}});
  return kExitProblem;
}

int RunAgent(const AgentFlags& flags) {
  base::LogLevel level = base::LogLevel::kInfo;
  if (!base::ParseLogLevel(flags.log_level, &level)) {
    return Usage(base::InvalidArgument("--log.level: allowed: debug, info, warn, error"));
  }
  base::SystemClock clock;
  base::Logger logger(level, &clock);
  base::Telemetry telemetry;
  const std::unique_ptr<base::FileSystem> fs = base::NewPosixFileSystem();
  const World world{fs.get(), &clock, &logger, &telemetry};
  Service service(&logger);

  std::unique_ptr<shipper::Shipper> shipper;
  if (flags.ship && flags.ship_enabled) {
    const auto options = flags.ship->Check(world);
    if (!options.ok()) return Usage(options.status());
    auto started = shipper::Shipper::Start(*options);
    if (!started.ok()) return Problem(&logger, started.status());
    shipper = *std::move(started);
  }
  std::unique_ptr<AgentExporters> exporters;
  if (flags.exporters) {
    const base::Status checked = flags.exporters->Check();
    if (!checked.ok()) return Usage(checked);
    auto started = AgentExporters::Start(world, *flags.exporters);
    if (!started.ok()) return Problem(&logger, started.status());
    exporters = *std::move(started);
  }
  service.RunUntilSignalled(
      [&] {
        if (exporters) exporters->Reload();
      },
      [] { return true; });
  return kExitOk;
}

std::shared_ptr<AgentFlags> MakeVerb(CLI::App* verb, bool exporters, bool ship, int* exit_code) {
  auto flags = std::make_shared<AgentFlags>();
  if (exporters) flags->exporters = std::make_unique<AgentExporterFlags>(verb);
  if (ship) flags->ship = std::make_unique<ShipFlags>(verb);
  verb->add_option("--log.level", flags->log_level, "debug, info, warn or error")
      ->capture_default_str();
  verb->callback([flags, exit_code] { *exit_code = RunAgent(*flags); });
  return flags;
}

}  // namespace

void AddAgent(CLI::App* root, int* exit_code) {
  CLI::App* verb =
      root->add_subcommand("agent", "Node exporter and log shipper: every server's role");
  const auto flags = MakeVerb(verb, true, true, exit_code);
  verb->add_flag("--ship,!--no-ship", flags->ship_enabled, "Ship logs");
}

void AddShip(CLI::App* root, int* exit_code) {
  MakeVerb(root->add_subcommand("ship", "The log shipper alone"), false, true, exit_code);
}

}  // namespace vedette::app
