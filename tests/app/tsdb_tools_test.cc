#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "app/tsdb_folder.h"
#include "app/verbs.h"
#include "base/strings.h"
#include "tests/support/temp_dir.h"

// `vedette tsdb`: exit codes, data on stdout, what is wrong on stderr.

namespace vedette::app {
namespace {

namespace fs = std::filesystem;

class TsdbToolsTest : public testing::Test {
 protected:
  struct Outcome {
    int code = -1;
    std::string out;
    std::string err;
  };

  static Outcome Run(std::vector<std::string> arguments) {
    CLI::App root("", "vedette");
    Outcome outcome;
    AddTsdb(&root, &outcome.code);
    arguments.insert(arguments.begin(), "tsdb");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    std::string misuse;
    try {
      root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError& error) {  // as main does
      outcome.code = kExitUsage;
      misuse = error.what();
    }
    std::fflush(stdout);
    outcome.out = testing::internal::GetCapturedStdout();
    outcome.err = testing::internal::GetCapturedStderr() + misuse;
    return outcome;
  }

  // Two parts of one sample each, and one in the log alone.
  void Fill() {
    TsdbTool tool;
    auto store = tool.OpenToWrite(data_);
    ASSERT_TRUE(store.ok()) << store.status();
    for (const char* name : {"a", "b", "c"}) {
      ASSERT_TRUE((*store)->Flush().ok());
      std::vector<model::SampleRow> rows = {
          {model::Labels{{"__name__", name}, {"job", "j"}}, 1000, name[0] - 'a' + 0.5, 0}};
      ASSERT_TRUE((*store)->Append(rows).ok());
    }
  }
  std::string Part(size_t n) const {
    std::vector<std::string> paths;
    for (const auto& entry : fs::directory_iterator(data_ + "/metrics/parts")) {
      paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths.at(n);
  }
  static void Flip(const std::string& path, int64_t from_end) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-from_end, std::ios::end);
    file.put('?').put('?');
  }

