#include "collector/promql/histogram_accumulator.h"

#include <vector>

#include "collector/promql/histogram_buckets.h"
#include "collector/promql/math.h"

namespace vedette::promql {
namespace {

using model::Histogram;
using model::HistogramBuckets;

// Adds `step` to a sum and what it loses to its compensation.
void AddTo(double* sum, double* compensation, double step) {
  KahanSum total;
  total.sum = *sum;
  total.compensation = *compensation;
  total.Add(step);
  *sum = total.sum;
  *compensation = total.compensation;
}

// The layout of `layout` with nothing in it.
Histogram Zeroed(const Histogram& layout) {
  Histogram out = layout;
  out.count_float = out.sum = out.zero_count_float = 0;
  for (double& count : out.positive.counts) count = 0;
  for (double& count : out.negative.counts) count = 0;
  return out;
}

void AddSide(const HistogramBuckets& step, HistogramBuckets* sum, HistogramBuckets* compensation) {
  for (size_t i = 0; i < sum->counts.size(); ++i) {
    AddTo(&sum->counts[i], &compensation->counts[i], step.counts[i]);
  }
}

// The numbers of `from` at the places of `layout`, which has a place for each.
HistogramBuckets LaidOutAs(const HistogramBuckets& layout, const HistogramBuckets& from) {
  HistogramBuckets out = layout;
  const std::vector<IndexedCount> places = Expand(layout);
  const std::vector<IndexedCount> counts = Expand(from);
  size_t next = 0;
  for (size_t i = 0; i < places.size(); ++i) {
    while (next < counts.size() && counts[next].index < places[i].index) ++next;
    const bool here = next < counts.size() && counts[next].index == places[i].index;
    out.counts[i] = here ? counts[next].count : 0;
  }
  return out;
}

// Lays `h` out as `layout`, which is what merging came to.
Histogram LaidOutAs(const Histogram& layout, Histogram h) {
  h.positive = LaidOutAs(layout.positive, h.positive);
  h.negative = LaidOutAs(layout.negative, h.negative);
  return h;
}

}  // namespace

CompensatedHistogram::CompensatedHistogram(const Histogram& first)
    : sum(first), compensation(Zeroed(first)) {}

MergeOutcome CompensatedHistogram::Add(const Histogram& other) {
  constexpr MergeRules kRules = MergeRules::k314;
  // Merging with an empty one of the other's layout brings all three to a common layout.
  Histogram layout = sum;
  const MergeOutcome outcome = promql::Add(other, kRules, &layout);
  if (outcome.problem != MergeProblem::kNone) return outcome;
  const auto widen = [&layout](Histogram h) {
    if (h.is_custom()) {
      Histogram empty = Zeroed(layout);
      if (promql::Add(h, kRules, &empty).problem == MergeProblem::kNone) return empty;
      return h;
    }
    if (h.zero_threshold < layout.zero_threshold) {
      WidenZeroBucket(ZeroCountAt(h, layout.zero_threshold), &h);
    }
    return AtSchema(h, layout.schema);
  };
  sum = LaidOutAs(layout, widen(sum));
  compensation = LaidOutAs(layout, widen(compensation));
  const Histogram step = LaidOutAs(layout, widen(other));
  AddTo(&sum.zero_count_float, &compensation.zero_count_float, step.zero_count_float);
  AddTo(&sum.count_float, &compensation.count_float, other.count_float);
  AddTo(&sum.sum, &compensation.sum, other.sum);
  AddSide(step.positive, &sum.positive, &compensation.positive);
  AddSide(step.negative, &sum.negative, &compensation.negative);
  sum.reset = layout.reset;
  sum.custom_bounds = layout.custom_bounds;
  return outcome;
}

void CompensatedHistogram::Multiply(double factor) {
  promql::Multiply(factor, MergeRules::k314, &sum);
  promql::Multiply(factor, MergeRules::k314, &compensation);
}

void CompensatedHistogram::Divide(double divisor) {
  promql::Divide(divisor, MergeRules::k314, &sum);
  promql::Divide(divisor, MergeRules::k314, &compensation);
}

Histogram CompensatedHistogram::Total() const {
  Histogram lost = compensation;
  lost.reset = sum.reset;
  Histogram out = sum;
  promql::Add(lost, MergeRules::k314, &out);
  return out;
}

MergeOutcome HistogramAccumulator::Add(const Histogram& next) {
  count_ += 1;
  reset_seen_ = reset_seen_ || next.reset == model::CounterReset::kReset;
  no_reset_seen_ = no_reset_seen_ || next.reset == model::CounterReset::kNotReset;
  MergeOutcome outcome = rules_ == MergeRules::k35 ? AddPlain(next) : AddCompensated(next);
  outcome.reset_collision = reset_seen_ && no_reset_seen_;
  return outcome;
}

MergeOutcome HistogramAccumulator::AddPlain(const Histogram& next) {
  if (!plain_) {
    plain_ = next;
    return {};
  }
  if (kind_ == Kind::kSum) return promql::Add(next, rules_, &*plain_);
  Histogram step = next;
  Histogram mean = *plain_;
  promql::Divide(count_, rules_, &step);
  promql::Divide(count_, rules_, &mean);
  const MergeOutcome outcome = Subtract(mean, rules_, &step);
  if (outcome.problem != MergeProblem::kNone) return outcome;
  return promql::Add(step, rules_, &*plain_);
}

MergeOutcome HistogramAccumulator::AddCompensated(const Histogram& next) {
  if (!compensated_) {
    compensated_.emplace(next);
    return {};
  }
  if (kind_ == Kind::kSum) return compensated_->Add(next);
  if (!incremental_) {
    CompensatedHistogram total = *compensated_;
    const MergeOutcome outcome = total.Add(next);
    if (outcome.problem != MergeProblem::kNone || !Overflows(total.sum)) {
      compensated_ = std::move(total);
      return outcome;
    }
    incremental_ = true;
    compensated_->Divide(count_ - 1);
  }
  compensated_->Multiply((count_ - 1) / count_);
  Histogram step = next;
  promql::Divide(count_, rules_, &step);
  return compensated_->Add(step);
}

size_t HistogramAccumulator::MemoryBytes() const {
  size_t bytes = plain_ ? plain_->MemoryBytes() : 0;
  if (compensated_) {
    bytes += compensated_->sum.MemoryBytes() + compensated_->compensation.MemoryBytes();
  }
  return bytes;
}

Histogram HistogramAccumulator::Result() const {
  if (plain_) return *plain_;
  if (kind_ == Kind::kSum || incremental_) return compensated_->Total();
  CompensatedHistogram mean = *compensated_;
  mean.Divide(count_);
  return mean.Total();
}

}  // namespace vedette::promql
