// This machine, as we and as node_exporter 1.11.1 see it; and promtool's opinion of our page.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <set>

#include "base/strings.h"
#include "exporters/node/flags.h"
#include "model/exposition/parser.h"
#include "tests/exporters/node/page.h"
#include "tests/exporters/node/peer.h"
#include "tests/support/free_port.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::node {
namespace {

using model::exposition::EntryKind;
using Samples = std::map<std::string, double>;

// The flags of both: Debian's build has defaults of its own, so all patterns are named.
const std::vector<std::string> kFlags = {
    "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys)($|/)",
    "--collector.filesystem.fs-types-exclude=^(cgroup2?|devpts|mqueue|proc|sysfs)$",
};

Samples ReadSamples(std::string_view page) {
  Samples samples;
  model::exposition::Parser parser(page, model::exposition::Format::kText);
  while (true) {
    const auto kind = parser.Next();
    EXPECT_TRUE(kind.ok()) << kind.status();
    if (!kind.ok() || *kind == EntryKind::kEnd) return samples;
    if (*kind == EntryKind::kSeries) samples[std::string(parser.series())] = parser.value();
  }
}

// Values that move between two scrapes, or belong to one process: compared loosely or not at all.
bool IsConstant(std::string_view series) {
  for (const char* name :
       {"node_disk_info", "node_filesystem_size_bytes", "node_filesystem_files{",
        "node_filesystem_device_error", "node_filesystem_mount_info",
        "node_filesystem_purgeable_bytes", "node_boot_time_seconds", "node_uname_info",
        "node_memory_MemTotal", "node_memory_SwapTotal", "node_memory_Hugepagesize",
        "node_memory_CommitLimit", "node_memory_VmallocTotal", "node_processes_max_",
        "node_time_clocksource", "node_time_zone_offset", "node_scrape_collector_success"}) {
    if (base::StartsWith(series, name)) return true;
  }
  return false;
}

// Which states there are differs from one moment to the next.
bool ComesAndGoes(std::string_view series) {
  return base::StartsWith(series, "node_processes_state{") ||
         base::StartsWith(series, "node_processes_threads_state{") ||
         base::StartsWith(series, "node_exporter_build_info");
}

NodeOptions LiveOptions() {
  NodeOptions options;
  for (const std::string& text : kFlags) {
    const size_t equals = text.find('=');
    for (const NodeFlag& flag : NodeFlags()) {
      if ("--" + flag.name != text.substr(0, equals)) continue;
      EXPECT_TRUE(flag.set(&options, text.substr(equals + 1)).ok());
    }
  }
  return options;
}

// A page, taken apart.
struct LookedAt {
  explicit LookedAt(const std::string& text)
      : families(SplitFamilies(text)), samples(ReadSamples(text)) {}
  std::map<std::string, std::string> families;
  Samples samples;
};

// The lines of HELP and TYPE.
std::string HeadOf(const std::string& family) {
  return family.substr(0, family.find('\n', family.find('\n') + 1));
}

using Differences = std::vector<std::string>;

// What both pages of theirs have must be in ours, and what is in ours in one of theirs: other
// programs mount, connect and end while this one looks.
Differences CompareFamilies(const LookedAt& before, const LookedAt& mine, const LookedAt& after) {
  Differences found;
  for (const auto& [name, text] : before.families) {
    if (!after.families.contains(name)) continue;
    const auto own = mine.families.find(name);
    if (own == mine.families.end()) {
      found.push_back("theirs alone: " + name);
    } else if (HeadOf(own->second) != HeadOf(text)) {
      found.push_back(base::Concat({HeadOf(text), "\nours: ", HeadOf(own->second)}));
    }
  }
  for (const auto& [name, text] : mine.families) {
    if (!before.families.contains(name) && !after.families.contains(name)) {
      found.push_back("ours alone: " + name);
    }
  }
  return found;
}

Differences CompareSeries(const Samples& before, const Samples& mine, const Samples& after) {
  Differences found;
  for (const auto& [series, value] : before) {
    if (ComesAndGoes(series) || !after.contains(series)) continue;
    const auto own = mine.find(series);
    if (own == mine.end()) {
      found.push_back("theirs alone: " + series);
    } else if (IsConstant(series) && own->second != value && own->second != after.at(series)) {
      found.push_back(base::Concat(
          {series, " is ", std::to_string(value), "; ours ", std::to_string(own->second)}));
    }
  }
  for (const auto& [series, value] : mine) {
    if (!ComesAndGoes(series) && !before.contains(series) && !after.contains(series)) {
      found.push_back("ours alone: " + series);
    }
  }
  return found;
}

// What grows lies between; upstream misses some of the read-only mounts (exporters/node/README.md),
// we none of its.
Differences CompareValues(const Samples& before, const Samples& mine, const Samples& after) {
  Differences found;
  for (const char* name :
       {"node_intr_total", "node_context_switches_total", "node_forks_total",
        "node_network_receive_bytes_total{device=\"lo\"}", "node_time_seconds"}) {
    if (mine.at(name) < before.at(name) || mine.at(name) > after.at(name)) {
      found.push_back(base::Concat({name, " is not between theirs"}));
    }
  }
  for (const auto& [series, value] : before) {
    if (!base::StartsWith(series, "node_filesystem_readonly{") || !mine.contains(series)) continue;
    if (mine.at(series) < value) found.push_back(series);
  }
  return found;
}

Differences Compare(const LookedAt& before, const LookedAt& mine, const LookedAt& after) {
  Differences found = CompareFamilies(before, mine, after);
  for (const auto& compare : {CompareSeries, CompareValues}) {
    const Differences more = compare(before.samples, mine.samples, after.samples);
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}

TEST(LivePeer, SameFamiliesSeriesAndConstants) {
  constexpr int kLooks = 5;  // of which one must find no difference
  const test::TempDir folder;
  const auto bin = test::UnpackPeers(folder.path(), "exporters");
  if (!bin) GTEST_SKIP() << "no peers on this machine";
  const uint16_t port = test::FreePort();
  std::vector<std::string> arguments = {
      *bin + "/prometheus-node-exporter", "--collector.disable-defaults",
      "--web.disable-exporter-metrics", "--web.listen-address=127.0.0.1:" + std::to_string(port)};
  arguments.insert(arguments.end(), kFlags.begin(), kFlags.end());
  const PageMaker ours(LiveOptions());
  ASSERT_TRUE(ours.exporter);
  for (const std::string& name : ours.exporter->collectors().Names()) {
    arguments.push_back("--collector." + name);
  }
  const ChildProcess peer(arguments);
  Differences differences;
  for (int look = 0; look == 0 || (look < kLooks && !differences.empty()); ++look) {
    const LookedAt before(HttpGet("127.0.0.1", port, "/metrics", true));
    const LookedAt mine(ours.Get());
    const LookedAt after(HttpGet("127.0.0.1", port, "/metrics", true));
    ASSERT_GT(before.samples.size(), 100u);
    ASSERT_FALSE(after.samples.empty());
    differences = Compare(before, mine, after);
  }
  EXPECT_EQ(differences, Differences());
}

TEST(LivePeer, ProcfsCountersHaveTheSameSeries) {
  const test::TempDir folder;
  const auto bin = test::UnpackPeers(folder.path(), "exporters");
  if (!bin) GTEST_SKIP() << "no peers on this machine";
  const uint16_t port = test::FreePort();
  const ChildProcess peer({*bin + "/prometheus-node-exporter", "--collector.disable-defaults",
                           "--collector.netdev", "--no-collector.netdev.netlink",
                           "--collector.netdev.address-info", "--web.disable-exporter-metrics",
                           "--web.listen-address=127.0.0.1:" + std::to_string(port)});
  NodeOptions options;
  options.disable_defaults = true;
  options.collectors["netdev"] = true;
  options.netdev.netlink = false;
  options.netdev.address_info = true;
  const Samples before = ReadSamples(HttpGet("127.0.0.1", port, "/metrics", true));
  const Samples mine = ReadSamples(PageMaker(options).Get());
  const Samples after = ReadSamples(HttpGet("127.0.0.1", port, "/metrics", true));
  ASSERT_FALSE(before.empty());
  EXPECT_EQ(CompareSeries(before, mine, after), Differences());
}

// What promtool remarks on `page`, a line each.
std::set<std::string> RemarksOf(const std::string& bin, const std::string& page,
                                const test::TempDir& folder) {
  const std::string said = folder.Join("said");
  const int status = std::system(
      base::Concat({bin, "/promtool check metrics < ", page, " > ", said, " 2>&1"}).c_str());
  constexpr int kRemarks = 3;
  EXPECT_TRUE(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == kRemarks) << status;
  std::set<std::string> remarks;
  const std::string text = test::ReadWholeFile(said);
  for (const std::string_view line : base::Split(text, '\n')) remarks.emplace(line);
  return remarks;
}

// promtool remarks on some of upstream's own names; on no others.
TEST(LivePage, PromtoolAcceptsIt) {
  const test::TempDir folder;
  const auto bin = test::UnpackPeers(folder.path(), "prometheus");
  const auto recorded = test::SharedPath("reference/exporters");
  if (!bin || !recorded) GTEST_SKIP() << "no peers or no recorded pages on this machine";
  std::set<std::string> known;
  for (const char* name : {"/node.prom", "/node-fixtures-all-collectors.prom"}) {
    known.merge(RemarksOf(*bin, *recorded + name, folder));
  }
  const std::string page = folder.Write("page", PageMaker(NodeOptions(), true).Get());
  for (const std::string& remark : RemarksOf(*bin, page, folder)) {
    EXPECT_EQ(known.count(remark), 1u) << remark;
  }
}

TEST(LivePage, HasTheProcessMetricsOfDashboards) {
  const Samples page = ReadSamples(PageMaker(NodeOptions(), true).Get());
  for (const char* name : {"process_cpu_seconds_total", "process_open_fds", "process_max_fds",
                           "process_resident_memory_bytes", "process_virtual_memory_bytes",
                           "process_virtual_memory_max_bytes", "process_start_time_seconds"}) {
    ASSERT_EQ(page.count(name), 1u) << name;
    EXPECT_GT(page.at(name), 0) << name;
  }
}

}  // namespace
}  // namespace vedette::exporters::node
