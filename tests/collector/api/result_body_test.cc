#include "collector/api/result_body.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "model/histogram.h"

namespace vedette::test {
namespace {

using api::ResultBody;

constexpr size_t kPiece = base::http::BodySource::kPieceBytes;

// The whole text; `pieces` counts them, `largest` is the longest.
std::string Write(promql::Result result, size_t* pieces = nullptr, size_t* largest = nullptr) {
  ResultBody body(std::move(result), std::nullopt, {});
  std::string all;
  for (bool more = true; more;) {
    std::string piece;
    more = body.Next(&piece);
    all += piece;
    if (pieces != nullptr) ++*pieces;
    if (largest != nullptr) *largest = std::max(*largest, piece.size());
  }
  return all;
}

promql::Result Matrix(size_t series, size_t points) {
  promql::Result result;
  result.value.type = promql::ValueType::kMatrix;
  for (size_t i = 0; i < series; ++i) {
    promql::Series one;
    one.labels = model::Labels{{"i", std::to_string(i)}};
    for (size_t j = 0; j < points; ++j) {
      one.points.push_back({static_cast<int64_t>(j) * 1000, static_cast<double>(i * j)});
    }
    result.value.matrix.push_back(std::move(one));
  }
  return result;
}

TEST(ResultBody, LongAnswersAreWholeJsonInSmallPieces) {
  const struct {
    size_t series, points;
  } cases[] = {{1, 200'000}, {3000, 100}, {100'000, 1}, {7, 9000}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.series);
    size_t pieces = 0;
    size_t largest = 0;
    const std::string text = Write(Matrix(c.series, c.points), &pieces, &largest);
    EXPECT_GT(pieces, 5u);
    EXPECT_LE(largest, kPiece + 1000);
    const auto parsed = boost::json::parse(text).as_object();
    const auto& result = parsed.at("data").at("result").as_array();
    ASSERT_EQ(result.size(), c.series);
    for (size_t i = 0; i < result.size(); ++i) {
      const auto& values = result[i].at("values").as_array();
      ASSERT_EQ(values.size(), c.points);
      const std::string last = std::to_string(i * (c.points - 1));
      EXPECT_EQ(values.back().as_array()[1].as_string(), last);
      ASSERT_EQ(result[i].at("metric").at("i").as_string(), std::to_string(i));
    }
  }
}

TEST(ResultBody, EveryLengthEndsWell) {
  // Ends of pieces fall on every place of a series' end.
  for (size_t points = 5000; points < 5040; ++points) {
    EXPECT_NO_THROW(boost::json::parse(Write(Matrix(3, points)))) << points;
  }
}

TEST(ResultBody, HistogramsStandBesideFloats) {
  auto histogram = std::make_shared<model::Histogram>();
  histogram->is_float = true;
  histogram->count_float = 1;
  promql::Result result = Matrix(1, 2);
  result.value.matrix[0].histograms = {{2000, 0, histogram}, {3000, 0, histogram}};
  result.value.matrix.push_back({model::Labels{}, {}, {{4000, 0, histogram}}});
  result.value.matrix.push_back({});
  EXPECT_EQ(Write(std::move(result)),
            R"({"status":"success","data":{"resultType":"matrix","result":[)"
            R"({"metric":{"i":"0"},"values":[[0,"0"],[1,"0"]],)"
            R"("histograms":[[2,{"count":"1","sum":"0"}],[3,{"count":"1","sum":"0"}]]},)"
            R"({"metric":{},"histograms":[[4,{"count":"1","sum":"0"}]]},{"metric":{}}]}})");
  promql::Result instant;
  instant.value.type = promql::ValueType::kVector;
  instant.value.vector.push_back({model::Labels{{"a", "b"}}, 1500, 0, histogram});
  EXPECT_EQ(Write(std::move(instant)),
            R"({"status":"success","data":{"resultType":"vector","result":[)"
            R"({"metric":{"a":"b"},"histogram":[1.500,{"count":"1","sum":"0"}]}]}})");
}

TEST(ResultBody, ScalarsHavePlainNumbers) {
  const struct {
    double value;
    const char* text;
  } cases[] = {{1.5, "1.5"},
               {5.850801632958735e-10, "0.0000000005850801632958735"},
               {1e22, "10000000000000000000000"},
               {-0.0, "-0"},
               {std::numeric_limits<double>::infinity(), "+Inf"},
               {-std::numeric_limits<double>::infinity(), "-Inf"},
               {std::numeric_limits<double>::quiet_NaN(), "NaN"}};
  for (const auto& c : cases) {
    promql::Result result;
    result.value.type = promql::ValueType::kScalar;
    result.value.timestamp_ms = 1500;
    result.value.scalar = c.value;
    EXPECT_EQ(Write(std::move(result)),
              base::Concat({R"({"status":"success","data":{"resultType":"scalar","result":[1.5,")",
                            c.text, R"("]}})"}));
  }
}

TEST(ResultBody, StatsStandInTheDataAndAnnotationsBehindIt) {
  promql::Result result;
  result.value.type = promql::ValueType::kScalar;
  result.value.timestamp_ms = 4000;
  result.warnings = {"careful \"now\""};
  result.infos = {"a", "b"};
  api::ShownStats stats;
  stats.query.prepare_seconds = 0.25;
  stats.query.eval_seconds = 0.5;
  stats.query.sort_seconds = 0.125;
  stats.query.total_samples = 15;
  stats.query.peak_samples = 8;
  stats.query.samples_by_step = {5, 10};
  stats.query.start_ms = 1500;
  stats.query.step_ms = 1000;
  stats.queue_seconds = 1e-7;
  stats.total_seconds = 1;
  ResultBody body(std::move(result), stats, {});
  std::string text;
  EXPECT_FALSE(body.Next(&text));
  EXPECT_EQ(
      text,
      R"({"status":"success","data":{"resultType":"scalar","result":[4,"0"],"stats":{)"
      R"("timings":{"evalTotalTime":0.875,"resultSortTime":0.125,"queryPreparationTime":0.25,)"
      R"("innerEvalTime":0.5,"execQueueTime":1e-7,"execTotalTime":1},)"
      R"("samples":{"totalQueryableSamplesPerStep":[[1.5,5],[2.5,10]],)"
      R"("totalQueryableSamples":15,"peakSamples":8}}},)"
      R"("warnings":["careful \"now\""],"infos":["a","b"]})");
}

TEST(ResultBody, HoldsItsMemoryUntilItIsWritten) {
  const auto memory = std::make_shared<base::MemoryPool>(1 << 20);
  promql::Result result = Matrix(10, 10);
  const uint64_t bytes = api::MemoryOf(result.value);
  EXPECT_GE(bytes, 10u * 10 * sizeof(model::Sample));
  {
    const ResultBody body(std::move(result), std::nullopt, *memory->Take(bytes, "the answer"));
    EXPECT_EQ(memory->held(), bytes);
  }
  EXPECT_EQ(memory->held(), 0u);
}

}  // namespace
}  // namespace vedette::test
