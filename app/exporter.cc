#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/exporter_service.h"
#include "app/exporters.h"
#include "app/service.h"
#include "app/verbs.h"

// `vedette exporter NAME`: one exporter alone, with upstream's flags.

namespace vedette::app {
namespace {

struct OneExporter {
  const ExporterSpec* spec;
  std::unique_ptr<ExporterFlags> flags;
  std::string log_level = "info";
};

base::StatusOr<std::unique_ptr<ExporterService>> Start(const World& world,
                                                       const OneExporter& exporter) {
  VEDETTE_ASSIGN_OR_RETURN(auto service,
                           ExporterService::Make(world, *exporter.spec, *exporter.flags));
  VEDETTE_RETURN_IF_ERROR(service->Listen());
  return service;
}

int Run(const OneExporter& exporter) {
  base::LogLevel level = base::LogLevel::kInfo;
  if (!base::ParseLogLevel(exporter.log_level, &level)) {
    std::fprintf(stderr, "vedette: --log.level: allowed: debug, info, warn, error\n");
    return kExitUsage;
  }
  base::SystemClock clock;
  base::Logger logger(level, &clock);
  base::Telemetry telemetry;
  const std::unique_ptr<base::FileSystem> fs = base::NewPosixFileSystem();
  Service signals(&logger);
  const auto service = Start(World{fs.get(), &clock, &logger, &telemetry}, exporter);
  if (!service.ok()) {
    logger.Error("cannot start", {{"error", base::Message(service.status())}});
    return kExitProblem;
  }
  signals.RunUntilSignalled([&] { (*service)->Reload(); }, [] { return true; });
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
    one->add_option("--log.level", exporter->log_level, "debug, info, warn or error")
        ->capture_default_str();
    one->callback([exporter, exit_code] { *exit_code = Run(*exporter); });
  }
}

}  // namespace vedette::app
