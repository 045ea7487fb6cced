#include "base/http/router.h"

#include <algorithm>

#include "base/http/exchange.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

bool IsArgument(std::string_view part) {
  return part.size() > 2 && part.front() == '{' && part.back() == '}';
}

// "{rest...}"
bool IsRest(std::string_view part) { return IsArgument(part) && EndsWith(part, "...}"); }

std::string_view PartOf(std::string_view path, size_t at) {
  return path.substr(at, std::min(path.find('/', at), path.size()) - at);
}

bool IsEscapeOf(std::string_view escaped, std::string_view text) {
  return escaped.find('%') != std::string_view::npos && PercentDecode(escaped) == text;
}

// Whether `path` (still percent-encoded, so that %2F stays inside its part) is of the pattern with
// these parts; the arguments that it gives.
bool MatchPath(const std::vector<std::string>& pattern, std::string_view path,
               std::vector<std::string>* args) {
  args->clear();
  size_t at = 0;  // where the current part of `path` begins; past its end: no parts left
  for (const std::string_view part : pattern) {
    if (at > path.size()) return false;
    if (IsRest(part)) {
      args->push_back(PercentDecode(path.substr(at)));
      return true;
    }
    const std::string_view found = PartOf(path, at);
    if (IsArgument(part)) {
      if (found.empty()) return false;
      args->push_back(PercentDecode(found));
    } else if (found != part && !IsEscapeOf(found, part)) {
      return false;
    }
    at += found.size() + 1;
  }
  return at > path.size();
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

void Router::Handle(Route route) {
  std::vector<std::string> parts;
  for (const std::string_view part : Split(route.pattern, '/')) parts.emplace_back(part);
  routes_.push_back({std::move(route), std::move(parts)});
}

void Router::HandleGetPost(const std::string& pattern, Pool pool, Scope scope,
                           const Handler& handler) {
  Handle({"GET", pattern, pool, scope, handler});
  Handle({"POST", pattern, pool, scope, handler});
}

Router::Match Router::Find(std::string_view method, std::string_view path) const {
  Match match;
  for (const auto& [route, parts] : routes_) {
    if (!MatchPath(parts, path, &match.path_args)) continue;
    if (Answers(route, method)) {
      match.route = &route;
      match.allowed.clear();
      return match;
    }
    AddUnique(&match.allowed, route.method);
    if (route.method == "GET") AddUnique(&match.allowed, "HEAD");
  }
  match.path_args.clear();
  return match;
}

Response NoSuchPath(std::string_view path) {
  if (StartsWith(path, "/loki/")) return Response::Text(404, "404 page not found\n");
  return ErrorAnswer(404, "not_found", Concat({"no such path: ", path}));
}

}  // namespace vedette::base::http
