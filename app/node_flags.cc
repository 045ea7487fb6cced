#include "app/node_flags.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "app/version.h"
#include "exporters/node/flags.h"

namespace vedette::app {
namespace {

void Set(const exporters::node::NodeFlag& flag, exporters::node::NodeOptions* options,
         const std::string& value) {
  const base::Status status = flag.set(options, value);
  if (!status.ok()) {
    throw CLI::ValidationError("--" + flag.name, std::string(base::Message(status)));
  }
}

void AddFlag(CLI::App* verb, const exporters::node::NodeFlag& flag,
             exporters::node::NodeOptions* options) {
  CLI::Option* added = nullptr;
  if (flag.is_switch) {
    added = verb->add_flag_function(
        "--" + flag.name + ",!--no-" + flag.name,
        [flag, options](int64_t count) { Set(flag, options, count > 0 ? "true" : "false"); },
        flag.help);
  } else {
    added = verb->add_option_function<std::string>(
        "--" + flag.name, [flag, options](const std::string& value) { Set(flag, options, value); },
        flag.help);
  }
  if (!flag.default_value.empty()) added->default_str(flag.default_value);
  added->group(flag.is_hidden ? "" : "Node exporter");
}

}  // namespace

NodeFlags::NodeFlags(CLI::App* verb) {
  for (const exporters::node::NodeFlag& flag : exporters::node::NodeFlags()) {
    AddFlag(verb, flag, &node_);
  }
  verb->add_option("--web.listen-address", listen_,
                   "Address of the metrics page, repeatable; :9100 by default");
  verb->add_option("--web.telemetry-path", telemetry_path_, "Path of the metrics page")
      ->capture_default_str();
  verb->add_option("--web.config.file", web_config_file_,
                   "Web configuration file: TLS, basic auth, tokens");
}

std::vector<std::string> NodeFlags::Listen() const {
  return listen_.empty() ? std::vector<std::string>{":9100"} : listen_;
}

NodeService::NodeService(const World& world, std::string web_config_file)
    : world_(world), web_config_file_(std::move(web_config_file)) {}

NodeService::~NodeService() {
  if (server_) server_->Stop();
}

base::StatusOr<std::shared_ptr<const base::http::WebConfig>> NodeService::LoadWeb() const {
  if (web_config_file_.empty()) return std::shared_ptr<const base::http::WebConfig>();
  VEDETTE_ASSIGN_OR_RETURN(base::http::WebConfig web,
                           base::http::LoadWebConfig(world_.fs, web_config_file_));
  return std::shared_ptr<const base::http::WebConfig>(
      std::make_shared<base::http::WebConfig>(std::move(web)));
}

base::StatusOr<std::unique_ptr<NodeService>> NodeService::Start(const World& world,
                                                                const NodeFlags& flags) {
  std::unique_ptr<NodeService> service(new NodeService(world, flags.web_config_file()));
  exporters::Environment environment;
  environment.fs = world.fs;
  environment.clock = world.clock;
  environment.logger = world.logger;
  environment.telemetry = world.telemetry;
  environment.metrics_path = flags.telemetry_path();
  VEDETTE_ASSIGN_OR_RETURN(service->exporter_,
                           exporters::node::NodeExporter::Make(flags.node(), environment));
  exporters::ExporterServer::Options server;
  server.listen = flags.Listen();
  VEDETTE_ASSIGN_OR_RETURN(server.web_config, service->LoadWeb());
  server.handler = service->exporter_->handler();
  server.clock = world.clock;
  server.logger = world.logger;
  server.fs = world.fs;
  server.telemetry = world.telemetry;
  VEDETTE_ASSIGN_OR_RETURN(service->server_, exporters::ExporterServer::Start(std::move(server)));
  return service;
}

void NodeService::Reload() {
  if (web_config_file_.empty()) return;
  auto web = LoadWeb();
  const base::Status status = web.ok() ? server_->SetWebConfig(*web) : web.status();
  if (!status.ok()) {
    world_.logger->Error("not reloaded, the old web configuration keeps running",
                         {{"error", base::Message(status)}});
    return;
  }
  world_.logger->Info("reloaded");
}

}  // namespace vedette::app
