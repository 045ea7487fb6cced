#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/loki_params.h"
#include "collector/api/push_route.h"

namespace vedette::api {
namespace {

using base::http::Handler;
using base::http::Pool;
using base::http::Request;
using base::http::Responder;
using base::http::Response;
using base::http::Scope;

// What Loki answers POST for as well as GET; anything else by POST would change something there.
constexpr const char* kAskedByForm[] = {"query",
                                        "query_range",
                                        "labels",
                                        "label",
                                        "label/{name}/values",
                                        "series",
                                        "index/stats",
                                        "index/volume",
                                        "index/volume_range",
                                        "patterns",
                                        "detected_labels",
                                        "detected_fields",
                                        "detected_field/{name}/values",
                                        "format_query"};

Response Shown(base::StatusOr<Response> answer) {
  if (answer.ok()) return *std::move(answer);
  return LokiFailure(absl::IsInvalidArgument(answer.status()) ? 400 : 503,
                     base::Concat({base::Message(answer.status()), "\n"}));
}

Handler PassPush(const RemoteLogsDeps& deps) {
  return [push = deps.push, later = deps.later](const Request& request, const Responder& respond) {
    const auto kept = std::make_shared<Request>(request);
    const bool taken = later([push, kept, respond] {
      Response answer = Shown(push(*kept));
      // Loki says 204 where other engines say 200.
      if (answer.status / 100 == 2) answer.status = 204;
      respond(std::move(answer));
    });
    if (!taken) respond(LokiFailure(503, "too many pushes wait for the engine of logs.remote\n"));
  };
}

void RegisterQueries(base::http::Router* router, const Handler& handler) {
  const std::string api = "/loki/api/v1/";
  for (const char* const method : {"GET", "POST", "PUT", "DELETE"}) {
    router->Handle({method, api + "delete", Pool::kQuery, Scope::kAdmin, handler});
  }
  for (const char* const path : kAskedByForm) {
    router->Handle({"POST", api + path, Pool::kQuery, Scope::kRead, handler});
  }
  router->Handle({"GET", api + "{rest...}", Pool::kQuery, Scope::kRead, handler});
}

}  // namespace

void RegisterRemoteLogs(base::http::Router* router, const RemoteLogsDeps& deps) {
  for (const char* const path : {"/loki/api/v1/push", "/api/prom/push", "/otlp/v1/logs"}) {
    AddPushRoute(router, path, deps.telemetry,
                 {"vedette_loki_push_requests_total", "Log push requests received."},
                 PassPush(deps));
  }
  router->Handle(
      {"GET", "/loki/api/v1/tail", Pool::kQuery, Scope::kRead, base::http::Sync([](const Request&) {
         return LokiFailure(501,
                            "not supported: tail is not passed on to the engine "
                            "of logs.remote: ask it directly\n");
       })});
  RegisterQueries(router, base::http::Sync([query = deps.query](const Request& request) {
                    return Shown(query(request));
                  }));
}

}  // namespace vedette::api
