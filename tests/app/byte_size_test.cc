#include "app/byte_size.h"

#include <gtest/gtest.h>

#include <limits>

namespace vedette::app {
namespace {

TEST(ByteSize, IsPrometheusSyntax) {
  const struct {
    const char* text;
    uint64_t bytes;
  } kSizes[] = {{"0", 0},
                {"0B", 0},
                {"17B", 17},
                {"1KB", 1024},
                {"512MB", 512ull << 20},
                {"512MiB", 512ull << 20},
                {"1.5GB", 1536ull << 20},
                {"2TB", 2ull << 40},
                {"3PB", 3ull << 50},
                {"1EB", 1ull << 60}};
  for (const auto& size : kSizes) {
    SCOPED_TRACE(size.text);
    EXPECT_EQ(ParseByteSize(size.text), size.bytes);
  }
}

TEST(ByteSize, OtherTextsAreNone) {
  for (const char* text : {"", "1", "MB", "1mb", "1 MB", "-1MB", "1.2.3MB", "1MBx", "1XB", "9EB",
                           "1e3MB", "inf", "1iB"}) {
    EXPECT_FALSE(ParseByteSize(text)) << text;
  }
}

}  // namespace
}  // namespace vedette::app
