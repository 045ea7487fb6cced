#include "collector/promql/histogram_math.h"

#include <cmath>
#include <limits>
#include <string>

#include "collector/promql/exponential_bounds.h"
#include "collector/promql/histogram_accumulator.h"
#include "collector/promql/histogram_quantile.h"
#include "collector/promql/histogram_text.h"
#include "collector/promql/histogram_trim.h"
#include "collector/promql/natural_order.h"
#include "collector/promql/series_description.h"
#include "gtest/gtest.h"

namespace vedette::promql {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

model::Histogram Parse(const std::string& text) {
  const auto series = ParseSeriesDescription("m " + text);
  EXPECT_TRUE(series.ok() && series->items.size() == 1) << text;
  return *series->items.at(0).histogram;
}

struct MergeCase {
  std::string left;
  std::string right;
  std::string sum;
  std::string difference;
};

TEST(HistogramMath, AddsAndSubtractsBucketsWhereverTheyStand) {
  const MergeCase cases[] = {
      {"{{sum:5 count:4 buckets:[1 2 1]}}", "{{sum:1 count:1 buckets:[0 1 0]}}",
       "{{count:5 sum:6 buckets:[1 3 1]}}", "{{count:3 sum:4 buckets:[1 1 1]}}"},
      {"{{count:1 buckets:[1]}}", "{{count:2 offset:3 buckets:[2]}}",
       "{{count:3 buckets:[1 0 0 2]}}", "{{count:-1 buckets:[1 0 0 -2]}}"},
      // The finer one is made as coarse as the other.
      {"{{schema:-1 count:1 sum:4 buckets:[1] offset:1}}",
       "{{schema:0 count:4 sum:4 buckets:[2 2] offset:1}}",
       "{{schema:-1 count:5 sum:8 offset:1 buckets:[5]}}",
       "{{schema:-1 count:-3 offset:1 buckets:[-3]}}"},
      // Buckets below the wider zero bucket are part of it; a populated one that it ends in is so
      // as a whole.
      {"{{count:5 z_bucket:1 z_bucket_w:0.001 buckets:[2 2]}}",
       "{{count:3 z_bucket:3 z_bucket_w:0.75}}",
       "{{count:8 z_bucket:6 z_bucket_w:1 offset:1 buckets:[2]}}",
       "{{count:2 z_bucket_w:1 offset:1 buckets:[2]}}"},
      {"{{schema:-53 count:3 custom_values:[5 10] buckets:[1 2]}}",
       "{{schema:-53 count:1 custom_values:[5 10] offset:2 buckets:[1]}}",
       "{{schema:-53 count:4 custom_values:[5 10] buckets:[1 2 1]}}",
       "{{schema:-53 count:2 custom_values:[5 10] buckets:[1 2 -1]}}"},
  };
  for (const MergeCase& c : cases) {
    for (const MergeRules rules : {MergeRules::k35, MergeRules::k314}) {
      model::Histogram sum = Parse(c.left);
      EXPECT_EQ(Add(Parse(c.right), rules, &sum).problem, MergeProblem::kNone) << c.left;
      Compact(&sum);
      model::Histogram total = Parse(c.sum);
      Compact(&total);
      EXPECT_TRUE(SameHistogram(sum, total)) << HistogramText(sum) << " not " << c.sum;
      model::Histogram difference = Parse(c.left);
      EXPECT_EQ(Subtract(Parse(c.right), rules, &difference).problem, MergeProblem::kNone);
      model::Histogram expected = Parse(c.difference);
      Compact(&difference);
      Compact(&expected);
      EXPECT_TRUE(SameHistogram(difference, expected))
          << HistogramText(difference) << " not " << c.difference;
    }
  }
}

TEST(HistogramMath, CustomBoundsThatDifferMeetAtThoseOfBothByNewerRulesOnly) {
  const model::Histogram right = Parse("{{schema:-53 count:3 custom_values:[10] buckets:[1 2]}}");
  model::Histogram left = Parse("{{schema:-53 count:4 custom_values:[5 10] buckets:[1 2 1]}}");
  model::Histogram old = left;
  EXPECT_EQ(Add(right, MergeRules::k35, &old).problem, MergeProblem::kBounds);
  const MergeOutcome outcome = Add(right, MergeRules::k314, &left);
  EXPECT_TRUE(outcome.bounds_reconciled);
  EXPECT_EQ(HistogramText(left), "{{schema:-53 count:7 custom_values:[10] buckets:[4 3]}}");
}

TEST(HistogramMath, CustomAndExponentialBucketsDoNotMix) {
  const model::Histogram custom = Parse("{{schema:-53 count:1 custom_values:[5] buckets:[1]}}");
  model::Histogram exponential = Parse("{{count:1 buckets:[1]}}");
  for (const MergeRules rules : {MergeRules::k35, MergeRules::k314}) {
    EXPECT_EQ(Add(custom, rules, &exponential).problem, MergeProblem::kSchema);
    EXPECT_EQ(Subtract(custom, rules, &exponential).problem, MergeProblem::kSchema);
  }
}

TEST(HistogramMath, HintsThatContradictEachOtherLeaveNothingKnown) {
  model::Histogram reset = Parse("{{count:1 counter_reset_hint:reset}}");
  const MergeOutcome outcome =
      Add(Parse("{{count:1 counter_reset_hint:not_reset}}"), MergeRules::k314, &reset);
  EXPECT_TRUE(outcome.reset_collision);
  EXPECT_EQ(reset.reset, model::CounterReset::kUnknown);
  model::Histogram counter = Parse("{{count:1}}");
  Add(Parse("{{count:1 counter_reset_hint:gauge}}"), MergeRules::k35, &counter);
  EXPECT_EQ(counter.reset, model::CounterReset::kGauge);
}

struct ResetCase {
  std::string before;
  std::string now;
  bool reset;
};

TEST(HistogramMath, FindsResetsInAnyCount) {
  const ResetCase cases[] = {
      {"{{count:2 buckets:[1 1]}}", "{{count:3 buckets:[1 2]}}", false},
      {"{{count:2 buckets:[1 1]}}", "{{count:1 buckets:[1]}}", true},
      {"{{count:2 buckets:[1 1]}}", "{{count:3 buckets:[3]}}", true},
      {"{{count:2 buckets:[2 0]}}", "{{count:3 buckets:[3]}}", false},
      {"{{count:2 z_bucket:2}}", "{{count:2 z_bucket:1 buckets:[1]}}", true},
      // Coarser buckets hold what finer ones did; finer ones cannot.
      {"{{schema:1 count:2 offset:1 buckets:[1 1]}}", "{{schema:0 count:2 offset:1 buckets:[2]}}",
       false},
      {"{{schema:0 count:2 offset:1 buckets:[2]}}", "{{schema:1 count:2 offset:1 buckets:[1 1]}}",
       true},
      // The zero bucket may grow over buckets, not into a populated one, nor shrink.
      {"{{count:3 z_bucket:1 z_bucket_w:0.5 buckets:[2]}}", "{{count:3 z_bucket:3 z_bucket_w:1}}",
       false},
      {"{{count:3 z_bucket:1 z_bucket_w:0.5 buckets:[2]}}",
       "{{count:3 z_bucket:3 z_bucket_w:0.75}}", true},
      {"{{count:3 z_bucket:3 z_bucket_w:1}}", "{{count:3 z_bucket:3 z_bucket_w:0.5}}", true},
      {"{{count:3}}", "{{schema:-53 count:3 custom_values:[5] buckets:[3]}}", true},
      // What is said counts before what is counted.
      {"{{count:1}}", "{{count:2 counter_reset_hint:reset}}", true},
      {"{{count:2}}", "{{count:1 counter_reset_hint:not_reset}}", false},
      {"{{count:2}}", "{{count:1 counter_reset_hint:gauge}}", true},
  };
  for (const ResetCase& c : cases) {
    for (const MergeRules rules : {MergeRules::k35, MergeRules::k314}) {
      EXPECT_EQ(IsReset(Parse(c.now), Parse(c.before), rules), c.reset) << c.before << c.now;
    }
  }
}

TEST(HistogramMath, NewCustomBoundsAreAResetUnlessNewerRulesFindNothingLost) {
  const auto before = Parse("{{schema:-53 count:3 custom_values:[5] buckets:[1 2]}}");
  const auto more = Parse("{{schema:-53 count:4 custom_values:[5 10] buckets:[1 2 1]}}");
  const auto less = Parse("{{schema:-53 count:4 custom_values:[5 10] buckets:[0 3 1]}}");
  EXPECT_TRUE(IsReset(more, before, MergeRules::k35));
  EXPECT_FALSE(IsReset(more, before, MergeRules::k314));
  EXPECT_TRUE(IsReset(less, before, MergeRules::k314));
}

TEST(HistogramMath, DivisionByZeroLeavesNoBuckets) {
  model::Histogram h = Parse("{{sum:5 count:4 z_bucket:1 z_bucket_w:0.1 buckets:[1 2]}}");
  Divide(0, MergeRules::k35, &h);
  EXPECT_EQ(HistogramText(h), "{{count:Inf sum:Inf z_bucket:Inf z_bucket_w:0.1}}");
}

TEST(HistogramMath, NegativeFactorsMakeGaugesByNewerRules) {
  for (const MergeRules rules : {MergeRules::k35, MergeRules::k314}) {
    model::Histogram h = Parse("{{sum:5 count:4}}");
    Multiply(-1, rules, &h);
    const bool gauge = h.reset == model::CounterReset::kGauge;
    EXPECT_EQ(gauge, rules == MergeRules::k314);
    EXPECT_EQ(h.count_float, -4);
  }
}

TEST(HistogramAccumulator, NewerSumsKeepWhatLargeNumbersWouldHide) {
  for (const auto kind : {HistogramAccumulator::Kind::kSum, HistogramAccumulator::Kind::kMean}) {
    HistogramAccumulator accumulator(kind, MergeRules::k314);
    for (const char* text : {"{{count:1 sum:1}}", "{{count:2 sum:1e100}}", "{{count:3 sum:1}}",
                             "{{count:4 sum:-1e100 offset:3 buckets:[4]}}"}) {
      EXPECT_EQ(accumulator.Add(Parse(text)).problem, MergeProblem::kNone);
    }
    const bool sum = kind == HistogramAccumulator::Kind::kSum;
    const model::Histogram result = accumulator.Result();
    EXPECT_EQ(result.sum, sum ? 2 : 0.5);
    EXPECT_EQ(result.count_float, sum ? 10 : 2.5);
    EXPECT_EQ(result.positive.counts.back(), sum ? 4 : 1);
  }
}

TEST(HistogramAccumulator, MeansDoNotOverflow) {
  for (const MergeRules rules : {MergeRules::k35, MergeRules::k314}) {
    HistogramAccumulator accumulator(HistogramAccumulator::Kind::kMean, rules);
    for (int i = 0; i < 4; ++i) accumulator.Add(Parse("{{count:1.5e308 sum:4}}"));
    EXPECT_DOUBLE_EQ(accumulator.Result().count_float, 1.5e308);
    EXPECT_DOUBLE_EQ(accumulator.Result().sum, 4);
  }
}

TEST(ExponentialBound, AreThoseOfPrometheus) {
  EXPECT_EQ(ExponentialBound(0, 0), 1);
  EXPECT_EQ(ExponentialBound(1, 0), 2);
  EXPECT_EQ(ExponentialBound(-1, 0), 0.5);
  EXPECT_EQ(ExponentialBound(1, -4), 65536);
  EXPECT_EQ(ExponentialBound(1, 1), 1.414213562373095);  // one unit below the square root of two
  EXPECT_EQ(ExponentialBound(-1, 8), 0.9972960560854698);
  EXPECT_EQ(ExponentialBound(1024, 0), std::numeric_limits<double>::max());
  EXPECT_EQ(ExponentialBound(1025, 0), kInf);
  EXPECT_EQ(ExponentialBound(64, -4), std::numeric_limits<double>::max());
  EXPECT_EQ(ExponentialBound(-1074, 0), std::numeric_limits<double>::denorm_min());
}

struct QuantileCase {
  std::string histogram;
  double q;
  double value;
};

TEST(HistogramQuantile, InterpolatesAsTheBucketsAsk) {
  const std::string both =
      "{{count:24 sum:100 z_bucket:4 z_bucket_w:0.001 buckets:[2 3 0 1 4] n_buckets:[2 3 0 1 4]}}";
  const QuantileCase cases[] = {
      {"{{}}", 0.5, kNan},
      {"{{sum:5 count:4 buckets:[1 2 1]}}", 0.5, 1.414213562373095},
      {"{{sum:-5 count:4 n_buckets:[1 2 1]}}", 0.5, -1.414213562373095},
      {both, 1, 16},
      {both, 0.99, 15.34822590920423},
      {both, 0.5, 0},
      {both, 0.45, -0.0006},
      {both, 0, -16},
      {both, -1, -kInf},
      {both, 2, kInf},
      {"{{schema:-53 sum:5 count:4 custom_values:[5 10] buckets:[1 2 1]}}", 0.5, 7.5},
      {"{{schema:-53 sum:5 count:4 custom_values:[5 10] buckets:[1 2 1]}}", 1, 10},
      {"{{schema:-53 sum:5 count:4 custom_values:[-5] buckets:[4]}}", 0.5, -5},
  };
  for (const QuantileCase& c : cases) {
    const double value = HistogramQuantile(c.q, Parse(c.histogram)).value;
    if (std::isnan(c.value)) {
      EXPECT_TRUE(std::isnan(value));
    } else if (std::isinf(c.value)) {
      EXPECT_EQ(value, c.value);
    } else {
      EXPECT_NEAR(value, c.value, std::abs(c.value) * 1e-12) << c.histogram << c.q;
    }
  }
}

TEST(HistogramQuantile, TellsOfNans) {
  const model::Histogram all = Parse("{{count:3 sum:NaN}}");
  EXPECT_EQ(HistogramQuantile(0.5, all).note, HistogramQuantileResult::Note::kNanResult);
  const model::Histogram some = Parse("{{count:15 sum:NaN buckets:[12]}}");
  EXPECT_EQ(HistogramQuantile(0.8, some).note, HistogramQuantileResult::Note::kSkewed);
  EXPECT_EQ(HistogramFraction(-kInf, kInf, MergeRules::k35, some), 0.8);
}

TEST(HistogramLabelText, IsGosLayout) {
  EXPECT_EQ(HistogramLabelText(Parse("{{count:12 sum:100 z_bucket:2 z_bucket_w:0.001 "
                                     "buckets:[2 0 3] n_buckets:[5]}}")),
            "{count:12, sum:100, [-1,-0.5):5, [-0.001,0.001]:2, (0.5,1]:2, (2,4]:3}");
  EXPECT_EQ(HistogramLabelText(Parse("{{schema:-53 count:3 custom_values:[5] buckets:[1 2]}}")),
            "{count:3, sum:0, [-Inf,5]:1, (5,+Inf]:2}");
}

TEST(Trim, CutsTheBucketThatHoldsTheBound) {
  struct Case {
    std::string histogram;
    double bound;
    bool upper;
    std::string trimmed;
  };
  const std::string custom =
      "{{schema:-53 sum:172.5 count:15 custom_values:[5 10 15 20] buckets:[1 6 4 3 1]}}";
  const std::string exponential = "{{sum:8 count:12 z_bucket:2 z_bucket_w:0.5 buckets:[10]}}";
  const Case cases[] = {
      {custom, 7.5, true,
       "{{schema:-53 count:4 sum:21.25 custom_values:[5 10 15 20] buckets:[1 3]}}"},
      {custom, 15, false,
       "{{schema:-53 count:4 sum:72.5 custom_values:[5 10 15 20] offset:3 buckets:[3 1]}}"},
      {custom, -kInf, false, custom},
      {custom, kInf, false, "{{schema:-53 custom_values:[5 10 15 20]}}"},
      {exponential, 0.5, true, "{{count:2 sum:0.5 z_bucket:2 z_bucket_w:0.5}}"},
      {exponential, 0, true, "{{z_bucket_w:0.5}}"},
      {exponential, 0, false, exponential},
  };
  for (const Case& c : cases) {
    model::Histogram h = Parse(c.histogram);
    Trim(c.bound, c.upper, &h);
    EXPECT_TRUE(SameHistogram(h, Parse(c.trimmed))) << HistogramText(h) << " not " << c.trimmed;
  }
}

TEST(NaturalOrder, NumbersGoByTheirValue) {
  EXPECT_TRUE(NaturallyBefore("cpu2", "cpu10"));
  EXPECT_FALSE(NaturallyBefore("cpu10", "cpu2"));
  EXPECT_TRUE(NaturallyBefore("4m5", "4m600"));
  EXPECT_TRUE(NaturallyBefore("a", "a1"));
  EXPECT_FALSE(NaturallyBefore("a1", "a"));
  EXPECT_TRUE(NaturallyBefore("1a", "1b"));
  EXPECT_FALSE(NaturallyBefore("same7", "same7"));
  EXPECT_TRUE(NaturallyBefore("99999999999999999999", "100000000000000000000"));
}

}  // namespace
}  // namespace vedette::promql
