#include "collector/tsdb/block_summary.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "model/sample.h"

namespace vedette::tsdb {
namespace {

TEST(BlockSummaryTest, SaysWhatTheSamplesSay) {
  const double nan = std::bit_cast<double>(model::kNormalNanBits);
  const double stale = model::StaleNan();
  struct Case {
    std::vector<double> values;
    BlockSummary expected;
  };
  const std::vector<Case> cases = {{{3}, {3, 3, false, false, false}},
                                   {{1, 2, 2, 9}, {1, 9, false, false, false}},
                                   {{1, 5, 4, 9}, {1, 9, true, false, false}},
                                   {{nan, 5, nan, 6}, {5, 6, false, true, false}},
                                   {{5, stale, 4}, {4, 5, false, false, true}},
                                   {{stale, nan}, {nan, nan, false, true, true}},
                                   {{-0.0, 0.0}, {-0.0, -0.0, false, false, false}},
                                   {{0.0, -0.0}, {0.0, 0.0, false, false, false}},
                                   {{1e308, -1e308, 5e-324}, {-1e308, 1e308, true, false, false}}};
  for (const Case& one : cases) {
    SCOPED_TRACE(one.values.front());
    std::string bytes;
    PutSummary(Summarize(one.values), &bytes);
    base::ByteReader in(bytes);
    const std::optional<BlockSummary> back = ReadSummary(&in);
    ASSERT_TRUE(back);
    EXPECT_TRUE(in.empty());
    if (std::isnan(one.expected.min)) {
      EXPECT_TRUE(std::isnan(back->min) && std::isnan(back->max));
    } else {
      EXPECT_EQ(std::bit_cast<uint64_t>(back->min), std::bit_cast<uint64_t>(one.expected.min));
      EXPECT_EQ(std::bit_cast<uint64_t>(back->max), std::bit_cast<uint64_t>(one.expected.max));
    }
    EXPECT_EQ(back->has_reset, one.expected.has_reset);
    EXPECT_EQ(back->has_nan, one.expected.has_nan);
    EXPECT_EQ(back->has_stale, one.expected.has_stale);
    EXPECT_EQ(back->whole(), !one.expected.has_nan && !one.expected.has_stale);
    for (size_t n = 0; n < bytes.size(); ++n) {
      base::ByteReader cut(std::string_view(bytes).substr(0, n));
      EXPECT_FALSE(ReadSummary(&cut)) << n;
    }
  }
  for (const std::string& bytes :
       {std::string("\x08\x00", 2), std::string("\x00\x09", 2) + "123456789",
        std::string("\x00\x90", 2) + "123456789"}) {
    base::ByteReader in(bytes);
    EXPECT_FALSE(ReadSummary(&in));
  }
}

}  // namespace
}  // namespace vedette::tsdb
