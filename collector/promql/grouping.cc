#include "collector/promql/grouping.h"

#include <algorithm>

namespace vedette::promql {

size_t Grouping::GroupOf(const model::Labels& series) {
  const auto named = [this](const model::LabelView& label) {
    return std::find(labels_.begin(), labels_.end(), label.name) != labels_.end();
  };
  if (without_) {
    key_.AssignIf(series, [&named](const model::LabelView& label) {
      return label.name != model::kMetricName && !named(label);
    });
  } else {
    key_.AssignIf(series, named);
  }
  // Neighbours often are of one group.
  if (last_ < groups_.size() && groups_[last_] == key_) return last_;
  const auto [at, fresh] = index_.try_emplace(key_.bytes(), groups_.size());
  if (fresh) groups_.push_back(key_);
  return last_ = at->second;
}

void Grouping::AlsoBy(const std::string& label) {
  if (!without_) labels_.push_back(label);
}

}  // namespace vedette::promql
