#include <string>

#include "base/json_writer.h"
#include "collector/api/api.h"
#include "collector/api/prometheus_reply.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

// No `features` key: Grafana takes a server that has one for Mimir.
void WriteBuild(const BuildInfo& build, const std::string& api_version, JsonWriter* json) {
  json->BeginObject().Key("version").String(api_version);
  json->Key("revision").String(build.revision).Key("branch").String(build.branch);
  json->Key("buildUser").String(build.build_user).Key("buildDate").String(build.build_date);
  json->Key("goVersion").String(build.compiler);
  json->Key("application").String("Vedette");
  json->Key("applicationVersion").String(build.version).EndObject();
}

}  // namespace

void RegisterPrometheusBuildInfo(base::http::Router* router, const BuildInfo& build,
                                 const std::string& prometheus_version) {
  router->Handle({"GET", "/api/v1/status/buildinfo", Pool::kControl, Scope::kRead,
                  base::http::Sync([build, prometheus_version](const Request&) {
                    return Success(
                        [&](JsonWriter* json) { WriteBuild(build, prometheus_version, json); });
                  })});
  router->Handle({"GET", "/version", Pool::kControl, Scope::kRead,
                  base::http::Sync([build, prometheus_version](const Request&) {
                    std::string body;
                    JsonWriter json(&body);
                    WriteBuild(build, prometheus_version, &json);
                    return Response::Json(200, body + "\n");
                  })});
}

void RegisterLokiBuildInfo(base::http::Router* router, const BuildInfo& build,
                           const std::string& loki_version) {
  router->Handle({"GET", "/loki/api/v1/status/buildinfo", Pool::kControl, Scope::kRead,
                  base::http::Sync([build, loki_version](const Request&) {
                    std::string body;
                    JsonWriter json(&body);
                    WriteBuild(build, loki_version, &json);
                    return Response::Json(200, std::move(body));
                  })});
}

}  // namespace vedette::api
