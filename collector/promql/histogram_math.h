#ifndef VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_MATH_H_
#define VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_MATH_H_

#include <cstdint>
#include <memory>

#include "model/histogram.h"

// Arithmetic of native histograms of floats (model::Histogram::is_float), in the order of
// operations that Prometheus uses, so that results agree to the last bit.

namespace vedette::promql {

using HistogramPtr = std::shared_ptr<const model::Histogram>;

// Why two histograms do not combine.
enum class MergeProblem {
  kNone,
  kSchema,  // one has custom buckets, the other exponential ones
  kBounds,  // both have custom buckets, with different bounds
};

struct MergeOutcome {
  MergeProblem problem = MergeProblem::kNone;
  bool reset_collision = false;    // one says that its counters were reset, the other that not
  bool bounds_reconciled = false;  // custom bounds differed; those of both are left
};

// What combines them: as Prometheus 3.5 does, or as 3.14.
enum class MergeRules { k35, k314 };

// *h += other, *h -= other. Differing resolutions and zero buckets are brought to what holds both;
// empty buckets stay (Compact). On a problem *h means nothing.
MergeOutcome Add(const model::Histogram& other, MergeRules rules, model::Histogram* h);
MergeOutcome Subtract(const model::Histogram& other, MergeRules rules, model::Histogram* h);

// 3.14 makes a gauge of what a negative factor turns round.
void Multiply(double factor, MergeRules rules, model::Histogram* h);
void Divide(double divisor, MergeRules rules, model::Histogram* h);

// Leaves out empty buckets and joins spans.
void Compact(model::Histogram* h);

// The same at a resolution that is not finer; custom buckets stay.
model::Histogram AtSchema(const model::Histogram& h, int32_t schema);

// Whether counters were reset between `before` and `h`: what `h` says of it, else whether any of
// its counts is less.
bool IsReset(const model::Histogram& h, const model::Histogram& before, MergeRules rules);

// Equal to the bit, but for the reset hint, empty buckets and how spans are cut.
bool SameHistogram(const model::Histogram& a, const model::Histogram& b);

// Any of its counts or its sum is infinite.
bool Overflows(const model::Histogram& h);

// How many samples it counts for in a query's limit: 16 bytes a sample.
size_t SamplesOf(const model::Histogram& h);

// The zero count that `h` would have with a threshold that is not less than its own; the threshold
// grows to the end of a populated bucket that it falls into.
struct ZeroCount {
  double count = 0;
  double threshold = 0;
};
ZeroCount ZeroCountAt(const model::Histogram& h, double threshold);
// Widens the zero bucket to what ZeroCountAt returned.
void WidenZeroBucket(const ZeroCount& zero, model::Histogram* h);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_MATH_H_
