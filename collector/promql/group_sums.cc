#include "collector/promql/group_sums.h"

#include <algorithm>

#include "collector/promql/kernels.h"

namespace vedette::promql {
namespace {

bool HasGaps(const Row& row) {
  return BestKernels().any_stale(row.values.data(), row.values.size());
}

}  // namespace

void GroupSums::Add(const Row& row) {
  const auto first = static_cast<size_t>(row.first);
  const size_t n = row.values.size();
  const bool whole = !HasGaps(row);
  if (whole && full_.Has(first, n)) {
    BestKernels().add_compensated(row.values.data(), n, sums_.data() + first,
                                  compensations_.data() + first);
    return;
  }
  if (whole) full_.Add(first, n);
  for (size_t i = 0; i < n; ++i) {
    const double v = row.values[i];
    const size_t step = first + i;
    if (!IsPresent(v)) continue;
    if (seen_[step] == 0) {
      sums_[step] = v;
      seen_[step] = 1;
      continue;
    }
    KahanSum sum{sums_[step], compensations_[step]};
    sum.Add(v);
    sums_[step] = sum.sum;
    compensations_[step] = sum.compensation;
  }
}

RunningMean GroupMeans::At(size_t step) const {
  return {KahanSum{sums_[step], compensations_[step]}, counts_[step],
          !incremental_.empty() && incremental_[step] != 0};
}

void GroupMeans::Put(size_t step, const RunningMean& mean) {
  sums_[step] = mean.total().sum;
  compensations_[step] = mean.total().compensation;
  counts_[step] = mean.count();
  if (!mean.incremental()) return;
  if (incremental_.empty()) incremental_.resize(counts_.size());
  incremental_[step] = 1;
}

void GroupMeans::Add(const Row& row) {
  const auto first = static_cast<size_t>(row.first);
  const size_t n = row.values.size();
  const Kernels& kernels = BestKernels();
  const bool whole = !HasGaps(row);
  if (whole && full_.Has(first, n) && incremental_.empty() &&
      !kernels.any_overflow(row.values.data(), n, sums_.data() + first)) {
    kernels.add_compensated(row.values.data(), n, sums_.data() + first,
                            compensations_.data() + first);
    for (size_t i = 0; i < n; ++i) counts_[first + i] += 1;
    return;
  }
  if (whole) full_.Add(first, n);
  for (size_t i = 0; i < n; ++i) {
    if (!IsPresent(row.values[i])) continue;
    RunningMean mean = At(first + i);
    mean.Add(row.values[i]);
    Put(first + i, mean);
  }
}

}  // namespace vedette::promql
