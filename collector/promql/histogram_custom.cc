#include "collector/promql/histogram_custom.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "collector/promql/histogram_buckets.h"

namespace vedette::promql {
namespace {

using model::Histogram;

std::vector<double> CommonBounds(const Histogram& a, const Histogram& b) {
  std::vector<double> out;
  std::set_intersection(a.custom_bounds.begin(), a.custom_bounds.end(), b.custom_bounds.begin(),
                        b.custom_bounds.end(), std::back_inserter(out));
  return out;
}

// Adds what `h` counts to the buckets of `bounds`, one more than those.
void AddTo(const Histogram& h, const std::vector<double>& bounds, double sign,
           std::vector<double>* counts) {
  for (const IndexedCount& bucket : Expand(h.positive)) {
    size_t target = bounds.size();
    if (bucket.index < static_cast<int64_t>(h.custom_bounds.size())) {
      const double upper = h.custom_bounds[static_cast<size_t>(std::max(bucket.index, 0))];
      target = static_cast<size_t>(std::lower_bound(bounds.begin(), bounds.end(), upper) -
                                   bounds.begin());
    }
    (*counts)[target] += sign * bucket.count;
  }
}

}  // namespace

void MergeCustom(const Histogram& other, double sign, Histogram* h) {
  std::vector<double> bounds = CommonBounds(*h, other);
  std::vector<double> counts(bounds.size() + 1, 0.0);
  AddTo(*h, bounds, 1, &counts);
  AddTo(other, bounds, sign, &counts);
  std::vector<IndexedCount> kept;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != 0) kept.push_back({static_cast<int32_t>(i), counts[i]});
  }
  h->positive = Pack(kept);
  h->custom_bounds = std::move(bounds);
}

bool AnyCustomLess(const Histogram& h, const Histogram& before) {
  const std::vector<double> bounds = CommonBounds(h, before);
  std::vector<double> now(bounds.size() + 1, 0.0);
  std::vector<double> then(bounds.size() + 1, 0.0);
  AddTo(h, bounds, 1, &now);
  AddTo(before, bounds, 1, &then);
  for (size_t i = 0; i < now.size(); ++i) {
    if (now[i] < then[i]) return true;
  }
  return false;
}

}  // namespace vedette::promql
