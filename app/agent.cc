#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/agent_exporters.h"
#include "app/exit_guard.h"
#include "app/log_flags.h"
#include "app/program.h"
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
  std::unique_ptr<LogFlags> log;
};

int Usage(const base::Status& status) {
  std::fprintf(stderr, "vedette: %s\n", std::string(status.message()).c_str());
  return kExitUsage;
}

int RunAgent(const AgentFlags& flags) {
  Program program(flags.log->choice());
  std::unique_ptr<shipper::Shipper> shipper;
  if (flags.ship && flags.ship_enabled) {
    const auto options = flags.ship->Check(program.world());
    if (!options.ok()) return Usage(options.status());
    auto started = shipper::Shipper::Start(*options);
    if (!started.ok()) return program.CannotStart(started.status());
    shipper = *std::move(started);
  }
  std::unique_ptr<AgentExporters> exporters;
  if (flags.exporters) {
    const base::Status checked = flags.exporters->Check();
    if (!checked.ok()) return Usage(checked);
    auto started = AgentExporters::Start(program.world(), *flags.exporters);
    if (!started.ok()) return program.CannotStart(started.status());
    exporters = *std::move(started);
  }
  program.service().RunUntilSignalled(
      [&] {
        if (exporters) exporters->Reload();
      },
      [] { return true; });
  // The shipper first: it saves how far it came, and no exporter that hangs may keep it from that.
  shipper.reset();
  const ExitGuard guard(program.logger());
  exporters.reset();
  return kExitOk;
}

std::shared_ptr<AgentFlags> MakeVerb(CLI::App* verb, bool exporters, bool ship, int* exit_code) {
  auto flags = std::make_shared<AgentFlags>();
  if (exporters) flags->exporters = std::make_unique<AgentExporterFlags>(verb);
  if (ship) flags->ship = std::make_unique<ShipFlags>(verb);
  flags->log = std::make_unique<LogFlags>(verb);
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
