#ifndef VEDETTE_BASE_HTTP_ROUTER_H_
#define VEDETTE_BASE_HTTP_ROUTER_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/http/message.h"

namespace vedette::base::http {

// Which bounded pool runs a handler: slow queries starve neither pushes nor alerts.
enum class Pool { kIngest, kQuery, kControl };

struct Route {
  std::string method;  // "GET" also answers HEAD
  std::string
      pattern;  // "/api/v1/label/{name}/values"; a last part "{rest...}" takes the remainder
  Pool pool = Pool::kQuery;
  Scope scope = Scope::kRead;  // kNone: open to everybody (health probes)
  Handler handler;
};

// The table of routes. Filled before the server starts, const and thread-safe afterwards. Where two
// patterns match, the one added first answers.
class Router {
 public:
  void Handle(Route route);
  // Same handler for GET and POST, as Prometheus' API has it.
  void HandleGetPost(const std::string& pattern, Pool pool, Scope scope, const Handler& handler);

  struct Match {
    const Route* route = nullptr;  // null: see `allowed`
    std::vector<std::string> path_args;
    std::vector<std::string> allowed;  // methods of this path, when the path exists: 405, else 404
  };
  // `path` as sent, still percent-encoded: an escaped slash does not part a name.
  Match Find(std::string_view method, std::string_view path) const;

 private:
  struct Entry {
    Route route;
    std::vector<std::string> parts;  // of the pattern
  };
  std::vector<Entry> routes_;
};

// What a server answers where there is no such path: in JSON, but under /loki/ in Loki's words.
Response NoSuchPath(std::string_view path);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_ROUTER_H_
