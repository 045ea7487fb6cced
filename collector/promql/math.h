#ifndef VEDETTE_COLLECTOR_PROMQL_MATH_H_
#define VEDETTE_COLLECTOR_PROMQL_MATH_H_

#include <cmath>
#include <vector>

#include "model/sample.h"

// The arithmetic of the language, in the order of operations that Prometheus uses, so that results
// agree to the last bit.

namespace vedette::promql {

// A running sum with Neumaier's compensation.
struct KahanSum {
  double sum = 0;
  double compensation = 0;

  void Add(double increment) {
    const double total = sum + increment;
    if (std::isinf(total)) {
      compensation = 0;
    } else if (std::abs(sum) >= std::abs(increment)) {
      compensation += (sum - total) + increment;
    } else {
      compensation += (increment - total) + sum;
    }
    sum = total;
  }
  double Total() const { return std::isinf(sum) ? sum : sum + compensation; }
};

// A mean as a compensated sum, or incrementally once the sum overflows.
class RunningMean {
 public:
  RunningMean() = default;
  // As Add has left it: `total` of `count` values, or their mean.
  RunningMean(const KahanSum& total, double count, bool incremental)
      : total_(total), count_(count), incremental_(incremental) {}

  void Add(double value);
  double Mean() const;

  const KahanSum& total() const { return total_; }
  double count() const { return count_; }
  bool incremental() const { return incremental_; }

 private:
  KahanSum total_;  // the sum, or the mean once incremental_
  double count_ = 0;
  bool incremental_ = false;
};

inline double NormalNan() { return std::bit_cast<double>(model::kNormalNanBits); }

// The q-quantile by linear interpolation; sorts `values`. NaN of nothing, +-Inf outside [0, 1].
double Quantile(double q, std::vector<double>* values);

// math.Max and math.Min of Go: NaN wins over numbers, infinities over NaN.
double GoMax(double a, double b);
double GoMin(double a, double b);

// math.Pow of Go: whole exponents by repeated squaring, whose rounding differs from libm's.
double GoPow(double base, double exponent);

// math.Log2 of Go: the exponent apart, so that powers of two are exact.
double GoLog2(double v);

// math.Exp2 of Go: 2^v by FreeBSD's polynomial, whose rounding differs from libm's.
double GoExp2(double v);

// Equal, or apart by less than `tolerance` relative to their sum.
bool AlmostEqual(double a, double b, double tolerance);

// v as an integer, where it fits one.
bool FitsInt64(double v);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_MATH_H_
