// This machine as we show it beside what process-exporter itself shows of it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "base/fs.h"
#include "base/strings.h"
#include "exporters/process/process_exporter.h"
#include "model/exposition/parser.h"
#include "tests/exporters/node/peer.h"
#include "tests/support/capture_logger.h"
#include "tests/support/free_port.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::process {
namespace {

using model::exposition::EntryKind;

struct Page {
  std::map<std::string, std::string> heads;  // HELP and TYPE by family
  std::map<std::string, double> series;
};

Page Parse(std::string_view text) {
  Page page;
  model::exposition::Parser parser(text, model::exposition::Format::kText);
  while (true) {
    const auto kind = parser.Next();
    EXPECT_TRUE(kind.ok()) << kind.status();
    if (!kind.ok() || *kind == EntryKind::kEnd) return page;
    if (*kind == EntryKind::kHelp || *kind == EntryKind::kType) {
      page.heads[parser.family()] += parser.text() + "\n";
    } else if (*kind == EntryKind::kSeries) {
      page.series[std::string(parser.series())] = parser.value();
    }
  }
}

bool IsOfGroups(std::string_view name) { return base::StartsWith(name, "namedprocess_"); }

class LiveProcess : public ::testing::Test {
 protected:
  std::string Ours(const ProcessOptions& options) {
    Environment environment;
    environment.fs = fs_.get();
    environment.clock = &clock_;
    environment.logger = &logger_;
    environment.exporter_metrics = false;
    auto exporter = ProcessExporter::Make(options, environment);
    EXPECT_TRUE(exporter.ok()) << exporter.status();
    base::http::Request request;
    request.method = "GET";
    request.path = "/metrics";
    return (*exporter)->handler()(request).body;
  }

  base::SystemClock clock_;
  test::CaptureLogger logger_;
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
};

// What of the groups can be compared: a file that one of the two failed to read is no other's, and
// the share of the C library's pages moves with who else runs.
std::map<std::string, double> Comparable(const Page& page) {
  std::map<std::string, double> series;
  for (const auto& [name, value] : page.series) {
    const bool moves =
        name.find("errors") != std::string::npos || name.find("proportional") != std::string::npos;
    if (IsOfGroups(name) && !moves) series[name] = value;
  }
  return series;
}

// Two processes of a name that nobody else has, and what both exporters say of them once they rest.
TEST_F(LiveProcess, AQuietGroupIsShownAsUpstreamShowsIt) {
  constexpr int kLooks = 20;
  const test::TempDir folder;
  const auto bin = test::UnpackPeers(folder.path(), "exporters");
  if (!bin) GTEST_SKIP() << "no peers on this machine";
  const std::string name = "vdt-" + std::to_string(::getpid());
  const std::string sleeper = folder.Join(name);
  std::filesystem::copy_file("/bin/sleep", sleeper);
  const node::ChildProcess first({sleeper, "600"});
  const node::ChildProcess second({sleeper, "600"});
  const uint16_t port = test::FreePort();
  const node::ChildProcess peer({*bin + "/prometheus-process-exporter", "-procnames", name,
                                 "-web.listen-address", "127.0.0.1:" + std::to_string(port)});
  ProcessOptions options;
  options.proc_names = name;
  std::map<std::string, double> theirs;
  std::map<std::string, double> ours;
  for (int look = 0; look < kLooks && (theirs.empty() || ours != theirs); ++look) {
    theirs = Comparable(Parse(node::HttpGet("127.0.0.1", port, "/metrics", true)));
    ours = Comparable(Parse(Ours(options)));
    if (ours != theirs) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_GT(theirs.size(), 20u);
  EXPECT_EQ(ours, theirs);
}

// All families, with the recorded page's HELP, type and names of labels.
TEST_F(LiveProcess, FamiliesAreThoseOfTheRecordedPage) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/exporters/process.prom");
  const Page recorded = Parse(test::ReadWholeFile(path));
  const Page ours = Parse(Ours({}));
  const auto label_names = [](const Page& page) {
    std::map<std::string, std::set<std::string>> names;
    for (const auto& [series, value] : page.series) {
      const std::string family = series.substr(0, series.find('{'));
      for (size_t at = series.find("=\""); at != std::string::npos; at = series.find("=\"", at)) {
        size_t begin = series.find_last_of("{,", at) + 1;
        names[family].insert(series.substr(begin, at - begin));
        at = series.find('"', at + 2);
      }
    }
    return names;
  };
  auto our_labels = label_names(ours);
  const auto recorded_labels = label_names(recorded);
  for (const auto& [family, head] : recorded.heads) {
    if (!IsOfGroups(family)) continue;
    ASSERT_EQ(ours.heads.count(family), 1u) << family;
    EXPECT_EQ(ours.heads.at(family), head) << family;
    const auto labels = recorded_labels.find(family);
    if (labels != recorded_labels.end()) {
      EXPECT_EQ(our_labels[family], labels->second) << family;
    }
  }
  for (const auto& [family, head] : ours.heads) {
    if (IsOfGroups(family)) {
      EXPECT_EQ(recorded.heads.count(family), 1u) << family;
    }
  }
}

}  // namespace
}  // namespace vedette::exporters::process
