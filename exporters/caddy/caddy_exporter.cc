#include "exporters/caddy/caddy_exporter.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "base/strings.h"

namespace vedette::exporters::caddy {
namespace {

// Often enough that no file is rotated twice in between.
constexpr std::chrono::seconds kFollowPause{2};
constexpr int kPollsBetweenSaves = 15;
constexpr char kAccessLog[] = "access-log";

bool IsOn(const char* name, const CaddyOptions& options) {
  const auto chosen = options.collectors.find(name);
  return chosen == options.collectors.end() || chosen->second;
}

base::Status CheckNames(const CaddyOptions& options) {
  const auto all = AllCollectors();
  for (const auto& [name, on] : options.collectors) {
    const auto is_it = [&name = name](const CollectorSpec& spec) { return name == spec.name; };
    if (std::none_of(all.begin(), all.end(), is_it)) {
      return base::InvalidArgument("no collector is named " + base::GoQuote(name));
    }
  }
  return base::Status();
}

AccessLogs::Options AccessLogOptions(const CaddyOptions& options, const Environment& environment,
                                     const ConfigWatch* config) {
  AccessLogs::Options out;
  out.patterns = options.access_logs;
  if (out.patterns.empty()) {
    out.patterns.assign(std::begin(kDefaultAccessLogs), std::end(kDefaultAccessLogs));
  }
  out.from_config = options.access_logs_from_config;
  out.max_hosts = static_cast<size_t>(options.max_hosts);
  out.state_file = options.state_file;
  out.fs = environment.fs;
  out.clock = environment.clock;
  out.logger = environment.logger;
  out.config = config;
  return out;
}

}  // namespace

base::StatusOr<std::unique_ptr<CaddyExporter>> CaddyExporter::Make(CaddyOptions options,
                                                                   const Environment& environment) {
  VEDETTE_RETURN_IF_ERROR(CheckNames(options));
  std::unique_ptr<CaddyExporter> exporter(new CaddyExporter(std::move(options), environment));
  VEDETTE_RETURN_IF_ERROR(exporter->MakeCollectors());
  exporter->MakeExposer();
  if (exporter->access_logs_) {
    exporter->follower_ = std::jthread(
        [raw = exporter.get()](std::stop_token stop) { raw->Follow(std::move(stop)); });
  }
  return exporter;
}

CaddyExporter::CaddyExporter(CaddyOptions options, const Environment& environment)
    : options_(std::move(options)), environment_(environment), telemetry_(environment.telemetry) {}

CaddyExporter::~CaddyExporter() = default;

base::Status CaddyExporter::MakeCollectors() {
  VEDETTE_ASSIGN_OR_RETURN(admin_, AdminClient::Make(options_));
  if (IsOn(kAccessLog, options_)) {
    access_logs_ = std::make_unique<AccessLogs>(AccessLogOptions(options_, environment_, &config_));
    access_logs_->Poll();  // what stands in the files now is not counted
  }
  CollectorSet::Options set;
  set.prefix = "caddy";
  set.program = "caddy_exporter";
  set.limits = environment_.limits;
  set.clock = environment_.clock;
  set.logger = environment_.logger;
  const CollectorContext context{&options_,          admin_.get(),    &config_,
                                 access_logs_.get(), environment_.fs, environment_.clock};
  for (const CollectorSpec& spec : AllCollectors()) {
    if (!IsOn(spec.name, options_)) continue;
    auto collector = spec.make(context);
    if (!collector.ok()) return collector.status();
    set.members.push_back({spec.name, *std::move(collector)});
  }
  collectors_ = std::make_unique<CollectorSet>(std::move(set));
  return base::Status();
}

void CaddyExporter::MakeExposer() {
  Exposer::Options exposer;
  exposer.title = "Caddy Exporter";
  exposer.version = kCaddyVersion;
  exposer.metrics_path = environment_.metrics_path;
  exposer.max_requests = environment_.max_requests;
  exposer.collectors = collectors_.get();
  for (const CollectorSpec& spec : AllCollectors()) exposer.known_collectors.push_back(spec.name);
  if (environment_.exporter_metrics && environment_.telemetry != nullptr) {
    exposer.always.push_back(&telemetry_);
  }
  exposer.clock = environment_.clock;
  exposer_ = std::make_unique<Exposer>(std::move(exposer));
}

Handler CaddyExporter::handler() const {
  return [this](const base::http::Request& request) { return exposer_->Handle(request); };
}

void CaddyExporter::Follow(std::stop_token stop) {
  for (int polls = 1; environment_.clock->SleepFor(kFollowPause, stop); ++polls) {
    while (access_logs_->Poll() && !stop.stop_requested()) continue;
    if (polls % kPollsBetweenSaves == 0) SaveState();
  }
  SaveState();
}

void CaddyExporter::SaveState() {
  const base::Status status = access_logs_->SaveState();
  if (!status.ok() && !save_failing_) {
    environment_.logger->Warn("the state of the access logs could not be saved",
                              {{"file", options_.state_file}, {"err", base::Message(status)}});
  }
  save_failing_ = !status.ok();
}

}  // namespace vedette::exporters::caddy
