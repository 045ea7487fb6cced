#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "collector/tsdb/bits.h"
#include "collector/tsdb/int_codec.h"
#include "collector/tsdb/value_codec.h"
#include "model/sample.h"

namespace vedette::tsdb {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

std::string Encode(const std::vector<double>& values) {
  std::string out;
  EncodeValues(values, &out);
  return out;
}

void ExpectRoundTrip(const std::vector<double>& values) {
  std::vector<double> back;
  const base::Status status = DecodeValues(Encode(values), values.size(), &back);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(back.size(), values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint64_t>(back[i]), std::bit_cast<uint64_t>(values[i])) << "at " << i;
  }
}

void ExpectRoundTrip(const std::vector<int64_t>& values) {
  std::string bytes;
  EncodeInts(values, &bytes);
  base::ByteReader in(bytes);
  std::vector<int64_t> back;
  const base::Status status = DecodeInts(&in, values.size(), &back);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(in.empty());
  ASSERT_EQ(back, values);
}

TEST(Bits, AnyWidthsComeBack) {
  std::string bytes;
  BitWriter writer(&bytes);
  for (unsigned width = 0; width <= 64; ++width) writer.Write(~uint64_t{0} / 3, width);
  writer.Pad();
  BitReader reader(bytes);
  for (unsigned width = 0; width <= 64; ++width) {
    const uint64_t mask = width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
    EXPECT_EQ(reader.Read(width), (~uint64_t{0} / 3) & mask) << width;
  }
  EXPECT_TRUE(reader.ok());
  reader.Read(64);
  EXPECT_FALSE(reader.ok());
}

TEST(IntCodec, NastyColumnsComeBack) {
  const int64_t low = INT64_MIN;
  const int64_t high = INT64_MAX;
  const std::vector<std::vector<int64_t>> columns = {{},
                                                     {0},
                                                     {low},
                                                     {high},
                                                     {1, 2, 3},
                                                     {low, high},
                                                     {high, low, 0},
                                                     {low, 0, low, 0},
                                                     {0, 0, 1},
                                                     {5, 5, 5, 5},
                                                     {0, low, 0, low},
                                                     {-1, 1000000, -1, 3, high}};
  for (const auto& column : columns) ExpectRoundTrip(column);
}

TEST(IntCodec, RandomColumnsComeBack) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::vector<int64_t> column(random() % 700);
    const unsigned width = static_cast<unsigned>(random() % 64);
    int64_t walk = static_cast<int64_t>(random());
    for (int64_t& v : column) {
      walk = static_cast<int64_t>(static_cast<uint64_t>(walk) + (random() >> width) * 15);
      v = random() % 50 == 0 ? static_cast<int64_t>(random()) : walk;
    }
    ExpectRoundTrip(column);
  }
}

TEST(ValueCodec, NastyColumnsComeBack) {
  const double nan = std::bit_cast<double>(model::kNormalNanBits);
  const double payload = std::bit_cast<double>(uint64_t{0xfff8dead0000beef});
  const double signalling = std::bit_cast<double>(uint64_t{0x7ff0000000000001});
  const double tiny = std::numeric_limits<double>::denorm_min();
  const double huge = std::numeric_limits<double>::max();
  const std::vector<std::vector<double>> columns = {
      {0.0},
      {-0.0},
      {nan},
      {0.0, -0.0, 0.0},
      {1, 2, 3, model::StaleNan()},
      {1, 2, 3, 4, 5, 6, 7, -0.0, 8, 9},
      {1, 2, 3, 4, 5, 6, 7, nan, 8, 9, 1, 2, 3, 4, 5, payload, 7, 8},
      {model::StaleNan(), model::StaleNan()},
      {payload, signalling, nan, kInf, -kInf},
      {tiny, huge, -huge, -tiny, 0.1},
      {0.1, 0.2, 0.3, 0.1 + 0.2},
      {9007199254740991, 9007199254740992, 9007199254740994},
      {1e300, 1e301, 1e-300},
      {1.5, 2.25, 1e-18, 1e18},
      {1e22, 2e22, 3e22},
      {123456.789, 123456.790, 123456.791}};
  for (const auto& column : columns) {
    SCOPED_TRACE(column.front());
    ExpectRoundTrip(column);
  }
}

TEST(ValueCodec, RandomColumnsComeBack) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 400; ++round) {
    std::vector<double> column(1 + random() % 1024);
    const uint64_t kind = random() % 4;
    const double power = std::pow(10.0, static_cast<double>(random() % 8));
    for (double& v : column) {
      v = static_cast<double>(static_cast<int64_t>(random() % 100000)) / power;
      if (kind == 1) v = std::bit_cast<double>(random());
      if (kind == 2 && random() % 20 == 0) v = std::bit_cast<double>(random());
      if (kind == 3) v = static_cast<double>(random() % 3);
    }
    ExpectRoundTrip(column);
  }
}

TEST(ValueCodec, PicksTheCodecThatFits) {
  std::vector<double> counter;
  std::vector<double> wild;
  std::mt19937_64 random(7);
  for (int i = 0; i < 120; ++i) {
    counter.push_back(1000 + 15.25 * i);
    wild.push_back(std::sqrt(static_cast<double>(random() % 1000 + 2)));
  }
  struct Case {
    std::vector<double> values;
    ValueCodec codec;
    size_t at_most;  // bytes
  };
  const std::vector<Case> cases = {{std::vector<double>(120, 0.3), ValueCodec::kConstant, 9},
                                   {counter, ValueCodec::kDecimal, 12},
                                   {wild, ValueCodec::kXor, 120 * 8}};
  for (const Case& one : cases) {
    const std::string bytes = Encode(one.values);
    EXPECT_EQ(static_cast<ValueCodec>(bytes.front()), one.codec);
    EXPECT_LE(bytes.size(), one.at_most);
  }
}

TEST(ValueCodec, CutBytesAreDataLossNotACrash) {
  std::vector<double> values;
  for (int i = 0; i < 300; ++i) values.push_back(i % 7 == 0 ? std::sqrt(i) : i * 0.25);
  const std::string bytes = Encode(values);
  std::vector<double> back;
  for (size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeValues(bytes.substr(0, n), values.size(), &back))) << n;
  }
  EXPECT_TRUE(absl::IsDataLoss(DecodeValues(bytes + "x", values.size(), &back)));
}

}  // namespace
}  // namespace vedette::tsdb
