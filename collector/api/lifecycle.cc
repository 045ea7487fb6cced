#include <functional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "collector/api/api.h"

namespace vedette::api {
namespace {

using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

Response Reload(Lifecycle* lifecycle) {
  const base::Status status = lifecycle->ReloadConfig();
  if (status.ok()) return Response::Text(200, "");
  return Response::Text(500,
                        base::Concat({"failed to reload config: ", base::Message(status), "\n"}));
}

Response Quit(Lifecycle* lifecycle) {
  lifecycle->Quit();
  return Response::Text(200, "Requesting termination... Goodbye!");
}

}  // namespace

void RegisterLifecycle(base::http::Router* router, Lifecycle* lifecycle) {
  const auto add = [&](const std::string& path, Response (*handle)(Lifecycle*)) {
    const auto answer = base::http::Sync([lifecycle, handle](const Request&) {
      if (lifecycle == nullptr) return Response::Text(403, "Lifecycle API is not enabled.");
      return handle(lifecycle);
    });
    for (const char* method : {"POST", "PUT"}) {
      router->Handle({method, path, Pool::kControl, Scope::kAdmin, answer});
    }
    router->Handle({"GET", path, Pool::kControl, Scope::kNone, base::http::Sync([](const Request&) {
                      Response response = Response::Text(405, "Only POST or PUT requests allowed");
                      response.headers.Set("Allow", "POST, PUT");
                      return response;
                    })});
  };
  add("/-/reload", Reload);
  add("/-/quit", Quit);
}

}  // namespace vedette::api
