#include "exporters/runtime/page_gzip.h"

#include <gtest/gtest.h>

#include <random>

#include "base/codec/compress.h"

namespace vedette::exporters {
namespace {

std::string Unpacked(std::string_view packed) {
  const auto page = base::GzipDecompress(packed, 1 << 24);
  EXPECT_TRUE(page.ok()) << page.status();
  return page.ok() ? *page : "";
}

// `size` characters out of `alphabet` letters.
std::string Noise(size_t size, int alphabet, uint32_t seed) {
  std::mt19937 random(seed);
  std::string text;
  for (size_t i = 0; i < size; ++i)
    text += static_cast<char>(random() % static_cast<unsigned>(alphabet));
  return text;
}

TEST(PageGzip, ZlibReadsWhatWasWritten) {
  for (size_t size = 0; size < 300; ++size) {
    const std::string text = Noise(size, 2, static_cast<uint32_t>(size));
    ASSERT_EQ(Unpacked(GzipPage(text)), text) << size;
  }
  for (const int alphabet : {1, 2, 3, 10, 64, 256}) {
    for (const size_t size : {4'000u, 32'768u, 32'769u, 100'000u}) {
      const std::string text = Noise(size, alphabet, 7);
      ASSERT_EQ(Unpacked(GzipPage(text)), text) << alphabet << " letters, " << size;
    }
  }
}

// Lengths and distances at the bounds of their codes, and beyond the window.
TEST(PageGzip, EveryLengthAndDistanceComesBack) {
  const std::string word = Noise(300, 256, 1);
  for (size_t length = 3; length <= word.size(); ++length) {
    const std::string text = word + "|" + word.substr(0, length) + "#";
    ASSERT_EQ(Unpacked(GzipPage(text)), text) << length;
  }
  for (size_t power = 4; power <= 15; ++power) {
    for (const int step : {-1, 0, 1}) {
      const size_t distance = (size_t{1} << power) + static_cast<size_t>(step + 1) - 1;
      const std::string text =
          "abcdefgh" + Noise(distance, 200, 3).substr(0, distance - 8) + "abcdefgh";
      ASSERT_EQ(Unpacked(GzipPage(text)), text) << distance;
    }
  }
}

TEST(PageGzip, PageOfMetricsIsAFractionOfItself) {
  std::string page;
  for (int i = 0; i < 1'000; ++i) {
    page += "node_network_receive_bytes_total{device=\"eth" + std::to_string(i) + "\"} " +
            std::to_string(i * i) + "\n";
  }
  EXPECT_LT(GzipPage(page).size(), page.size() / 5);
}

}  // namespace
}  // namespace vedette::exporters
