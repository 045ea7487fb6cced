#include "model/exposition/classic_histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "model/exposition/reader.h"

namespace vedette::model::exposition {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(ClassicHistogram, PartsComeInAnyOrder) {
  ClassicHistogram classic;
  classic.SetCount(6);
  classic.SetBucket(kInf, 6);
  classic.SetBucket(1, 5);
  classic.SetBucket(0.5, 2);
  classic.SetBucket(1, 4);  // twice: the first counts
  classic.SetSum(3.5);
  const auto histogram = classic.Convert();
  ASSERT_TRUE(histogram.has_value());
  EXPECT_EQ(histogram->custom_bounds, (std::vector<double>{0.5, 1}));
  EXPECT_EQ(histogram->positive.deltas, (std::vector<int64_t>{2, 1, -2}));
  EXPECT_EQ(histogram->count, 6u);
  EXPECT_EQ(histogram->sum, 3.5);
}

TEST(ClassicHistogram, FractionsMakeItAFloatHistogram) {
  ClassicHistogram classic;
  classic.SetBucket(1, 0.5);
  classic.SetCount(2);
  const auto histogram = classic.Convert();
  ASSERT_TRUE(histogram.has_value());
  EXPECT_TRUE(histogram->is_float);
  EXPECT_EQ(histogram->positive.counts, (std::vector<double>{0.5, 1.5}));
}

TEST(ClassicHistogram, ContradictionsAreNotConverted) {
  const auto converts = [](const std::vector<std::pair<double, double>>& buckets, double count) {
    ClassicHistogram classic;
    for (const auto& [bound, cumulative] : buckets) classic.SetBucket(bound, cumulative);
    classic.SetCount(count);
    return classic.Convert().has_value();
  };
  EXPECT_TRUE(converts({{1, 2}, {kInf, 3}}, 3));
  EXPECT_FALSE(converts({{1, 2}, {kInf, 3}}, 4));  // the count is another
  EXPECT_FALSE(converts({{1, 2}, {2, 1}}, 3));     // sinks
  EXPECT_FALSE(converts({{2, 1}, {1, 2}}, 3));
  EXPECT_FALSE(converts({{std::nan(""), 1}}, 3));
  EXPECT_FALSE(converts({{1, -1}}, 3));
  EXPECT_FALSE(converts({{1, 2}}, 1));  // the bucket counts more than there is
  EXPECT_FALSE(converts({{-kInf, 0}, {1, 2}}, 3));
  EXPECT_FALSE(ClassicHistogram().Convert().has_value());
}

TEST(NhcbReader, ClassicLinesStayWhereAsked) {
  const std::string page =
      "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_count 2\nh_sum 3\n"
      "h_bucket{a=\"b\",le=\"+Inf\"} 5\nh_other 7\nx 1\n";
  const auto entries = [&page](bool keep) {
    ReaderOptions options;
    options.convert_classic = true;
    options.keep_classic = keep;
    const auto reader = NewReader(page, Format::kText, options);
    std::vector<std::string> out;
    for (auto kind = reader->Next(); kind.ok() && *kind != EntryKind::kEnd; kind = reader->Next()) {
      if (*kind == EntryKind::kType) continue;
      out.push_back((*kind == EntryKind::kHistogram ? "histogram " : "") +
                    std::string(reader->series()));
    }
    return out;
  };
  EXPECT_EQ(entries(false),
            (std::vector<std::string>{"histogram h", "histogram h{a=\"b\"}", "h_other", "x"}));
  EXPECT_EQ(entries(true),
            (std::vector<std::string>{"h_bucket{le=\"1\"}", "h_bucket{le=\"+Inf\"}", "h_count",
                                      "h_sum", "histogram h", "h_bucket{a=\"b\",le=\"+Inf\"}",
                                      "histogram h{a=\"b\"}", "h_other", "x"}));
}

}  // namespace
}  // namespace vedette::model::exposition
