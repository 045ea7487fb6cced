#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/strings.h"
#include "exporters/caddy/access_logs.h"
#include "exporters/caddy/access_state.h"
#include "exporters/runtime/collector.h"
#include "exporters/runtime/family_text.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/metrics_page.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::caddy {
namespace {

using test::MetricsPage;

std::string Line(const std::string& host, int status = 200, double duration = 0.02,
                 const std::string& method = "GET") {
  return base::Concat({R"({"level":"info","ts":1795226717.5,"logger":"http.log.access.app",)"
                       R"("msg":"handled request","request":{"method":")",
                       method, R"(","host":")", host,
                       R"(","uri":"/"},"bytes_read":7,)"
                       R"("duration":)",
                       std::to_string(duration), R"(,"size":300,"status":)", std::to_string(status),
                       "}\n"});
}

TEST(CaddyAccessLine, RecordedRequestIsRead) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/exporters/caddy-samples/access-http.jsonl");
  const std::string text = test::ReadWholeFile(path);
  AccessLineReader reader;
  AccessEntry entry;
  ASSERT_EQ(reader.Read(text.substr(0, text.find('\n')), &entry), LineKind::kRequest);
  EXPECT_EQ(entry.host, "app.test");
  EXPECT_EQ(entry.method, "GET");
  EXPECT_EQ(entry.status, 200);
  EXPECT_EQ(entry.duration_seconds, 0.007945648);
  EXPECT_EQ(entry.response_bytes, 6);
  EXPECT_EQ(entry.unix_seconds, 1795226717.4703817);
}

TEST(CaddyAccessLine, OtherLinesAndBadOnesAreToldApart) {
  const struct {
    std::string line;
    LineKind kind;
  } cases[] = {
      {Line("a"), LineKind::kRequest},
      {R"({"level":"info","ts":1,"msg":"using config from file"})", LineKind::kOther},
      {R"({"logger":"admin.api","msg":"about http.log.access"})", LineKind::kOther},
      {R"({"logger":"http.log.accessory","request":{}})", LineKind::kOther},
      {R"({"logger":"http.log.access"})", LineKind::kMalformed},
      {R"({"logger":"http.log.access","request":{}})", LineKind::kRequest},
      {R"({"logger":"http.log.access","request":{"host":7},"status":"x","size":-1})",
       LineKind::kRequest},
      {"2026/11/21 INFO http.log.access handled request", LineKind::kMalformed},
      {R"({"logger":"http.log.access","request":{"host":"a)", LineKind::kMalformed},
      {"{\"logger\":\"http.log.access\",\"request\":{\"host\":\"\xff\"}}", LineKind::kMalformed},
      {std::string(5000, '{') + "http.log.access", LineKind::kMalformed},
  };
  AccessLineReader reader;
  AccessEntry entry;
  for (const auto& c : cases)
    EXPECT_EQ(reader.Read(c.line, &entry), c.kind) << c.line.substr(0, 80);
}

TEST(CaddyAccessLine, HostsAreMadeComparable) {
  const struct {
    const char* host;
    const char* clean;
  } cases[] = {{"Example.ORG", "example.org"},
               {"a.b:8443", "a.b"},
               {"a.b.", "a.b"},
               {"[::1]:80", "::1"},
               {"::1", "::1"},
               {"127.0.0.1:80", "127.0.0.1"},
               {"", ""},
               {"a b", ""},
               {"<script>", ""},
               {"\xc3\xa4.de", ""}};
  for (const auto& c : cases) EXPECT_EQ(CleanHost(c.host), c.clean) << c.host;
  EXPECT_EQ(CleanHost(std::string(300, 'a')), "");
}

