#include "collector/api/sample_json.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "base/number_text.h"
#include "collector/api/point_writer.h"
#include "tests/support/shared_dir.h"

namespace vedette::test {
namespace {

std::string Text(double value) {
  std::string text;
  api::AppendSampleValue(value, &text);
  return text;
}

// The list is made by tests/testdata/api/make_json_numbers.py and held to a live Prometheus by
// tests/e2e/json_numbers.py.
TEST(SampleJson, WritesTheListedValuesAsGoLaysThemOut) {
  std::ifstream list(SourcePath("tests/testdata/api/json_numbers.tsv"));
  std::string line;
  int count = 0;
  while (std::getline(list, line)) {
    uint64_t bits = 0;
    ASSERT_EQ(std::from_chars(line.data(), line.data() + 16, bits, 16).ptr, line.data() + 16);
    EXPECT_EQ(Text(std::bit_cast<double>(bits)), line.substr(17)) << line;
    ++count;
  }
  EXPECT_EQ(count, 1000);
}

// The fast ways write what the general one does.
TEST(SampleJson, FastWaysAgreeWithTheGeneralOne) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) {
    const double value = i % 2 == 0 ? std::bit_cast<double>(random())
                                    : static_cast<double>(random() % 100'000'000'000) /
                                          std::pow(10, static_cast<double>(random() % 12));
    const double magnitude = std::abs(value);
    std::string general;
    if (magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21)) {
      base::AppendFloatG(value, &general);
    } else {
      base::AppendFloatF(value, &general);
    }
    ASSERT_EQ(Text(value), general) << std::bit_cast<uint64_t>(value);
  }
}

// Series have the same times or others, values stand still or not: the texts are those of each
// point.
TEST(PointWriter, WritesEachPointAsIfItWereAlone) {
  std::mt19937_64 random(11);
  api::PointWriter writer;
  std::string all;
  std::string each;
  for (size_t series = 0; series < 1'000; ++series) {
    std::vector<model::Sample> points(1 + series % 40);
    for (size_t i = 0; i < points.size(); ++i) {
      const int64_t ms = static_cast<int64_t>(random() % 5000) * (series % 2 == 0 ? 15'000 : 1);
      const auto number = static_cast<double>(random() % 3);
      points[i] = {ms, number * (i % 2 == 0 ? 1e-6 / 7 : 1e14 / 7)};
      if (i > 0) each += ',';
      api::AppendPoint(points[i].timestamp_ms, points[i].value, &each);
    }
    writer.Append(points, &all);
  }
  EXPECT_EQ(all, each);
}

TEST(SampleJson, TimesHaveThreeDecimalsOrNone) {
  const struct {
    int64_t ms;
    const char* text;
  } cases[] = {{0, "[0,\"1\"]"},
               {1, "[0.001,\"1\"]"},
               {-1, "[-0.001,\"1\"]"},
               {1500, "[1.500,\"1\"]"},
               {1'435'781'430'781, "[1435781430.781,\"1\"]"},
               {1'435'781'430'780, "[1435781430.780,\"1\"]"},
               {INT64_MIN, "[-9223372036854775.808,\"1\"]"},
               {INT64_MAX, "[9223372036854775.807,\"1\"]"}};
  for (const auto& c : cases) {
    std::string text;
    api::AppendPoint(c.ms, 1, &text);
    EXPECT_EQ(text, c.text);
  }
}

model::Histogram Exponential() {
  model::Histogram histogram;
  histogram.is_float = true;
  histogram.schema = 1;
  histogram.zero_threshold = 0.001;
  histogram.zero_count_float = 2;
  histogram.count_float = 12;
  histogram.sum = -3.5;
  histogram.positive = {{{0, 3}}, {}, {1, 0, 4}};
  histogram.negative = {{{1, 1}}, {}, {5}};
  return histogram;
}

TEST(SampleJson, HistogramsShowTheirPopulatedBuckets) {
  std::string text;
  api::AppendHistogramPoint(4500, Exponential(), &text);
  EXPECT_EQ(text,
            R"([4.500,{"count":"12","sum":"-3.5","buckets":[[1,"-1.414213562373095","-1","5"],)"
            R"([3,"-0.001","0.001","2"],[0,"0.7071067811865475","1","1"],)"
            R"([0,"1.414213562373095","2","4"]]}])");
}

TEST(SampleJson, CustomBoundsReachToInfinity) {
  model::Histogram histogram;
  histogram.is_float = true;
  histogram.schema = model::Histogram::kCustomSchema;
  histogram.count_float = 3;
  histogram.sum = 1;
  histogram.custom_bounds = {0.5, 10};
  histogram.positive = {{{0, 3}}, {}, {1, 1, 1}};
  std::string text;
  api::AppendHistogramPoint(0, histogram, &text);
  EXPECT_EQ(text, R"([0,{"count":"3","sum":"1","buckets":[[3,"-Inf","0.5","1"],)"
                  R"([0,"0.5","10","1"],[0,"10","+Inf","1"]]}])");
}

TEST(SampleJson, EmptyHistogramsHaveNoBuckets) {
  model::Histogram histogram;
  histogram.is_float = true;
  std::string text;
  api::AppendHistogramPoint(1000, histogram, &text);
  EXPECT_EQ(text, R"([1,{"count":"0","sum":"0"}])");
}

TEST(SampleJson, LabelsAreAnObject) {
  std::string text;
  api::AppendLabels(model::Labels{}, &text);
  api::AppendLabels(model::Labels{{"a", "1"}, {"b\"", "\xff"}}, &text);
  EXPECT_EQ(text, "{}{\"a\":\"1\",\"b\\\"\":\"\xef\xbf\xbd\"}");
}

}  // namespace
}  // namespace vedette::test
