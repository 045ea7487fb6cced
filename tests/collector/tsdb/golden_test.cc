#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "model/sample.h"
#include "store_fixture.h"
#include "tests/support/shared_dir.h"

// Folders that each released format version wrote: tests/testdata/tsdb/vN. Whatever the program
// writes today, it reads them to the bit.

namespace vedette::tsdb {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// What the folders hold. Never changed: a new version's folder holds the same samples.
class GoldenContent {
 public:
  using AppendFn = std::function<void(std::vector<model::SampleRow>)>;

  // One scrape at `time_ms`: the kinds of values that a codec of its own, or none, fits.
  void Scrape(int64_t time_ms, const AppendFn& append) {
    ++scrapes_;
    std::vector<model::SampleRow> rows;
    for (int instance = 0; instance < 4; ++instance) {
      const auto add = [&](const char* metric, double value) {
        rows.push_back({Named(metric, instance), time_ms, value, 0});
      };
      add("constant", 4096);
      add("flag", static_cast<double>(Random() % 40 == 0));
      add("bytes_total", static_cast<double>(Sum(instance * 8, 100'000)));
      add("seconds_total", static_cast<double>(Sum(instance * 8 + 1, 1500)) / 100);
      add("temperature", 38.5 + static_cast<double>(Random() % 30) / 10);
      add("duration", 0.001 + static_cast<double>(Random() >> 11) * 0x1p-60);
      add("odd", Odd());
      if (scrapes_ % 50 > 4) add("comes_and_goes", static_cast<double>(scrapes_));
    }
    append(std::move(rows));
  }

  // Five samples of a series that has its own times and so makes long columns.
  void Loose(int64_t time_ms, const AppendFn& append) {
    std::vector<model::SampleRow> rows;
    for (int64_t i = 0; i < 5; ++i) {
      const int64_t at = time_ms + i * 3000 + static_cast<int64_t>(Random() % 50);
      rows.push_back({Named("loose", 0), at, static_cast<double>(Sum(40, 9)), 0});
    }
    append(std::move(rows));
  }

 private:
  static model::Labels Named(const char* metric, int instance) {
    return model::Labels{{"__name__", metric},
                         {"instance", "host" + std::to_string(instance) + ":9100"},
                         {"job", "g\u00f6lden"},
                         {"path", "/a \"b\"\\\n"}};
  }
  uint64_t Random() {  // splitmix64
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t Sum(int counter, uint64_t below) {
    return sums_[static_cast<size_t>(counter)] += Random() % below;
  }
  double Odd() {
    const double values[] = {-0.0,
                             0.0,
                             model::StaleNan(),
                             std::bit_cast<double>(model::kNormalNanBits),
                             std::bit_cast<double>(uint64_t{0xfff8dead0000beef}),
                             std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::denorm_min(),
                             std::numeric_limits<double>::max(),
                             -1e-300,
                             0.1 + 0.2,
                             9007199254740993.0};
    return Random() % 6 == 0 ? values[Random() % std::size(values)] : 7;
  }

  uint64_t state_ = 20261121;
  uint64_t scrapes_ = 0;
  std::vector<uint64_t> sums_ = std::vector<uint64_t>(64);
};

class GoldenTest : public StoreTest {
 protected:
  // Drives the content through `append`; `pause` runs between its four stretches.
  void Drive(const GoldenContent::AppendFn& append, const std::function<void(int)>& pause) {
    GoldenContent content;
    for (int stretch = 0; stretch < 4; ++stretch) {
      for (int i = 0; i < (stretch < 2 ? 150 : 20); ++i) {
        content.Scrape(Now(), append);
        content.Loose(Now(), append);
        clock_.Advance(std::chrono::seconds(15));
      }
      pause(stretch);
    }
  }

  Contents Expected() {
    Contents contents;
    const auto keep = [&contents](const std::vector<model::SampleRow>& rows) {
      for (const model::SampleRow& row : rows) {
        contents[row.labels.ToString()][row.timestamp_ms] = std::bit_cast<uint64_t>(row.value);
      }
    };
    Drive(keep, [this](int stretch) {
      if (stretch == 1) clock_.Advance(hours(4));
    });
    return contents;
  }

  void CopyIn(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const std::string to = options_.dir + "/" + entry.path().lexically_relative(folder).string();
      if (entry.is_directory()) {
        ASSERT_TRUE(fs_.CreateDirs(to).ok());
        continue;
      }
      ASSERT_TRUE(fs_.WriteFileAtomic(to, test::ReadWholeFile(entry.path().string())).ok());
    }
  }
};

void ExpectSame(const Contents& found, const Contents& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [series, samples] : expected) {
    ASSERT_TRUE(found.contains(series)) << series;
    ASSERT_EQ(found.at(series), samples) << series;
  }
}

// Made the folders of tests/testdata/tsdb, and makes that of a later version:
//   VEDETTE_GOLDEN_OUT=DIR tsdb_test --gtest_also_run_disabled_tests --gtest_filter='*WriteFolder'
TEST_F(GoldenTest, DISABLED_WriteFolder) {
  const char* out = std::getenv("VEDETTE_GOLDEN_OUT");
  if (out == nullptr) GTEST_SKIP() << "VEDETTE_GOLDEN_OUT names no folder";
  const auto disk = base::NewPosixFileSystem();
  options_.dir = out;
  options_.fs = disk.get();
  Open();
  Drive([this](std::vector<model::SampleRow> rows) { Append(std::move(rows)); },
        [this](int stretch) {
          if (stretch == 3) return;  // the last stretch stays in the log
          ASSERT_TRUE(store_->Flush().ok());
          if (stretch != 1) return;
          clock_.Advance(hours(4));  // the day closes and becomes one part
          ASSERT_TRUE(store_->Maintain().ok());
        });
  ASSERT_TRUE(Durable().ok());
  EXPECT_EQ(store_->Stats().parts, 2u);
}

class GoldenFolder : public GoldenTest, public testing::WithParamInterface<const char*> {};

TEST_P(GoldenFolder, ReadsEverySampleAndStillAfterRewritingIt) {
  const Contents expected = Expected();
  CopyIn(test::SourcePath(std::string("tests/testdata/tsdb/") + GetParam()));
  Open();
  EXPECT_EQ(log_.Count("broken"), 0);
  EXPECT_EQ(store_->Stats().parts, 2u);
  ExpectSame(All(), expected);
  ASSERT_TRUE(store_->Flush().ok());
  clock_.Advance(hours(72));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(store_->Stats().parts, 2u) << "the second day's flushes became one part";
  ExpectSame(All(), expected);
  Open();
  ExpectSame(All(), expected);
}

INSTANTIATE_TEST_SUITE_P(Versions, GoldenFolder, testing::Values("v1", "v2"));

}  // namespace
}  // namespace vedette::tsdb
