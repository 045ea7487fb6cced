#include "model/remote_read.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/codec/crc32c.h"
#include "model/xor_chunk.h"

namespace vedette::model {
namespace {

// Reads a chunk by the published description of the encoding, bit by bit.
class ChunkReader {
 public:
  explicit ChunkReader(const std::string& bytes) : bytes_(bytes) {
    count_ = Bits(8) << 8;
    count_ |= Bits(8);
  }

  std::vector<std::pair<int64_t, uint64_t>> All() {
    std::vector<std::pair<int64_t, uint64_t>> out;
    for (uint64_t i = 0; i < count_; ++i) {
      ReadTime(i);
      i == 0 ? void(value_ = Bits(64)) : ReadValue();
      out.emplace_back(static_cast<int64_t>(time_), value_);
    }
    return out;
  }

 private:
  uint64_t Bits(unsigned n) {
    uint64_t out = 0;
    for (; n > 0; --n, ++at_) {
      const auto byte = static_cast<uint8_t>(bytes_.at(at_ / 8));
      out = out << 1 | (byte >> (7 - at_ % 8) & 1);
    }
    return out;
  }
  uint64_t Varint() {
    uint64_t out = 0;
    for (unsigned shift = 0;; shift += 7) {
      const uint64_t byte = Bits(8);
      out |= (byte & 0x7f) << shift;
      if (byte < 0x80) return out;
    }
  }
  void ReadTime(uint64_t i) {
    if (i == 0) {
      const uint64_t zigzag = Varint();
      time_ = zigzag >> 1 ^ -(zigzag & 1);
      return;
    }
    if (i == 1) {
      delta_ = Varint();
    } else if (Bits(1) == 1) {
      unsigned bits = 14;
      if (Bits(1) == 1) bits = Bits(1) == 0 ? 17 : Bits(1) == 0 ? 20 : 64;
      uint64_t change = Bits(bits);
      if (bits < 64 && change > uint64_t{1} << (bits - 1)) change -= uint64_t{1} << bits;
      delta_ += change;
    }
    time_ += delta_;
  }
  void ReadValue() {
    if (Bits(1) == 0) return;
    if (Bits(1) == 1) {
      leading_ = static_cast<unsigned>(Bits(5));
      const auto length = static_cast<unsigned>(Bits(6));
      length_ = length == 0 ? 64 : length;
    }
    value_ ^= Bits(length_) << (64 - leading_ - length_);
  }

