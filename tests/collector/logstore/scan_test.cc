#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "store_fixture.h"

// Whatever is pushed down to blocks and columns, a scan brings what a plain look at every line
// brings.

namespace vedette::logstore {
namespace {

struct Line {
  int64_t timestamp_ns;
  std::string app;
  std::string text;
};

// The lines that a scan by block brings, and how many of them came as rows.
class LineCollector final : public BlockVisitor {
 public:
  explicit LineCollector(const Substrings& required) : required_(required) {}

  bool Columns(GranuleScan& granule, size_t /*worker*/) override {
    Granule& columns = granule.granule();
    for (const ShapePlaces& own : granule.selected()) {
      VEDETTE_CHECK(columns.LoadShapeAlone(own.shape).ok());
      for (const uint32_t place : own.places) {
        std::string line;
        columns.AppendLineAt(own.shape, place, &line);
        if (HasSubstrings(line, required_)) lines.push_back(std::move(line));
      }
    }
    return true;
  }
  bool Rows(std::span<const Row> found, size_t /*worker*/) override {
    for (const Row& row : found) lines.emplace_back(row.line);
    rows += found.size();
    return true;
  }
  std::vector<std::string> lines;
  size_t rows = 0;

 private:
  const Substrings& required_;
};

class ScanWorld {
 public:
  explicit ScanWorld(uint32_t seed) : random_(seed), t_(seed) {
    t_.rewrite_rows_parts = 3;
    VEDETTE_CHECK(t_.Open().ok());
  }

  void Fill(size_t lines) {
    for (size_t i = 0; i < lines; ++i) {
      Line line{kNowNs - static_cast<int64_t>(Below(3600)) * kSecondNs,
                std::string(1, static_cast<char>('a' + Below(3))), Text()};
      const auto same = [&](const Line& other) {
        return other.timestamp_ns == line.timestamp_ns && other.app == line.app &&
               other.text == line.text;
      };
      VEDETTE_CHECK(t_.Push(OneLine(line.text, line.timestamp_ns, line.app)).ok());
      if (std::none_of(lines_.begin(), lines_.end(), same)) lines_.push_back(line);
      if (Below(100) == 0) VEDETTE_CHECK(t_.store->Flush().ok());
      if (Below(100) == 0) VEDETTE_CHECK(t_.store->Maintain().ok());
    }
    std::stable_sort(lines_.begin(), lines_.end(),
                     [](const Line& a, const Line& b) { return a.timestamp_ns < b.timestamp_ns; });
  }

  void CompareOne() {
    SelectRequest request;
    request.start_ns = kNowNs - static_cast<int64_t>(Below(4000)) * kSecondNs;
    request.end_ns = request.start_ns + static_cast<int64_t>(Below(4000)) * kSecondNs;
    request.direction = Below(2) == 0 ? Direction::kForward : Direction::kBackward;
    if (Below(2) == 0) {
      request.matchers.push_back(model::Matcher::Equal("app", Below(2) == 0 ? "a" : "b"));
    }
    for (size_t clauses = Below(3); clauses > 0; --clauses) {
      auto& clause = request.required.emplace_back();
      for (size_t any = 1 + Below(2); any > 0; --any) clause.push_back(Needle());
    }
    // Without lines their number and times must be the same.
    request.lines = Below(3) > 0;
    const auto shown = [&](int64_t timestamp_ns, std::string_view text) {
      return request.lines ? std::string(text) : std::to_string(timestamp_ns);
    };
    std::vector<std::string> want;
    for (const Line& line : lines_) {
      if (line.timestamp_ns < request.start_ns || line.timestamp_ns >= request.end_ns) continue;
      if (!model::MatchesAll(request.matchers, {{"app", line.app}})) continue;
      if (!HasSubstrings(line.text, request.required)) continue;
      want.push_back(shown(line.timestamp_ns, line.text));
    }
    if (request.direction == Direction::kBackward) std::reverse(want.begin(), want.end());
    std::vector<std::string> got;
    const base::Status status = t_.store->Select(request, [&](std::span<const Row> rows) {
      for (const Row& row : rows) got.push_back(shown(row.timestamp_ns, row.line));
      return true;
    });
    ASSERT_TRUE(status.ok());
    std::string asked;
    for (const auto& clause : request.required) {
      for (const auto& needle : clause) asked += "'" + needle + "' ";
      asked += "; ";
    }
    ASSERT_EQ(got, want) << asked;
    found_ += request.required.empty() ? 0 : got.size();
    if (request.lines) CompareBlocks(request, std::move(want));
  }

  // As above by block: granules by column, what overlaps merged.
  void CompareBlocks(const SelectRequest& request, std::vector<std::string> want) {
    BlockScan scan;
    scan.select = request;
    scan.ordered = Below(2) == 0;
    LineCollector collector(request.required);
    ASSERT_TRUE(t_.store->ScanBlocks(scan, &collector).ok());
    std::sort(want.begin(), want.end());
    std::sort(collector.lines.begin(), collector.lines.end());
    ASSERT_EQ(collector.lines, want);
    merged_ += request.required.empty() ? 0 : collector.rows;
  }

  size_t found() const { return found_; }
  size_t merged() const { return merged_; }

