// The process exporter against process-exporter 0.8.7: the recorded page, and side by side on this
// machine. See ../README.md.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "base/fs.h"
#include "base/strings.h"
#include "exporters/process/flags.h"
#include "exporters/process/process_exporter.h"
#include "tests/conformance/exporters/flag_line.h"
#include "tests/conformance/exporters/side_by_side.h"
#include "tests/exporters/node/peer.h"
#include "tests/support/capture_logger.h"
#include "tests/support/free_port.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::process {
namespace {

using base::Concat;
using test::Exception;
using test::MetricsPage;
using Arguments = std::vector<std::string>;

constexpr int kSkipped = 77;  // ctest's SKIP_RETURN_CODE
constexpr int kRounds = 40;   // of which most machines need a few

// Our exporter with upstream's flags.
class Ours {
 public:
  explicit Ours(const Arguments& flags) {
    Environment environment;
    environment.fs = fs_.get();
    environment.clock = &clock_;
    environment.logger = &logger_;
    auto made = ProcessExporter::Make(test::OptionsOf(ProcessFlags(), flags), environment);
    if (made.ok()) exporter_ = *std::move(made);
  }
  MetricsPage Page() const {
    if (exporter_ == nullptr) return MetricsPage();
    base::http::Request request;
    request.method = "GET";
    request.path = "/metrics";
    return MetricsPage::Parse(exporter_->handler()(request).body);
  }

 private:
  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  base::SystemClock clock_;
  test::CaptureLogger logger_;
  std::unique_ptr<ProcessExporter> exporter_;
};

// Upstream's program with the same flags.
class Theirs {
 public:
  Theirs(const std::string& program, Arguments flags) : process_(Command(program, flags, port_)) {
    node::HttpGet("127.0.0.1", port_, "/metrics", true);
  }
  MetricsPage Page() const {
    return MetricsPage::Parse(node::HttpGet("127.0.0.1", port_, "/metrics"));
  }

 private:
  static Arguments Command(const std::string& program, Arguments flags, uint16_t port) {
    flags.insert(flags.begin(), {program, "-web.listen-address=127.0.0.1:" + std::to_string(port)});
    return flags;
  }

  const uint16_t port_ = test::FreePort();
  const node::ChildProcess process_;
};

// Every family of the recorded page, with its type, HELP and names of labels. What a thread waits
// in shows only while one waits.
void CompareRecorded(const std::string& recorded, test::Tally* tally) {
  const MetricsPage theirs = MetricsPage::Parse(test::ReadWholeFile(recorded));
  test::SideBySide comparison("recorded", test::SideBySide::Help::kSame,
                              {{"namedprocess_*", Exception::kShape}, {"*", Exception::kAbsent}});
  const Ours ours({});
  for (int round = 0; round < kRounds && (round == 0 || !comparison.IsSettled()); ++round) {
    comparison.AddRound(theirs, ours.Page(), theirs);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  comparison.Finish(tally);
}

const std::vector<Exception> kExceptions = {
    // Its share of what others map too is counted again once a minute: exporters/process/README.md.
    {"namedprocess_namegroup_memory_bytes", Exception::kSeries, "memtype=\"proportional"},
    // The two who look, each busy with its own page as it looks.
    {"namedprocess_namegroup_*", Exception::kShape, "groupname=\"process_conform\""},
    {"namedprocess_namegroup_*", Exception::kShape, "groupname=\"prometheus-proc\""},
    // Files that each of the two failed to read.
    {"namedprocess_scrape_*", Exception::kShape},
    {"go_*", Exception::kAbsent},
    {"process_*", Exception::kAbsent},
    {"promhttp_*", Exception::kAbsent},
    {"process_exporter_build_info", Exception::kAbsent},
    {"vedette_*", Exception::kAbsent}};

// Counters begin when an exporter first sees a process, so what came on top since is compared: ours
// must be no less than what upstream saw within our two looks, and no more than around them.
void CompareLive(const std::string& name, const std::string& program, const Arguments& flags,
                 test::Tally* tally) {
  const Theirs theirs(program, flags);
  const Ours ours(flags);
  ours.Page();
  test::SideBySide comparison(name, test::SideBySide::Help::kSame, kExceptions);
  int round = 0;
  do {
    const MetricsPage outer = theirs.Page();
    const MetricsPage since = ours.Page();
    const MetricsPage inner = theirs.Page();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const MetricsPage before = theirs.Page();
    const MetricsPage own = ours.Page();
    const MetricsPage after = theirs.Page();
    comparison.AddRound(Growth(before, inner), Growth(own, since), Growth(after, outer));
  } while (++round < kRounds && !comparison.IsSettled());
  std::printf("%s: settled after %d rounds of at most %d\n", name.c_str(), round, kRounds);
  comparison.Finish(tally);
}

// One process that writes to the disk, one that computes, two that sleep, under names that nobody
// else has.
class Work {
 public:
  explicit Work(const test::TempDir& folder)
      : writer_({Named(folder, "dd", "vdt-writer"), "if=/dev/zero", "of=" + folder.Join("out"),
                 "bs=4096", "count=50000", "oflag=dsync"}),
        worker_({Named(folder, "yes", "vdt-worker")}),
        sleeper_({Named(folder, "sleep", "vdt-sleeper"), "600"}),
        other_({folder.Join("vdt-sleeper"), "601"}) {}

 private:
  static std::string Named(const test::TempDir& folder, const std::string& program,
                           const std::string& name) {
    const std::string path = folder.Join(name);
    std::filesystem::copy_file("/usr/bin/" + program, path);
    return path;
  }

  const node::ChildProcess writer_, worker_, sleeper_, other_;
};

constexpr char kConfig[] =
    "process_names:\n"
    "  - name: \"writer-{{.Matches.File}}\"\n"
    "    comm: [vdt-writer]\n"
    "    cmdline: ['of=.*/(?P<File>\\S+)']\n"
    "  - name: \"{{.ExeBase}}:{{.Username}}\"\n"
    "    exe: [vdt-worker, vdt-sleeper]\n"
    "  - name: \"{{.Comm}}\"\n"
    "    cmdline: ['.+']\n";

void CompareHost(const std::string& program, const test::TempDir& folder, test::Tally* tally) {
  const std::string config = "-config.path=" + folder.Write("names.yml", kConfig);
  const std::string names = "-procnames=vdt-writer,vdt-worker,vdt-sleeper";
  CompareLive("by name", program, {names}, tally);
  CompareLive("without children and threads", program,
              {names, "-children=false", "-threads=false", "-gather-smaps=false"}, tally);
  CompareLive("by mapping", program, {"-namemapping=vdt-writer,of=.*/(\\S+),vdt-sleeper,(\\d+)"},
              tally);
  CompareLive("every process, by file", program, {config, "-remove-empty-groups"}, tally);
}

int Main() {
  const auto recorded = test::SharedPath("reference/exporters/process.prom");
  const test::TempDir folder;
  const auto peers = test::UnpackPeers(folder.path(), "exporters");
  if (!recorded && !peers) {
    std::printf("skipped: neither recorded pages nor peers in ../shared on this machine\n");
    return kSkipped;
  }
  const Work work(folder);
  test::Tally tally;
  if (recorded) CompareRecorded(*recorded, &tally);
  if (peers) CompareHost(*peers + "/prometheus-process-exporter", folder, &tally);
  return tally.Finish();
}

}  // namespace
}  // namespace vedette::exporters::process

int main() { return vedette::exporters::process::Main(); }
