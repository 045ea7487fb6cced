#include "collector/promql/grouping.h"

#include <algorithm>

namespace vedette::promql {

void Grouping::Sort() {
  std::sort(labels_.begin(), labels_.end());
  labels_.erase(std::unique(labels_.begin(), labels_.end()), labels_.end());
}

// Both the series' labels and those asked for are sorted: one walk tells which are of both.
void Grouping::MakeKey(const model::Labels& series) {
  key_.clear();
  auto named = labels_.begin();
  for (auto at = series.begin(); at != series.end(); ++at) {
    while (named != labels_.end() && *named < at->name) ++named;
    if (!without_ && named == labels_.end()) return;
    const bool listed = named != labels_.end() && *named == at->name;
    const bool kept = without_ ? !listed && at->name != model::kMetricName : listed;
    if (kept) key_.append(at.bytes());
  }
}

size_t Grouping::GroupOf(const model::Labels& series) {
  MakeKey(series);
  // Neighbours often are of one group.
  if (last_ < groups_.size() && groups_[last_].bytes() == key_) return last_;
  const auto [at, fresh] = index_.try_emplace(key_, groups_.size());
  if (fresh) {
    groups_.emplace_back().AssignIf(series, [this](const model::LabelView& label) {
      const bool listed = std::binary_search(labels_.begin(), labels_.end(), label.name);
      return without_ ? !listed && label.name != model::kMetricName : listed;
    });
  }
  return last_ = at->second;
}

bool Grouping::LooksAtNames() const {
  return without_ || std::any_of(labels_.begin(), labels_.end(), [](std::string_view label) {
           return base::StartsWith(label, "__");
         });
}

void Grouping::AlsoBy(const std::string& label) {
  if (without_) return;
  labels_.push_back(label);
  Sort();
}

}  // namespace vedette::promql