  const std::string bytes_;
  size_t at_ = 0;
  uint64_t count_ = 0;
  uint64_t time_ = 0;
  uint64_t delta_ = 0;
  uint64_t value_ = 0;
  unsigned leading_ = 0;
  unsigned length_ = 0;
};

TEST(XorChunk, EveryTimeAndValueComesBack) {
  const double special[] = {0.0,       -0.0,  1,      1.5, NAN, StaleNan(), INFINITY,
                            -INFINITY, 1e300, 5e-324, 15,  15,  16,         3.14};
  const int64_t steps[] = {0,     1,
                           15000, 15001,
                           15000, 8192 + 15000,
                           15000, 65536 + 15000,
                           15000, 524288 + 15000,
                           15000, int64_t{1} << 40,
                           1,     2};
  XorChunkWriter writer;
  std::vector<std::pair<int64_t, uint64_t>> expected;
  int64_t time = -5'000'000'000;
  for (size_t i = 0; i < std::size(special); ++i) {
    time += steps[i];
    writer.Append(time, special[i]);
    expected.emplace_back(time, std::bit_cast<uint64_t>(special[i]));
  }
  EXPECT_EQ(writer.min_ms(), -5'000'000'000);
  EXPECT_EQ(writer.max_ms(), time);
  EXPECT_EQ(ChunkReader(writer.Take()).All(), expected);
  EXPECT_EQ(writer.size(), 0u);
}

TEST(XorChunk, RandomOnesComeBack) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 200; ++round) {
    XorChunkWriter writer;
    std::vector<std::pair<int64_t, uint64_t>> expected;
    auto time = static_cast<int64_t>(random() % (int64_t{1} << 41));
    uint64_t bits = random();
    for (int i = 0; i < 120; ++i) {
      expected.emplace_back(time, bits);
      writer.Append(time, std::bit_cast<double>(bits));
      time += 15000 + static_cast<int64_t>(random() >> (random() % 20 + 44));
      bits ^= random() << random() % 64 >> random() % 64;
    }
    ASSERT_EQ(ChunkReader(writer.Take()).All(), expected) << round;
  }
}

TEST(Crc32c, IsCastagnolis) {
  EXPECT_EQ(base::Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(base::Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(base::Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(base::Crc32c("56789", base::Crc32c("1234")), 0xe3069283u);
}

RemoteReadRequest Request() {
  RemoteReadRequest request;
  request.queries.push_back({-5, 10, {Matcher::Equal("__name__", "up")}});
  request.queries.push_back({1,
                             2,
                             {*Matcher::Make(MatchType::kRegex, "job", "a|b"),
                              *Matcher::Make(MatchType::kNotEqual, "x", ""),
                              *Matcher::Make(MatchType::kNotRegex, "y", ".+")}});
  request.answer = RemoteReadAnswer::kStreamedXorChunks;
  return request;
}

TEST(RemoteRead, RequestsAreRead) {
  const auto request = DecodeRemoteRead(EncodeRemoteRead(Request()));
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->answer, RemoteReadAnswer::kStreamedXorChunks);
  ASSERT_EQ(request->queries.size(), 2u);
  EXPECT_EQ(request->queries[0].start_ms, -5);
  EXPECT_EQ(request->queries[0].end_ms, 10);
  for (size_t q = 0; q < 2; ++q) {
    ASSERT_EQ(request->queries[q].matchers.size(), Request().queries[q].matchers.size());
    for (size_t m = 0; m < request->queries[q].matchers.size(); ++m) {
      EXPECT_EQ(request->queries[q].matchers[m].ToString(),
                Request().queries[q].matchers[m].ToString());
    }
  }
}

TEST(RemoteRead, TheFirstKnownAnswerIsGiven) {
  const std::pair<std::string, std::optional<int>> cases[] = {
      {"", 0},
      {std::string("\x10\x00", 2), 0},
      {"\x10\x01", 1},
      {std::string("\x10\x07\x10\x01\x10\x00", 6), 1},
      {std::string("\x12\x02\x00\x01", 4), 0},
      {"\x12\x02\x01\x05", 1},
      {"\x10\x07", std::nullopt}};
  for (const auto& [bytes, answer] : cases) {
    const auto request = DecodeRemoteRead(bytes);
    ASSERT_EQ(request.ok(), answer.has_value());
    if (request.ok()) {
      EXPECT_EQ(static_cast<int>(request->answer), *answer);
    }
  }
}

TEST(RemoteRead, BadRequestsAreRefusedWithTheReason) {
  const auto error = [](const std::string& matcher) {
    const std::string query = "\x1a" + std::string(1, static_cast<char>(matcher.size())) + matcher;
    const std::string request = "\x0a" + std::string(1, static_cast<char>(query.size())) + query;
    return std::string(DecodeRemoteRead(request).status().message());
  };
  EXPECT_EQ(error("\x08\x04\x12\x01y"),
            "query 0, matcher 0: type 4; allowed are 0 (=), 1 (!=), 2 (=~), 3 (!~)");
  EXPECT_EQ(error("\x1a\x01y"), "query 0, matcher 0: without a label name");
  EXPECT_EQ(error("\x08\x02\x12\x01y\x1a\x01(").substr(0, 20), "query 0, matcher 0: ");
  EXPECT_FALSE(DecodeRemoteRead("\x0a\xff").ok());
  RemoteReadLimits limits;
  limits.max_queries = 1;
  EXPECT_EQ(DecodeRemoteRead(EncodeRemoteRead(Request()), limits).status().message(),
            "request has more than 1 queries");
  limits = {};
  limits.max_matchers = 2;
  EXPECT_EQ(DecodeRemoteRead(EncodeRemoteRead(Request()), limits).status().message(),
            "query 1, matcher 2: more than 2 matchers");
  limits = {};
  limits.max_text_bytes = 7;
  EXPECT_FALSE(DecodeRemoteRead(EncodeRemoteRead(Request()), limits).ok());
}

TEST(RemoteRead, FramesAreCutAndChecked) {
  SeriesSamples series;
  series.labels = Labels({{"__name__", "up"}});
  std::mt19937_64 random(7);
  for (int i = 0; i < 1000; ++i) {
    series.timestamps_ms.push_back(i * 1000);
    series.values.push_back(std::bit_cast<double>(random() >> 2));
  }
  ChunkedReadWriter writer(4000);
  writer.Add(3, series);
  writer.Add(3, {Labels({{"__name__", "z"}}), {1}, {1}});
  const std::string stream = writer.Take();
  size_t at = 0;
  int frames = 0;
  while (at < stream.size()) {
    size_t size = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<uint8_t>(stream.at(at++));
      size |= static_cast<size_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    uint32_t crc = 0;
    for (int i = 0; i < 4; ++i) crc = crc << 8 | static_cast<uint8_t>(stream.at(at++));
    ASSERT_LE(at + size, stream.size());
    EXPECT_LT(size, 6000u);
    EXPECT_EQ(base::Crc32c(std::string_view(stream).substr(at, size)), crc);
    EXPECT_EQ(stream.substr(at + size - 2, 2), "\x10\x03");  // the query's index
    at += size;
    ++frames;
  }
  EXPECT_EQ(frames, 4);  // nine chunks of 120, about 1 kB each, four a frame; and the other series
}

}  // namespace
}  // namespace vedette::model
