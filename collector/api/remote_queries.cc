#include <string>
#include <utility>

#include "collector/api/api.h"
#include "collector/api/prometheus_reply.h"

namespace vedette::api {

void RegisterRemoteQueries(base::http::Router* router, const AskRemote& ask) {
  const base::http::Handler handler = base::http::Sync([ask](const base::http::Request& request) {
    auto answer = ask(request);
    return answer.ok() ? *std::move(answer) : StorageFailure(answer.status());
  });
  for (const char* const path : {"query", "query_range", "query_exemplars", "labels", "series"}) {
    router->HandleGetPost(std::string("/api/v1/") + path, base::http::Pool::kQuery,
                          base::http::Scope::kRead, handler);
  }
  for (const char* const path : {"label/{name}/values", "metadata"}) {
    router->Handle({"GET", std::string("/api/v1/") + path, base::http::Pool::kQuery,
                    base::http::Scope::kRead, handler});
  }
}

}  // namespace vedette::api
