#include "app/exporter_service.h"

#include <utility>

#include "app/systemd_sockets.h"

namespace vedette::app {

ExporterService::ExporterService(const World& world, const ExporterSpec& spec,
                                 const ExporterFlags& flags)
    : world_(world),
      name_(spec.name),
      listen_(flags.Listen(spec.address)),
      systemd_sockets_(flags.takes_systemd_sockets()),
      threads_(spec.threads),
      web_config_file_(flags.web_config_file()) {}

ExporterService::~ExporterService() { StopListening(); }

void ExporterService::StopListening() {
  if (server_) server_->Stop();
}

base::StatusOr<std::shared_ptr<const base::http::WebConfig>> ExporterService::LoadWeb() const {
  if (web_config_file_.empty()) return std::shared_ptr<const base::http::WebConfig>();
  VEDETTE_ASSIGN_OR_RETURN(base::http::WebConfig web,
                           base::http::LoadWebConfig(world_.fs, web_config_file_));
  return std::shared_ptr<const base::http::WebConfig>(
      std::make_shared<base::http::WebConfig>(std::move(web)));
}

base::StatusOr<std::unique_ptr<ExporterService>> ExporterService::Make(const World& world,
                                                                       const ExporterSpec& spec,
                                                                       const ExporterFlags& flags) {
  std::unique_ptr<ExporterService> service(new ExporterService(world, spec, flags));
  exporters::Environment environment;
  environment.fs = world.fs;
  environment.clock = world.clock;
  environment.logger = world.logger;
  environment.telemetry = world.telemetry;
  flags.Set(&environment);
  service->metrics_path_ = environment.metrics_path;
  VEDETTE_ASSIGN_OR_RETURN(service->exporter_, flags.Make(environment));
  return service;
}

base::Status ExporterService::Listen(exporters::Handler handler) {
  exporters::ExporterServer::Options server;
  server.listen = listen_;
  if (systemd_sockets_) {
    server.listen.clear();
    VEDETTE_ASSIGN_OR_RETURN(server.sockets, TakeSystemdSockets());
  }
  server.threads = threads_;
  VEDETTE_ASSIGN_OR_RETURN(server.web_config, LoadWeb());
  has_tls_ = server.web_config != nullptr && server.web_config->tls.has_value();
  server.handler = std::move(handler);
  server.clock = world_.clock;
  server.logger = world_.logger;
  server.fs = world_.fs;
  server.telemetry = world_.telemetry;
  VEDETTE_ASSIGN_OR_RETURN(server_, exporters::ExporterServer::Start(std::move(server)));
  return base::Status();
}

base::Status ExporterService::TryReload() {
  VEDETTE_RETURN_IF_ERROR(exporter_->Reload());
  if (web_config_file_.empty() || server_ == nullptr) return base::Status();
  VEDETTE_ASSIGN_OR_RETURN(auto web, LoadWeb());
  return server_->SetWebConfig(std::move(web));
}

void ExporterService::Reload() {
  const base::Status status = TryReload();
  if (!status.ok()) {
    world_.logger->Error("not reloaded, the old configuration keeps running",
                         {{"exporter", name_}, {"error", base::Message(status)}});
    return;
  }
  world_.logger->Info("reloaded", {{"exporter", name_}});
}

}  // namespace vedette::app
