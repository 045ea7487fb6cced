#include <string>
#include <utility>

#include "collector/api/api.h"

namespace vedette::api {
namespace {

using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

}  // namespace

void RegisterHealth(base::http::Router* router, const HealthDeps& deps) {
  const auto add = [&](const std::string& path, std::function<Response(const Request&)> handle) {
    router->Handle(
        {"GET", path, Pool::kControl, Scope::kNone, base::http::Sync(std::move(handle))});
  };
  const auto when_ready = [ready = deps.ready](std::string text) {
    return [ready, text = std::move(text)](const Request&) {
      return ready() ? Response::Text(200, text) : Response::Text(503, "Service Unavailable\n");
    };
  };
  add("/-/healthy", [](const Request&) { return Response::Text(200, "Vedette is Healthy.\n"); });
  add("/-/ready", when_ready("Vedette is Ready.\n"));
  add("/ready", when_ready("ready\n"));
}

}  // namespace vedette::api
