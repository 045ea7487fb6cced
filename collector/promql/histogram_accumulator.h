#ifndef VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_ACCUMULATOR_H_
#define VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_ACCUMULATOR_H_

#include <memory>
#include <optional>

#include "collector/promql/histogram_math.h"

namespace vedette::promql {

// A sum of histograms, each bucket's with a compensation for what rounding lost. Both are laid out
// alike.
struct CompensatedHistogram {
  model::Histogram sum;
  model::Histogram compensation;

  explicit CompensatedHistogram(const model::Histogram& first);
  MergeOutcome Add(const model::Histogram& other);
  void Multiply(double factor);
  void Divide(double divisor);
  // The sum and what it lost.
  model::Histogram Total() const;
};

// The sum or the mean of histograms, in the order added: by 3.5's rules plain, by 3.14's
// compensated. Means by 3.5's are incremental; by 3.14's only once the sum overflows.
class HistogramAccumulator {
 public:
  enum class Kind { kSum, kMean };
  HistogramAccumulator(Kind kind, MergeRules rules) : kind_(kind), rules_(rules) {}

  bool empty() const { return count_ == 0; }
  // After a problem the accumulator means nothing. Also tells when what has been added says both
  // that counters were reset and that they were not.
  MergeOutcome Add(const model::Histogram& next);
  // Not of an empty one; empty buckets are in it.
  model::Histogram Result() const;
  size_t MemoryBytes() const;

 private:
  MergeOutcome AddPlain(const model::Histogram& next);
  MergeOutcome AddCompensated(const model::Histogram& next);

  const Kind kind_;
  const MergeRules rules_;
  double count_ = 0;
  bool incremental_ = false;
  bool reset_seen_ = false;
  bool no_reset_seen_ = false;
  std::optional<model::Histogram> plain_;
  std::optional<CompensatedHistogram> compensated_;
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_ACCUMULATOR_H_