class CaddyAccessLogs : public ::testing::Test {
 protected:
  void SetUp() override { Make(); }
  void Make(size_t max_hosts = 50) {
    AccessLogs::Options options;
    options.patterns = {dir_.Join("access*.log")};
    options.max_hosts = max_hosts;
    options.state_file = state_file_;
    options.fs = fs_.get();
    options.clock = &clock_;
    options.logger = &logger_;
    options.config = &config_;
    logs_ = std::make_unique<AccessLogs>(std::move(options));
  }
  void Append(const std::string& name, const std::string& text) const {
    std::ofstream(dir_.Join(name), std::ios::app) << text;
  }
  void Rename(const std::string& from, const std::string& to) const {
    std::filesystem::rename(dir_.Join(from), dir_.Join(to));
  }
  // What the page shows after another poll.
  MetricsPage Page() {
    logs_->Poll();
    FamilySink sink;
    status_ = logs_->Collect(&sink);
    std::vector<prometheus::MetricFamily> families;
    sink.MoveTo(&families);
    MetricsPage page =
        MetricsPage::Parse(WritePage(std::move(families), model::exposition::Format::kText));
    EXPECT_EQ(page.error, "");
    return page;
  }
  static double Requests(const MetricsPage& page, const std::string& host,
                         const std::string& code = "200", const std::string& method = "GET") {
    const double value = page.Value("caddy_access_log_requests_total{code=\"" + code +
                                    "\",host=\"" + host + "\",method=\"" + method + "\"}");
    return value == value ? value : 0;
  }

  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  test::TempDir dir_;
  test::FakeClock clock_;
  test::CaptureLogger logger_;
  ConfigWatch config_;
  std::string state_file_;
  std::unique_ptr<AccessLogs> logs_;
  base::Status status_;
};

TEST_F(CaddyAccessLogs, WhatIsThereAtFirstIsNotCounted) {
  Append("access.log", Line("a"));
  EXPECT_EQ(Requests(Page(), "a"), 0);
  Append("access.log", Line("a") + Line("a", 404) + Line("b", 200, 0.02, "BREW"));
  const MetricsPage page = Page();
  EXPECT_EQ(Requests(page, "a"), 1);
  EXPECT_EQ(Requests(page, "a", "404"), 1);
  EXPECT_EQ(Requests(page, "b", "200", "OTHER"), 1);
  EXPECT_EQ(page.Value("caddy_access_log_last_request_timestamp_seconds"), 1795226717.5);
  EXPECT_TRUE(status_.ok());
}

TEST_F(CaddyAccessLogs, HistogramsHaveCaddysBounds) {
  Page();
  Append("access.log", Line("a", 200, 0.005) + Line("a", 200, 0.3) + Line("a", 200, 60));
  const MetricsPage page = Page();
  const std::string name = "caddy_access_log_request_duration_seconds";
  EXPECT_EQ(page.Value(name + "_bucket{host=\"a\",le=\"0.005\"}"), 1);
  EXPECT_EQ(page.Value(name + "_bucket{host=\"a\",le=\"0.25\"}"), 1);
  EXPECT_EQ(page.Value(name + "_bucket{host=\"a\",le=\"0.5\"}"), 2);
  EXPECT_EQ(page.Value(name + "_bucket{host=\"a\",le=\"10\"}"), 2);
  EXPECT_EQ(page.Value(name + "_bucket{host=\"a\",le=\"+Inf\"}"), 3);
  EXPECT_EQ(page.Value(name + "_count{host=\"a\"}"), 3);
  EXPECT_DOUBLE_EQ(page.Value(name + "_sum{host=\"a\"}"), 60.305);
  EXPECT_EQ(page.Value("caddy_access_log_response_size_bytes_bucket{host=\"a\",le=\"1024\"}"), 3);
  EXPECT_EQ(page.Value("caddy_access_log_response_size_bytes_bucket{host=\"a\",le=\"256\"}"), 0);
  EXPECT_EQ(page.Value("caddy_access_log_request_size_bytes_sum{host=\"a\"}"), 21);
}

TEST_F(CaddyAccessLogs, ALineIsCountedOnceItIsWhole) {
  Page();
  const std::string line = Line("a");
  Append("access.log", line.substr(0, 50));
  EXPECT_EQ(Requests(Page(), "a"), 0);
  Append("access.log", line.substr(50) + line.substr(0, 10));
  EXPECT_EQ(Requests(Page(), "a"), 1);
  Append("access.log", line.substr(10));
  EXPECT_EQ(Requests(Page(), "a"), 2);
}

TEST_F(CaddyAccessLogs, RotationLosesAndRepeatsNothing) {
  Page();
  Append("access.log", Line("a"));
  EXPECT_EQ(Requests(Page(), "a"), 1);
  Append("access.log", Line("a"));  // read only after the rename
  Rename("access.log", "access-2026-11-21.log");
  Append("access.log", Line("a"));
  EXPECT_EQ(Requests(Page(), "a"), 3);
  Append("access-2026-11-21.log", Line("a"));  // a writer that is slow
  EXPECT_EQ(Requests(Page(), "a"), 4);
  Rename("access-2026-11-21.log", "rotated.old");  // now no pattern leads to it
  Append("rotated.old", Line("a"));
  EXPECT_EQ(Requests(Page(), "a"), 5);
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_EQ(Requests(Page(), "a"), 5);
  Append("rotated.old", Line("a"));
  EXPECT_EQ(Requests(Page(), "a"), 5);
}

