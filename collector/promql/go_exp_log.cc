// Exponential and logarithms.
#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <numbers>

#include "collector/promql/constants.h"
#include "collector/promql/go_math.h"
#include "collector/promql/horner.h"

namespace vedette::promql {
namespace {

// ln 2 in two parts, the first with so few bits that a multiple of it by an exponent is exact.
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;

constexpr uint64_t kMantissaBits = 0x000FFFFFFFFFFFFF;

// e^r - 1 for |r| <= ln 2 / 2: Taylor's series of r / 16, then doubled four times by
// e^2a - 1 = (e^a - 1)(e^a - 1 + 2), the last time together with adding 1: the result is e^r.
double ExpReduced(double r) {
  const double a = r * 0.0625;
  double series = 2.4801587301587301587e-5;
  for (const double c :
       {1.9841269841269841270e-4, 1.3888888888888888889e-3, 8.3333333333333333333e-3,
        4.1666666666666666667e-2, 1.6666666666666666667e-1, 0.5, 1.0}) {
    series = std::fma(series, a, c);
  }
  double y = a * series;
  for (int i = 0; i < 3; ++i) y *= y + 2;
  return std::fma(y, y + 2, 1);
}

double PowerOfTwo(int biased) { return std::bit_cast<double>(static_cast<uint64_t>(biased) << 52); }

// ln(1 + f) - f + f^2/2, without the last two terms, as s (f^2/2 + R): what msun approximates.
struct LogTerms {
  double s = 0;
  double half_square = 0;
};

LogTerms TermsOf(double f) { return {f / (2 + f), 0.5 * f * f}; }

// 1 + x as 2^k (1 + f) with sqrt(2)/2 < 1 + f < sqrt(2).
struct Split {
  int k = 0;
  double f = 0;
  double correction = 0;   // what rounding 1 + x lost, relative
  bool f_is_tiny = false;  // below 2^-20
};

Split SplitOnePlus(double x) {
  Split out;
  const double u = std::abs(x) < 0x1p53 ? 1 + x : x;
  uint64_t bits = std::bit_cast<uint64_t>(u);
  out.k = static_cast<int>(bits >> 52) - 1023;
  if (std::abs(x) < 0x1p53) {
    out.correction = (out.k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
  }
  bits &= kMantissaBits;
  if (bits < 0x0006a09e667f3bcd) {  // the mantissa of sqrt(2)
    out.f = std::bit_cast<double>(bits | 0x3ff0000000000000) - 1;
  } else {
    ++out.k;
    out.f = std::bit_cast<double>(bits | 0x3fe0000000000000) - 1;
    bits = (0x0010000000000000 - bits) >> 2;
  }
  out.f_is_tiny = bits == 0;
  return out;
}

double TinyLog1p(const Split& split) {
  const double k = split.k;
  if (split.f == 0) return k == 0 ? 0 : k * kLn2High + (split.correction + k * kLn2Low);
  const double r = 0.5 * split.f * split.f * (1 - 0.66666666666666666 * split.f);
  if (k == 0) return split.f - r;
  return k * kLn2High - ((r - (k * kLn2Low + split.correction)) - split.f);
}

}  // namespace

double GoExp(double x) {
  if (std::isnan(x)) return x;
  if (x > 7.09782712893384e+02) return kInf;
  if (x < -800) return 0;
  const double k = std::nearbyint(x * std::numbers::log2e);
  double r = std::fma(-k, 0.69314718055966295651160180568695068359375, x);
  r = std::fma(-k, 0.28235290563031577122588448175013436025525412068e-12, r);
  const double fraction = ExpReduced(r);
  const int biased = static_cast<int>(k) + 1023;
  if (biased >= 0x7FF) return kInf;
  if (biased > 0) return fraction * PowerOfTwo(biased);
  if (biased < -52) return 0;
  return fraction * PowerOfTwo(biased + 1022) * PowerOfTwo(1);
}

double GoLog(double x) {
  if (x == 0) return -kInf;
  if (x < 0) return kNan;
  if (!std::isfinite(x)) return x;
  const uint64_t bits = std::bit_cast<uint64_t>(x);
  double k = static_cast<double>(static_cast<int>(bits >> 52) - 0x3FE);
  double f = std::bit_cast<double>((bits & kMantissaBits) | 0x3FE0000000000000);
  if (f <= std::numbers::sqrt2 / 2) {
    f *= 2;
    k -= 1;
  }
  f -= 1;
  const LogTerms terms = TermsOf(f);
  const double square = terms.s * terms.s;
  const double fourth = square * square;
  const double odd = square * Horner(fourth, 1.479819860511658591e-01, 1.818357216161805012e-01,
                                     2.857142874366239149e-01, 6.666666666666735130e-01);
  const double even = fourth * Horner(fourth, 1.531383769920937332e-01, 2.222219843214978396e-01,
                                      3.999999999940941908e-01);
  const double rest = terms.s * (terms.half_square + (odd + even)) + k * kLn2Low;
  return k * kLn2High - ((terms.half_square - rest) - f);
}

double GoLog1p(double x) {
  if (x < -1 || std::isnan(x)) return kNan;
  if (x == -1) return -kInf;
  if (x == kInf) return kInf;
  if (std::abs(x) < 0x1p-54) return x;
  if (std::abs(x) < 0x1p-29) return x - x * x * 0.5;
  Split split;
  if (x > std::numbers::sqrt2 / 2 - 1 && x < std::numbers::sqrt2 - 1) {
    split.f = x;
  } else {
    split = SplitOnePlus(x);
  }
  if (split.f_is_tiny) return TinyLog1p(split);
  const LogTerms terms = TermsOf(split.f);
  const double z = terms.s * terms.s;
  const double r =
      z * Horner(z, 1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01,
                 2.222219843214978396e-01, 2.857142874366239149e-01, 3.999999999940941908e-01,
                 6.666666666666735130e-01);
  const double main = terms.s * (terms.half_square + r);
  if (split.k == 0) return split.f - (terms.half_square - main);
  const double k = split.k;
  return k * kLn2High - ((terms.half_square - (main + (k * kLn2Low + split.correction))) - split.f);
}

double GoLog10(double x) { return GoLog(x) * std::numbers::log10e; }

}  // namespace vedette::promql
