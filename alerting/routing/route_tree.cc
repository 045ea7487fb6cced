#include "alerting/routing/route_tree.h"

#include <algorithm>
#include <utility>

#include "alerting/routing/matcher_parser.h"

namespace vedette::routing {
namespace {

std::string PrintAll(const std::vector<model::Matcher>& matchers) {
  std::string out = "{";
  for (const model::Matcher& matcher : matchers) {
    if (out.size() > 1) out += ",";
    out += PrintMatcher(matcher);
  }
  return out + "}";
}

}  // namespace

model::Labels Route::GroupLabels(const model::Labels& labels) const {
  return group_by_all ? labels : labels.Keep(group_by);
}

RouteTree::RouteTree(const RouteSpec& root) { Add(root, nullptr, 0); }

// Depth is bounded by the configuration's parser.
size_t RouteTree::Add(const RouteSpec& spec, const Route* parent, size_t index_in_parent) {
  Route route = parent != nullptr ? *parent : Route{};
  route.children.clear();
  if (!spec.receiver.empty()) route.receiver = spec.receiver;
  route.matchers = spec.matchers;
  route.continue_matching = spec.continue_matching;
  if (spec.group_by) {
    route.group_by_all = *spec.group_by == std::vector<std::string>{"..."};
    route.group_by = route.group_by_all ? std::vector<std::string>{} : *spec.group_by;
    std::sort(route.group_by.begin(), route.group_by.end());
  }
  route.group_wait_ms = spec.group_wait_ms.value_or(route.group_wait_ms);
  route.group_interval_ms = spec.group_interval_ms.value_or(route.group_interval_ms);
  route.repeat_interval_ms = spec.repeat_interval_ms.value_or(route.repeat_interval_ms);
  const std::string own = PrintAll(spec.matchers);
  route.key = parent != nullptr ? parent->key + "/" + own : own;
  route.id =
      parent != nullptr ? parent->id + "/" + own + "/" + std::to_string(index_in_parent) : own;
  const size_t index = routes_.size();
  const Route inherited = route;
  routes_.push_back(std::move(route));
  for (size_t i = 0; i < spec.routes.size(); ++i) {
    const size_t child = Add(spec.routes[i], &inherited, i);
    routes_[index].children.push_back(child);
  }
  return index;
}

std::vector<size_t> RouteTree::Match(const model::Labels& labels) const {
  std::vector<size_t> out;
  MatchInto(0, labels, &out);
  return out;
}

void RouteTree::MatchInto(size_t index, const model::Labels& labels,
                          std::vector<size_t>* out) const {
  const Route& route = routes_[index];
  if (!model::MatchesAll(route.matchers, labels)) return;
  const size_t before = out->size();
  for (const size_t child : route.children) {
    const size_t had = out->size();
    MatchInto(child, labels, out);
    if (out->size() > had && !routes_[child].continue_matching) break;
  }
  if (out->size() == before) out->push_back(index);
}

}  // namespace vedette::routing
