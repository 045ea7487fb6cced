#include "model/exposition/classic_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
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

// Falling bounds cost what rising ones do: they are put in order once.
TEST(ClassicHistogram, BucketsAreTakenInAnyOrderUpToTheBound) {
  ClassicHistogram classic;
  const size_t most = ClassicHistogram::kMaxBuckets;
  for (size_t i = most; i > 0; --i) classic.SetBucket(static_cast<double>(i), 1);
  const auto histogram = classic.Convert();
  ASSERT_TRUE(histogram.has_value());
  EXPECT_EQ(histogram->custom_bounds.size(), most);
  classic.SetBucket(0, 0);
  EXPECT_FALSE(classic.Convert().has_value());
}

// Or none could stop the reading of a page that is one histogram.
TEST(NhcbReader, EachLineIsAnEntry) {
  std::string page = "# TYPE x histogram\n";
  for (int i = 1000; i > 0; --i) page += "x_bucket{le=\"" + std::to_string(i) + "\"} 0\n";
  page += "y 1\n";
  ReaderOptions options;
  options.convert_classic = true;
  const auto reader = NewReader(page, Format::kText, options);
  std::vector<EntryKind> kinds;
  for (auto kind = reader->Next(); kind.ok() && *kind != EntryKind::kEnd; kind = reader->Next()) {
    kinds.push_back(*kind);
  }
  ASSERT_EQ(kinds.size(), 1003u);
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), EntryKind::kGathered), 1000);
  EXPECT_EQ(kinds[1001], EntryKind::kHistogram);
  EXPECT_EQ(kinds[1002], EntryKind::kSeries);
}

TEST(NhcbReader, AnExemplarThatCannotBeReadCostsItselfAlone) {
  ReaderOptions options;
  options.convert_classic = true;
  const auto reader = NewReader(
      "# TYPE h histogram\nh_bucket{le=\"1.0\"} 1 # {a=\"1\",a=\"2\"} 0.5\n"
      "h_bucket{le=\"+Inf\"} 2 # {b=\"1\"} 2 3\nh_count 2\n# EOF\n",
      Format::kOpenMetrics, options);
  auto kind = reader->Next();
  while (kind.ok() && *kind != EntryKind::kHistogram) kind = reader->Next();
  ASSERT_TRUE(kind.ok()) << kind.status();
  std::vector<Exemplar> exemplars;
  EXPECT_TRUE(reader->ReadExemplars(&exemplars).ok());
  ASSERT_EQ(exemplars.size(), 1u);
  EXPECT_EQ(exemplars[0].labels.ToString(), "{b=\"1\"}");
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
      if (*kind == EntryKind::kType || *kind == EntryKind::kGathered) continue;
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
