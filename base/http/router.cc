#include "base/http/router.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"

namespace vedette::base::http {
namespace {

bool IsArgument(std::string_view part) {
  return part.size() > 2 && part.front() == '{' && part.back() == '}';
}

// "{rest...}"
bool IsRest(std::string_view part) { return IsArgument(part) && EndsWith(part, "...}"); }

// The arguments that `path` (still percent-encoded, so that %2F stays inside its part) gives to
// `pattern`, or nothing when it is another path.
std::optional<std::vector<std::string>> MatchPath(std::string_view pattern, std::string_view path) {
  std::vector<std::string> args;
  const std::vector<std::string_view> wanted = Split(pattern, '/');
  size_t at = 0;  // where the current part of `path` begins; past its end: no parts left
  for (const std::string_view part : wanted) {
    if (at > path.size()) return std::nullopt;
    if (IsRest(part)) {
      args.push_back(PercentDecode(path.substr(at)));
      return args;
    }
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string found = PercentDecode(path.substr(at, end - at));
    if (IsArgument(part)) {
      if (found.empty()) return std::nullopt;
      args.push_back(found);
    } else if (found != part) {
      return std::nullopt;
    }
    at = end + 1;
  }
  if (at <= path.size()) return std::nullopt;
  return args;
}

bool Answers(const Route& route, std::string_view method) {
  return route.method == method || (method == "HEAD" && route.method == "GET");
}

void AddUnique(std::vector<std::string>* methods, const std::string& method) {
  if (std::find(methods->begin(), methods->end(), method) == methods->end()) {
    methods->push_back(method);
  }
}

}  // namespace

void Router::Handle(Route route) { routes_.push_back(std::move(route)); }

void Router::HandleGetPost(const std::string& pattern, Pool pool, Scope scope,
                           const Handler& handler) {
  Handle({"GET", pattern, pool, scope, handler});
  Handle({"POST", pattern, pool, scope, handler});
}

Router::Match Router::Find(std::string_view method, std::string_view path) const {
  Match match;
  for (const Route& route : routes_) {
    std::optional<std::vector<std::string>> args = MatchPath(route.pattern, path);
    if (!args) continue;
    if (Answers(route, method)) {
      match.route = &route;
      match.path_args = std::move(*args);
      match.allowed.clear();
      return match;
    }
    AddUnique(&match.allowed, route.method);
    if (route.method == "GET") AddUnique(&match.allowed, "HEAD");
  }
  return match;
}

}  // namespace vedette::base::http
