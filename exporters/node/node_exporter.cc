#include "exporters/node/node_exporter.h"

#include <algorithm>
#include <chrono>

#include "base/strings.h"
#include "exporters/node/collectors.h"

namespace vedette::exporters::node {
namespace {

// Of hardware, file systems and the like that this machine does not have, which most collectors are
// about.
constexpr std::chrono::minutes kAbsentFor{1};

bool IsOn(const CollectorSpec& spec, const NodeOptions& options) {
  const auto chosen = options.collectors.find(spec.name);
  if (chosen != options.collectors.end()) return chosen->second;
  return spec.default_on && !options.disable_defaults;
}

base::Status CheckNames(const NodeOptions& options) {
  const auto all = AllCollectors();
  for (const auto& [name, on] : options.collectors) {
    const auto is_it = [&name = name](const CollectorSpec& spec) { return name == spec.name; };
    if (std::none_of(all.begin(), all.end(), is_it)) {
      return base::InvalidArgument("no collector is named " + base::GoQuote(name));
    }
  }
  return base::Status();
}

}  // namespace

base::StatusOr<std::unique_ptr<NodeExporter>> NodeExporter::Make(NodeOptions options,
                                                                 const Environment& environment) {
  VEDETTE_RETURN_IF_ERROR(CheckNames(options));
  std::unique_ptr<NodeExporter> exporter(new NodeExporter(std::move(options), environment));
  VEDETTE_RETURN_IF_ERROR(exporter->MakeCollectors(environment));
  exporter->MakeExposer(environment);
  return exporter;
}

NodeExporter::NodeExporter(NodeOptions options, const Environment& environment)
    : options_(std::move(options)),
      build_info_("node_exporter", kUpstreamVersion),
      telemetry_(environment.telemetry) {}

base::Status NodeExporter::MakeCollectors(const Environment& environment) {
  CollectorSet::Options set;
  set.prefix = "node";
  set.program = "node_exporter";
  set.limits = environment.limits;
  set.limits.absent_for = kAbsentFor;
  set.clock = environment.clock;
  set.logger = environment.logger;
  for (const CollectorSpec& spec : AllCollectors()) {
    if (!IsOn(spec, options_)) continue;
    auto collector = spec.make(CollectorContext{&options_, environment.clock, environment.logger});
    if (!collector.ok()) {
      return base::Annotate(collector.status(), base::Concat({"collector ", spec.name}));
    }
    set.members.push_back({spec.name, *std::move(collector)});
  }
  collectors_ = std::make_unique<CollectorSet>(std::move(set));
  return base::Status();
}

void NodeExporter::MakeExposer(const Environment& environment) {
  Exposer::Options exposer;
  exposer.title = "Node Exporter";
  exposer.version = kUpstreamVersion;
  exposer.metrics_path = environment.metrics_path;
  exposer.max_requests = environment.max_requests;
  exposer.collectors = collectors_.get();
  for (const CollectorSpec& spec : AllCollectors()) exposer.known_collectors.push_back(spec.name);
  exposer.always = {&build_info_};
  if (environment.exporter_metrics) {
    exposer.always.push_back(&process_);
    if (environment.telemetry != nullptr) exposer.always.push_back(&telemetry_);
  }
  exposer.clock = environment.clock;
  exposer_ = std::make_unique<Exposer>(std::move(exposer));
}

Handler NodeExporter::handler() const {
  return [this](const base::http::Request& request) { return exposer_->Handle(request); };
}

}  // namespace vedette::exporters::node
