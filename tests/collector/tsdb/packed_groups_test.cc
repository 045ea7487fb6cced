#include "collector/tsdb/packed_groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "collector/tsdb/int_column.h"

// Groups of integers at any width with outliers in patches, and what is done about bad bytes.

namespace vedette::tsdb {
namespace {

using Column = std::vector<int64_t>;

std::string Pack(const Column& values, int64_t base) {
  std::string bytes;
  PackGroups(values, base, &bytes);
  return bytes;
}

void ExpectBack(const Column& values, int64_t base) {
  const std::string bytes = Pack(values, base);
  base::ByteReader in(bytes);
  Column back(values.size());
  const base::Status status = UnpackGroups(&in, base, back);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_TRUE(in.empty());
  ASSERT_EQ(back, values);
}

void ExpectColumnBack(const Column& values) {
  std::string bytes;
  EncodeIntColumn(values, &bytes);
  base::ByteReader in(bytes);
  Column back(values.size());
  const base::Status status = DecodeIntColumn(&in, back);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_TRUE(in.empty());
  ASSERT_EQ(back, values);
}

TEST(PackedGroups, EveryWidthWithAndWithoutOutliersComesBack) {
  std::mt19937_64 random(1);
  for (unsigned width = 0; width <= 64; ++width) {
    const uint64_t mask = width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
    for (const size_t n : {1u, 2u, 63u, 127u, 128u, 129u, 255u, 256u, 257u, 1024u}) {
      for (const int64_t base : {INT64_MIN, int64_t{-1}, int64_t{0}, int64_t{77}, INT64_MAX}) {
        Column column(n);
        for (int64_t& v : column) {
          v = static_cast<int64_t>(static_cast<uint64_t>(base) + (random() & mask));
        }
        ExpectBack(column, base);
        column[n / 2] = static_cast<int64_t>(random());
        column[n - 1] = INT64_MIN;
        ExpectBack(column, base);
      }
    }
  }
}

TEST(PackedGroups, OutliersCostPatchesNotWidth) {
  Column column(128, 5);
  for (size_t i = 0; i < column.size(); ++i) column[i] += static_cast<int64_t>(i % 4);
  const size_t plain = Pack(column, 5).size();
  EXPECT_EQ(plain, 1u + 128 * 2 / 8);
  for (const size_t at : {0u, 31u, 64u, 127u}) column[at] = 1'000'000'000'000;
  EXPECT_LE(Pack(column, 5).size(), plain + 1 + 4 * 7);
  ExpectBack(column, 5);
  // Below the base they wrap to many bits.
  column[64] = -1'000'000'000'000;
  EXPECT_LE(Pack(column, 5).size(), plain + 1 + 3 * 7 + 11);
  ExpectBack(column, 5);
}

TEST(PackedGroups, ABasesWidthIsThatOfTheRange) {
  EXPECT_EQ(RangeWidth(Column{7, 7, 7}), 0u);
  EXPECT_EQ(RangeWidth(Column{-1, 0}), 1u);
  EXPECT_EQ(RangeWidth(Column{INT64_MIN, INT64_MAX}), 64u);
  for (const Column& column : {Column{5}, Column{0, 0, 1}, Column{INT64_MIN, INT64_MAX, 0},
                               Column{3, 1'000'000, 4, 5, 3}}) {
    ExpectBack(column, ChoosePacking(column).base);
  }
}

TEST(PackedGroups, BytesCutAnywhereAreDataLoss) {
  Column column(200, 3);
  for (size_t i = 0; i < column.size(); i += 17) column[i] = static_cast<int64_t>(1) << (i % 60);
  const std::string bytes = Pack(column, 3);
  for (size_t n = 0; n < bytes.size(); ++n) {
    base::ByteReader in(std::string_view(bytes).substr(0, n));
    Column back(column.size());
    EXPECT_TRUE(absl::IsDataLoss(UnpackGroups(&in, 3, back))) << n;
  }
}

TEST(PackedGroups, ImpossibleHeadsAreDataLoss) {
  const std::string cases[] = {
      "\x41",                              // 65 bits
      "\x7f",                              // 127 bits
      std::string("\x80\x81", 2),          // 129 patches
      std::string("\x80\x01\x03\x00", 4),  // a patch beyond three integers
      std::string("\xc0\x01", 2) + std::string(24, 'x') + std::string("\x00\x01", 2)};  // above 64
  for (const std::string& bytes : cases) {
    base::ByteReader in(bytes);
    Column back(3);
    EXPECT_TRUE(absl::IsDataLoss(UnpackGroups(&in, 0, back)));
  }
}

// Every mode and flag of an integer column, by a shape that calls for it.
TEST(IntColumn, EveryShapeComesBackAtEveryLength) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (size_t n = 1; n <= kColumnSamples; n += n < 20 ? 1 : random() % 90) {
    std::vector<Column> shapes(9);
    for (size_t i = 0; i < n; ++i) {
      const auto at = static_cast<int64_t>(i);
      const auto noise = static_cast<int64_t>(random() % 1000);
      const auto step = [&](size_t shape, int64_t by) {
        shapes[shape].push_back((i == 0 ? 0 : shapes[shape].back()) + by);
      };
      shapes[0].push_back(at * 15'000);
      shapes[1].push_back(noise);
      step(2, noise * 4096);
      step(3, at + noise % 2);
      step(4, noise % 2 == 0 ? 0 : 70'000 + noise);
      step(5, noise % 30 == 0 ? 0 : 70'000 + noise);
      shapes[6].push_back(noise % 40 == 7 ? static_cast<int64_t>(random()) : noise % 9);
      step(7, noise % 200 == 7 ? -at * 500 : noise);
      shapes[8].push_back(noise % 3 == 0 ? INT64_MIN : INT64_MAX - noise);
    }
    for (const Column& shape : shapes) ExpectColumnBack(shape);
  }
}

TEST(IntColumn, FlippedAndCutBytesNeverReachBeyondTheColumn) {
  std::mt19937_64 random(2);
  Column column;
  for (int64_t i = 0; i < 150; ++i) {
    column.push_back((i == 0 ? 0 : column.back()) +
                     (random() % 3 == 0 ? 0 : static_cast<int64_t>(random() % 99'999)));
  }
  std::string bytes;
  EncodeIntColumn(column, &bytes);
  for (size_t n = 0; n < bytes.size(); ++n) {
    base::ByteReader in(std::string_view(bytes).substr(0, n));
    Column back(column.size());
    EXPECT_FALSE(DecodeIntColumn(&in, back).ok()) << n;
  }
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string bad = bytes;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    base::ByteReader in(bad);
    Column back(column.size());
    DecodeIntColumn(&in, back).IgnoreError();  // anything but a crash: checksums find it
  }
}

}  // namespace
}  // namespace vedette::tsdb
