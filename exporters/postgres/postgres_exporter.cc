#include "exporters/postgres/postgres_exporter.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/strings.h"
#include "exporters/postgres/sources.h"
#include "exporters/runtime/landing_page.h"
#include "exporters/runtime/page.h"

namespace vedette::exporters::postgres {
namespace {

using base::Concat;
using base::http::Request;
using base::http::Response;

constexpr char kTitle[] = "Postgres Exporter";
constexpr char kProbePath[] = "/probe";
// How collect[] and exclude[] name the user's own queries.
constexpr char kCustomName[] = "user_queries";

bool Holds(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsCollector(const Plan& plan, std::string_view name) {
  return name == kCustomName ||
         std::any_of(plan.collectors.begin(), plan.collectors.end(),
                     [name](const CollectorSpec* one) { return one->name == name; });
}

void Append(std::vector<prometheus::MetricFamily> more,
            std::vector<prometheus::MetricFamily>* families) {
  std::move(more.begin(), more.end(), std::back_inserter(*families));
}

}  // namespace

base::StatusOr<std::unique_ptr<PostgresExporter>> PostgresExporter::Make(
    PostgresOptions options, const Environment& environment) {
  VEDETTE_ASSIGN_OR_RETURN(std::vector<DataSource> sources,
                           ResolveSources(options.source, environment.fs));
  VEDETTE_ASSIGN_OR_RETURN(std::shared_ptr<const Plan> plan, MakePlan(options, environment.fs));
  std::unique_ptr<PostgresExporter> exporter(
      new PostgresExporter(std::move(options), environment, std::move(sources)));
  if (!plan->custom_status.ok()) {
    environment.logger->Error("postgres: no custom queries",
                              {{"err", base::Message(plan->custom_status)}});
  }
  {
    base::MutexLock lock(exporter->mutex_);
    exporter->plan_ = std::move(plan);
  }
  if (const base::Status status = exporter->LoadModules(); !status.ok()) {
    environment.logger->Warn("postgres: no auth modules", {{"err", base::Message(status)}});
  }
  return exporter;
}

PostgresExporter::PostgresExporter(PostgresOptions options, const Environment& environment,
                                   std::vector<DataSource> sources)
    : options_(std::move(options)),
      environment_(environment),
      limit_(environment.max_requests),
      build_info_("postgres_exporter", kUpstreamVersion),
      telemetry_(environment.telemetry),
      resolver_(environment.clock),
      scraper_({&loader_, environment.clock, environment.logger, &resolver_, std::move(sources)}),
      probe_({&loader_, environment.clock, environment.logger, &resolver_}) {}

Handler PostgresExporter::handler() const {
  // The connections are state of ours, not of who holds the handler.
  auto* const self = const_cast<PostgresExporter*>(this);
  return [self](const Request& request) { return self->Handle(request); };
}

Response PostgresExporter::Handle(const Request& request) {
  if (request.path == environment_.metrics_path) {
    return limit_.Guard([&] { return Metrics(request); });
  }
  if (request.path == "/") return Landing();
  if (request.path != kProbePath) return Response::Text(404, "404 page not found\n");
  auto order = Order(request);
  if (!order.ok()) return Response::Text(400, base::Message(order.status()));
  return limit_.Guard([&] { return probe_.Handle(request, *std::move(order)); });
}

Response PostgresExporter::Landing() const {
  Response response;
  response.headers.Set("Content-Type", "text/html; charset=UTF-8");
  response.body = LandingPage(kTitle, kUpstreamVersion, environment_.metrics_path);
  return response;
}

Response PostgresExporter::Metrics(const Request& request) {
  const auto order = Order(request);
  if (!order.ok()) return Response::Text(400, base::Message(order.status()));
  std::vector<prometheus::MetricFamily> families = scraper_.Scrape(*order);
  FamilySink sink;
  AddConfigState(&sink);
  sink.MoveTo(&families);
  Append(build_info_.Collect(), &families);
  if (environment_.exporter_metrics) {
    Append(process_.Collect(), &families);
    if (environment_.telemetry != nullptr) Append(telemetry_.Collect(), &families);
  }
  return MetricsPage(request, std::move(families));
}

base::StatusOr<Scraper::Request> PostgresExporter::Order(const Request& request) const {
  Scraper::Request order;
  order.plan = plan();
  const std::vector<std::string_view> collect = request.query.GetAll("collect[]");
  const std::vector<std::string_view> exclude = request.query.GetAll("exclude[]");
  if (!collect.empty() && !exclude.empty()) {
    return base::InvalidArgument("Combined collect and exclude queries are not allowed.");
  }
  for (const std::string_view name : collect) {
    if (IsCollector(*order.plan, name)) continue;
    return base::InvalidArgument(
        Concat({"missing or disabled collector: ", base::RepairUtf8(name)}));
  }
  const auto wanted = [&](std::string_view name) {
    return collect.empty() ? !Holds(exclude, name) : Holds(collect, name);
  };
  for (const CollectorSpec* const collector : order.plan->collectors) {
    if (wanted(collector->name)) order.collectors.push_back(collector);
  }
  order.wants_custom = wanted(kCustomName);
  const int64_t most = std::chrono::nanoseconds(options_.timeouts.collection).count();
  order.deadline_ns = std::min(ScrapeDeadline(request, *environment_.clock, environment_.limits),
                               environment_.clock->MonotonicNanos() + most);
  return order;
}

void PostgresExporter::AddConfigState(FamilySink* sink) const {
  sink->Gauge("postgres_exporter_config_last_reload_successful",
              "Whether the file of auth modules was read when it was last tried.")
      .Add(modules_loaded_ ? 1 : 0);
  sink->Gauge("postgres_exporter_config_last_reload_success_timestamp_seconds",
              "When the file of auth modules was last read, as a Unix time.")
      .Add(modules_loaded_at_);
}

base::Status PostgresExporter::Reload() {
  const base::Status modules = LoadModules();
  const base::Status queries = LoadPlan();
  return modules.ok() ? queries : modules;
}

// Upstream's default file need not exist.
base::Status PostgresExporter::LoadModules() {
  auto modules = ReadAuthModules(environment_.fs, options_.config_file);
  modules_loaded_ = modules.ok();
  if (!modules.ok()) {
    const bool is_default = options_.config_file == PostgresOptions().config_file;
    if (is_default && !environment_.fs->Exists(options_.config_file)) return base::Status();
    return modules.status();
  }
  modules_loaded_at_ = static_cast<double>(environment_.clock->WallMillis()) / 1e3;
  probe_.SetModules(*std::move(modules));
  return base::Status();
}

base::Status PostgresExporter::LoadPlan() {
  VEDETTE_ASSIGN_OR_RETURN(std::shared_ptr<const Plan> plan, MakePlan(options_, environment_.fs));
  if (!plan->custom_status.ok()) return plan->custom_status;
  base::MutexLock lock(mutex_);
  plan_ = std::move(plan);
  return base::Status();
}

std::shared_ptr<const Plan> PostgresExporter::plan() const {
  base::MutexLock lock(mutex_);
  return plan_;
}

}  // namespace vedette::exporters::postgres
