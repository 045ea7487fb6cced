#ifndef VEDETTE_COLLECTOR_API_PUSH_ROUTE_H_
#define VEDETTE_COLLECTOR_API_PUSH_ROUTE_H_

#include <string>

#include "base/http/router.h"
#include "base/telemetry.h"

namespace vedette::api {

// The counter of a push route's requests.
struct PushCounter {
  std::string name;
  std::string help;
};

// Adds a route that takes data: POST, on the ingest pool, for who may push; each request is counted
// (`telemetry` may be null), and those that are refused by their status under the same name with
// "_refused" in it. `put_too`: PUT does the same.
void AddPushRoute(base::http::Router* router, const std::string& path, base::Telemetry* telemetry,
                  const PushCounter& counter, base::http::Handler handler, bool put_too = false);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_PUSH_ROUTE_H_
