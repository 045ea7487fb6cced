#include "collector/tsdb/overlay_fs.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store_fixture.h"

// Nothing below ever changes, and above it looks as if it had.

namespace vedette::tsdb {
namespace {

using Names = std::vector<std::string>;

class OverlayTest : public StoreTest {
 protected:
  OverlayTest() : overlay_(&fs_) {
    EXPECT_TRUE(fs_.CreateDirs("d/e").ok());
    EXPECT_TRUE(fs_.WriteFileAtomic("d/a", "aaa").ok());
    EXPECT_TRUE(fs_.WriteFileAtomic("d/e/b", "bbb").ok());
    operations_ = fs_.operations();
  }
  ~OverlayTest() override { EXPECT_EQ(fs_.operations(), operations_) << "nothing was written"; }

  OverlayFs overlay_;
  uint64_t operations_ = 0;
};

TEST_F(OverlayTest, WrittenFilesAreSeenAboveAlone) {
  ASSERT_TRUE(overlay_.WriteFileAtomic("d/a", "new").ok());
  EXPECT_EQ(*overlay_.ReadFile("d/a"), "new");
  EXPECT_EQ(*fs_.ReadFile("d/a"), "aaa");
  ASSERT_TRUE((*overlay_.OpenAppend("d/e/b"))->Append("+").ok());
  EXPECT_EQ(*overlay_.ReadFile("d/e/b"), "bbb+");
  EXPECT_EQ(overlay_.Stat("d/e/b")->size, 4u);
  ASSERT_TRUE(overlay_.Truncate("d/e/b", 1).ok());
  EXPECT_EQ(*overlay_.ReadFile("d/e/b"), "b");
  EXPECT_EQ(*overlay_.List("d"), (Names{"a", "e"}));
}

TEST_F(OverlayTest, RemovedAndRenamedFilesAreGoneAboveAlone) {
  ASSERT_TRUE(overlay_.Rename("d/a", "d/z").ok());
  EXPECT_EQ(*overlay_.ReadFile("d/z"), "aaa");
  EXPECT_TRUE(absl::IsNotFound(overlay_.ReadFile("d/a").status()));
  EXPECT_TRUE(absl::IsNotFound(overlay_.Remove("d/a")));
  EXPECT_EQ(*overlay_.List("d"), (Names{"e", "z"}));
  ASSERT_TRUE(overlay_.RemoveAll("d/e").ok());
  EXPECT_TRUE(absl::IsNotFound(overlay_.OpenRead("d/e/b").status()));
  EXPECT_TRUE(absl::IsNotFound(overlay_.List("d/e").status()));
  ASSERT_TRUE(overlay_.CreateDirs("d/e/f").ok());
  EXPECT_EQ(*overlay_.List("d/e"), Names{"f"});
}

TEST(OverlayStore, OpensAnothersStoreAndShowsItsLogToo) {
  test::FaultFs fs;
  test::FakeClock clock;
  test::CaptureLogger log;
  base::Telemetry telemetry;
  Options options;
  options.dir = "data/metrics";
  options.background = false;
  options.reserve_bytes = 0;
  options.fs = &fs;
  options.clock = &clock;
  options.log = &log;
  options.telemetry = &telemetry;
  auto owner = Store::Open(options);
  ASSERT_TRUE(owner.ok());
  std::vector<model::SampleRow> rows = {Row(SeriesNamed("m"), clock.WallMillis(), 1)};
  ASSERT_TRUE((*owner)->Append(rows).ok());
  ASSERT_TRUE((*owner)->Flush().ok());
  rows[0].timestamp_ms += 1000;
  ASSERT_TRUE((*owner)->Append(rows).ok());
  const uint64_t operations = fs.operations();
  {
    OverlayFs overlay(&fs);
    Options reader = options;
    reader.fs = &overlay;
    auto store = Store::Open(reader);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ(*Read(**store), *Read(**owner));
    // What it does stays with it.
    ASSERT_TRUE((*store)->Flush().ok());
  }
  EXPECT_EQ(fs.operations(), operations);
  EXPECT_EQ(Read(**owner)->begin()->second.size(), 2u);
}

}  // namespace
}  // namespace vedette::tsdb
