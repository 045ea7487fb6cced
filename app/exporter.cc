#include <CLI/CLI.hpp>
#include <memory>

#include "app/exit_guard.h"
#include "app/exporter_service.h"
#include "app/exporters.h"
#include "app/log_flags.h"
#include "app/program.h"
#include "app/upstream_flags.h"
#include "app/verbs.h"
#include "app/version.h"

// `vedette exporter NAME`: one exporter alone, with upstream's flags.

namespace vedette::app {
namespace {

struct OneExporter {
  const ExporterSpec* spec;
  std::unique_ptr<ExporterFlags> flags;
  std::unique_ptr<LogFlags> log;
};

base::StatusOr<std::unique_ptr<ExporterService>> Start(const World& world,
                                                       const OneExporter& exporter) {
  VEDETTE_ASSIGN_OR_RETURN(auto service,
                           ExporterService::Make(world, *exporter.spec, *exporter.flags));
  VEDETTE_RETURN_IF_ERROR(service->Listen());
  return service;
}

int Run(const OneExporter& exporter) {
  Program program(exporter.log->choice());
  auto service = Start(program.world(), exporter);
  if (!service.ok()) return program.CannotStart(service.status());
  program.service().RunUntilSignalled([&] { (*service)->Reload(); }, [] { return true; });
  const ExitGuard guard(program.logger());
  service->reset();
  return kExitOk;
}

}  // namespace

void AddExporter(CLI::App* root, int* exit_code) {
  CLI::App* verb = root->add_subcommand("exporter", "One exporter alone");
  verb->require_subcommand(1);
  for (const ExporterSpec& spec : AllExporters()) {
    CLI::App* one = verb->add_subcommand(spec.name, spec.title);
    const auto exporter = std::make_shared<OneExporter>();
    exporter->spec = &spec;
    exporter->flags = spec.flags(spec, one, "");
    exporter->log = std::make_unique<LogFlags>(one);
    AddUpstreamFlags(spec.name, one, exporter->log.get());
    one->set_version_flag("--version", &VersionText, "Print the version and exit");
    one->callback([exporter, exit_code] { *exit_code = Run(*exporter); });
  }
}

}  // namespace vedette::app