TEST_F(CaddyAccessLogs, ACutFileIsReadFromItsStart) {
  Page();
  Append("access.log", Line("a") + Line("a"));
  EXPECT_EQ(Requests(Page(), "a"), 2);
  std::filesystem::resize_file(dir_.Join("access.log"), 0);
  Append("access.log", Line("a"));
  EXPECT_EQ(Requests(Page(), "a"), 3);
}

TEST_F(CaddyAccessLogs, TenThousandHostsAreBounded) {
  ConfigFacts facts;
  facts.hosts = {"first.test", "*.wild.test", "late.test"};
  config_.Set(std::make_shared<const ConfigFacts>(facts));
  Make(10);
  Page();
  std::string text = Line("first.test:8443");
  for (int i = 0; i < 10'000; ++i) text += Line("h" + std::to_string(i) + ".test");
  text += Line("a.wild.test") + Line("b.wild.test") + Line("late.test") + Line("<x>");
  Append("access.log", text);
  const MetricsPage page = Page();
  EXPECT_EQ(Requests(page, "first.test"), 1);
  EXPECT_EQ(Requests(page, "*.wild.test"), 2);
  EXPECT_EQ(Requests(page, "late.test"), 1);
  EXPECT_EQ(Requests(page, "h0.test"), 1);
  EXPECT_EQ(Requests(page, "_other"), 10'000 - 7 + 1);
  EXPECT_EQ(page.Value("caddy_access_log_hosts"), 10);
}

TEST_F(CaddyAccessLogs, ManyStatusesOfOneHostAreBounded) {
  Page();
  std::string text;
  for (int i = 100; i < 600; ++i) text += Line("a", i);
  Append("access.log", text);
  const MetricsPage page = Page();
  EXPECT_EQ(page.families.at("caddy_access_log_requests_total").series.size(), 257u);
  EXPECT_EQ(Requests(page, "a", "other", "OTHER"), 500 - 256);
}

TEST_F(CaddyAccessLogs, GarbageIsCountedAndCostsNothingElse) {
  Page();
  Append("access.log", "garbage\n" + std::string(1'000'000, 'x') + "\n\n" + Line("a") +
                           R"({"msg":"other"})" + "\n");
  const MetricsPage page = Page();
  EXPECT_EQ(Requests(page, "a"), 1);
  EXPECT_EQ(page.Value("caddy_access_log_lines_total{kind=\"malformed\"}"), 2);
  EXPECT_EQ(page.Value("caddy_access_log_lines_total{kind=\"other\"}"), 1);
}

TEST_F(CaddyAccessLogs, NoFileIsNoDataAndAnUnreadableOneAnError) {
  Page();
  EXPECT_TRUE(IsNoData(status_));
  std::filesystem::create_symlink(dir_.Join("access-loop.log"), dir_.Join("access-loop.log"));
  Append("access.log", Line("a"));
  const MetricsPage page = Page();
  EXPECT_FALSE(status_.ok());
  EXPECT_FALSE(IsNoData(status_));
  EXPECT_NE(base::Message(status_).find("access-loop.log"), std::string_view::npos);
  EXPECT_EQ(page.Value("caddy_access_log_readable{file=\"" + dir_.Join("access-loop.log") + "\"}"),
            0);
  EXPECT_EQ(Requests(page, "a"), 1);
}

TEST_F(CaddyAccessLogs, PatternsMatchInTheLastPartOfAPath) {
  for (const char* name : {"a1.log", "a22.log", "b1.log", "a1.log.gz"}) dir_.Write(name, "");
  const auto names = [this](const std::string& pattern) {
    const auto found = ExpandPattern(fs_.get(), dir_.Join(pattern));
    return found.ok() ? found->size() : 1000;
  };
  EXPECT_EQ(names("a*.log"), 2u);
  EXPECT_EQ(names("a?.log"), 1u);
  EXPECT_EQ(names("*"), 4u);
  EXPECT_EQ(names("*1*"), 3u);
  EXPECT_EQ(names("none*"), 0u);
  EXPECT_EQ(names("plain"), 1u);
  EXPECT_EQ(names("no-folder/*.log"), 0u);
  EXPECT_EQ(names("a1.log/*.log"), 1000u);  // a folder that is none
}

TEST_F(CaddyAccessLogs, FilesOfTheConfigurationAreFollowed) {
  const std::string file = dir_.Write("named.jsonl", Line("a"));
  ConfigFacts facts;
  facts.log_files = {file};
  config_.Set(std::make_shared<const ConfigFacts>(facts));
  EXPECT_EQ(Requests(Page(), "a"), 0);
  Append("named.jsonl", Line("a"));
  EXPECT_EQ(Requests(Page(), "a"), 1);
  // One that comes with a later configuration is new: all of it counts.
  facts.log_files.insert(dir_.Write("second.jsonl", Line("b")));
  config_.Set(std::make_shared<const ConfigFacts>(facts));
  EXPECT_EQ(Requests(Page(), "b"), 1);
}

TEST_F(CaddyAccessLogs, CountersSurviveARestartAndLinesMeanwhileCount) {
  state_file_ = dir_.Join("state");
  Make();
  Page();
  Append("access.log", Line("a") + Line("a", 500));
  Page();
  ASSERT_TRUE(logs_->SaveState().ok());
  Append("access.log", Line("a"));  // counted and lost with the crash
  Page();
  Rename("access.log", "rotated.old");  // while nobody looks
  Append("rotated.old", Line("a"));
  Append("access.log", Line("b"));
  Make();
  const MetricsPage page = Page();
  EXPECT_EQ(Requests(page, "a"), 3);
  EXPECT_EQ(Requests(page, "a", "500"), 1);
  EXPECT_EQ(Requests(page, "b"), 1);
  EXPECT_EQ(page.Value("caddy_access_log_request_duration_seconds_count{host=\"a\"}"), 4);
}

TEST_F(CaddyAccessLogs, ADamagedStateIsLoggedAndLeft) {
  state_file_ = dir_.Write("state", "vedette-caddy-access 1\nlines 1 2 3\nend 0\n");
  Make();
  EXPECT_EQ(logger_.Count("checksum"), 1);
  Append("access.log", Line("a"));
  Page();
}

TEST(CaddyAccessState, WhatIsWrittenIsReadBack) {
  AccessState state;
  state.files = {{1, 2, 3}, {4, 5, 18446744073709551615u}};
  state.lines = {7, 8, 9};
  AccessStats::Host& host = state.hosts["*.a.test"];
  host.requests[{"GET", 200}] = 5;
  host.requests[{"OTHER", -1}] = 6;
  host.duration.sum = 0.1 + 0.2;
  host.duration.buckets[11] = 3;
  const auto read = ReadAccessState(WriteAccessState(state));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->files.size(), 2u);
  EXPECT_EQ(read->files[1].offset, 18446744073709551615u);
  EXPECT_EQ(read->lines, state.lines);
  EXPECT_EQ(read->hosts.at("*.a.test").requests, host.requests);
  EXPECT_EQ(read->hosts.at("*.a.test").duration.sum, 0.1 + 0.2);
  EXPECT_EQ(read->hosts.at("*.a.test").duration.buckets, host.duration.buckets);
}

TEST(CaddyAccessState, AnyDamageIsFoundAndANewerVersionRefused) {
  AccessState state;
  state.hosts["a"].requests[{"GET", 200}] = 5;
  const std::string good = WriteAccessState(state);
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 4);
    EXPECT_FALSE(ReadAccessState(bad).ok() && i + 1 < good.size()) << i;
    EXPECT_FALSE(ReadAccessState(good.substr(0, i)).ok() && i + 1 < good.size()) << i;
  }
  const auto newer = ReadAccessState("vedette-caddy-access 2\nend 0\n");
  EXPECT_NE(base::Message(newer.status()).find("version 2"), std::string_view::npos);
}

TEST(CaddyAccessState, FormatDocumentNamesMagicAndVersion) {
  const std::string format = test::ReadWholeFile(test::SourcePath("exporters/caddy/FORMAT.md"));
  EXPECT_NE(format.find(base::Concat(
                {AccessState::kMagic, " ", std::to_string(AccessState::kVersion), " "})),
            std::string::npos);
}

}  // namespace
}  // namespace vedette::exporters::caddy
