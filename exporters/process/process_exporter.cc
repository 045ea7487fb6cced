#include "exporters/process/process_exporter.h"

#include <utility>

#include "base/strings.h"

namespace vedette::exporters::process {
namespace {

base::StatusOr<std::shared_ptr<const NameRules>> ReadRules(const ProcessOptions& options,
                                                           base::FileSystem* fs) {
  if (options.config_path.empty()) {
    return NameRules::FromLists(options.proc_names, options.name_mapping);
  }
  if (!options.proc_names.empty() || !options.name_mapping.empty()) {
    return base::InvalidArgument("config.path excludes procnames and namemapping");
  }
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs->ReadFile(options.config_path));
  return NameRules::FromYaml(text, options.config_path);
}

}  // namespace

base::StatusOr<std::unique_ptr<ProcessExporter>> ProcessExporter::Make(
    ProcessOptions options, const Environment& environment) {
  VEDETTE_ASSIGN_OR_RETURN(auto rules, ReadRules(options, environment.fs));
  std::unique_ptr<ProcessExporter> exporter(new ProcessExporter(std::move(options), environment));
  exporter->MakeCollector(std::move(rules));
  exporter->MakeExposer();
  return exporter;
}

ProcessExporter::ProcessExporter(ProcessOptions options, const Environment& environment)
    : options_(std::move(options)),
      environment_(environment),
      build_info_("process_exporter", kUpstreamVersion),
      telemetry_(environment.telemetry) {}

void ProcessExporter::MakeCollector(std::shared_ptr<const NameRules> rules) {
  auto collector =
      std::make_unique<ProcessCollector>(options_, std::move(rules), environment_.clock);
  collector->Prime();
  collector_ = collector.get();
  CollectorSet::Options set;  // without a prefix: upstream does not tell of its collector
  set.program = "process_exporter";
  set.limits = environment_.limits;
  set.clock = environment_.clock;
  set.logger = environment_.logger;
  set.members.push_back({"process", std::move(collector)});
  collectors_ = std::make_unique<CollectorSet>(std::move(set));
}

void ProcessExporter::MakeExposer() {
  Exposer::Options exposer;
  exposer.title = "Process Exporter";
  exposer.version = kUpstreamVersion;
  exposer.metrics_path = environment_.metrics_path;
  exposer.max_requests = environment_.max_requests;
  exposer.collectors = collectors_.get();
  exposer.known_collectors = {"process"};
  exposer.always = {&build_info_};
  if (environment_.exporter_metrics) {
    exposer.always.push_back(&process_);
    if (environment_.telemetry != nullptr) exposer.always.push_back(&telemetry_);
  }
  exposer.clock = environment_.clock;
  exposer_ = std::make_unique<Exposer>(std::move(exposer));
}

Handler ProcessExporter::handler() const {
  return [this](const base::http::Request& request) { return exposer_->Handle(request); };
}

base::Status ProcessExporter::Reload() {
  VEDETTE_ASSIGN_OR_RETURN(auto rules, ReadRules(options_, environment_.fs));
  collector_->SetRules(std::move(rules));
  return base::Status();
}

}  // namespace vedette::exporters::process
