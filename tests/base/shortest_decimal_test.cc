#include "base/shortest_decimal.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "base/decimal_digits.h"

namespace vedette {
namespace {

// "D.IGITSe+XX", as std::to_chars writes it.
std::string Scientific(double v) {
  std::string out;
  base::AppendScientific(base::ShortestDigits(v), 2, &out);
  return out;
}

std::string Expected(double v) {
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, v, std::chars_format::scientific).ptr};
}

TEST(ShortestDecimal, EveryPowerOfTwoAndItsNeighbours) {
  for (int exponent = -1074; exponent <= 1023; ++exponent) {
    const double power = std::ldexp(1.0, exponent);
    for (const double v : {power, std::nextafter(power, 0.0), std::nextafter(power, INFINITY)}) {
      EXPECT_EQ(Scientific(v), Expected(v));
    }
  }
}

TEST(ShortestDecimal, EveryPowerOfTenAndItsNeighbours) {
  for (int exponent = -323; exponent <= 308; ++exponent) {
    const std::string text = "1e" + std::to_string(exponent);
    double power = 0;
    std::from_chars(text.data(), text.data() + text.size(), power);
    for (const double v : {power, std::nextafter(power, 0.0), std::nextafter(power, INFINITY)}) {
      EXPECT_EQ(Scientific(v), Expected(v));
    }
  }
}

TEST(ShortestDecimal, TheEndsOfWhatThereIs) {
  using Limits = std::numeric_limits<double>;
  for (const double v : {0.0, Limits::denorm_min(), Limits::min(), Limits::max(), 5e-324, 1e23,
                         9007199254740991.0, 9007199254740993.0, 2e-323, 0.1, 123456789.125}) {
    EXPECT_EQ(Scientific(v), Expected(v));
    EXPECT_EQ(Scientific(-v), Expected(-v));
  }
}

TEST(ShortestDecimal, AnyBits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const auto v = std::bit_cast<double>(random());
    if (!std::isfinite(v)) continue;
    ASSERT_EQ(Scientific(v), Expected(v));
  }
}

TEST(ShortestDecimal, QuotientsAndShortDecimals) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 200'000; ++i) {
    const auto a = static_cast<double>(random() >> random() % 64);
    const auto b = static_cast<double>((random() >> random() % 64) | 1);
    ASSERT_EQ(Scientific(a / b), Expected(a / b));
    const double decimal = a / 1e6;
    ASSERT_EQ(Scientific(decimal), Expected(decimal));
  }
}

}  // namespace
}  // namespace vedette
