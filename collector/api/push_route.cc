#include "collector/api/push_route.h"

#include <utility>

namespace vedette::api {

void AddPushRoute(base::http::Router* router, const std::string& path, base::Telemetry* telemetry,
                  const PushCounter& counter, base::http::Handler handler, bool put_too) {
  base::Counter* const requests =
      telemetry == nullptr ? nullptr : telemetry->NewCounter(counter.name, counter.help);
  base::http::Route route{
      "POST", path, base::http::Pool::kIngest, base::http::Scope::kPush,
      [requests, handler = std::move(handler)](const base::http::Request& request,
                                               const base::http::Responder& respond) {
        if (requests != nullptr) requests->Add();
        handler(request, respond);
      }};
  if (put_too) {
    base::http::Route put = route;
    put.method = "PUT";
    router->Handle(std::move(put));
  }
  router->Handle(std::move(route));
}

}  // namespace vedette::api
