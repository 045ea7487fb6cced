#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/agent_exporters.h"
#include "app/announce_flags.h"
#include "app/exit_guard.h"
#include "app/log_flags.h"
#include "app/metrics_push.h"
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
  std::unique_ptr<AnnounceFlags> announce;  // null: nothing is announced
  std::unique_ptr<LogFlags> log;
};

int Usage(const base::Status& status) {
  std::fprintf(stderr, "vedette: %s\n", std::string(status.message()).c_str());
  return kExitUsage;
}

// Announces nothing where the state folder cannot be used: the rest of the agent goes on.
std::unique_ptr<announcer::Announcer> StartAnnouncer(const World& world,
                                                     announcer::Announcer::Options options,
                                                     const std::string& state_dir,
                                                     AgentExporters* exporters) {
  auto identity = OwnIdentity(world, state_dir);
  if (!identity.ok()) {
    world.logger->Error("this host is not announced to the collector",
                        {{"error", base::Message(identity.status())}});
    return nullptr;
  }
  options.announcement.id = std::move(identity->id);
  options.announcement.key = std::move(identity->key);
  options.pages = [exporters] { return exporters->Pages(); };
  return std::make_unique<announcer::Announcer>(std::move(options));
}

// Null where metrics are not to be sent, or cannot be: the rest of the agent goes on.
std::unique_ptr<MetricsPush> StartMetricsPush(const World& world,
                                              const announcer::Announcer::Options& how,
                                              const std::string& state_dir,
                                              AgentExporters* exporters) {
  MetricsPush::Options options;
  options.state_dir = state_dir;
  options.url = how.url;
  options.http = how.http;
  options.host = how.announcement.host;
  options.labels = how.announcement.labels;
  options.pages = [exporters] { return exporters->Pages(); };
  options.answer = [exporters](uint16_t port, const base::http::Request& request) {
    return exporters->AnswerAt(port, request);
  };
  auto push = MetricsPush::Start(world, std::move(options));
  if (push.ok()) return *std::move(push);
  world.logger->Error("metrics are not sent", {{"error", base::Message(push.status())}});
  return nullptr;
}

// What the flags ask for besides exporters.
struct AgentPlan {
  std::optional<shipper::Shipper::Options> ship;
  std::optional<announcer::Announcer::Options> announce;
  bool pushes_metrics = false;  // where it announces
  std::string state_dir;
};

base::StatusOr<AgentPlan> PlanOf(const AgentFlags& flags, const World& world) {
  AgentPlan plan;
  const bool announces = flags.announce && flags.announce->enabled();
  if (!flags.ship || (!flags.ship_enabled && !announces)) return plan;
  VEDETTE_ASSIGN_OR_RETURN(shipper::Shipper::Options ship, flags.ship->Check(world));
  plan.state_dir = ship.state_dir;
  if (announces) {
    VEDETTE_ASSIGN_OR_RETURN(plan.announce, flags.announce->Check(world, ship));
    plan.pushes_metrics = flags.announce->pushes_metrics();
  }
  if (flags.ship_enabled) plan.ship = std::move(ship);
  return plan;
}

int RunAgent(const AgentFlags& flags) {
  Program program(flags.log->choice());
  auto plan = PlanOf(flags, program.world());
  if (!plan.ok()) return Usage(plan.status());
  std::unique_ptr<shipper::Shipper> shipper;
  if (plan->ship) {
    auto started = shipper::Shipper::Start(*plan->ship);
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
  std::unique_ptr<MetricsPush> push;
  if (plan->pushes_metrics) {
    push = StartMetricsPush(program.world(), *plan->announce, plan->state_dir, exporters.get());
  }
  std::unique_ptr<announcer::Announcer> announcer;
  if (plan->announce) {
    announcer = StartAnnouncer(program.world(), *std::move(plan->announce), plan->state_dir,
                               exporters.get());
  }
  program.service().RunUntilSignalled(
      [&] {
        if (exporters) exporters->Reload();
      },
      [] { return true; });
  // The shipper first: it saves how far it came, and no exporter that hangs may keep it from that.
  shipper.reset();
  const ExitGuard guard(program.logger());
  announcer.reset();
  push.reset();
  exporters.reset();
  return kExitOk;
}

std::shared_ptr<AgentFlags> MakeVerb(CLI::App* verb, bool exporters, bool ship, int* exit_code) {
  auto flags = std::make_shared<AgentFlags>();
  if (exporters) flags->exporters = std::make_unique<AgentExporterFlags>(verb);
  if (ship) flags->ship = std::make_unique<ShipFlags>(verb);
  if (exporters && ship) flags->announce = std::make_unique<AnnounceFlags>(verb);
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
