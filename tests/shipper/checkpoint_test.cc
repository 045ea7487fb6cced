#include "shipper/checkpoint.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "base/codec/bytes.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_fs.h"

namespace vedette::shipper {
namespace {

using test::FaultFs;

Positions Sample() {
  Positions positions;
  positions.journal_cursor = "s=abc;i=12;b=1;m=2;t=3;x=4";
  positions.files.push_back({{1, 2, 30, 0xfeed, 1}, 1234, "/var/log/caddy access.log"});
  positions.files.push_back({{1, 3, 3, 7, 0}, 0, "/with\nline \\ feed"});
  return positions;
}

TEST(Positions, ComeBackAsTheyWere) {
  const auto decoded = DecodePositions(EncodePositions(Sample()));
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  EXPECT_EQ(*decoded, Sample());
  EXPECT_EQ(*DecodePositions(EncodePositions({})), Positions());
}

TEST(Positions, EveryChangedByteIsNoticed) {
  const std::string text = EncodePositions(Sample());
  for (size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(DecodePositions(damaged).ok()) << i;
    EXPECT_FALSE(DecodePositions(text.substr(0, i)).ok()) << i;
  }
}

class CheckpointTest : public ::testing::Test {
 protected:
  base::StatusOr<std::unique_ptr<Checkpoint>> Open() {
    return Checkpoint::Open(&fs_, &clock_, &logger_, "state");
  }
  FaultFs fs_;
  test::FakeClock clock_;
  test::CaptureLogger logger_;
};

TEST_F(CheckpointTest, IsWrittenAtMostOnceASecondAndAtFlush) {
  const auto checkpoint = Open();
  (*checkpoint)->SetJournal("a");
  const uint64_t before = fs_.operations();
  (*checkpoint)->SetJournal("b");
  EXPECT_EQ(fs_.operations(), before);
  (*checkpoint)->Flush();
  EXPECT_GT(fs_.operations(), before);
  EXPECT_EQ((*Open())->Get().journal_cursor, "b");
}

TEST_F(CheckpointTest, CrashAtEveryOperationLeavesTheOldOrTheNew) {
  for (uint64_t k = 1; k < 8; ++k) {
    FaultFs fs(k);
    {
      auto checkpoint = Checkpoint::Open(&fs, &clock_, &logger_, "state");
      (*checkpoint)->SetJournal("old");
      (*checkpoint)->Flush();
      fs.FailAt(k, FaultFs::Fault::kCrash);
      (*checkpoint)->SetJournal("new");
      (*checkpoint)->Flush();
    }
    fs.Restart();
    auto checkpoint = Checkpoint::Open(&fs, &clock_, &logger_, "state");
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
    const std::string cursor = (*checkpoint)->Get().journal_cursor;
    EXPECT_TRUE(cursor == "old" || cursor == "new") << cursor;
  }
}

TEST_F(CheckpointTest, BrokenOneIsKeptAsideAndReported) {
  ASSERT_TRUE(fs_.CreateDirs("state").ok());
  ASSERT_TRUE(fs_.WriteFileAtomic("state/positions", "garbage").ok());
  const auto checkpoint = Open();
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_EQ((*checkpoint)->Get(), Positions());
  EXPECT_TRUE(fs_.Exists("state/positions.broken"));
  EXPECT_EQ(logger_.Count("positions do not check"), 1);
}

TEST_F(CheckpointTest, NewerVersionIsRefusedByName) {
  std::string text = "vedette-positions 2\n";
  char checksum[40];
  std::snprintf(checksum, sizeof checksum, "checksum %016llx\n",
                static_cast<unsigned long long>(base::Hash64(text)));
  ASSERT_TRUE(fs_.CreateDirs("state").ok());
  ASSERT_TRUE(fs_.WriteFileAtomic("state/positions", text + checksum).ok());
  const auto checkpoint = Open();
  EXPECT_NE(checkpoint.status().ToString().find("vedette-positions 2"), std::string::npos);
  EXPECT_TRUE(fs_.Exists("state/positions"));
}

}  // namespace
}  // namespace vedette::shipper
