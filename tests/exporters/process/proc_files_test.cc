// The texts of /proc/PID, whole, torn and odd.
#include "exporters/process/proc_files.h"

#include <gtest/gtest.h>

#include <string>

namespace vedette::exporters::process {
namespace {

constexpr char kStat[] =
    "1234 (a (b) c) S 1 1234 1234 0 -1 4194560 11 22 33 44 55 66 0 0 20 0 7 0 8888 123456 789 "
    "18446744073709551615 1 1 0 0 0 0 0\n";

TEST(ProcFiles, StatIsReadBehindANameThatHoldsAnything) {
  const auto stat = ParseStatFile(kStat);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->name, "a (b) c");
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->parent, 1);
  EXPECT_EQ(stat->minor_faults, 11u);
  EXPECT_EQ(stat->major_faults, 33u);
  EXPECT_EQ(stat->user_ticks, 55u);
  EXPECT_EQ(stat->system_ticks, 66u);
  EXPECT_EQ(stat->threads, 7u);
  EXPECT_EQ(stat->start_ticks, 8888u);
  EXPECT_EQ(stat->virtual_bytes, 123456u);
  EXPECT_EQ(stat->resident_pages, 789u);
}

TEST(ProcFiles, TornOrOddTextsGiveNothing) {
  const std::string stat = kStat;
  const size_t needed = stat.find(" 1844");
  for (size_t size = 0; size < needed - 3; ++size) {
    EXPECT_FALSE(ParseStatFile(stat.substr(0, size))) << size;
  }
  EXPECT_FALSE(ParseStatFile(") ("));
  EXPECT_FALSE(ParseStatFile(std::string(10000, '\xff')));
  EXPECT_FALSE(ParseStatusFile("VmSwap: 1 kB\n"));
  EXPECT_FALSE(ParseStatusFile("\nvoluntary_ctxt_switches: x\n"));
  EXPECT_FALSE(ParseIoFile("read_bytes: 1\n"));
  EXPECT_FALSE(ParseIoFile("read_bytes: -1\nwrite_bytes: 2\n"));
  EXPECT_FALSE(ParseSmapsFile("Rss: 1 kB\n"));
  EXPECT_FALSE(ParseOpenFilesLimit("Max processes 1 2\n"));
  EXPECT_FALSE(ParseUid("Name: x\n"));
}

TEST(ProcFiles, StatusIoSmapsAndLimits) {
  const auto status = ParseStatusFile(
      "Name:\tx\nUid:\t1000\t33\t33\t33\nVmSwap:\t      12 kB\nThreads:\t1\n"
      "voluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t6\n");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->swap_bytes, 12u * 1024);
  EXPECT_EQ(status->voluntary_switches, 5u);
  EXPECT_EQ(status->nonvoluntary_switches, 6u);
  EXPECT_EQ(ParseUid("Name:\tx\nUid:\t1000\t33\t33\t33\n"), 33u);

  const auto io = ParseIoFile(
      "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 50\nwrite_bytes: 60\n"
      "cancelled_write_bytes: 7\n");
  ASSERT_TRUE(io);
  EXPECT_EQ(io->read_bytes, 50u);
  EXPECT_EQ(io->write_bytes, 60u);

  const auto smaps = ParseSmapsFile("Rss: 9 kB\nPss: 8 kB\nPss_Anon: 7 kB\nSwapPss: 6 kB\n");
  ASSERT_TRUE(smaps);
  EXPECT_EQ(smaps->proportional_bytes, 8u * 1024);
  EXPECT_EQ(smaps->proportional_swap_bytes, 6u * 1024);

  EXPECT_EQ(ParseOpenFilesLimit("Max open files            1024   4096   files\n"), 1024u);
  EXPECT_EQ(ParseOpenFilesLimit("Max open files            unlimited  unlimited files\n"),
            UINT64_MAX);
}

}  // namespace
}  // namespace vedette::exporters::process
