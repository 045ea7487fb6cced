#ifndef VEDETTE_COLLECTOR_PROMQL_GROUPING_H_
#define VEDETTE_COLLECTOR_PROMQL_GROUPING_H_

#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "collector/promql/ast.h"
#include "model/labels.h"

namespace vedette::promql {

// Gives series their groups, numbered as they first appear: those of an aggregation, or the match
// groups of a binary operation.
class Grouping {
 public:
  explicit Grouping(const AggregateExpr& expr) : Grouping(expr.grouping, expr.without) {}
  explicit Grouping(const VectorMatching& matching) : Grouping(matching.labels, !matching.on) {}

  // The number of the group that a series belongs to.
  size_t GroupOf(const model::Labels& series);
  const model::Labels& LabelsOf(size_t group) const { return groups_[group]; }
  size_t size() const { return groups_.size(); }

  // Whether groups may depend on the metric name and what describes it.
  bool LooksAtNames() const;

  // count_values: its label groups too.
  void AlsoBy(const std::string& label);

 private:
  Grouping(std::vector<std::string> labels, bool without)
      : labels_(std::move(labels)), without_(without) {
    Sort();
  }
  void Sort();
  void MakeKey(const model::Labels& series);

  std::vector<std::string> labels_;  // sorted, each once
  const bool without_;
  base::StringMap<size_t> index_;  // by the labels' bytes
  std::vector<model::Labels> groups_;
  std::string key_;  // the bytes of the labels of the group asked for last
  size_t last_ = 0;  // that group
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_GROUPING_H_
