#include "app/collector.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <utility>

#include "app/collector_config.h"
#include "app/host_name.h"
#include "app/memory_budget.h"
#include "app/program.h"
#include "app/verbs.h"
#include "app/version.h"
#include "base/http/listen_address.h"
#include "base/strings.h"
#include "collector/api/api.h"

namespace vedette::app {
namespace {

// The URL for links: what --web.external-url says, without a slash at its end, else this host's
// name and the first listener's port.
std::string ExternalUrl(const CollectorOptions& options) {
  if (!options.external_url.empty()) {
    std::string url = options.external_url;
    while (base::EndsWith(url, "/")) url.pop_back();
    return url;
  }
  const auto listen = base::http::ParseListenAddress(options.listen.front());
  const uint16_t port = listen.ok() ? listen->port : 0;
  return base::Concat({"http://", HostName(), ":", std::to_string(port)});
}

void LogLines(base::Logger* logger, std::string_view what, std::string_view lines) {
  for (const std::string_view line : base::Split(lines, '\n')) {
    if (!line.empty()) logger->Error(what, {{"error", line}});
  }
}

// What was left out, or is allowed and likely a mistake.
void LogWarnings(base::Logger* logger, const CollectorConfig& config) {
  for (const std::string& warning : config.warnings) {
    logger->Warn("configuration", {{"warning", warning}});
  }
}

}  // namespace

base::Status Collector::Start() {
  VEDETTE_ASSIGN_OR_RETURN(CollectorConfig config, LoadCollectorConfig(world_.fs, options_));
  LogWarnings(world_.logger, config);
  const MemoryBudget budget = MakeMemoryBudget(AvailableMemory());
  world_.logger->Info("memory budget", {{"budget", budget.ToString()}});
  const scrape::Config scrape = config.scrape;
  const remote::Config sending = config.remote;
  VEDETTE_ASSIGN_OR_RETURN(
      parts_, CollectorParts::Open(world_, options_, budget, ExternalUrl(options_), &config));
  parts_->ShowConfig(config.text);
  parts_->RegisterRoutes(&router_, options_, ExternalUrl(options_));
  RegisterOwnRoutes();
  VEDETTE_RETURN_IF_ERROR(StartServer(config));
  parts_->Start();
  parts_->Scrape(scrape, sending);
  ready_ = true;
  SayWhereWeListen();
  return base::Status();
}

base::Status Collector::StartServer(const CollectorConfig& config) {
  base::http::Server::Options server;
  server.listen = options_.listen;
  server.router = &router_;
  server.web_config = config.web;
  server.fs = world_.fs;
  server.clock = world_.clock;
  server.logger = world_.logger;
  server.telemetry = world_.telemetry;
  VEDETTE_ASSIGN_OR_RETURN(server.cors, base::http::CorsPolicy::Make(options_.cors_origin));
  server.max_connections = options_.max_connections;
  server.query.threads = options_.query_concurrency;
  const std::chrono::milliseconds query_timeout(options_.query_timeout_ms);
  server.request_timeout = std::max(
      server.request_timeout, std::chrono::duration_cast<std::chrono::seconds>(query_timeout));
  VEDETTE_ASSIGN_OR_RETURN(server_, base::http::Server::Start(std::move(server)));
  return base::Status();
}

void Collector::RegisterOwnRoutes() {
  api::RegisterHealth(&router_, {[this] { return ready_ && parts_->Ready(); }});
  api::RegisterMetricsPage(&router_, world_.telemetry);
  api::RegisterLifecycle(&router_, options_.lifecycle ? this : nullptr);
}

void Collector::SayWhereWeListen() {
  const std::vector<uint16_t> ports = server_->Ports();
  for (size_t i = 0; i < ports.size() && i < options_.listen.size(); ++i) {
    world_.logger->Info("listening", {{"address", options_.listen[i]}, {"port", int{ports[i]}}});
  }
}

base::Status Collector::ReloadConfig() {
  base::MutexLock lock(work_mutex_);
  base::StatusOr<CollectorConfig> config = LoadCollectorConfig(world_.fs, options_);
  base::Status status = config.status();
  if (status.ok()) {
    status = server_->SetWebConfig(config->web);
    if (status.ok()) status = parts_->Apply(&*config);
  }
  if (!status.ok()) {
    LogLines(world_.logger, "not reloaded, the old configuration keeps running",
             base::Message(status));
    parts_->ShowConfig(std::nullopt);
    return status;
  }
  parts_->ShowConfig(config->text);
  LogWarnings(world_.logger, *config);
  world_.logger->Info("reloaded");
  return status;
}

// By the signal that ends the process from outside too: the thread that waits for it then stops
// everything in order.
void Collector::Quit() {
  world_.logger->Info("asked to end by /-/quit");
  ::kill(::getpid(), SIGTERM);
}

bool Collector::Healthy() {
  base::MutexLock lock(work_mutex_);
  parts_->Maintain();
  return ready_;
}

void Collector::Stop() {
  ready_ = false;
  if (server_) server_->Stop();
  if (parts_) parts_->Stop();
}

namespace {

// How often the parts look after what no request and no timer of theirs does.
constexpr std::chrono::seconds kMaintainEvery{10};

int RunCollector(const CollectorFlags& flags) {
  const base::StatusOr<CollectorOptions> options = flags.Check();
  if (!options.ok()) {
    std::fprintf(stderr, "vedette collector: %s\n",
                 std::string(options.status().message()).c_str());
    return kExitUsage;
  }
  Program program({options->log_level});
  Collector collector(program.world(), *options);
  int exit_code = kExitOk;
  if (const base::Status started = collector.Start(); started.ok()) {
    program.service().RunUntilSignalled([&] { collector.Reload(); },
                                        [&] { return collector.Healthy(); }, kMaintainEvery);
  } else {
    exit_code = program.CannotStart(started);
  }
  collector.Stop();
  return exit_code;
}

}  // namespace

void AddCollector(CLI::App* root, int* exit_code) {
  CLI::App* verb = root->add_subcommand(
      "collector", "Metrics, logs, rules and alert routing: the primary's role");
  const auto flags = std::make_shared<CollectorFlags>(verb);
  verb->callback([flags, exit_code] { *exit_code = RunCollector(*flags); });
}

}  // namespace vedette::app
