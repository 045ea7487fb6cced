#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "wal_fixture.h"

// What Open makes of segments that rotted, were cut, were removed, or come from another version.

namespace vedette::base {
namespace {

using Texts = std::vector<std::string>;

// Three segments with one record each: "one", "two", "three".
void WriteThree(Wal* wal) {
  for (const char* payload : {"one", "two", "three"}) {
    ASSERT_TRUE(wal->Append(1, payload).ok());
    ASSERT_TRUE(wal->Roll().ok());
  }
}

std::string Flipped(std::string_view byte) { return {static_cast<char>(byte[0] ^ 0x20)}; }

TEST_F(WalTest, DamagedHeaderCostsNoRecordAndIsKeptAsideInTheEnd) {
  for (uint64_t segment = 1; segment <= 3; ++segment) {
    for (uint64_t at = 0; at < wal_format::kHeaderBytes; ++at) {
      SCOPED_TRACE(Concat({"byte ", std::to_string(at), " of segment ", std::to_string(segment)}));
      FaultFs fs;
      WriteThree(TryOpen(&fs)->get());
      const std::string image = *fs.ReadFile(Segment(segment));
      fs.Corrupt(Segment(segment), at, Flipped(std::string_view(image).substr(at, 1)));
      const auto wal = TryOpen(&fs);
      ASSERT_TRUE(wal.ok()) << wal.status();
      ASSERT_EQ(Payloads(), (Texts{"one", "two", "three"}));
      EXPECT_EQ((*wal)->replay_stats().bad_headers, 1u);
      EXPECT_EQ((*wal)->replay_stats().corrupt_frames, 0u);
      ASSERT_TRUE((*wal)->DropBefore(100).ok());
      EXPECT_TRUE(fs.Exists(Segment(segment) + ".broken"));
      EXPECT_FALSE(fs.Exists(Segment(segment)));
      EXPECT_EQ(fs.ReadFile(Segment(segment) + ".broken")->size(), image.size());
    }
  }
  EXPECT_EQ(log_.Count("header is damaged"), 96);
  EXPECT_EQ(Counted("bad_headers"), 96);
  EXPECT_EQ(Counted("quarantined_segments"), 96);
}

TEST_F(WalTest, NewestSegmentOfWhichNothingCanBeReadIsKeptAside) {
  WriteThree(Open().get());
  const std::string garbage(100'000, 'g');
  ASSERT_TRUE(fs_.WriteFileAtomic(Segment(4), garbage).ok());
  const auto wal = Open();
  EXPECT_EQ(Payloads(), (Texts{"one", "two", "three"}));
  EXPECT_EQ(*fs_.ReadFile(Segment(4) + ".broken"), garbage);
  EXPECT_FALSE(fs_.Exists(Segment(4)));
  EXPECT_EQ(log_.Count("00000004.wal bytes=100000"), 1);
  EXPECT_EQ(wal->replay_stats().quarantined_segments, 1u);
  EXPECT_EQ(wal->Append(1, "four")->segment, 5u) << "its number is never used again";
}

TEST_F(WalTest, SegmentThatACrashLeftUnfinishedIsNoDamage) {
  const std::string header = wal_format::EncodeHeader(5);
  for (const std::string& left : {std::string(), header.substr(0, 1), header.substr(0, 31),
                                  std::string(32, '\0'), std::string(90'000, '\0')}) {
    SCOPED_TRACE(left.size());
    FaultFs fs;
    WriteThree(TryOpen(&fs)->get());
    ASSERT_TRUE(fs.WriteFileAtomic(Segment(5), left).ok());
    for (int start = 0; start < 3; ++start) {
      const auto wal = TryOpen(&fs);
      ASSERT_TRUE(wal.ok()) << wal.status();
      EXPECT_EQ(Payloads().size(), 3u + static_cast<size_t>(start));
      EXPECT_FALSE((*wal)->replay_stats().damaged());
      EXPECT_EQ((*wal)->replay_stats().torn_bytes, start == 0 ? left.size() : 0);
      ASSERT_TRUE((*wal)->Append(1, "more").ok());
    }
  }
  EXPECT_EQ(log_.Count("level=error"), 0);
  EXPECT_EQ(log_.Count("a crash left unfinished"), 4);
}

TEST_F(WalTest, MissingSegmentIsSaidLoudlyAndTheRestReplayed) {
  WriteThree(Open().get());
  ASSERT_TRUE(fs_.Remove(Segment(2)).ok());
  const auto wal = Open();
  EXPECT_EQ(Payloads(), (Texts{"one", "three"}));
  EXPECT_EQ(wal->replay_stats().missing_segments, 1u);
  EXPECT_EQ(Counted("missing_segments"), 1);
  EXPECT_EQ(log_.Count("first=wal/00000002.wal last=wal/00000002.wal segments=1"), 1);
}

TEST_F(WalTest, SegmentsTheUserStillNeedsAreMissedAtTheFrontToo) {
  WriteThree(Open().get());
  ASSERT_TRUE(fs_.Remove(Segment(1)).ok());
  EXPECT_EQ(Open()->replay_stats().missing_segments, 0u) << "dropped, for all one can know";
  ASSERT_TRUE(fs_.Remove(Segment(2)).ok());
  min_segment_ = 2;
  EXPECT_EQ(Open()->replay_stats().missing_segments, 1u);
}

TEST_F(WalTest, BrokenSegmentsOfLongAgoLeaveNoGap) {
  WriteThree(Open().get());
  ASSERT_TRUE(fs_.Rename(Segment(1), Segment(1) + ".broken").ok());
  ASSERT_TRUE(fs_.Remove(Segment(2)).ok());
  EXPECT_EQ(Open()->replay_stats().missing_segments, 0u);
}

TEST_F(WalTest, LostFolderNeverLeadsToNumbersTheUserIsDoneWith) {
  WriteThree(Open().get());
  ASSERT_TRUE(fs_.RemoveAll("wal").ok());
  min_segment_ = 4;
  const auto wal = Open();
  EXPECT_EQ(wal->next_segment(), 4u);
  EXPECT_EQ(wal->Append(1, "four")->segment, 4u);
  EXPECT_GT(wal->replay_stats().missing_segments, 0u);
}

TEST_F(WalTest, TailThatNoCrashLeavesIsNotCut) {
  ASSERT_TRUE(Open()->Append(1, "good").ok());
  const std::string tail(3 * wal_format::kBlockBytes, 'x');
  ASSERT_TRUE((*fs_.OpenAppend(Segment(1)))->Append(tail).ok());
  const std::string image = *fs_.ReadFile(Segment(1));
  const auto wal = Open();
  EXPECT_EQ(Payloads(), Texts{"good"});
  EXPECT_EQ(wal->replay_stats().torn_bytes, 0u);
  EXPECT_EQ(wal->replay_stats().corrupt_frames, 1u);
  EXPECT_EQ(log_.Count("the end of a segment cannot be read"), 1);
  EXPECT_EQ(*fs_.ReadFile(Segment(1)), image);
  ASSERT_TRUE(wal->DropBefore(100).ok());
  EXPECT_EQ(*fs_.ReadFile(Segment(1) + ".broken"), image);
}

TEST_F(WalTest, TornTailIsSaidWithNameAndBytes) {
  ASSERT_TRUE(Open()->Append(1, "good").ok());
  ASSERT_TRUE((*fs_.OpenAppend(Segment(1)))->Append("cut").ok());
  Open();
  EXPECT_EQ(log_.Count("a torn tail is cut\" segment=wal/00000001.wal bytes=3"), 1);
  EXPECT_EQ(Counted("torn_bytes"), 3);
}

TEST_F(WalTest, BlockTheDiskDoesNotGiveCostsItsRecordsOnly) {
  {
    const auto wal = Open();
    for (const char c : {'a', 'b', 'c', 'd'}) {
      ASSERT_TRUE(wal->Append(1, std::string(20'000, c)).ok());
      ASSERT_TRUE(wal->Append(1, std::string(1, c)).ok());
    }
  }
  fs_.MakeUnreadable(Segment(1), wal_format::kBlockBytes + 10'000);
  const auto wal = Open();
  EXPECT_EQ(Payloads(), (Texts{std::string(20'000, 'a'), "a", "d"}));
  EXPECT_EQ(log_.Count("the disk does not give all of a segment"), 1);
  EXPECT_GT(wal->replay_stats().corrupt_frames, 0u);
  ASSERT_TRUE(wal->DropBefore(100).ok());
  EXPECT_TRUE(fs_.Exists(Segment(1) + ".broken"));
}

TEST_F(WalTest, WhoTakesSegmentsOverGetsDamagedOnesToo) {
  WriteThree(Open().get());
  fs_.Corrupt(Segment(2), 0, "?");
  Wal::Options options = OptionsFor(&fs_);
  std::vector<uint64_t> taken;
  options.retire = [&](uint64_t number, const std::string& path) {
    taken.push_back(number);
    return fs_.Remove(path);
  };
  auto wal = Wal::Open(options, [](WalPosition, uint8_t, std::string_view) { return Status(); });
  ASSERT_TRUE(wal.ok());
  const std::string damaged = *fs_.ReadFile(Segment(2));
  ASSERT_TRUE((*wal)->DropBefore(100).ok());
  EXPECT_EQ(taken, (std::vector<uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(*fs_.ReadFile(Segment(2) + ".broken"), damaged);
}

TEST_F(WalTest, NewerVersionIsRefusedByNameAndNothingIsTouched) {
  WriteThree(Open().get());
  std::string header = wal_format::EncodeHeader(2);
  header[8] = 2;
  const uint64_t checksum = Hash64(std::string_view(header).substr(0, 24));
  fs_.Corrupt(Segment(2), 0, header.substr(0, 24));
  fs_.Corrupt(Segment(2), 24, {reinterpret_cast<const char*>(&checksum), sizeof checksum});
  fs_.Corrupt(Segment(1), 0, "?");
  const std::vector<std::string> before = *fs_.List("wal");
  const auto wal = TryOpen(&fs_);
  ASSERT_TRUE(absl::IsInvalidArgument(wal.status())) << wal.status();
  EXPECT_EQ(Message(wal.status()),
            "wal/00000002.wal: log format version 2, this program reads version 1");
  EXPECT_EQ(*fs_.List("wal"), before);
  EXPECT_TRUE(replayed_.empty());
}

TEST_F(WalTest, NumberOfABrokenSegmentIsNotUsedAgain) {
  ASSERT_TRUE(Open()->Append(1, "one").ok());
  ASSERT_TRUE(fs_.Rename(Segment(1), Segment(1) + ".broken").ok());
  EXPECT_EQ(Open()->Append(1, "two")->segment, 2u);
}

}  // namespace
}  // namespace vedette::base
