#ifndef VEDETTE_ALERTING_ROUTING_ROUTE_TREE_H_
#define VEDETTE_ALERTING_ROUTING_ROUTE_TREE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "alerting/routing/config.h"
#include "model/labels.h"
#include "model/matcher.h"

namespace vedette::routing {

// One node with everything inherited.
struct Route {
  std::string receiver;
  std::vector<model::Matcher> matchers;
  bool continue_matching = false;
  std::vector<std::string> group_by;  // sorted
  bool group_by_all = false;
  int64_t group_wait_ms = 30'000;
  int64_t group_interval_ms = 300'000;
  int64_t repeat_interval_ms = 14'400'000;
  std::string key;               // "{}/{severity="critical"}": first half of group keys
  std::string id;                // key with the index of each child: unique in the tree
  std::vector<size_t> children;  // indices into RouteTree::routes()

  // The labels by which alerts of this route are grouped.
  model::Labels GroupLabels(const model::Labels& labels) const;
};

// The routing tree, flattened depth first; the root is routes()[0]. Immutable.
class RouteTree {
 public:
  explicit RouteTree(const RouteSpec& root);

  const std::vector<Route>& routes() const { return routes_; }
  // Indices of the routes that take an alert with these labels, in match order; at least the root.
  std::vector<size_t> Match(const model::Labels& labels) const;

 private:
  size_t Add(const RouteSpec& spec, const Route* parent, size_t index_in_parent);
  void MatchInto(size_t index, const model::Labels& labels, std::vector<size_t>* out) const;

  std::vector<Route> routes_;
};

}  // namespace vedette::routing

#endif  // VEDETTE_ALERTING_ROUTING_ROUTE_TREE_H_
