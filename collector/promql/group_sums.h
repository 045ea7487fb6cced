#ifndef VEDETTE_COLLECTOR_PROMQL_GROUP_SUMS_H_
#define VEDETTE_COLLECTOR_PROMQL_GROUP_SUMS_H_

#include <algorithm>
#include <cstddef>
#include <vector>

#include "collector/promql/math.h"
#include "collector/promql/table.h"

// Accumulators of a group over all steps: what accumulators.h keeps a step, as arrays, so that a
// row without gaps is added at once. Rows come in the order of their series; each step's values
// are added one after the other in that order.

namespace vedette::promql {

// Of accumulators that are added to step by step.
template <typename Accumulator>
class StepAccumulators {
 public:
  explicit StepAccumulators(size_t steps) : steps_(steps) {}

  void Add(const Row& row) {
    const auto first = static_cast<size_t>(row.first);
    for (size_t i = 0; i < row.values.size(); ++i) {
      if (IsPresent(row.values[i])) steps_[first + i].Add(row.values[i]);
    }
  }
  bool seen(size_t step) const { return steps_[step].seen(); }
  double Value(size_t step) const { return steps_[step].Value(); }

 private:
  std::vector<Accumulator> steps_;
};

// Neighbouring steps of a group that all have been added to.
class FullSteps {
 public:
  bool Has(size_t first, size_t n) const { return first >= begin_ && first + n <= end_; }
  // Steps that are apart from those known are let go.
  void Add(size_t first, size_t n) {
    const bool touches = begin_ != end_ && first <= end_ && first + n >= begin_;
    begin_ = touches ? std::min(begin_, first) : first;
    end_ = touches ? std::max(end_, first + n) : first + n;
  }

 private:
  size_t begin_ = 0;
  size_t end_ = 0;
};

class GroupSums {
 public:
  explicit GroupSums(size_t steps) : sums_(steps), compensations_(steps), seen_(steps) {}

  void Add(const Row& row);
  bool seen(size_t step) const { return seen_[step] != 0; }
  double Value(size_t step) const { return sums_[step] + compensations_[step]; }

 private:
  std::vector<double> sums_;
  std::vector<double> compensations_;
  std::vector<unsigned char> seen_;
  FullSteps full_;
};

class GroupMeans {
 public:
  explicit GroupMeans(size_t steps) : sums_(steps), compensations_(steps), counts_(steps) {}

  void Add(const Row& row);
  bool seen(size_t step) const { return counts_[step] > 0; }
  double Value(size_t step) const { return At(step).Mean(); }

 private:
  // The mean of a step, taken out of the arrays and put back.
  RunningMean At(size_t step) const;
  void Put(size_t step, const RunningMean& mean);

  std::vector<double> sums_;
  std::vector<double> compensations_;
  std::vector<double> counts_;
  std::vector<unsigned char> incremental_;  // empty until a sum overflows
  FullSteps full_;
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_GROUP_SUMS_H_
