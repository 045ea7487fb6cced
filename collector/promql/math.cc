#include "collector/promql/math.h"

#include <algorithm>
#include <limits>
#include <numbers>

#include "collector/promql/constants.h"
#include "collector/promql/go_math.h"

namespace vedette::promql {

void RunningMean::Add(double value) {
  count_ += 1;
  if (count_ == 1) {
    total_.sum = value;
    return;
  }
  if (!incremental_) {
    KahanSum next = total_;
    next.Add(value);
    if (!std::isinf(next.sum)) {
      total_ = next;
      return;
    }
    incremental_ = true;
    total_.sum /= count_ - 1;
    total_.compensation /= count_ - 1;
  }
  const double q = (count_ - 1) / count_;
  total_.sum *= q;
  total_.compensation *= q;
  total_.Add(value / count_);
}

double RunningMean::Mean() const {
  if (incremental_) return total_.sum + total_.compensation;
  return total_.sum / count_ + total_.compensation / count_;
}

double Quantile(double q, std::vector<double>* values) {
  if (values->empty() || std::isnan(q)) return NormalNan();
  if (q < 0) return -std::numeric_limits<double>::infinity();
  if (q > 1) return std::numeric_limits<double>::infinity();
  std::sort(values->begin(), values->end(), [](double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && !std::isnan(b);
    return a < b;
  });
  const double n = static_cast<double>(values->size());
  const double rank = q * (n - 1);
  const double lower = std::max(0.0, std::floor(rank));
  const double upper = std::min(n - 1, lower + 1);
  const double weight = rank - std::floor(rank);
  return (*values)[static_cast<size_t>(lower)] * (1 - weight) +
         (*values)[static_cast<size_t>(upper)] * weight;
}

double GoMax(double a, double b) {
  if (a == kInf || b == kInf) return kInf;
  if (std::isnan(a) || std::isnan(b)) return NormalNan();
  if (a == 0 && a == b) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

double GoMin(double a, double b) {
  if (a == -kInf || b == -kInf) return -kInf;
  if (std::isnan(a) || std::isnan(b)) return NormalNan();
  if (a == 0 && a == b) return std::signbit(a) ? a : b;
  return a < b ? a : b;
}

double GoPow(double base, double exponent) {
  const double magnitude = std::abs(exponent);
  const bool special = base == 0 || base == 1 || exponent == 0 || exponent == 1 ||
                       !std::isfinite(base) || !std::isfinite(exponent) || magnitude == 0.5 ||
                       magnitude >= 9.2e18;
  if (exponent == -0.5 && base > 0 && std::isfinite(base)) return 1 / std::sqrt(base);
  double whole = 0;
  double fraction = std::modf(magnitude, &whole);
  if (special || (fraction != 0 && base < 0)) return std::pow(base, exponent);
  // The result is mantissa * 2^power.
  double mantissa = 1;
  int64_t power = 0;
  if (fraction != 0) {
    if (fraction > 0.5) {
      fraction -= 1;
      whole += 1;
    }
    mantissa = GoExp(fraction * GoLog(base));
  }
  int binary = 0;
  double square = std::frexp(base, &binary);
  int64_t square_power = binary;
  for (auto bits = static_cast<int64_t>(whole); bits != 0; bits >>= 1) {
    if (square_power < -4096 || square_power > 4096) {  // over- or underflow in any case
      power += square_power;
      break;
    }
    if ((bits & 1) != 0) {
      mantissa *= square;
      power += square_power;
    }
    square *= square;
    square_power *= 2;
    if (square < 0.5) {
      square += square;
      --square_power;
    }
  }
  if (exponent < 0) {
    mantissa = 1 / mantissa;
    power = -power;
  }
  return std::ldexp(mantissa, static_cast<int>(power));
}

double GoLog2(double v) {
  int exponent = 0;
  const double fraction = std::frexp(v, &exponent);
  if (fraction == 0.5) return exponent - 1;
  return GoLog(fraction) * std::numbers::log2e + exponent;
}

double GoExp2(double v) {
  constexpr double kLn2High = 6.93147180369123816490e-01;
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  if (std::isnan(v) || std::isinf(v)) return v < 0 ? 0 : v;
  if (v > 1.0239999999999999e+03) return std::numeric_limits<double>::infinity();
  if (v < -1.0740e+03) return 0;
  // v = r / ln 2 + k, |r| <= ln 2 / 2, r = high - low for extra precision.
  const int k = v > 0 ? static_cast<int>(v + 0.5) : v < 0 ? static_cast<int>(v - 0.5) : 0;
  const double t = v - k;
  const double high = t * kLn2High;
  const double low = -t * kLn2Low;
  const double r = high - low;
  const double square = r * r;
  const double c =
      r - square * (1.66666666666666657415e-01 +
                    square * (-2.77777777770155933842e-03 +
                              square * (6.61375632143793436117e-05 +
                                        square * (-1.65339022054652515390e-06 +
                                                  square * 4.13813679705723846039e-08))));
  return std::ldexp(1 - ((low - (r * c) / (2 - c)) - high), k);
}

bool AlmostEqual(double a, double b, double tolerance) {
  if (model::IsStaleNan(a) || model::IsStaleNan(b)) {
    return model::IsStaleNan(a) && model::IsStaleNan(b);
  }
  if (std::isnan(a) && std::isnan(b)) return true;
  if (a == b) return true;
  constexpr double kMinNormal = std::numeric_limits<double>::min();
  const double sum = std::abs(a) + std::abs(b);
  const double difference = std::abs(a - b);
  if (a == 0 || b == 0 || sum < kMinNormal) return difference < tolerance * kMinNormal;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < tolerance;
}

bool FitsInt64(double v) { return v <= 9223372036854774784.0 && v >= -9223372036854775808.0; }

}  // namespace vedette::promql