  test::TempDir dir_{test::MemoryFolder()};
  const std::string data_ = dir_.Join("data");
};

TEST_F(TsdbToolsTest, WrongUseIsSaidAndIs2) {
  Fill();
  const struct {
    std::vector<std::string> arguments;
    const char* says;
  } kCases[] = {
      {{"dump", dir_.Join("nowhere")}, "nowhere: no such folder"},
      {{"stats", dir_.Join("nowhere")}, "nowhere: no such folder"},
      {{"list", dir_.Join("nowhere")}, "nowhere: no such folder"},
      {{"verify", dir_.Join("nowhere")}, "nowhere: no such folder"},
      {{"compact", dir_.Join("nowhere")}, "nowhere: no such folder"},
      {{"backup", dir_.Join("nowhere"), dir_.Join("b")}, "nowhere: no such folder"},
      {{"restore", dir_.Join("nowhere"), dir_.Join("b")}, "nowhere: no such folder"},
      {{"import-prometheus", dir_.Join("nowhere"), data_}, "nowhere: no such folder"},
      {{"dump", dir_.path()}, "found neither MANIFEST nor metrics/MANIFEST"},
      {{"dump", data_, "--match", "a{job="}, "--match: "},
      {{"dump", data_, "--match", "a{job=~\"(\"}"}, "--match: "},
      {{"dump", data_, "--match", "a or b"}, "--match: "},
      {{"dump", data_, "--min-time", "yesterday"}, "--min-time: "},
      {{"dump", data_, "--min-time", "2", "--max-time", "1"},
       "--min-time 2 is later than --max-time 1"},
      {{"stats", data_, "--top", "-1"}, "--top: "},
      {{"stats", data_, "--top", "0"}, "--top: "},
      {{"dump", data_, "-o", "xml"}, "xml not in {text,json}"},
      {{"dump"}, "DIR is required"},
  };
  for (const auto& test_case : kCases) {
    const Outcome outcome = Run(test_case.arguments);
    EXPECT_EQ(outcome.code, kExitUsage) << test_case.says;
    EXPECT_EQ(outcome.out, "") << test_case.says;
    EXPECT_NE(outcome.err.find(test_case.says), std::string::npos) << outcome.err;
  }
  EXPECT_FALSE(fs::exists(dir_.Join("nowhere")));
}

TEST_F(TsdbToolsTest, DumpGivesEachSampleOnce) {
  Fill();
  const Outcome all = Run({"dump", data_});
  EXPECT_EQ(all.code, kExitOk) << all.err;
  EXPECT_EQ(all.out, "a{job=\"j\"} 0.5 1000\nb{job=\"j\"} 1.5 1000\nc{job=\"j\"} 2.5 1000\n");
  EXPECT_EQ(Run({"dump", data_, "--match", "{job=\"j\"}", "--match", "a"}).out, all.out);
  EXPECT_EQ(Run({"dump", data_, "--match", "b"}).out, "b{job=\"j\"} 1.5 1000\n");
  EXPECT_EQ(Run({"dump", data_, "--max-time", "0.5"}).out, "");
}

TEST_F(TsdbToolsTest, DamageIsOnStderrAndTheRestOnStdoutAnd1) {
  for (const bool in_footer : {false, true}) {
    fs::remove_all(data_);
    Fill();
    // A series page, or what says that this is a part.
    Flip(Part(0), in_footer ? 30 : static_cast<int64_t>(fs::file_size(Part(0))) - 20);
    const Outcome dump = Run({"dump", data_});
    EXPECT_EQ(dump.code, kExitProblem);
    EXPECT_EQ(dump.out, "b{job=\"j\"} 1.5 1000\nc{job=\"j\"} 2.5 1000\n");
    EXPECT_NE(dump.err.find(fs::path(Part(0)).filename()), std::string::npos) << dump.err;
    EXPECT_NE(dump.err.find("are damaged and left out"), std::string::npos) << dump.err;
    const Outcome stats = Run({"stats", data_, "-o", "json"});
    EXPECT_EQ(stats.code, kExitProblem);
    EXPECT_NE(stats.out.find("\"series\":2"), std::string::npos) << stats.out;
    EXPECT_FALSE(fs::exists(Part(0) + ".broken")) << "who only looks changes nothing";
    EXPECT_EQ(Run({"verify", data_}).code, kExitProblem);
  }
}

TEST_F(TsdbToolsTest, DamagedLogIsSaidToo) {
  Fill();
  for (const auto& entry : fs::directory_iterator(data_ + "/metrics/wal")) {
    if (entry.file_size() > 40) Flip(entry.path(), static_cast<int64_t>(entry.file_size()) - 50);
  }
  const Outcome dump = Run({"dump", data_});
  EXPECT_EQ(dump.out, "a{job=\"j\"} 0.5 1000\nb{job=\"j\"} 1.5 1000\n");
  const Outcome verify = Run({"verify", data_});
  EXPECT_EQ(dump.code, verify.code) << verify.out;
}

TEST_F(TsdbToolsTest, FailedImportLeavesNothing) {
  fs::create_directories(dir_.Join("prometheus/wal"));
  fs::create_directories(dir_.Join("empty"));
  for (const std::string& to : {data_, dir_.Join("empty")}) {
    const Outcome outcome = Run({"import-prometheus", dir_.Join("prometheus"), to});
    EXPECT_EQ(outcome.code, kExitProblem);
    EXPECT_NE(outcome.err.find("neither blocks nor a log of Prometheus"), std::string::npos)
        << outcome.err;
  }
  EXPECT_FALSE(fs::exists(data_));
  EXPECT_TRUE(fs::is_empty(dir_.Join("empty")));
}

TEST_F(TsdbToolsTest, FailedImportLeavesAStoreThatWasThereAsItWas) {
  Fill();
  fs::create_directories(dir_.Join("prometheus/wal"));
  EXPECT_EQ(Run({"import-prometheus", dir_.Join("prometheus"), data_}).code, kExitProblem);
  EXPECT_EQ(Run({"verify", data_}).code, kExitOk);
  EXPECT_EQ(Run({"dump", data_, "--match", "a"}).out, "a{job=\"j\"} 0.5 1000\n");
}

TEST_F(TsdbToolsTest, CopiesAndTheirSourceLieInNoneOfEachOther) {
  Fill();
  const std::string backup = dir_.Join("backup");
  ASSERT_EQ(Run({"backup", data_, backup}).code, kExitOk);
  const struct {
    std::vector<std::string> arguments;
    const char* says;
  } kCases[] = {
      {{"backup", data_, data_ + "/metrics/parts/b"}, "lies in the store itself"},
      {{"backup", data_, data_ + "/metrics"}, "lies in the store itself"},
      {{"restore", backup, backup}, "lies in the backup itself"},
      {{"restore", backup, backup + "/new"}, "lies in the backup itself"},
      {{"restore", backup, backup + "/../backup/./parts"}, "lies in the backup itself"},
      {{"restore", data_, data_}, "lies in the backup itself"},
      {{"restore", backup, data_}, "allowed is a new or an empty folder"},
      {{"backup", data_, backup}, "allowed is a new or an empty folder"},
  };
  for (const auto& test_case : kCases) {
    const Outcome outcome = Run(test_case.arguments);
    EXPECT_EQ(outcome.code, kExitUsage) << test_case.says;
    EXPECT_NE(outcome.err.find(test_case.says), std::string::npos) << outcome.err;
  }
  for (const std::string& dir : {data_, backup}) EXPECT_EQ(Run({"verify", dir}).code, kExitOk);
  EXPECT_FALSE(fs::exists(backup + "/metrics"));
  EXPECT_FALSE(fs::exists(backup + "/new"));
  ASSERT_EQ(Run({"restore", backup, dir_.Join("restored")}).code, kExitOk);
  EXPECT_EQ(Run({"dump", dir_.Join("restored")}).out, Run({"dump", data_}).out);
}

}  // namespace
}  // namespace vedette::app
