#include "collector/logql/line_block.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "collector/logql/storage.h"
#include "tests/conformance/logql/memory_source.h"

namespace vedette::logql {
namespace {

using BlockRow = std::tuple<int64_t, std::string, std::string, std::string>;

class LineBlockTest : public testing::TestWithParam<BlockOrder> {
 protected:
  LineBlockTest() {
    for (int64_t i = 0; i < 20; ++i) {
      const model::Labels metadata =
          i % 4 == 0 ? model::Labels{{"trace", std::to_string(i)}} : model::Labels();
      source_.Add({{"app", i % 3 == 0 ? "a" : "b"}}, i / 2, "line " + std::to_string(i), metadata);
    }
  }
  MemorySource source_;
};

TEST_P(LineBlockTest, BringsWhatScanBrings) {
  BlockRequest blocks;
  blocks.start_ns = 2;
  blocks.end_ns = 9;
  blocks.order = GetParam();
  std::vector<BlockRow> got;
  const base::Status status = source_.ScanBlocks(blocks, [&](LogBlock& block, size_t worker) {
    EXPECT_EQ(worker, 0u);
    const auto times = *block.Times();
    const auto streams = *block.Streams();
    const auto metadata = *block.Metadata();
    const auto lines = *block.Lines();
    EXPECT_TRUE(block.Values({FieldParser::kJson, "a"})->rows.empty());
    for (size_t row = 0; row < block.rows(); ++row) {
      EXPECT_EQ(*block.Line(row), lines[row]);
      EXPECT_GE(times[row], block.min_ns());
      EXPECT_LE(times[row], block.max_ns());
      got.emplace_back(times[row], std::string(lines[row]),
                       streams.table[streams.rows[row]]->ToString(),
                       metadata.table[metadata.rows[row]]->ToString());
    }
    return true;
  });
  EXPECT_TRUE(status.ok());
  ScanRequest scan;
  scan.start_ns = 2;
  scan.end_ns = 9;
  if (GetParam() == BlockOrder::kBackward) scan.direction = Direction::kBackward;
  std::vector<BlockRow> want;
  EXPECT_TRUE(source_
                  .Scan(scan,
                        [&](std::span<const StoredLine> lines) {
                          for (const StoredLine& line : lines) {
                            want.emplace_back(line.timestamp_ns, std::string(line.line),
                                              line.stream->ToString(), line.metadata->ToString());
                          }
                          return true;
                        })
                  .ok());
  EXPECT_EQ(got, want);
  EXPECT_EQ(got.size(), 14u);
}

INSTANTIATE_TEST_SUITE_P(Orders, LineBlockTest,
                         testing::Values(BlockOrder::kForward, BlockOrder::kBackward,
                                         BlockOrder::kUnordered));

}  // namespace
}  // namespace vedette::logql
