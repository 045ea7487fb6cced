#include "collector/promql/table.h"

#include <gtest/gtest.h>

#include <memory>

#include "model/histogram.h"

namespace vedette::promql {
namespace {

Row Floats(int step, double value) {
  Row row;
  row.Append(step, value);
  return row;
}

Row Histograms(int step) {
  Row row;
  row.histograms.push_back({step, std::make_shared<model::Histogram>()});
  return row;
}

TEST(MergeEqualRows, JoinsWhatHasNoStepInCommon) {
  std::vector<Row> rows = {Floats(1, 5), Histograms(2), Floats(3, 7), Histograms(0)};
  ASSERT_TRUE(MergeEqualRows(&rows));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].At(1), 5);
  EXPECT_EQ(rows[0].At(3), 7);
  EXPECT_EQ(rows[0].HistogramAt(1), nullptr);
  EXPECT_NE(rows[0].HistogramAt(0), nullptr);
  EXPECT_NE(rows[0].HistogramAt(2), nullptr);
}

TEST(MergeEqualRows, RefusesTwoValuesAtAStepOfWhateverKind) {
  const std::vector<std::pair<Row, Row>> cases = {{Floats(1, 5), Floats(1, 5)},
                                                  {Histograms(1), Histograms(1)},
                                                  {Floats(1, 5), Histograms(1)},
                                                  {Histograms(1), Floats(1, 5)}};
  for (const auto& [a, b] : cases) {
    std::vector<Row> rows = {a, b};
    EXPECT_FALSE(MergeEqualRows(&rows));
  }
}

}  // namespace
}  // namespace vedette::promql
