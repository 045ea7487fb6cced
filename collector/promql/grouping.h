#ifndef VEDETTE_COLLECTOR_PROMQL_GROUPING_H_
#define VEDETTE_COLLECTOR_PROMQL_GROUPING_H_

#include <string>
#include <vector>

#include "base/strings.h"
#include "collector/promql/ast.h"
#include "model/labels.h"

namespace vedette::promql {

// Gives the series of an aggregation their groups, numbered as they first appear.
class Grouping {
 public:
  explicit Grouping(const AggregateExpr& expr) : labels_(expr.grouping), without_(expr.without) {}

  // The number of the group that a series belongs to.
  size_t GroupOf(const model::Labels& series);
  const model::Labels& LabelsOf(size_t group) const { return groups_[group]; }
  size_t size() const { return groups_.size(); }

  // count_values: its label groups too.
  void AlsoBy(const std::string& label);

 private:
  std::vector<std::string> labels_;
  const bool without_;
  base::StringMap<size_t> index_;  // by the labels' bytes
  std::vector<model::Labels> groups_;
  model::Labels key_;  // of the series asked for last
  size_t last_ = 0;    // its group
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_GROUPING_H_
