// Sine, cosine and tangent.
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "collector/promql/constants.h"
#include "collector/promql/go_math.h"
#include "collector/promql/horner.h"

namespace vedette::promql {
namespace {

// An angle as octant * pi/4 + rest, |rest| <= pi/4, the octant even and counted modulo eight.
struct Angle {
  uint64_t octant = 0;
  double rest = 0;
};

// The binary digits of 4/pi: enough for the largest double.
constexpr std::array<uint64_t, 20> kFourOverPi = {
    0x0000000000000001, 0x45f306dc9c882a53, 0xf84eafa3ea69bb81, 0xb6c52b3278872083,
    0xfca2c757bd778ac3, 0x6e48dc74849ba5c0, 0x0c925dd413a32439, 0xfc3bd63962534e7d,
    0xd1046bea5d768909, 0xd338e04d68befc82, 0x7323ac7306a673e9, 0x3908bf177bf25076,
    0x3ff12fffbc0b301f, 0xde5e2316b414da3e, 0xda6cfd9e4f96136e, 0x9e8c7ecd3cbfd45a,
    0xea4f758fd7cbe2f6, 0x7a0e73ef14a525d4, 0xd7f6bf623f1aba10, 0xac06608df8f6d757,
};

// 64 of those digits from the bit `from` on.
uint64_t Digits(unsigned from) {
  const unsigned word = from / 64;
  const unsigned shift = from % 64;
  if (shift == 0) return kFourOverPi[word];
  return kFourOverPi[word] << shift | kFourOverPi[word + 1] >> (64 - shift);
}

// Payne and Hanek: x * 4/pi modulo 8 in 192 bits, of which those that count are multiplied.
Angle ReduceLarge(double x) {
  const uint64_t bits = std::bit_cast<uint64_t>(x);
  const int exponent = static_cast<int>(bits >> 52 & 0x7FF) - 1023 - 52;
  const uint64_t mantissa = (bits & 0x000FFFFFFFFFFFFF) | 0x0010000000000000;
  const auto from = static_cast<unsigned>(exponent + 61);
  __extension__ using Wide = unsigned __int128;
  const auto third = static_cast<uint64_t>(Wide{Digits(from + 128)} * mantissa >> 64);
  const Wide low = Wide{Digits(from + 64)} * mantissa + third;
  const uint64_t high = Digits(from) * mantissa + static_cast<uint64_t>(low >> 64);
  Angle angle{high >> 61, 0};
  // The fraction below the octant, as a double in [0, 1).
  const uint64_t fraction = high << 3 | static_cast<uint64_t>(low) >> 61;
  const auto zeros = static_cast<unsigned>(std::countl_zero(fraction));
  uint64_t digits = static_cast<uint64_t>(low);
  digits = (zeros < 63 ? fraction << (zeros + 1) : 0) | digits >> (63 - zeros);
  const uint64_t biased = 1023 - (zeros + 1);
  double rest = std::bit_cast<double>(digits >> 12 | biased << 52);
  if ((angle.octant & 1) != 0) {
    angle.octant = (angle.octant + 1) & 7;
    rest -= 1;
  }
  angle.rest = rest * (std::numbers::pi / 4);
  return angle;
}

// x >= 0 and finite. pi/4 comes in three parts, of which the first two have trailing zeros.
Angle Reduce(double x) {
  if (x >= 0x1p29) return ReduceLarge(x);
  auto octant = static_cast<uint64_t>(x * (4 / std::numbers::pi));
  octant += octant & 1;
  const auto y = static_cast<double>(octant);
  const double rest = ((x - y * 7.85398125648498535156e-1) - y * 3.77489470793079817668e-8) -
                      y * 2.69515142907905952645e-15;
  return {octant & 7, rest};
}

double SineOf(double z) {
  const double zz = z * z;
  return z + z * zz *
                 Horner(zz, 1.58962301576546568060e-10, -2.50507477628578072866e-8,
                        2.75573136213857245213e-6, -1.98412698295895385996e-4,
                        8.33333333332211858878e-3, -1.66666666666666307295e-1);
}

double CosineOf(double z) {
  const double zz = z * z;
  return 1.0 - 0.5 * zz +
         zz * zz *
             Horner(zz, -1.13585365213876817300e-11, 2.08757008419747316778e-9,
                    -2.75573141792967388112e-7, 2.48015872888517045348e-5,
                    -1.38888888888730564116e-3, 4.16666666666665929218e-2);
}

}  // namespace

double GoSin(double x) {
  if (x == 0 || std::isnan(x)) return x;
  if (std::isinf(x)) return kNan;
  const Angle angle = Reduce(std::abs(x));
  const bool negative = (x < 0) != (angle.octant > 3);
  const double y = (angle.octant & 2) != 0 ? CosineOf(angle.rest) : SineOf(angle.rest);
  return negative ? -y : y;
}

double GoCos(double x) {
  if (!std::isfinite(x)) return kNan;
  const Angle angle = Reduce(std::abs(x));
  const bool negative = (angle.octant > 3) != ((angle.octant & 3) > 1);
  const double y = (angle.octant & 2) != 0 ? SineOf(angle.rest) : CosineOf(angle.rest);
  return negative ? -y : y;
}

double GoTan(double x) {
  if (x == 0 || std::isnan(x)) return x;
  if (std::isinf(x)) return kNan;
  const Angle angle = Reduce(std::abs(x));
  const double z = angle.rest;
  const double zz = z * z;
  double y = z;
  if (zz > 1e-14) {
    const double p =
        Horner(zz, -1.30936939181383777646e4, 1.15351664838587416140e6, -1.79565251976484877988e7);
    const double q = Horner(zz, 1.0, 1.36812963470692954678e4, -1.32089234440210967447e6,
                            2.50083801823357915839e7, -5.38695755929454629881e7);
    y = z + z * (zz * p / q);
  }
  if ((angle.octant & 2) != 0) y = -1 / y;
  return x < 0 ? -y : y;
}

}  // namespace vedette::promql
