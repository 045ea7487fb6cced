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
  positions.scanned_ns = 1'795'237'567'000'000'000;
  positions.files.push_back(
      {{0xabc, 30, 0xfeed, 1}, 2, 1234, 100, 0xbeef, true, "/var/log/caddy access.log"});
  positions.files.push_back({{1, 3, 7, 0}, 3, 0, 0, 0, false, "/with\nline \\ feed"});
  return positions;
}

std::string Checksum(const std::string& text) {
  char line[40];
  std::snprintf(line, sizeof line, "checksum %016llx\n",
                static_cast<unsigned long long>(base::Hash64(text)));
  return line;
}

TEST(Positions, FirstVersionIsRead) {
  const std::string text =
      "vedette-positions 1\njournal c\nfile 1 2 30 000000000000feed 1 1234 /d/a.log\n";
  const auto decoded = DecodePositions(text + Checksum(text));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  ASSERT_EQ(decoded->files.size(), 1u);
  const FilePosition& file = decoded->files[0];
  EXPECT_EQ(file.identity, (FileIdentity{base::Hash64("/d/a"), 30, 0xfeed, 0}));
  EXPECT_EQ(file.inode, 2u);
  EXPECT_EQ(file.offset, 1234u);
  EXPECT_EQ(file.path, "/d/a.log");
}

TEST(Positions, SourceNamesAreTheFilesOwn) {
  EXPECT_EQ((FileIdentity{1, 30, 0xfeed, 0}.Source(2)),
            "file:0000000000000002:0000000000000001:000000000000feed");
  EXPECT_EQ((FileIdentity{1, 30, 0xfeed, 3}.Source(2)),
            "file:0000000000000002:0000000000000001:000000000000feed:3");
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

TEST_F(CheckpointTest, FullDiskIsSaidOnceTriedNowAndThenAndEnds) {
  const auto checkpoint = Open();
  fs_.FailAlways(FaultFs::Fault::kNoSpace);
  (*checkpoint)->SetJournal("a");
  const uint64_t tried = fs_.operations();
  for (int i = 0; i < 20; ++i) (*checkpoint)->Flush();
  EXPECT_EQ(fs_.operations(), tried) << "not at every call";
  EXPECT_EQ((*checkpoint)->Get().journal_cursor, "a") << "shipping goes on";
  clock_.Advance(std::chrono::seconds(5));
  (*checkpoint)->Flush();
  EXPECT_GT(fs_.operations(), tried);
  EXPECT_EQ(logger_.Count("cannot write positions"), 1);
  fs_.ClearFault();
  (*checkpoint)->Flush(true);
  EXPECT_EQ((*Open())->Get().journal_cursor, "a");
  EXPECT_EQ(logger_.Count("can be written again"), 1);
}

TEST_F(CheckpointTest, ALookAloneIsWrittenEveryTenMinutes) {
  const auto checkpoint = Open();
  constexpr int64_t kMinute = 60'000'000'000;
  (*checkpoint)->SetFiles({}, 100 * kMinute);
  (*checkpoint)->Flush();
  const uint64_t before = fs_.operations();
  clock_.Advance(std::chrono::minutes(9));
  (*checkpoint)->SetFiles({}, 109 * kMinute);
  (*checkpoint)->Flush();
  EXPECT_EQ(fs_.operations(), before);
  (*checkpoint)->SetFiles({}, 110 * kMinute);
  EXPECT_EQ((*Open())->Get().scanned_ns, 110 * kMinute);
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
  const std::string text = "vedette-positions 3\n";
  ASSERT_TRUE(fs_.CreateDirs("state").ok());
  ASSERT_TRUE(fs_.WriteFileAtomic("state/positions", text + Checksum(text)).ok());
  const auto checkpoint = Open();
  EXPECT_NE(checkpoint.status().ToString().find("vedette-positions 3"), std::string::npos);
  EXPECT_TRUE(fs_.Exists("state/positions"));
}

}  // namespace
}  // namespace vedette::shipper
