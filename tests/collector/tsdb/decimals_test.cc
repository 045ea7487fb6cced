#include "collector/tsdb/decimals.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "collector/tsdb/value_codec.h"
#include "model/sample.h"

// Decimals and the columns made of them lose no bit of any double.

namespace vedette::tsdb {
namespace {

uint64_t Bits(double v) { return std::bit_cast<uint64_t>(v); }

// Every value comes back from its integer, except those that are said not to.
void ExpectExact(const std::vector<double>& values) {
  const std::optional<Decimals> found = FindDecimals(values);
  if (!found) return;
  ASSERT_EQ(found->integers.size(), values.size());
  ASSERT_LE(found->exceptions.size(), values.size() / 8);
  ASSERT_LE(found->exponent, kMaxExponent);
  size_t next = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (next < found->exceptions.size() && found->exceptions[next] == i) {
      ++next;
      continue;
    }
    const auto v = static_cast<double>(found->integers[i]);
    const double back =
        found->multiplied ? v * kInversePowers[found->exponent] : v / kPowers[found->exponent];
    ASSERT_EQ(Bits(back), Bits(values[i])) << values[i] << " at " << i;
  }
  ASSERT_EQ(next, found->exceptions.size()) << "exceptions ascend";
}

void ExpectSameDecimals(const std::vector<double>& values) {
  std::string bytes;
  EncodeValues(values, &bytes);
  std::vector<double> back(values.size());
  const base::Status status = DecodeValues(bytes, back);
  ASSERT_TRUE(status.ok()) << status;
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(Bits(back[i]), Bits(values[i])) << values[i] << " at " << i;
  }
}

std::vector<double> Odd() {
  using Limits = std::numeric_limits<double>;
  std::vector<double> odd = {0.0,
                             -0.0,
                             model::StaleNan(),
                             std::bit_cast<double>(model::kNormalNanBits),
                             std::bit_cast<double>(uint64_t{0x7ff0000000000001}),
                             std::bit_cast<double>(uint64_t{0xfff8dead0000beef}),
                             std::bit_cast<double>(uint64_t{0xffffffffffffffff}),
                             Limits::infinity(),
                             -Limits::infinity(),
                             Limits::denorm_min(),
                             -Limits::denorm_min(),
                             std::bit_cast<double>(uint64_t{0x000fffffffffffff}),
                             Limits::min(),
                             Limits::max(),
                             Limits::lowest(),
                             1e308,
                             -1e308,
                             1e-308,
                             5e-324,
                             9223372036854775807.0,
                             -9223372036854775808.0,
                             18446744073709551616.0,
                             0.1 + 0.2,
                             1.0 / 3,
                             123456789012345680.0,
                             0.12345678901234568,
                             12345678.901234567,
                             9.9999999999999995e-7,
                             4.9406564584124654e-310};
  for (const double power : {0x1p52, 0x1p53, 0x1p54, 0x1p63}) {
    for (const double off : {-2.0, -1.0, -0.5, 0.5, 1.0, 2.0}) {
      odd.push_back(power + off);
      odd.push_back(-power - off);
    }
  }
  for (unsigned e = 0; e <= kMaxExponent; ++e) {
    for (const double v : {kPowers[e], kInversePowers[e]}) {
      odd.push_back(std::nextafter(v, 0));
      odd.push_back(v);
      odd.push_back(std::nextafter(v, 1e300));
    }
  }
  return odd;
}

TEST(Decimals, OddDoublesComeBackAloneAndAmongOthers) {
  for (const double odd : Odd()) {
    SCOPED_TRACE(odd);
    ExpectExact({odd});
    ExpectSameDecimals({odd});
    for (const size_t at : {0u, 1u, 20u, 39u}) {
      std::vector<double> column;
      for (int i = 0; i < 40; ++i) column.push_back(i * 0.25);
      column[at] = odd;
      ExpectExact(column);
      ExpectSameDecimals(column);
    }
  }
  ExpectSameDecimals(Odd());
}

TEST(Decimals, ProgramsThatDivideAndThatMultiplyAreBothFound) {
  for (unsigned e = 0; e <= 15; ++e) {
    std::vector<double> divided;
    std::vector<double> multiplied;
    for (int64_t i = 0; i < 200; ++i) {
      const auto integer = static_cast<double>(i * 1'234'567 + 89);
      divided.push_back(integer / kPowers[e]);
      multiplied.push_back(integer * kInversePowers[e]);
    }
    for (const auto* column : {&divided, &multiplied}) {
      const std::optional<Decimals> found = FindDecimals(*column);
      ASSERT_TRUE(found) << e;
      EXPECT_TRUE(found->exceptions.empty()) << e;
      EXPECT_LE(found->exponent, e);
      ExpectExact(*column);
      ExpectSameDecimals(*column);
    }
  }
}

TEST(Decimals, MoreThanOneExceptionInEightIsNoColumnOfDecimals) {
  std::vector<double> column(80, 0.5);
  for (size_t i = 0; i < 10; ++i) column[i * 8] = model::StaleNan();
  ExpectExact(column);
  ASSERT_TRUE(FindDecimals(column));
  EXPECT_EQ(FindDecimals(column)->exceptions.size(), 10u);
  column[3] = model::StaleNan();
  EXPECT_FALSE(FindDecimals(column));
  ExpectSameDecimals(column);
}

// Texts of up to 17 digits at any exponent, as expositions carry them.
TEST(Decimals, NumbersReadFromTextsComeBack) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int digits = 1; digits <= 17; ++digits) {
    for (int round = 0; round < 20; ++round) {
      std::vector<double> column;
      const int exponent = static_cast<int>(random() % 40) - 25;
      for (size_t i = 0; i < 60; ++i) {
        std::string text = random() % 4 == 0 ? "-" : "";
        for (int d = 0; d < digits; ++d) text.push_back(static_cast<char>('0' + random() % 10));
        column.push_back(std::strtod((text + "e" + std::to_string(exponent)).c_str(), nullptr));
      }
      ExpectExact(column);
      ExpectSameDecimals(column);
    }
  }
}

TEST(Decimals, AnyBitsComeBack) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::vector<double> column(1 + random() % 300);
    for (double& v : column) v = std::bit_cast<double>(random() & ~uint64_t{0} << (random() % 64));
    ExpectExact(column);
    ExpectSameDecimals(column);
  }
}

}  // namespace
}  // namespace vedette::tsdb
