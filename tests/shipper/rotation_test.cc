#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zstd.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "base/codec/compress.h"
#include "shipper/rotated_name.h"
#include "tests/shipper/shipper_fixture.h"

// What becomes of log files: renamed, copied, truncated, compressed, while the shipper reads them,
// while it is stopped, and after its state was lost.

namespace vedette::shipper {
namespace {

using test::AccessLine;

namespace fs = std::filesystem;

TEST(RotatedName, FormsAndFamilies) {
  const struct {
    const char* name;
    bool rotated;
    const char* family;
  } kCases[] = {
      {"caddy-access-a.log", false, "/d/caddy-access-a"},
      {"caddy-access-a-2026-11-21T05-06-07.000.log", false, "/d/caddy-access-a"},
      {"caddy-access-a-2026-11-21T05-06-07.000.log.gz", true, "/d/caddy-access-a"},
      {"caddy-access-a.log.1", true, "/d/caddy-access-a"},
      {"caddy-access-a.log.12.gz", true, "/d/caddy-access-a"},
      {"caddy-access-a.log-20261121.zst", true, "/d/caddy-access-a"},
      {"caddy-access-a.log.bak", false, "/d/caddy-access-a.log.bak"},
      {"other.log.1", false, "/d/other"},
      {"1234", false, "/d/"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(IsRotatedForm("caddy-access-*.log", c.name), c.rotated) << c.name;
    EXPECT_EQ(FamilyOf(std::string("/d/") + c.name), c.family) << c.name;
  }
}

class RotationTest : public test::ShipperTest {
 protected:
  void Ship(int from, int to) {
    if (!shipper_) Start();
    ExpectLines(from, to);
    // Stopped earlier it would send again what it has no answer to.
    const base::Counter* sent =
        telemetry_.NewCounter("vedette_shipper_sent_entries_total", "", {{"source", "file"}});
    for (int i = 0; i < 2000 && sent->Value() < collector_.lines().size(); ++i) {
      clock_.SleepFor(std::chrono::milliseconds(10), {});
    }
  }
  void Stop() { shipper_.reset(); }
  void LoseState() {
    Stop();
    fs::remove_all(dir_.Join("state"));
  }
  std::string Log(const std::string& name) const { return dir_.Join("log/" + name); }
  // As the end of the new name says.
  void Compress(const std::string& from, const std::string& to) {
    const std::string text = test::ReadWholeFile(from);
    Write(to,
          PackingOf(to) == Packing::kGzip ? base::GzipCompress(text) : base::ZstdCompress(text));
    fs::remove(from);
  }
};

TEST_F(RotationTest, TruncatedFileOfALostStateIsStoredOnce) {
  WriteLines(LogPath(), 0, 5);
  Ship(0, 5);
  fs::resize_file(LogPath(), 0);
  WriteLines(LogPath(), 5, 9);
  Ship(0, 9);
  LoseState();
  WriteLines(LogPath(), 9, 10);
  Ship(0, 10);
  EXPECT_EQ(collector_.skipped(), 4u) << "known by what they say, not by a counter";
}

TEST_F(RotationTest, WhatWasNotReadIsReadFromWhateverRotationMadeOfIt) {
  for (const char* name : {"caddy-access-a-2026-11-21T05-06-07.000.log.gz",
                           "caddy-access-a.log.1.gz", "caddy-access-a.log-20261121.zst"}) {
    WriteLines(LogPath(), written_, written_ + 3);
    Ship(0, written_ += 3);
    Stop();
    WriteLines(LogPath(), written_, written_ + 2000);
    Compress(LogPath(), Log(name));
    WriteLines(LogPath(), written_ + 2000, written_ + 2002);
    Ship(0, written_ += 2002);
  }
  EXPECT_EQ(collector_.skipped(), 0u);
  Stop();
  Ship(0, written_);
  EXPECT_EQ(collector_.skipped(), 0u) << "nothing is read again";
}

TEST_F(RotationTest, BornAndCompressedWhileStoppedIsReadWhole) {
  WriteLines(LogPath(), 0, 3);
  Ship(0, 3);
  WaitForPosition("scanned");
  Stop();
  WriteLines(Log("born"), 3, 6);
  Compress(Log("born"), Log("caddy-access-a.log.1.gz"));
  Ship(0, 6);
}

TEST_F(RotationTest, CopiedAndTruncatedWhileStoppedLosesNothing) {
  WriteLines(LogPath(), 0, 3);
  Ship(0, 3);
  Stop();
  WriteLines(LogPath(), 3, 6);
  fs::copy_file(LogPath(), Log("caddy-access-a.log.1"));
  fs::resize_file(LogPath(), 0);
  WriteLines(LogPath(), 6, 8);
  Ship(0, 8);
  EXPECT_EQ(collector_.skipped(), 0u);
}

TEST_F(RotationTest, CopyOfWhatIsReadIsNotReadTwice) {
  WriteLines(LogPath(), 0, 3);
  Ship(0, 3);
  fs::copy_file(LogPath(), Log("caddy-access-a-2026-11-21.log"));  // matches the pattern itself
  WriteLines(LogPath(), 3, 5);
  Ship(0, 5);
}

TEST_F(RotationTest, OtherInodeOfTheSameFileIsTheSameFile) {
  WriteLines(LogPath(), 0, 3);
  Ship(0, 3);
  Stop();
  fs::copy_file(LogPath(), Log("restored"));
  fs::remove(LogPath());
  fs::rename(Log("restored"), LogPath());
  WriteLines(LogPath(), 3, 4);
  Ship(0, 4);
  EXPECT_EQ(collector_.skipped(), 0u);
}

TEST_F(RotationTest, CompressedFileOfALostStateIsStoredOnce) {
  WriteLines(LogPath(), 0, 5);
  Ship(0, 5);
  LoseState();
  Compress(LogPath(), Log("caddy-access-a.log.1.gz"));
  WriteLines(LogPath(), 5, 6);
  Ship(0, 6);
  EXPECT_TRUE(collector_.WaitForPushes(3));
}

TEST_F(RotationTest, FirstStartLooksAWeekBackForRotatedFiles) {
  WriteLines(Log("x"), 0, 3);
  Compress(Log("x"), Log("caddy-access-a.log.2.gz"));
  fs::last_write_time(Log("caddy-access-a.log.2.gz"),
                      fs::file_time_type::clock::now() - std::chrono::hours(8 * 24));
  WriteLines(Log("y"), 3, 5);
  Compress(Log("y"), Log("caddy-access-a.log.1.gz"));
  WriteLines(LogPath(), 5, 6);
  Ship(3, 6);
}

TEST_F(RotationTest, ALineWithoutItsEndIsReadFromWhatWillNotGrowAnyMore) {
  const auto at_rest = [](const std::string& path) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(1));
  };
  Write(Log("caddy-access-a.log.2"), AccessLine(0));
  Write(Log("x"), AccessLine(1));
  Compress(Log("x"), Log("caddy-access-a.log.1.gz"));
  at_rest(Log("caddy-access-a.log.2"));
  at_rest(Log("caddy-access-a.log.1.gz"));
  Write(LogPath(), AccessLine(2));
  Ship(0, 2);
  Write(LogPath(), "\n");
  Ship(0, 3);
  LoseState();
  Start();
  for (int i = 0; i < 2000 && collector_.skipped() < 3; ++i) {
    clock_.SleepFor(std::chrono::milliseconds(10), {});
  }
  EXPECT_EQ(collector_.skipped(), 3u) << "sent again under the same name";
  ExpectLines(0, 3);
}

TEST_F(RotationTest, RotatedFileThatBeginsLikeTheOpenOneIsReadOnceItIsAtRest) {
  WriteLines(Log("x"), 0, 1);
  WriteLines(Log("x"), 10, 12);
  Compress(Log("x"), Log("caddy-access-a.log.1.gz"));
  fs::last_write_time(Log("caddy-access-a.log.1.gz"),
                      fs::file_time_type::clock::now() - std::chrono::hours(1));
  WriteLines(LogPath(), 0, 3);
  Start();
  ASSERT_TRUE(collector_.WaitForLines(6));
  EXPECT_TRUE(collector_.WaitForText(AccessLine(11)));
  EXPECT_TRUE(collector_.WaitForText(AccessLine(2)));
}

TEST_F(RotationTest, FilesOfAFamilyThatBeginAlikeAreToldApart) {
  WriteLines(LogPath("1"), 0, 1);
  WriteLines(LogPath("2"), 0, 1);
  WriteLines(LogPath("1"), 1, 50);
  WriteLines(LogPath("2"), 50, 99);
  Start();
  ASSERT_TRUE(collector_.WaitForLines(100));
  std::map<std::string, int> times;
  for (const std::string& text : collector_.texts()) ++times[text];
  for (int i = 1; i < 99; ++i) EXPECT_EQ(times[AccessLine(i)], 1) << i;
  EXPECT_EQ(times[AccessLine(0)], 2);
}

TEST_F(RotationTest, CutCompressedFileGivesWhatItHasAndHarmsNoOther) {
  std::string text;
  for (int i = 1; i < 3000; ++i) text += AccessLine(i * 7919) + "\n";
  const std::string whole = base::GzipCompress(text);
  Write(Log("caddy-access-a.log.1.gz"), whole.substr(0, whole.size() / 2));
  Write(Log("caddy-access-a.log.2.gz"), "\x1f\x8b garbage");
  Write(Log("caddy-access-a.log.3.zst"), "garbage");
  WriteLines(LogPath(), 0, 1);
  Start();
  ASSERT_TRUE(collector_.WaitForLines(1000));
  ASSERT_TRUE(collector_.WaitForText(AccessLine(0))) << "the other file's, too";
  for (const char* file : {"log.1.gz", "log.2.gz", "log.3.zst"}) {
    for (int i = 0; i < 500 && logger_.Count(file) == 0; ++i) {
      clock_.SleepFor(std::chrono::milliseconds(10), {});
    }
    EXPECT_EQ(logger_.Count(file), 1) << file;
  }
}

TEST_F(RotationTest, FrameThatAsksForTooMuchMemoryIsRefused) {
  const std::string text(64 << 20, 'x');
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 26);
  packed.resize(ZSTD_compress2(context, packed.data(), packed.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  Write(Log("caddy-access-a.log.1.zst"), packed);
  WriteLines(LogPath(), 0, 1);
  Ship(0, 1);
  EXPECT_EQ(logger_.Count("too much memory"), 1);
}

TEST_F(RotationTest, LongLineComesInPiecesTheCollectorTakes) {
  std::string longest(10'000'000, 'x');
  for (size_t i = 0; i < longest.size(); i += 997) longest[i] = static_cast<char>('a' + i % 26);
  Write(LogPath(), longest + "\n" + AccessLine(0) + "\n");
  Start();
  ASSERT_TRUE(collector_.WaitForLines(40));  // 39 pieces
  std::map<uint64_t, std::string> pieces;
  for (const auto& line : collector_.lines()) pieces[line.position] = line.entry.line;
  std::string all;
  for (const auto& [position, piece] : pieces) {
    EXPECT_LE(piece.size(), 256u << 10);
    all += piece;
  }
  EXPECT_EQ(all, longest + AccessLine(0));
}

TEST_F(RotationTest, WhatIsNoFileHarmsNoOther) {
  fs::create_directories(Log("caddy-access-folder.log"));
  ASSERT_EQ(::mkfifo(Log("caddy-access-pipe.log").c_str(), 0600), 0);
  fs::create_symlink(Log("caddy-access-loop2.log"), Log("caddy-access-loop1.log"));
  fs::create_symlink(Log("caddy-access-loop1.log"), Log("caddy-access-loop2.log"));
  fs::create_symlink(Log("nowhere"), Log("caddy-access-dangling.log"));
  fs::create_symlink("/dev/zero", Log("caddy-access-endless.log"));
  WriteLines(LogPath("z"), 0, 3);
  Ship(0, 3);
  // A file replaced by a loop: what it was is read to its end.
  fs::rename(LogPath("z"), Log("elsewhere"));
  fs::create_symlink(LogPath("z"), LogPath("z"));
  WriteLines(Log("elsewhere"), 3, 5);
  Ship(0, 5);
  EXPECT_EQ(logger_.Count("caddy-access-loop1.log"), 1);
  EXPECT_EQ(logger_.Count("dangling"), 0);
}

}  // namespace
}  // namespace vedette::shipper
