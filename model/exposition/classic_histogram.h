#ifndef VEDETTE_MODEL_EXPOSITION_CLASSIC_HISTOGRAM_H_
#define VEDETTE_MODEL_EXPOSITION_CLASSIC_HISTOGRAM_H_

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "model/histogram.h"

namespace vedette::model::exposition {

// Gathers the series of one classic histogram, in any order, and says it as a native one of custom
// buckets (NHCB). A value; one thread.
class ClassicHistogram {
 public:
  // How many buckets it takes.
  static constexpr size_t kMaxBuckets = 65'536;

  void Clear();
  // `count` is cumulative; of a bound that comes twice the first count holds.
  void SetBucket(double bound, double count);
  void SetCount(double count);
  void SetSum(double sum) { sum_ = sum; }

  // Nothing where the parts contradict each other: a bound that is NaN, counts that are negative
  // or sink from bucket to bucket, a count that is not that of the last bucket, neither count nor
  // buckets, or more than a histogram can tell. Without a bucket to +Inf the count is that.
  std::optional<Histogram> Convert();

 private:
  // Sorts the buckets by their bounds, once each; false if a count sinks.
  bool PutInOrder();
  bool FitsIntegers(double count) const;

  std::vector<std::pair<double, double>> buckets_;  // bound and count, as they came
  std::optional<double> count_;
  double sum_ = 0;
  bool is_bad_ = false;
};

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_CLASSIC_HISTOGRAM_H_
