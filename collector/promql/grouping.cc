#include "collector/promql/grouping.h"

namespace vedette::promql {

size_t Grouping::GroupOf(const model::Labels& series) {
  model::Labels key = without_ ? series.Without(labels_) : series.Keep(labels_);
  const auto [at, fresh] = index_.try_emplace(key, groups_.size());
  if (fresh) groups_.push_back(std::move(key));
  return at->second;
}

void Grouping::AlsoBy(const std::string& label) {
  if (!without_) labels_.push_back(label);
}

}  // namespace vedette::promql
