#include "collector/promql/classic_histogram.h"

#include <algorithm>
#include <cmath>

#include "collector/promql/constants.h"
#include "collector/promql/math.h"

namespace vedette::promql {
namespace {

// Smaller relative differences between neighbours are floating point noise.
constexpr double kNoise = 1e-12;

// Sorts, and adds up buckets of one bound. False without a +Inf bucket.
bool Normalize(std::vector<Bucket>* buckets) {
  std::stable_sort(buckets->begin(), buckets->end(),
                   [](const Bucket& a, const Bucket& b) { return a.upper_bound < b.upper_bound; });
  if (buckets->back().upper_bound != kInf) return false;
  size_t last = 0;
  for (size_t i = 1; i < buckets->size(); ++i) {
    if ((*buckets)[i].upper_bound == (*buckets)[last].upper_bound) {
      (*buckets)[last].count += (*buckets)[i].count;
    } else {
      (*buckets)[++last] = (*buckets)[i];
    }
  }
  buckets->resize(last + 1);
  return true;
}

// Removes decreases; true where one was more than noise.
bool MakeMonotonic(std::vector<Bucket>* buckets) {
  bool forced = false;
  double before = buckets->front().count;
  for (size_t i = 1; i < buckets->size(); ++i) {
    double& count = (*buckets)[i].count;
    if (count == before) continue;
    if (AlmostEqual(before, count, kNoise)) {
      count = before;
    } else if (count < before) {
      count = before;
      forced = true;
    } else {
      before = count;
    }
  }
  return forced;
}

}  // namespace

BucketQuantileResult BucketQuantile(double q, std::vector<Bucket>* buckets) {
  if (std::isnan(q)) return {NormalNan(), false};
  if (q < 0) return {-kInf, false};
  if (q > 1) return {kInf, false};
  if (!Normalize(buckets)) return {NormalNan(), false};
  BucketQuantileResult result;
  result.forced_monotonic = MakeMonotonic(buckets);
  result.value = NormalNan();
  const size_t n = buckets->size();
  if (n < 2) return {NormalNan(), false};
  const double observations = buckets->back().count;
  if (observations == 0) return {NormalNan(), false};
  double rank = q * observations;
  const auto found = std::find_if(buckets->begin(), buckets->end() - 1,
                                  [rank](const Bucket& b) { return b.count >= rank; });
  const auto b = static_cast<size_t>(found - buckets->begin());
  if (b == n - 1) {
    result.value = (*buckets)[n - 2].upper_bound;
    return result;
  }
  const double end = (*buckets)[b].upper_bound;
  if (b == 0 && end <= 0) {
    result.value = end;
    return result;
  }
  double start = 0;
  double count = (*buckets)[b].count;
  if (b > 0) {
    start = (*buckets)[b - 1].upper_bound;
    count -= (*buckets)[b - 1].count;
    rank -= (*buckets)[b - 1].count;
  }
  result.value = start + (end - start) * (rank / count);
  return result;
}

double BucketFraction(double lower, double upper, bool newer, std::vector<Bucket>* buckets) {
  if (!Normalize(buckets)) return NormalNan();
  const double total = buckets->back().count;
  if (total == 0 || std::isnan(lower) || std::isnan(upper)) return NormalNan();
  if (lower >= upper) return 0;
  double rank = 0;
  double lower_rank = total;
  double upper_rank = total;
  bool lower_set = false;
  bool upper_set = false;
  for (size_t i = 0; i < buckets->size() && !(lower_set && upper_set); ++i) {
    const Bucket& bucket = (*buckets)[i];
    double start = -kInf;
    if (i > 0) {
      start = (*buckets)[i - 1].upper_bound;
    } else if (newer && bucket.upper_bound > 0) {
      start = 0;  // the first bucket of positive bounds begins at zero
    }
    const auto locate = [&](double v, bool* set, double* found) {
      if (*set) return;
      if (start >= v) {
        *found = rank;
        *set = true;
      } else if (bucket.upper_bound > v) {
        *found = rank + (bucket.count - rank) * (v - start) / (bucket.upper_bound - start);
        *set = true;
      }
    };
    locate(lower, &lower_set, &lower_rank);
    locate(upper, &upper_set, &upper_rank);
    rank = bucket.count;
  }
  if (lower_rank > total) lower_rank = total;
  if (upper_rank > total) upper_rank = total;
  return (upper_rank - lower_rank) / total;
}

}  // namespace vedette::promql
