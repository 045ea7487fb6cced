// Inverse trigonometric functions, hyperbolic functions and their inverses.
#include <cmath>

#include "collector/promql/constants.h"
#include "collector/promql/go_math.h"
#include "collector/promql/horner.h"

namespace vedette::promql {
namespace {

constexpr double kLn2 = 6.93147180559945286227e-01;

// The arc tangent for 0 <= x <= 0.66.
double SmallAtan(double x) {
  const double z = x * x;
  const double p = Horner(z, -8.750608600031904122785e-01, -1.615753718733365076637e+01,
                          -7.500855792314704667340e+01, -1.228866684490136173410e+02,
                          -6.485021904942025371773e+01);
  const double q =
      Horner(z, 1.0, 2.485846490142306297962e+01, 1.650270098316988542046e+02,
             4.328810604912902668951e+02, 4.853903996359136964868e+02, 1.945506571482613964425e+02);
  return x * (z * p / q) + x;
}

// The same for every x >= 0.
double PositiveAtan(double x) {
  constexpr double kMoreBits = 6.123233995736765886130e-17;  // of pi/2, below the double's
  if (x <= 0.66) return SmallAtan(x);
  if (x > 2.41421356237309504880) return kPi / 2 - SmallAtan(1 / x) + kMoreBits;
  return kPi / 4 + SmallAtan((x - 1) / (x + 1)) + 0.5 * kMoreBits;
}

double SmallSinh(double x) {
  const double square = x * x;
  const double p =
      Horner(square, -0.2630563213397497062819489e+2, -0.2894211355989563807284660366e+4,
             -0.8991272022039509355398013511e+5, -0.6307673640497716991184787251e+6);
  const double q = Horner(square, 1.0, -0.173678953558233699533450911e+3,
                          0.1521517378790019070696485176e+5, -0.6307673640497716991212077277e+6);
  return p * x / q;
}

double SmallTanh(double x) {
  const double s = x * x;
  const double p =
      Horner(s, -9.64399179425052238628E-1, -9.92877231001918586564E1, -1.61468768441708447952E3);
  const double q =
      Horner(s, 1.0, 1.12811678491632931402E2, 2.23548839060100448583E3, 4.84406305325125486048E3);
  return x + x * s * p / q;
}

double PositiveAsinh(double x) {
  if (x > 0x1p28) return GoLog(x) + kLn2;
  if (x > 2) return GoLog(2 * x + 1 / (std::sqrt(x * x + 1) + x));
  if (x < 0x1p-28) return x;
  return GoLog1p(x + x * x / (1 + std::sqrt(1 + x * x)));
}

double PositiveAtanh(double x) {
  if (x < 0x1p-28) return x;
  const double twice = x + x;
  if (x < 0.5) return 0.5 * GoLog1p(twice + twice * x / (1 - x));
  return 0.5 * GoLog1p(twice / (1 - x));
}

}  // namespace

double GoAtan(double x) {
  if (x == 0) return x;
  return x > 0 ? PositiveAtan(x) : -PositiveAtan(-x);
}

double GoAsin(double x) {
  if (x == 0) return x;
  const double size = std::abs(x);
  if (size > 1) return kNan;
  const double other = std::sqrt(1 - size * size);
  const double angle =
      size > 0.7 ? kPi / 2 - PositiveAtan(other / size) : PositiveAtan(size / other);
  return x < 0 ? -angle : angle;
}

double GoAcos(double x) { return kPi / 2 - GoAsin(x); }

double GoAtan2(double y, double x) {
  // Zeros, infinities and NaN have C's results, which are exact multiples of pi/4.
  if (!std::isfinite(x) || !std::isfinite(y) || x == 0 || y == 0) return std::atan2(y, x);
  const double q = GoAtan(y / x);
  if (x > 0) return q;
  return q <= 0 ? q + kPi : q - kPi;
}

double GoSinh(double x) {
  const double size = x < 0 ? -x : x;  // leaves -0 as it is
  double y = 0;
  if (size > 21) {
    y = GoExp(size) / 2;
  } else if (size > 0.5) {
    const double e = GoExp(size);
    y = (e - 1 / e) / 2;
  } else {
    y = SmallSinh(size);
  }
  return x < 0 ? -y : y;
}

double GoCosh(double x) {
  const double size = std::abs(x);
  if (size > 21) return GoExp(size) / 2;
  const double e = GoExp(size);
  return (e + 1 / e) / 2;
}

double GoTanh(double x) {
  constexpr double kOneFrom = 0.5 * 8.8029691931113054295988e+01;
  const double size = std::abs(x);
  if (size > kOneFrom) return x < 0 ? -1 : 1;
  if (size < 0.625) return x == 0 ? x : SmallTanh(x);
  const double y = 1 - 2 / (GoExp(2 * size) + 1);
  return x < 0 ? -y : y;
}

double GoAsinh(double x) {
  if (!std::isfinite(x)) return x;
  return x < 0 ? -PositiveAsinh(-x) : PositiveAsinh(x);
}

double GoAcosh(double x) {
  if (x < 1 || std::isnan(x)) return kNan;
  if (x == 1) return 0;
  if (x >= 0x1p28) return GoLog(x) + kLn2;
  if (x > 2) return GoLog(2 * x - 1 / (x + std::sqrt(x * x - 1)));
  const double t = x - 1;
  return GoLog1p(t + std::sqrt(2 * t + t * t));
}

double GoAtanh(double x) {
  if (x < -1 || x > 1 || std::isnan(x)) return kNan;
  if (std::abs(x) == 1) return std::copysign(kInf, x);
  return x < 0 ? -PositiveAtanh(-x) : PositiveAtanh(x);
}

}  // namespace vedette::promql
