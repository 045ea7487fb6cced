#include "shipper/shipper.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "base/strings.h"
#include "tests/shipper/shipper_fixture.h"
#include "tests/support/shared_dir.h"

// The whole shipper against a collector over real HTTP, with real files and real journals.

namespace vedette::shipper {
namespace {

using test::AccessLine;
using test::FakeCollector;
using test::ShipperTest;

constexpr char kJournalRemote[] = "/lib/systemd/systemd-journal-remote";

TEST_F(ShipperTest, AccessLogArrivesWithItsLabels) {
  WriteLines(LogPath(), 0, 3);
  Start();
  ExpectLines(0, 3);
  const FakeCollector::Line line = collector_.lines()[0];
  EXPECT_EQ(line.labels.ToString(),
            R"({detected_level="info", host="h1", job="caddy", logger="http.log.access", )"
            R"(service_name="caddy", status="200"})");
  EXPECT_EQ(line.entry.timestamp_ns, 1'795'237'567'250'000'000);
  EXPECT_EQ(line.entry.metadata.Get("filename"), LogPath());
  EXPECT_EQ(line.position, AccessLine(0).size() + 1);
}

TEST_F(ShipperTest, FilesThatAppearLaterAreFound) {
  Start();
  WriteLines(LogPath("a"), 0, 2);
  WriteLines(LogPath("b"), 2, 4);
  ExpectLines(0, 4);
}

TEST_F(ShipperTest, PartialLastLineWaits) {
  WriteLines(LogPath(), 0, 1);
  Write(LogPath(), AccessLine(1).substr(0, 20));
  Start();
  ExpectLines(0, 1);
  Write(LogPath(), AccessLine(1).substr(20) + "\n");
  ExpectLines(0, 2);
}

TEST_F(ShipperTest, RenamedFileIsReadToItsEndAndTheNewOneFromItsStart) {
  WriteLines(LogPath(), 0, 2);
  Start();
  ExpectLines(0, 2);
  std::filesystem::rename(LogPath(), dir_.Join("log/rotated"));
  WriteLines(dir_.Join("log/rotated"), 2, 4);  // its writer was slow
  WriteLines(LogPath(), 4, 6);
  ExpectLines(0, 6);
}

TEST_F(ShipperTest, RotationWhileStoppedLosesNothing) {
  WriteLines(LogPath(), 0, 2);
  Start();
  ExpectLines(0, 2);
  shipper_.reset();
  WriteLines(LogPath(), 2, 4);
  std::filesystem::rename(LogPath(), dir_.Join("log/rotated"));
  WriteLines(LogPath(), 4, 6);
  Start();
  ExpectLines(0, 6);
}

TEST_F(ShipperTest, TruncatedFileIsReadFromItsStart) {
  WriteLines(LogPath(), 0, 5);
  Start();
  ExpectLines(0, 5);
  std::filesystem::resize_file(LogPath(), 0);
  WriteLines(LogPath(), 5, 7);
  ExpectLines(0, 7);
}

TEST_F(ShipperTest, TruncatedFileThatBeginsAsBeforeIsNewAllTheSame) {
  WriteLines(LogPath(), 0, 3);
  Start();
  ASSERT_TRUE(collector_.WaitForLines(3));
  std::filesystem::resize_file(LogPath(), 0);
  WriteLines(LogPath(), 0, 2);
  ASSERT_TRUE(collector_.WaitForLines(5));
  EXPECT_EQ(collector_.texts()[3], AccessLine(0));
  EXPECT_EQ(collector_.texts()[4], AccessLine(1));
}

TEST_F(ShipperTest, CopiedAndTruncatedIsNotReadTwice) {
  WriteLines(LogPath(), 0, 5);
  Start();
  ExpectLines(0, 5);
  std::filesystem::copy_file(LogPath(), dir_.Join("log/caddy-access-a-2026.log.1"));
  std::filesystem::resize_file(LogPath(), 0);
  WriteLines(LogPath(), 5, 6);
  ExpectLines(0, 6);
}

TEST_F(ShipperTest, FileReplacedInTheSamePlaceIsAnotherFile) {
  WriteLines(LogPath(), 0, 3);
  Start();
  ExpectLines(0, 3);
  shipper_.reset();
  // Most file systems give the new file the inode of the old one.
  std::filesystem::remove(LogPath());
  WriteLines(LogPath(), 3, 9);
  Start();
  ExpectLines(0, 9);
}

TEST_F(ShipperTest, BytesOfEveryKindArriveUnchanged) {
  const std::string odd("\0\xff\r tab\t", 8);
  Write(LogPath(), odd + "\n\n");
  WriteLines(LogPath(), 0, 1);
  Start();
  ASSERT_TRUE(collector_.WaitForLines(3));
  std::set<std::string> texts;
  for (const auto& text : collector_.texts()) texts.insert(text);
  EXPECT_TRUE(texts.contains(odd));
  EXPECT_TRUE(texts.contains(""));
}

TEST_F(ShipperTest, NothingMovesWhileTheCollectorIsAwayAndAllArrivesAfter) {
  collector_.SetMode(FakeCollector::Mode::kUnavailable);
  WriteLines(LogPath(), 0, 2500);
  Start();
  ASSERT_TRUE(collector_.WaitForPushes(2));
  EXPECT_TRUE(collector_.lines().empty());
  EXPECT_GE(logger_.Count("the collector does not take logs"), 1);
  collector_.SetMode(FakeCollector::Mode::kTake);
  ExpectLines(0, 2500);
  EXPECT_EQ(collector_.skipped(), 0u);
}

TEST_F(ShipperTest, LostAnswersStoreNothingTwice) {
  collector_.SetMode(FakeCollector::Mode::kLoseAnswer);
  WriteLines(LogPath(), 0, 50);
  Start();
  ASSERT_TRUE(collector_.WaitForPushes(2));
  collector_.SetMode(FakeCollector::Mode::kTake);
  WriteLines(LogPath(), 50, 60);
  ExpectLines(0, 60);
  EXPECT_GE(collector_.skipped(), 50u);
}

TEST_F(ShipperTest, PoisonLineGoesToTheDeadLettersAndTheOthersArrive) {
  collector_.RefuseLinesWith("poison");
  WriteLines(LogPath(), 0, 70);
  Write(LogPath(), "poison one\n");
  WriteLines(LogPath(), 70, 100);
  Start();
  ExpectLines(0, 100);
  shipper_.reset();
  const std::string letters = test::ReadWholeFile(dir_.Join("state/dead-letters.jsonl"));
  EXPECT_NE(letters.find(R"("line":"poison one")"), std::string::npos) << letters;
  EXPECT_NE(letters.find("HTTP 400: poison"), std::string::npos) << letters;
  EXPECT_EQ(telemetry_.NewCounter("vedette_shipper_dead_letters_total", "", {{"source", "file"}})
                ->Value(),
            1u);
}

TEST_F(ShipperTest, NoAnswerToAllMakesEntriesSkipped) {
  // 400 to everything is what a web server under a wrong URL says.
  for (const int status : {301, 400, 401, 403, 404, 408, 429, 500, 502, 504}) {
    const int from = written_;
    written_ += 3;
    collector_.AnswerAll(status);
    const size_t pushes = collector_.pushes();
    WriteLines(LogPath(), from, written_);
    if (!shipper_) Start();
    ASSERT_TRUE(collector_.WaitForPushes(pushes + 2)) << status;
    collector_.AnswerAll(0);
    ExpectLines(0, written_);
  }
  EXPECT_FALSE(fs_->Exists(dir_.Join("state/dead-letters.jsonl")));
}

TEST_F(ShipperTest, TooLargePushIsHalved) {
  collector_.SetMaxEntries(3);
  WriteLines(LogPath(), 0, 20);
  Start();
  ExpectLines(0, 20);
}

TEST_F(ShipperTest, StopsWithinFiveSecondsWhileTheCollectorHangs) {
  collector_.SetMode(FakeCollector::Mode::kHang);
  WriteLines(LogPath(), 0, 1);
  Start();
  ASSERT_TRUE(collector_.WaitForPushes(1));
  const int64_t begin = clock_.MonotonicNanos();
  shipper_.reset();
  EXPECT_LT(clock_.MonotonicNanos() - begin, 5'000'000'000);
}

TEST_F(ShipperTest, RestartsAtAnyPointStoreEveryLineOnce) {
  std::mt19937 random(7);
  int written = 0;
  for (int run = 0; run < 12; ++run) {
    collector_.SetMode(run % 3 == 1 ? FakeCollector::Mode::kLoseAnswer
                                    : FakeCollector::Mode::kTake);
    WriteLines(LogPath(), written, written + 200);
    written += 200;
    Start();
    const size_t pushes = collector_.pushes();
    // A file that nobody has seen under its name cannot be found under another.
    ASSERT_TRUE(collector_.WaitForPushes(pushes + (run % 4 == 0 ? 1 : random() % 2)));
    if (run % 4 == 3)
      std::filesystem::rename(LogPath(), dir_.Join("log/old" + std::to_string(run)));
    shipper_.reset();
    // Once the last checkpoint is lost with the machine: the one before does as well.
    const auto overwrite = std::filesystem::copy_options::overwrite_existing;
    if (run == 4) std::filesystem::copy_file(dir_.Join("state/positions"), dir_.Join("older"));
    if (run == 5) {
      std::filesystem::copy_file(dir_.Join("older"), dir_.Join("state/positions"), overwrite);
    }
  }
  collector_.SetMode(FakeCollector::Mode::kTake);
  Start();
  ExpectLines(0, written);
}

TEST_F(ShipperTest, SecondShipperOfTheSameStateIsRefused) {
  Start();
  EXPECT_EQ(Shipper::Start(MakeOptions()).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ShipperTest, TokenIsReadFromItsFileAtEachSend) {
  Shipper::Options options = MakeOptions();
  options.token_file = dir_.Write("token", "first\n");
  WriteLines(LogPath(), 0, 1);
  Start(options);
  ASSERT_TRUE(collector_.WaitForLines(1));
  dir_.Write("token", "second\n");
  WriteLines(LogPath(), 1, 2);
  ASSERT_TRUE(collector_.WaitForLines(2));
  EXPECT_EQ(collector_.AuthorizedAs("Bearer first"), 1u);
  EXPECT_EQ(collector_.AuthorizedAs("Bearer second"), 1u);
}

TEST_F(ShipperTest, PasswordIsReadFromItsFileAtEachSend) {
  Shipper::Options options = MakeOptions();
  options.basic_auth_user = "me";
  options.basic_auth_password_file = dir_.Write("password", "open sesame\n");
  WriteLines(LogPath(), 0, 1);
  Start(options);
  ASSERT_TRUE(collector_.WaitForLines(1));
  EXPECT_EQ(collector_.AuthorizedAs("Basic bWU6b3BlbiBzZXNhbWU="), 1u);
}

// --- Journal -----------------------------------------------------------------------------------

class JournalShipperTest : public ShipperTest {
 protected:
  void SetUp() override {
    if (::access(kJournalRemote, X_OK) != 0) GTEST_SKIP() << "no " << kJournalRemote;
    std::filesystem::create_directories(dir_.Join("journal"));
  }

  // One entry in journald's export format, `seq` microseconds after the start of all.
  static std::string Exported(int seq, const std::string& fields) {
    return base::Concat({"__REALTIME_TIMESTAMP=", std::to_string(kStartUs + seq),
                         "\n__MONOTONIC_TIMESTAMP=", std::to_string(1000 + seq),
                         "\n_BOOT_ID=0123456789abcdef0123456789abcdef\n"
                         "_MACHINE_ID=fedcba9876543210fedcba9876543210\n",
                         fields, "\n"});
  }

  void AppendJournal(const std::string& exported, const std::string& file = "system.journal") {
    const std::string input = dir_.Write("in.export", exported);
    const std::string command = base::Concat({kJournalRemote, " -o ", dir_.Join("journal/"), file,
                                              " ", input, " >", dir_.Join("remote.out"), " 2>&1"});
    ASSERT_EQ(std::system(command.c_str()), 0) << test::ReadWholeFile(dir_.Join("remote.out"));
  }

  void AppendNumbered(int from, int to) {
    std::string exported;
    for (int i = from; i < to; ++i) {
      exported += Exported(i, base::Concat({"MESSAGE=", AccessLine(i), "\n_TRANSPORT=journal\n"}));
    }
    AppendJournal(exported);
  }

  void StartJournal() {
    Shipper::Options options = MakeOptions();
    options.journal = true;
    options.journal_directory = dir_.Join("journal");
    options.file_patterns.clear();
    Start(options);
  }

  static const int64_t kStartUs;
};

// An hour ago, so that the look-back of a first start covers it.
const int64_t JournalShipperTest::kStartUs = base::SystemClock().WallNanos() / 1000 - 3'600'000'000;

TEST_F(JournalShipperTest, EntryArrivesWithItsLabelsLevelAndMetadata) {
  AppendJournal(Exported(7,
                         "MESSAGE=[ERROR] it broke\nPRIORITY=6\n_TRANSPORT=stdout\n"
                         "_SYSTEMD_UNIT=app.service\nSYSLOG_IDENTIFIER=app\n_PID=12\n"));
  StartJournal();
  ASSERT_TRUE(collector_.WaitForLines(1));
  const FakeCollector::Line line = collector_.lines()[0];
  EXPECT_EQ(line.labels.ToString(),
            R"({detected_level="error", host="h1", job="journal", service_name="app", )"
            R"(transport="stdout", unit="app.service"})");
  EXPECT_EQ(line.entry.line, "[ERROR] it broke");
  EXPECT_EQ(line.entry.timestamp_ns, (kStartUs + 7) * 1000);
  EXPECT_EQ(line.entry.metadata.Get("pid"), "12");
  EXPECT_EQ(line.entry.metadata.Get("identifier"), "app");
  EXPECT_EQ(line.entry.metadata.Get("boot_id"), "0123456789abcdef0123456789abcdef");
  EXPECT_TRUE(base::StartsWith(line.source, "journal:fedcba9876543210fedcba9876543210:"));
}

TEST_F(JournalShipperTest, PriorityCountsWhereTheLineTellsNothing) {
  AppendJournal(Exported(1, "MESSAGE=plain\nPRIORITY=2\n_TRANSPORT=syslog\n") +
                Exported(2, "MESSAGE=plain\n_TRANSPORT=kernel\n"));
  StartJournal();
  ASSERT_TRUE(collector_.WaitForLines(2));
  std::multiset<std::string> levels;
  for (const auto& line : collector_.lines()) {
    levels.emplace(line.labels.Get("detected_level"));
  }
  EXPECT_EQ(levels, (std::multiset<std::string>{"critical", "info"}));
}

TEST_F(JournalShipperTest, CaddysLinesGetTheirTimeAndLabelsAsInItsFiles) {
  const std::string told =
      base::Concat({R"({"level":"error","ts":)", std::to_string(kStartUs / 1'000'000 - 2), R"(.5,)",
                    R"("logger":"http.log.access","msg":"handled request","status":502})"});
  const std::string ancient = R"({"level":"warn","ts":5.5,"logger":"tls","msg":"an old clock"})";
  AppendJournal(
      Exported(1, "MESSAGE=" + told +
                      "\nPRIORITY=6\n_TRANSPORT=stdout\n_COMM=caddy\n"
                      "_SYSTEMD_UNIT=caddy.service\n") +
      Exported(2, "MESSAGE=" + ancient + "\n_TRANSPORT=stdout\n_SYSTEMD_UNIT=caddy.service\n") +
      Exported(3, "MESSAGE=" + told +
                      "\nPRIORITY=6\n_TRANSPORT=stdout\n"
                      "_SYSTEMD_UNIT=other.service\n"));
  StartJournal();
  ASSERT_TRUE(collector_.WaitForLines(3));
  std::map<uint64_t, FakeCollector::Line> lines;
  for (const auto& line : collector_.lines()) lines.emplace(line.position, line);
  auto at = lines.begin();
  EXPECT_EQ(at->second.labels.ToString(),
            R"({detected_level="error", host="h1", job="journal", logger="http.log.access", )"
            R"(service_name="caddy", status="502", transport="stdout", unit="caddy.service"})");
  EXPECT_EQ(at->second.entry.timestamp_ns,
            (kStartUs / 1'000'000 - 2) * 1'000'000'000 + 500'000'000);
  ++at;
  EXPECT_EQ(at->second.labels.Get("logger"), "tls");
  EXPECT_EQ(at->second.entry.timestamp_ns, (kStartUs + 2) * 1000) << "too far off to be believed";
  ++at;
  EXPECT_EQ(at->second.labels.Get("status"), "") << "only Caddy's own lines";
  EXPECT_EQ(at->second.labels.Get("detected_level"), "error");
}

TEST_F(JournalShipperTest, WithoutAUnitNoNameOfAProgramsOwnChoiceBecomesALabel) {
  AppendJournal(
      Exported(1, "MESSAGE=a\n_TRANSPORT=kernel\nSYSLOG_IDENTIFIER=kernel\n") +
      Exported(2, "MESSAGE=b\n_TRANSPORT=syslog\nSYSLOG_IDENTIFIER=run-83719\n_COMM=logger\n"));
  StartJournal();
  ASSERT_TRUE(collector_.WaitForLines(2));
  for (const auto& line : collector_.lines()) {
    EXPECT_EQ(line.labels.Get("unit"), "none");
    EXPECT_EQ(line.labels.Get("service_name"), line.entry.line == "a" ? "kernel" : "logger");
  }
}

TEST_F(JournalShipperTest, ReadsOnAfterRestartsEveryEntryOnce) {
  AppendNumbered(0, 50);
  StartJournal();
  ExpectLines(0, 50);
  AppendNumbered(50, 60);
  ExpectLines(0, 60);
  shipper_.reset();
  AppendNumbered(60, 100);
  StartJournal();
  ExpectLines(0, 100);
}

TEST_F(JournalShipperTest, LostCheckpointStoresNothingTwice) {
  AppendNumbered(0, 50);
  StartJournal();
  ExpectLines(0, 50);
  shipper_.reset();
  std::filesystem::remove(dir_.Join("state/positions"));
  AppendNumbered(50, 55);
  StartJournal();
  ExpectLines(0, 55);
  EXPECT_EQ(collector_.skipped(), 50u);
}

TEST_F(JournalShipperTest, BinaryLongAndEmptyMessagesArrive) {
  const std::string binary("a\0\n\xff", 4);
  std::string sized(8, '\0');
  const uint64_t size = binary.size();
  std::memcpy(sized.data(), &size, sizeof size);
  const std::string longest(200'000, 'x');
  AppendJournal(Exported(1, "MESSAGE\n" + sized + binary + "\n_TRANSPORT=journal\n") +
                Exported(2, "MESSAGE=\n_TRANSPORT=journal\n") +
                Exported(3, "MESSAGE=" + longest + "\n_TRANSPORT=journal\n"));
  StartJournal();
  ASSERT_TRUE(collector_.WaitForLines(3));
  const auto texts = collector_.texts();
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()),
            (std::set<std::string>{binary, "", longest}));
}

TEST_F(JournalShipperTest, VacuumedCursorGoesOnWithWhatIsLeftAndCountsAGap) {
  AppendNumbered(0, 10);
  StartJournal();
  ExpectLines(0, 10);
  WaitForPosition("journal ");
  shipper_.reset();
  std::filesystem::remove(dir_.Join("journal/system.journal"));
  AppendNumbered(10, 20);
  StartJournal();
  ASSERT_TRUE(collector_.WaitForLines(20));
  ExpectLines(0, 20);
  EXPECT_EQ(telemetry_.NewCounter("vedette_shipper_journal_gaps_total", "")->Value(), 1u);
}

TEST_F(JournalShipperTest, DamagedFilesBesideItHarmNothing) {
  AppendNumbered(0, 20);
  dir_.Write("journal/garbage.journal", std::string(5000, 'x'));
  std::filesystem::copy_file(dir_.Join("journal/system.journal"),
                             dir_.Join("journal/system@cut.journal"));
  std::filesystem::resize_file(dir_.Join("journal/system@cut.journal"), 4096);
  StartJournal();
  ExpectLines(0, 20);
  AppendNumbered(20, 25);
  ExpectLines(0, 25);
}

TEST_F(JournalShipperTest, RotatedOrRemovedWhileBeingReadGoesOnWithTheNext) {
  AppendNumbered(0, 10);
  StartJournal();
  ExpectLines(0, 10);
  std::filesystem::rename(dir_.Join("journal/system.journal"),
                          dir_.Join("journal/system@rotated.journal"));
  AppendNumbered(10, 20);
  ExpectLines(0, 20);
  std::filesystem::remove(dir_.Join("journal/system@rotated.journal"));
  std::filesystem::remove(dir_.Join("journal/system.journal"));
  AppendNumbered(20, 30);
  ExpectLines(0, 30);
}

TEST_F(JournalShipperTest, AbsentJournalIsSaidOnceAndFilesGoOn) {
  Shipper::Options options = MakeOptions();
  options.journal = true;
  options.journal_directory = dir_.Join("no-such-folder");
  WriteLines(LogPath(), 0, 2);
  Start(options);
  ExpectLines(0, 2);
  // Files and journal are read by threads of their own.
  for (int i = 0; i < 1000 && logger_.Count("no journal to read") == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  WriteLines(LogPath(), 2, 4);
  ExpectLines(0, 4);
  EXPECT_EQ(logger_.Count("no journal to read"), 1);
}

}  // namespace
}  // namespace vedette::shipper
