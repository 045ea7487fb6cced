#include "exporters/runtime/exporter_server.h"

#include <string_view>

#include "base/strings.h"
#include "exporters/runtime/listen_plan.h"

namespace vedette::exporters {
namespace {

void RouteEverything(const Handler& handler, base::http::Router* router) {
  using base::http::Pool;
  using base::http::Scope;
  const base::http::Handler answer = base::http::Sync(handler);
  router->HandleGetPost("/", Pool::kQuery, Scope::kRead, answer);
  router->HandleGetPost("/{rest...}", Pool::kQuery, Scope::kRead, answer);
}

// "[::]:0" with the port that the IPv4 half of ":0" was given.
std::string WithPort(std::string_view address, uint16_t port) {
  return base::Concat({address.substr(0, address.rfind(':') + 1), std::to_string(port)});
}

}  // namespace

base::StatusOr<std::unique_ptr<ExporterServer>> ExporterServer::Start(Options options) {
  std::unique_ptr<ExporterServer> server(new ExporterServer());
  RouteEverything(options.handler, &server->router_);
  const bool has_ipv6 = MachineHasIpv6();
  for (const std::string& address : options.listen) {
    VEDETTE_RETURN_IF_ERROR(server->Open(options, has_ipv6, address));
  }
  if (!options.sockets.empty()) VEDETTE_RETURN_IF_ERROR(server->OpenSockets(options));
  return server;
}

ExporterServer::~ExporterServer() { Stop(); }

base::Status ExporterServer::Open(const Options& options, bool has_ipv6,
                                  const std::string& address) {
  VEDETTE_ASSIGN_OR_RETURN(ListenPlan plan,
                           PlanListen(address, {options.web_config != nullptr, has_ipv6}));
  uint16_t port = 0;
  if (!plan.civetweb.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(auto server, CivetwebServer::Start(plan.civetweb, options.handler,
                                                                options.threads, options.logger));
    port = server->Port();
    civetweb_.push_back(std::move(server));
    if (!plan.base_http.empty()) plan.base_http = WithPort(plan.base_http, port);
  }
  if (!plan.base_http.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(const auto ports, OpenBaseHttp(options, {plan.base_http}, {}));
    port = ports.front();
  }
  ports_.push_back(port);
  options.logger->Info("listening", {{"address", address}, {"port", static_cast<int>(port)}});
  return base::Status();
}

base::Status ExporterServer::OpenSockets(const Options& options) {
  VEDETTE_ASSIGN_OR_RETURN(const auto ports, OpenBaseHttp(options, {}, options.sockets));
  for (const uint16_t port : ports) {
    ports_.push_back(port);
    options.logger->Info("listening", {{"address", "a socket passed"}, {"port", int{port}}});
  }
  return base::Status();
}

base::StatusOr<std::vector<uint16_t>> ExporterServer::OpenBaseHttp(const Options& options,
                                                                   std::vector<std::string> listen,
                                                                   std::vector<int> sockets) {
  base::http::Server::Options http;
  http.listen = std::move(listen);
  http.sockets = std::move(sockets);
  http.router = &router_;
  http.web_config = options.web_config;
  http.max_body_bytes = 64 << 10;  // scrapes carry no body
  http.max_connections = 64;
  http.query = {2, 64};
  http.ingest = {1, 1};
  http.control = {1, 1};
  http.clock = options.clock;
  http.logger = options.logger;
  http.fs = options.fs;
  http.telemetry = options.telemetry;
  VEDETTE_ASSIGN_OR_RETURN(auto server, base::http::Server::Start(std::move(http)));
  base_http_.push_back(std::move(server));
  return base_http_.back()->Ports();
}

base::Status ExporterServer::SetWebConfig(std::shared_ptr<const base::http::WebConfig> web_config) {
  if (!civetweb_.empty()) {
    return base::InvalidArgument(
        "the exporter was started without a web configuration; restart it to use one");
  }
  for (const auto& server : base_http_) {
    VEDETTE_RETURN_IF_ERROR(server->SetWebConfig(web_config));
  }
  return base::Status();
}

void ExporterServer::Stop() {
  for (const auto& server : base_http_) server->Stop();
  base_http_.clear();
  civetweb_.clear();
}

}  // namespace vedette::exporters
