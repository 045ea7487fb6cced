#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "base/codec/bytes.h"
#include "base/codec/compress.h"

namespace vedette::base {
namespace {

constexpr uint64_t kMax = 1 << 20;

std::string Sample(size_t size, bool random) {
  std::mt19937 engine(7);
  std::string out(size, 'a');
  if (random) {
    for (char& c : out) c = static_cast<char>(engine());
  }
  return out;
}

TEST(Bytes, IntegersComeBack) {
  std::string out;
  const uint64_t values[] = {0, 1, 127, 128, 300, 1ull << 32, std::numeric_limits<uint64_t>::max()};
  const int64_t signed_values[] = {0, -1, 1, std::numeric_limits<int64_t>::min(),
                                   std::numeric_limits<int64_t>::max()};
  for (const uint64_t v : values) PutVarint(v, &out);
  for (const int64_t v : signed_values) PutSignedVarint(v, &out);
  PutString("text", &out);
  PutFixed<uint32_t>(0x01020304, &out);
  ByteReader reader(out);
  for (const uint64_t v : values) EXPECT_EQ(reader.Varint(), v);
  for (const int64_t v : signed_values) EXPECT_EQ(reader.SignedVarint(), v);
  EXPECT_EQ(reader.String(), "text");
  EXPECT_EQ(reader.Fixed<uint32_t>(), 0x01020304u);
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.empty());
}

TEST(Bytes, ReadingPastTheEndFailsForGood) {
  const std::string_view kBad[] = {"", "\x80",
                                   "\x05"
                                   "abc",
                                   "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
                                   "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"};
  for (const std::string_view bad : kBad) {
    ByteReader reader(bad);
    EXPECT_EQ(reader.String(), "");
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.Varint(), 0u);
    EXPECT_FALSE(reader.ok());
  }
}

struct Codec {
  const char* name;
  std::string (*compress)(std::string_view);
  StatusOr<std::string> (*decompress)(std::string_view, uint64_t);
};

const Codec kCodecs[] = {
    {"snappy", SnappyCompress, SnappyDecompress},
    {"gzip", [](std::string_view d) { return GzipCompress(d); }, GzipDecompress},
    {"zstd", [](std::string_view d) { return ZstdCompress(d); }, ZstdDecompress},
};

TEST(Compress, WhatIsCompressedComesBackUpToTheLimit) {
  for (const Codec& codec : kCodecs) {
    for (const size_t size : {size_t{0}, size_t{1}, size_t{70'000}, size_t{kMax}}) {
      for (const bool random : {false, true}) {
        SCOPED_TRACE(codec.name + std::to_string(size));
        const std::string data = Sample(size, random);
        const std::string packed = codec.compress(data);
        const auto back = codec.decompress(packed, kMax);
        ASSERT_TRUE(back.ok()) << back.status().ToString();
        EXPECT_EQ(*back, data);
        EXPECT_EQ(*DecodeContent(codec.name, packed, kMax), data);
        if (size == 0) continue;
        EXPECT_EQ(codec.decompress(packed, size - 1).status().code(),
                  absl::StatusCode::kResourceExhausted);
      }
    }
  }
}

TEST(Compress, BadInputIsRefused) {
  for (const Codec& codec : kCodecs) {
    SCOPED_TRACE(codec.name);
    const std::string packed = codec.compress(Sample(5000, true));
    for (const size_t cut :
         {size_t{0}, size_t{1}, size_t{5}, packed.size() / 2, packed.size() - 1}) {
      EXPECT_EQ(codec.decompress(packed.substr(0, cut), kMax).status().code(),
                absl::StatusCode::kInvalidArgument)
          << cut;
    }
    EXPECT_FALSE(codec.decompress("this is nothing packed", kMax).ok());
    EXPECT_FALSE(codec.decompress(packed + "tail", kMax).ok());
  }
}

TEST(Compress, DeclaredSizesTakeNoMemory) {
  // Seven bytes that claim 256 MB.
  EXPECT_EQ(SnappyDecompress("\x80\x80\x80\x80\x01\x00\x61", uint64_t{1} << 40).status().code(),
            absl::StatusCode::kInvalidArgument);
  const std::string bomb = ZstdCompress(std::string(64 << 20, 'x'));
  EXPECT_EQ(ZstdDecompress(bomb, kMax).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(Compress, AllMembersOfAGzipStream) {
  EXPECT_EQ(*GzipDecompress(GzipCompress("one ") + GzipCompress("two"), kMax), "one two");
  EXPECT_EQ(*ZstdDecompress(ZstdCompress("one ") + ZstdCompress("two"), kMax), "one two");
}

TEST(Compress, DeflateIsZlibOrRaw) {
  const std::string gzip = GzipCompress("some text");
  // Header of 10 bytes and trailer of 8 around the raw stream.
  EXPECT_EQ(*DeflateDecompress(gzip.substr(10, gzip.size() - 18), kMax), "some text");
  constexpr std::string_view kZlib(
      "\x78\x9c\x2b\xce\xcf\x4d\x55\x28\x49\xad\x28\x01\x00\x11\xe8\x03\x9a", 17);
  EXPECT_EQ(*DeflateDecompress(kZlib, kMax), "some text");
}

TEST(Compress, UnknownCodingIsNamed) {
  const auto result = DecodeContent("br", "", kMax);
  EXPECT_NE(result.status().ToString().find("\"br\""), std::string::npos);
}

}  // namespace
}  // namespace vedette::base
