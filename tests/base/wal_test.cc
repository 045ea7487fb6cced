#include "base/wal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "base/wal_format.h"
#include "base/wal_reader.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"
#include "wal_fixture.h"

namespace vedette::base {
namespace {

TEST_F(WalTest, WhatWasAppendedIsReplayedInOrderWithTypesAndPositions) {
  std::vector<Record> written;
  {
    const auto wal = Open();
    for (int i = 0; i < 100; ++i) {
      const std::string payload(static_cast<size_t>(i * i * 10), static_cast<char>('a' + i % 26));
      const uint8_t type = static_cast<uint8_t>(1 + i % 255);
      const auto position = wal->Append(type, payload);
      ASSERT_TRUE(position.ok());
      written.push_back({*position, type, payload});
    }
    ASSERT_TRUE(wal->Sync().ok());
  }
  const auto wal = Open();
  ASSERT_EQ(replayed_.size(), written.size());
  for (size_t i = 0; i < written.size(); ++i) {
    EXPECT_EQ(replayed_[i].position, written[i].position);
    EXPECT_EQ(replayed_[i].type, written[i].type);
    EXPECT_EQ(replayed_[i].payload, written[i].payload);
  }
  EXPECT_EQ(wal->replay_stats().records, 100u);
  EXPECT_EQ(wal->replay_stats().corrupt_frames, 0u);
  EXPECT_EQ(wal->replay_stats().torn_bytes, 0u);
}

TEST_F(WalTest, RecordsOfEverySizeAroundABlockSurvive) {
  std::vector<std::string> written;
  {
    const auto wal = Open();
    for (uint64_t size = wal_format::kBlockBytes - 60; size < wal_format::kBlockBytes + 20;
         ++size) {
      written.emplace_back(size, static_cast<char>(size));
      ASSERT_TRUE(wal->Append(1, written.back()).ok());
    }
  }
  Open();
  EXPECT_EQ(Payloads(), written);
}

TEST_F(WalTest, EmptyRecordIsARecord) {
  ASSERT_TRUE(Open()->Append(7, "").ok());
  Open();
  EXPECT_EQ(Payloads(), std::vector<std::string>{""});
}

TEST_F(WalTest, TooLargeRecordIsRefused) {
  const auto wal = Open();
  const auto position = wal->Append(1, std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(position.status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(WalTest, PositionsGrowAcrossRollsAndRestarts) {
  segment_bytes_ = 1000;
  WalPosition last;
  for (int run = 0; run < 5; ++run) {
    const auto wal = Open();
    for (int i = 0; i < 20; ++i) {
      const auto position = wal->Append(1, std::string(100, 'x'));
      ASSERT_TRUE(position.ok());
      EXPECT_GT(*position, last);
      last = *position;
    }
  }
}

TEST_F(WalTest, DropBeforeRemovesWholeSegmentsOnly) {
  {
    const auto wal = Open();
    ASSERT_TRUE(wal->Append(1, "old").ok());
    const auto segment = wal->Roll();
    ASSERT_TRUE(segment.ok());
    ASSERT_TRUE(wal->Append(1, "new").ok());
    const uint64_t before = wal->BytesOnDisk();
    ASSERT_TRUE(wal->DropBefore(*segment).ok());
    EXPECT_LT(wal->BytesOnDisk(), before);
  }
  Open();
  EXPECT_EQ(Payloads(), std::vector<std::string>{"new"});
}

TEST_F(WalTest, RollOfAnEmptySegmentIsTheSameSegment) {
  const auto wal = Open();
  const auto first = wal->Roll();
  EXPECT_EQ(*wal->Roll(), *first);
}

TEST_F(WalTest, TornTailIsTheEndAndIsCut) {
  for (uint64_t cut = 1; cut < 45; ++cut) {
    FaultFs fs;
    {
      auto wal = TryOpen(&fs);
      ASSERT_TRUE((*wal)->Append(1, "first record").ok());
      ASSERT_TRUE((*wal)->Append(1, std::string(20, 'x')).ok());
    }
    const uint64_t size = fs.Stat(Segment(1))->size;
    ASSERT_TRUE(fs.Truncate(Segment(1), size - cut).ok());
    auto wal = TryOpen(&fs);
    ASSERT_TRUE(wal.ok());
    SCOPED_TRACE(cut);
    EXPECT_EQ(replayed_.size(), cut <= 32 ? 1u : 0u);
    EXPECT_EQ((*wal)->replay_stats().corrupt_frames, 0u);
    EXPECT_EQ((*wal)->replay_stats().torn_bytes, cut < 32 ? 32 - cut : cut == 32 ? 0 : 56 - cut);
    EXPECT_EQ(fs.Stat(Segment(1))->size, cut <= 32 ? 56u : 32u);
  }
}

TEST_F(WalTest, ZeroedTailIsATornTail) {
  ASSERT_TRUE(Open()->Append(1, "good").ok());
  const auto file = fs_.OpenAppend(Segment(1));
  ASSERT_TRUE((*file)->Append(std::string(100'000, '\0')).ok());
  const auto wal = Open();
  EXPECT_EQ(Payloads(), std::vector<std::string>{"good"});
  EXPECT_EQ(wal->replay_stats().torn_bytes, 100'000u);
}

TEST_F(WalTest, CorruptByteCostsItsOwnRecordOnly) {
  constexpr int kRecords = 40;
  std::vector<std::string> written;
  std::vector<uint64_t> ends;
  {
    const auto wal = Open();
    for (int i = 0; i < kRecords; ++i) {
      written.push_back(Concat({"record ", std::to_string(i), std::string(100, 'x')}));
      ends.push_back(wal->Append(1, written.back())->offset);
    }
    // What lies behind, so that no damage is at the tail.
    ASSERT_TRUE(wal->Append(1, "end").ok());
  }
  const std::string image = *fs_.ReadFile(Segment(1));
  for (uint64_t at = wal_format::kHeaderBytes; at < ends.back(); at += 13) {
    FaultFs fs;
    ASSERT_TRUE(fs.CreateDirs("wal").ok());
    std::string damaged = image;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    ASSERT_TRUE(fs.WriteFileAtomic(Segment(1), damaged).ok());
    const auto wal = TryOpen(&fs);
    ASSERT_TRUE(wal.ok());
    const size_t hit =
        static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), at) - ends.begin());
    std::vector<std::string> want = written;
    want.push_back("end");
    want.erase(want.begin() + static_cast<std::ptrdiff_t>(hit));
    SCOPED_TRACE(at);
    ASSERT_EQ(Payloads(), want);
    EXPECT_EQ((*wal)->replay_stats().corrupt_frames, 1u);
  }
}

TEST_F(WalTest, CorruptPieceOfALongRecordCostsThatRecordOnly) {
  {
    const auto wal = Open();
    ASSERT_TRUE(wal->Append(1, "before").ok());
    ASSERT_TRUE(wal->Append(1, std::string(200'000, 'x')).ok());
    ASSERT_TRUE(wal->Append(1, "after").ok());
  }
  fs_.Corrupt(Segment(1), 70'000, "????");
  const auto wal = Open();
  EXPECT_EQ(Payloads(), (std::vector<std::string>{"before", "after"}));
  EXPECT_EQ(wal->replay_stats().corrupt_frames, 1u);
}

TEST_F(WalTest, PiecesOfTwoRecordsNeverMakeOne) {
  uint64_t first_end = 0;
  {
    const auto wal = Open();
    first_end = wal->Append(1, std::string(50'000, 'a'))->offset;
    ASSERT_TRUE(wal->Append(1, std::string(50'000, 'b')).ok());
    ASSERT_TRUE(wal->Append(1, "end").ok());
  }
  // Wipes out the last piece of the first record and the first piece of the second.
  const uint64_t from = first_end - 10;
  fs_.Corrupt(Segment(1), from, std::string(2 * wal_format::kBlockBytes - from, '?'));
  Open();
  EXPECT_EQ(Payloads(), std::vector<std::string>{"end"});
}

TEST_F(WalTest, FrameInsideAPayloadIsNoFrame) {
  std::string inner;
  wal_format::AppendRecord(1, wal_format::kHeaderBytes + wal_format::kFrameHeaderBytes, 9,
                           "phantom", &inner);
  // A frame that verifies at the very place where it lies inside the payload.
  ASSERT_TRUE(Open()->Append(1, inner + std::string(100, 'x')).ok());
  Open();
  ASSERT_EQ(replayed_.size(), 1u);
  EXPECT_EQ(replayed_[0].type, 1);
}

TEST_F(WalTest, OnDurableRunsAfterTheFsyncAndAnswersForAllBefore) {
  const auto wal = Open();
  ASSERT_TRUE(wal->Append(1, "kept").ok());
  ASSERT_TRUE(wal->Sync().ok());
  fs_.FailAt(1, FaultFs::Fault::kCrash);
  EXPECT_FALSE(wal->Append(1, "lost").ok());
  fs_.Restart();
  Open();
  EXPECT_EQ(Payloads(), std::vector<std::string>{"kept"});
}

TEST_F(WalTest, WaitersShareFsyncs) {
  const auto wal = Open();
  ASSERT_TRUE(wal->Append(1, "x").ok());
  ASSERT_TRUE(wal->Sync().ok());
  const uint64_t before = fs_.operations();
  std::atomic<int> done{0};
  constexpr int kRecords = 500;
  for (int i = 0; i < kRecords; ++i) {
    ASSERT_TRUE(wal->Append(1, "x").ok());
    wal->OnDurable([&](const Status& status) {
      EXPECT_TRUE(status.ok());
      ++done;
    });
  }
  ASSERT_TRUE(wal->Sync().ok());
  EXPECT_EQ(done, kRecords);
  const uint64_t syncs = fs_.operations() - before - kRecords;
  EXPECT_LE(syncs, static_cast<uint64_t>(kRecords) + 1);
}

TEST_F(WalTest, ASegmentWhoseFirstRecordFailedStaysTheFileItWas) {
  for (const auto fault : {FaultFs::Fault::kNoSpace, FaultFs::Fault::kShortWrite}) {
    FaultFs fs;
    auto wal = std::move(*TryOpen(&fs));
    ASSERT_TRUE(wal->Append(1, "before").ok());
    const uint64_t segment = *wal->Roll();
    const auto file = fs.OpenRead(Segment(segment));
    fs.FailAt(1, fault);
    EXPECT_FALSE(wal->Append(1, "lost").ok());
    const auto position = wal->Append(1, "good");
    ASSERT_TRUE(position.ok());
    EXPECT_EQ(position->segment, segment);
    WalSegmentReader reader(file->get(), segment, 1 << 20);
    std::vector<std::string> got;
    const Status read =
        reader.ReadOn(wal->end().offset, [&](uint64_t, uint8_t, std::string_view text) {
          got.emplace_back(text);
          return Status();
        });
    EXPECT_TRUE(read.ok()) << read;
    EXPECT_EQ(got, std::vector<std::string>{"good"});
    wal.reset();
    TryOpen(&fs).IgnoreError();
    EXPECT_EQ(Payloads(), (std::vector<std::string>{"before", "good"}));
  }
}

TEST_F(WalTest, ReadingOnStopsWhereTheFileIsShorterThanWhatWasWritten) {
  auto wal = Open();
  ASSERT_TRUE(wal->Append(1, "first").ok());
  const auto file = fs_.OpenRead(Segment(1));
  ASSERT_TRUE(wal->Append(1, "second").ok());
  const std::string image = *fs_.ReadFile(Segment(1));
  ASSERT_TRUE(fs_.Truncate(Segment(1), image.size() - 1).ok());
  WalSegmentReader reader(file->get(), 1, 1 << 20);
  std::vector<std::string> got;
  const auto record = [&](uint64_t, uint8_t, std::string_view text) {
    got.emplace_back(text);
    return Status();
  };
  EXPECT_TRUE(absl::IsUnavailable(reader.ReadOn(image.size(), record)));
  EXPECT_TRUE(got.empty());
  EXPECT_EQ(reader.damaged(), 0u);
  ASSERT_TRUE(fs_.WriteFileAtomic(Segment(2), image).ok());
  const auto whole = fs_.OpenRead(Segment(2));
  WalSegmentReader again(whole->get(), 1, 1 << 20);
  EXPECT_TRUE(again.ReadOn(image.size(), record).ok());
  EXPECT_EQ(got, (std::vector<std::string>{"first", "second"}));
}

TEST_F(WalTest, FailedFsyncFailsTheWaitersAndTheLogGoesOnInANewSegment) {
  test::FakeClock clock;
  Wal::Options options = OptionsFor(&fs_);
  options.clock = &clock;
  auto wal = Wal::Open(options, [](WalPosition, uint8_t, std::string_view) { return Status(); });
  const auto first = (*wal)->Append(1, "doubtful");
  fs_.FailAlways(FaultFs::Fault::kFailedSync);
  EXPECT_FALSE((*wal)->Sync().ok());
  fs_.ClearFault();
  const auto second = (*wal)->Append(1, "good");
  ASSERT_TRUE(second.ok());
  EXPECT_GT(second->segment, first->segment);
  // Whoever appended before the failure may ask only now: nobody is told OK yet.
  EXPECT_FALSE((*wal)->Sync().ok());
  clock.Advance(Wal::kDoubt + std::chrono::seconds(1));
  EXPECT_TRUE((*wal)->Sync().ok());
  wal->reset();
  fs_.FailAt(1, FaultFs::Fault::kCrash);
  fs_.Remove("wal/none").IgnoreError();
  fs_.Restart();
  Open();
  EXPECT_EQ(Payloads().back(), "good");
}

TEST_F(WalTest, FullDiskIsReportedHarmsNothingAndEndsByItself) {
  std::vector<std::string> kept;
  {
    const auto wal = Open();
    fs_.SetCapacity(10'000);
    int refused = 0;
    for (int i = 0; i < 30; ++i) {
      const std::string payload = Concat({std::to_string(i), std::string(1000, 'x')});
      const auto position = wal->Append(1, payload);
      if (position.ok()) {
        kept.push_back(payload);
      } else {
        EXPECT_TRUE(IsNoSpace(position.status())) << position.status().ToString();
        ++refused;
      }
      if (i == 20) fs_.SetCapacity(std::nullopt);
    }
    EXPECT_GT(refused, 5);
    EXPECT_TRUE(wal->Sync().ok());
    EXPECT_LE(fs_.List("wal")->size(), 4u);  // the lock among them
  }
  const auto wal = Open();
  EXPECT_EQ(Payloads(), kept);
  EXPECT_EQ(wal->replay_stats().corrupt_frames, 0u);
}

TEST_F(WalTest, UnsyncedRecordsReachTheDiskThoughNobodyWaits) {
  const auto wal = Open();
  ASSERT_TRUE(wal->Append(1, "lazy").ok());
  const uint64_t before = fs_.operations();
  // The thread looks at least once a second; the test waits for it to have done so.
  while (fs_.operations() < before + 2) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  fs_.FailAt(1, FaultFs::Fault::kCrash);
  EXPECT_FALSE(wal->Append(1, "lost").ok());
  fs_.Restart();
  Open();
  EXPECT_EQ(Payloads(), std::vector<std::string>{"lazy"});
}

TEST_F(WalTest, AppendersOfManyThreadsAllFindTheirRecords) {
  segment_bytes_ = 20'000;
  {
    const auto wal = Open();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 200; ++i) {
          ASSERT_TRUE(wal->Append(1, Concat({std::to_string(t), ":", std::to_string(i)})).ok());
          ASSERT_TRUE(i % 10 != 0 || wal->Sync().ok());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  Open();
  const auto payloads = Payloads();
  EXPECT_EQ(std::set<std::string>(payloads.begin(), payloads.end()).size(), 800u);
  EXPECT_EQ(payloads.size(), 800u);
}

// What a writer knows when its machine fails.
struct Outcome {
  std::set<std::string> tried;
  std::set<std::string> acknowledged;
};

// Appends, syncs, rolls and drops until the file system fails.
Outcome WriteUntilFailure(Wal* wal, int run) {
  Outcome outcome;
  for (int i = 0; i < 12; ++i) {
    const std::string payload =
        Concat({std::to_string(run), ".", std::to_string(i), std::string(i % 3 * 20'000u, 'x')});
    outcome.tried.insert(payload);
    const bool written = wal->Append(1, payload).ok();
    if (written && wal->Sync().ok()) outcome.acknowledged.insert(payload);
    if (i == 5 && !wal->Roll().ok()) return outcome;
  }
  return outcome;
}

// Runs the writer with `fault` at its k-th operation, cuts the power, and checks what is there.
bool CheckFaultAt(uint64_t k, FaultFs::Fault fault, uint64_t seed, Wal::Options options) {
  FaultFs fs(seed);
  test::FakeClock clock;
  options.fs = &fs;
  options.clock = &clock;
  const auto ignore = [](WalPosition, uint8_t, std::string_view) { return Status(); };
  Outcome outcome;
  uint64_t used = 0;
  {
    auto wal = Wal::Open(options, ignore);
    if (!wal.ok()) return true;
    const uint64_t before = fs.operations();
    fs.FailAt(k, fault);
    outcome = WriteUntilFailure(wal->get(), 1);
    used = fs.operations() - before;
    if (!fs.crashed()) fs.FailAt(1, FaultFs::Fault::kCrash);
    (*wal)->Append(1, "").status().IgnoreError();
  }
  fs.Restart();
  for (int reopen = 0; reopen < 2; ++reopen) {
    std::map<std::string, int> seen;
    auto wal = Wal::Open(options, [&](WalPosition, uint8_t, std::string_view payload) {
      ++seen[std::string(payload)];
      return Status();
    });
    EXPECT_TRUE(wal.ok()) << wal.status().ToString();
    for (const std::string& payload : outcome.acknowledged) {
      EXPECT_EQ(seen[payload], 1) << payload.substr(0, 8);
    }
    for (const auto& [payload, times] : seen) {
      if (payload.empty()) continue;  // this check's own
      EXPECT_TRUE(outcome.tried.contains(payload)) << payload.substr(0, 8);
      EXPECT_EQ(times, 1) << payload.substr(0, 8);
    }
    EXPECT_TRUE((*wal)->Append(1, "").ok());
    EXPECT_TRUE((*wal)->Sync().ok());
    wal->reset();
    fs.FailAt(1, FaultFs::Fault::kCrash);
    fs.Remove("none").IgnoreError();
    fs.Restart();
  }
  return k > used;
}

TEST_F(WalTest, AcknowledgedSurvivesAFaultAtEveryOperation) {
  segment_bytes_ = 60'000;
  for (const FaultFs::Fault fault :
       {FaultFs::Fault::kCrash, FaultFs::Fault::kError, FaultFs::Fault::kNoSpace,
        FaultFs::Fault::kShortWrite, FaultFs::Fault::kFailedSync}) {
    for (uint64_t k = 1;; ++k) {
      const uint64_t seed = k * 31 + static_cast<uint64_t>(fault);
      SCOPED_TRACE(Concat({"fault ", std::to_string(static_cast<int>(fault)), " at operation ",
                           std::to_string(k), " seed ", std::to_string(seed)}));
      const bool done = CheckFaultAt(k, fault, seed, OptionsFor(nullptr));
      if (done || HasFailure()) break;
      ASSERT_LT(k, 1000u);
    }
  }
}

TEST(WalOnDisk, TheMachinesFileSystemKeepsIt) {
  const test::TempDir dir;
  const auto fs = NewPosixFileSystem();
  SystemClock clock;
  Wal::Options options;
  options.dir = dir.Join("a/b");
  options.fs = fs.get();
  options.clock = &clock;
  std::vector<std::string> seen;
  const auto collect = [&](WalPosition, uint8_t, std::string_view payload) {
    seen.emplace_back(payload);
    return Status();
  };
  {
    auto wal = Wal::Open(options, collect);
    ASSERT_TRUE(wal.ok()) << wal.status().ToString();
    ASSERT_TRUE((*wal)->Append(1, "on disk").ok());
    ASSERT_TRUE((*wal)->Sync().ok());
  }
  ASSERT_TRUE(Wal::Open(options, collect).ok());
  EXPECT_EQ(seen, std::vector<std::string>{"on disk"});
}

TEST(WalFormat, ConstantsAreThoseOfTheDocument) {
  const std::string document = test::ReadWholeFile(test::SourcePath("base/FORMAT.md"));
  EXPECT_NE(document.find("32,768 bytes"), std::string::npos);
  EXPECT_EQ(wal_format::kBlockBytes, 32'768u);
  EXPECT_NE(document.find("`VDTWAL\\r\\n`"), std::string::npos);
  EXPECT_EQ(wal_format::kMagic, "VDTWAL\r\n");
  EXPECT_NE(document.find("| 4 | version, 1 |"), std::string::npos);
  EXPECT_EQ(wal_format::kVersion, 1u);
  EXPECT_NE(document.find("fewer than 12 bytes"), std::string::npos);
  EXPECT_EQ(wal_format::kFrameHeaderBytes, 12u);
  EXPECT_EQ(wal_format::EncodeHeader(1).size(), wal_format::kHeaderBytes);
  EXPECT_NE(document.find("`NNNNNNNN.wal.broken`"), std::string::npos);
  EXPECT_EQ(wal_format::kBrokenSuffix, ".broken");
}

}  // namespace
}  // namespace vedette::base