 private:
  size_t Below(size_t n) { return random_() % n; }
  std::string Hex(size_t digits) {
    std::string text;
    while (text.size() < digits) text += "0123456789abcdef"[Below(16)];
    return text;
  }
  std::string Text() {
    switch (Below(7)) {
      case 0:
        return R"({"level":"info","id":")" + Hex(16) + R"(","uri":"/api/)" +
               std::to_string(Below(30)) + R"(/x","status":)" + std::to_string(200 + Below(300)) +
               R"(,"took":)" + std::to_string(Below(10)) + "." + std::to_string(Below(100)) + "}";
      case 1:
        return "level=warn trace=" + Hex(6) + " user=u" + std::to_string(Below(5)) + " done";
      case 2:
        return "from 10.0.0." + std::to_string(Below(20)) + " port " + std::to_string(Below(100));
      case 3:
        return "id " + Hex(8) + "-" + Hex(4) + "-" + Hex(4) + "-" + Hex(4) + "-" + Hex(12) + " end";
      case 4:
        return "2023-11-14T22:" + std::to_string(10 + Below(50)) + ":11Z tick";
      case 5:
        return Below(10) == 0 ? "a rare NEEDLE-" + Hex(4) : "the usual";
      default:
        return "veth" + Hex(7);
    }
  }
  // A piece of a line that there is, or of none.
  std::string Needle() {
    const std::string& text = lines_[Below(lines_.size())].text;
    const size_t begin = Below(text.size());
    std::string needle = text.substr(begin, 1 + Below(12));
    if (Below(6) == 0) needle[Below(needle.size())] = 'Q';
    return needle;
  }

  std::mt19937 random_;
  TestStore t_;
  std::vector<Line> lines_;
  size_t found_ = 0;
  size_t merged_ = 0;
};

TEST(StoreScan, BringsWhatAPlainLookAtEveryLineBrings) {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    ScanWorld world(seed);
    world.Fill(1500);
    for (int i = 0; i < 300 && !testing::Test::HasFatalFailure(); ++i) world.CompareOne();
    EXPECT_GT(world.found(), 1000u) << "seed " << seed;
    EXPECT_GT(world.merged(), 1000u) << "seed " << seed;
  }
}

// How many rows came as columns, and how many as rows.
class CountingVisitor final : public BlockVisitor {
 public:
  bool Columns(GranuleScan& granule, size_t /*worker*/) override {
    for (const ShapePlaces& own : granule.selected()) columns += own.places.size();
    return true;
  }
  bool Rows(std::span<const Row> found, size_t /*worker*/) override {
    rows += found.size();
    return true;
  }
  size_t columns = 0;
  size_t rows = 0;
};

constexpr int64_t kHourNs = 3600 * kSecondNs;

void PushAt(TestStore* t, int64_t timestamp_ns, const std::string& line) {
  ASSERT_TRUE(t->Push(OneLine(line, timestamp_ns)).ok());
}

CountingVisitor ScanAll(const TestStore& t, bool ordered) {
  BlockScan scan;
  scan.select.start_ns = INT64_MIN;
  scan.select.end_ns = INT64_MAX;
  scan.ordered = ordered;
  CountingVisitor visitor;
  EXPECT_TRUE(t.store->ScanBlocks(scan, &visitor).ok());
  return visitor;
}

// Lines around a granule, in memory or in level 0, do not touch it.
TEST(StoreBlockScan, LateLinesLeaveTheGranulesBetweenAlone) {
  TestStore t;
  t.rewrite_rows_parts = 1;
  ASSERT_TRUE(t.Open().ok());
  for (int i = 0; i < 300; ++i) PushAt(&t, kNowNs - 3 * kHourNs + i * kSecondNs, "status=200 ok");
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.store->Maintain().ok());
  for (const bool in_memory : {true, false}) {
    PushAt(&t, kNowNs - 5 * kHourNs, in_memory ? "late" : "later");
    PushAt(&t, kNowNs, in_memory ? "now" : "then");
    ASSERT_TRUE(in_memory || t.store->Flush().ok());
    for (const bool ordered : {true, false}) {
      const CountingVisitor visitor = ScanAll(t, ordered);
      EXPECT_EQ(visitor.columns, 300u);
      EXPECT_EQ(visitor.rows, in_memory ? 2u : 4u);
    }
  }
  PushAt(&t, kNowNs - 3 * kHourNs + kSecondNs, "among them");
  EXPECT_EQ(ScanAll(t, false).rows, 305u);
}

// Day parts that overlap are read by column where no row of one can be another's repetition.
TEST(StoreBlockScan, OverlappingPartsAreReadByColumnUnlessRowsMayRepeat) {
  TestStore t;
  t.rewrite_rows_parts = 1;
  ASSERT_TRUE(t.Open().ok());
  for (int part = 0; part < 2; ++part) {
    for (int i = 0; i < 100; ++i) {
      PushAt(&t, kNowNs - kHourNs + i * kSecondNs + part, "part " + std::to_string(part));
    }
    ASSERT_TRUE(t.store->Flush().ok());
    ASSERT_TRUE(t.store->Maintain().ok());
  }
  EXPECT_EQ(ScanAll(t, false).columns, 200u);
  EXPECT_EQ(ScanAll(t, true).rows, 200u);  // merged for their order
  // The same line at the same time once more.
  PushAt(&t, kNowNs - kHourNs, "part 0");
  PushAt(&t, kNowNs - kHourNs + 50 * kSecondNs, "new");
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.store->Maintain().ok());
  const CountingVisitor visitor = ScanAll(t, false);
  EXPECT_EQ(visitor.columns + visitor.rows, 201u);
}

}  // namespace
}  // namespace vedette::logstore
