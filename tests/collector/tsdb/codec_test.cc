#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "collector/tsdb/int_column.h"
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
  std::vector<double> back(values.size());
  const base::Status status = DecodeValues(Encode(values), back);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(back.size(), values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint64_t>(back[i]), std::bit_cast<uint64_t>(values[i])) << "at " << i;
  }
}

void ExpectRoundTrip(const std::vector<int64_t>& values) {
  std::string bytes;
  EncodeIntColumn(values, &bytes);
  base::ByteReader in(bytes);
  std::vector<int64_t> back(values.size());
  const base::Status status = DecodeIntColumn(&in, back);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(in.empty());
  ASSERT_EQ(back, values);
}

TEST(IntColumn, NastyColumnsComeBack) {
  const int64_t low = INT64_MIN;
  const int64_t high = INT64_MAX;
  const std::vector<std::vector<int64_t>> columns = {{0},
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

TEST(IntColumn, RandomColumnsComeBack) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::vector<int64_t> column(1 + random() % kColumnSamples);
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
  std::vector<double> nanos;
  std::vector<double> gauge;
  std::vector<double> marked;
  std::mt19937_64 random(7);
  for (int i = 0; i < 120; ++i) {
    counter.push_back(1000 + 15.25 * i);
    wild.push_back(1 + static_cast<double>(random() >> 12) * 0x1p-52);
    nanos.push_back(static_cast<double>(1234567890123 + i * 15'000'000'001) * 1e-9);
    gauge.push_back(-1e-5 + static_cast<double>(random() >> 12) * 0x1p-68);
    marked.push_back(i == 77 ? model::StaleNan() : i % 9);
  }
  struct Case {
    std::vector<double> values;
    ValueCodec codec;
    size_t at_most;  // bytes
  };
  const std::vector<Case> cases = {{std::vector<double>(120, 0.3), ValueCodec::kDivided, 4},
                                   {counter, ValueCodec::kDivided, 9},
                                   {nanos, ValueCodec::kMultiplied, 18},
                                   {marked, ValueCodec::kDividedSome, 90},
                                   {wild, ValueCodec::kBits, 120 * 53 / 8 + 12},
                                   {gauge, ValueCodec::kBits, 120 * 8}};
  for (const Case& one : cases) {
    const std::string bytes = Encode(one.values);
    EXPECT_EQ(CodecOf(bytes), one.codec) << one.values.front();
    EXPECT_LE(bytes.size(), one.at_most) << one.values.front();
    ExpectRoundTrip(one.values);
  }
}

TEST(ValueCodec, CutBytesAreDataLossNotACrash) {
  std::vector<double> values;
  for (int i = 0; i < 300; ++i) values.push_back(i % 7 == 0 ? std::sqrt(i) : i * 0.25);
  const std::string bytes = Encode(values);
  std::vector<double> back(values.size());
  for (size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeValues(bytes.substr(0, n), back))) << n;
  }
  EXPECT_TRUE(absl::IsDataLoss(DecodeValues(bytes + "x", back)));
}

// What a counter's reset, a quiet counter and a walk that mostly rests cost: bytes of a column.
TEST(IntColumn, ShapesOfCountersStaySmall) {
  std::mt19937_64 random(11);
  struct Case {
    const char* shape;
    size_t at_most;
    std::vector<int64_t> column;
  };
  std::vector<Case> cases = {{"reset", 410, {}}, {"quiet", 340, {}}, {"rests", 105, {}}};
  for (int64_t i = 0; i < 240; ++i) {
    const auto noise = static_cast<int64_t>(random() % 8192);
    std::vector<int64_t>& reset = cases[0].column;
    std::vector<int64_t>& quiet = cases[1].column;
    std::vector<int64_t>& rests = cases[2].column;
    reset.push_back(i == 100 ? 0 : (i == 0 ? 1 << 30 : reset.back()) + noise);
    quiet.push_back((i == 0 ? 1 << 30 : quiet.back()) + (noise % 3 == 0 ? 0 : 1'000'000 + noise));
    rests.push_back((i == 0 ? 500 : rests.back()) + (noise % 2 == 0 ? 0 : noise % 11 - 5));
  }
  for (const Case& one : cases) {
    std::string bytes;
    EncodeIntColumn(one.column, &bytes);
    EXPECT_LE(bytes.size(), one.at_most) << one.shape;
    ExpectRoundTrip(one.column);
  }
}

}  // namespace
}  // namespace vedette::tsdb
