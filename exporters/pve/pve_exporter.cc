#include "exporters/pve/pve_exporter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "exporters/runtime/page.h"

namespace vedette::exporters::pve {
namespace {

using base::http::Request;
using base::http::Response;

constexpr size_t kHelperQueue = 64;

base::Status CheckNames(const PveOptions& options) {
  const auto all = AllCollectors();
  for (const auto& [name, on] : options.collectors) {
    const auto is_it = [&name = name](const CollectorSpec& spec) { return name == spec.name; };
    if (std::none_of(all.begin(), all.end(), is_it)) {
      return base::InvalidArgument("no collector is named " + base::GoQuote(name));
    }
  }
  return base::Status();
}

CollectorSet::Options NoCollectors(const Environment& environment) {
  CollectorSet::Options options;
  options.clock = environment.clock;
  options.logger = environment.logger;
  return options;
}

std::string ParamOr(const Request& request, std::string_view name, std::string_view otherwise) {
  return std::string(request.query.Has(name) ? request.query.Get(name) : otherwise);
}

// As upstream: "0", "false" and "" switch a part off.
bool IsPartOn(const Request& request, std::string_view name) {
  const std::string value = base::ToLowerAscii(ParamOr(request, name, "1"));
  return value != "0" && value != "false" && !value.empty();
}

}  // namespace

base::StatusOr<std::unique_ptr<PveExporter>> PveExporter::Make(PveOptions options,
                                                               const Environment& environment) {
  VEDETTE_RETURN_IF_ERROR(CheckNames(options));
  std::unique_ptr<PveExporter> exporter(new PveExporter(std::move(options), environment));
  VEDETTE_RETURN_IF_ERROR(exporter->Reload());
  exporter->MakeExposer(environment);
  return exporter;
}

PveExporter::PveExporter(PveOptions options, const Environment& environment)
    : options_(std::move(options)),
      environment_(environment),
      limit_(environment.max_requests),
      telemetry_(environment.telemetry),
      no_collectors_(NoCollectors(environment)),
      failures_(environment.logger),
      pool_("pve-calls", static_cast<size_t>(std::max(1, options_.parallel_calls - 1)),
            kHelperQueue) {}

base::Status PveExporter::Reload() {
  VEDETTE_ASSIGN_OR_RETURN(Modules modules, ModulesOf(options_, environment_.fs));
  for (const auto& [name, module] : modules) requests_.Know(name);
  auto targets =
      std::make_shared<TargetPool>(std::move(modules), environment_.fs, environment_.clock);
  base::MutexLock lock(mutex_);
  targets_ = std::move(targets);
  return base::Status();
}

void PveExporter::MakeExposer(const Environment& environment) {
  Exposer::Options exposer;
  exposer.title = "Proxmox VE Exporter";
  exposer.version = kUpstreamVersion;
  exposer.metrics_path = environment.metrics_path;
  exposer.max_requests = environment.max_requests;
  exposer.collectors = &no_collectors_;
  exposer.always = {&requests_};
  if (environment.exporter_metrics) {
    exposer.always.push_back(&process_);
    if (environment.telemetry != nullptr) exposer.always.push_back(&telemetry_);
  }
  exposer.pages = {{kTargetPath, [this](const Request& request) {
                      return limit_.Guard([&] { return HandleTarget(request); });
                    }}};
  exposer.clock = environment.clock;
  exposer_ = std::make_unique<Exposer>(std::move(exposer));
}

Handler PveExporter::handler() const {
  return [this](const Request& request) { return exposer_->Handle(request); };
}

std::shared_ptr<TargetPool> PveExporter::Targets() const {
  base::MutexLock lock(mutex_);
  return targets_;
}

bool PveExporter::IsOn(const CollectorSpec& spec, const ScrapeRequest& request) const {
  if (!(spec.part == Part::kCluster ? request.cluster : request.node)) return false;
  const auto chosen = options_.collectors.find(spec.name);
  return chosen == options_.collectors.end() || chosen->second;
}

Response PveExporter::HandleTarget(const Request& request) const {
  ScrapeRequest what;
  what.module = ParamOr(request, "module", "default");
  what.target = ParamOr(request, "target", "localhost");
  what.cluster = IsPartOn(request, "cluster");
  what.node = IsPartOn(request, "node");
  const std::shared_ptr<TargetPool> targets = Targets();
  if (!targets->modules().contains(what.module)) {
    return Response::Text(
        400, base::Concat({"Module ", base::GoQuote(what.module), " not found in config\n"}));
  }
  const auto session = targets->SessionFor(what.module, what.target);
  if (!session.ok()) {
    return Response::Text(400, base::Concat({base::Message(session.status()), "\n"}));
  }
  return Scrape(request, what, session->get());
}

Response PveExporter::Scrape(const Request& request, const ScrapeRequest& what,
                             Session* session) const {
  const int64_t begin = environment_.clock->MonotonicNanos();
  Wanted wanted;
  for (const CollectorSpec& spec : AllCollectors()) {
    if (IsOn(spec, what)) spec.want(&wanted);
  }
  Answers answers;
  answers.Fetch(wanted, session,
                {ScrapeDeadline(request, *environment_.clock, environment_.limits), request.stop},
                &pool_, options_.parallel_calls);
  const int64_t fetched = environment_.clock->MonotonicNanos();

  FamilySink sink;
  const bool failed = Collect(what, answers, fetched - begin, &sink);
  sink.Gauge("pve_target_up", "Whether the target's API answered any call of this scrape.")
      .Add(answers.AnySuccess() ? 1 : 0);
  requests_.Count(what.module, environment_.clock->MonotonicNanos() - begin, failed);
  std::vector<prometheus::MetricFamily> families;
  sink.MoveTo(&families);
  return MetricsPage(request, std::move(families));
}

// Makes the families of every collector that is on. True where any of them failed.
bool PveExporter::Collect(const ScrapeRequest& what, const Answers& answers, int64_t fetch_nanos,
                          FamilySink* sink) const {
  sink->Gauge("pve_scrape_fetch_duration_seconds", "How long the calls to the API took together.")
      .Add(static_cast<double>(fetch_nanos) / 1e9);
  FamilyRef success =
      sink->Gauge("pve_scrape_collector_success", "Whether a collector got all its data.");
  std::string failing;
  std::string error;
  for (const CollectorSpec& spec : AllCollectors()) {
    if (!IsOn(spec, what)) continue;
    const base::Status status = spec.collect(answers, sink);
    success.Add(status.ok() ? 1 : 0, {{"collector", spec.name}});
    if (status.ok()) continue;
    if (failing.empty()) error = base::Message(status);
    failing += base::Concat({failing.empty() ? "" : ",", spec.name});
  }
  failures_.Report(what.module, what.target, failing, error);
  return !failing.empty();
}

}  // namespace vedette::exporters::pve
