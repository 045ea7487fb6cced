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

TEST(LivePeer, SameFamiliesSeriesAndConstants) {
  const test::TempDir folder;
  const auto bin = test::UnpackPeers(folder.path(), "exporters");
  if (!bin) GTEST_SKIP() << "no peers on this machine";
  const uint16_t port = FreePort();
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
  const std::string theirs_page = HttpGet("127.0.0.1", port, "/metrics", true);
  const std::string ours_page = ours.Get();
  ASSERT_FALSE(theirs_page.empty());

  const auto their_families = SplitFamilies(theirs_page);
  const auto our_families = SplitFamilies(ours_page);
  for (const auto& [name, text] : their_families) {
    const auto found = our_families.find(name);
    ASSERT_NE(found, our_families.end()) << name;
    const std::string head = text.substr(0, text.find('\n', text.find('\n') + 1));
    EXPECT_EQ(found->second.substr(0, head.size()), head);
  }
  EXPECT_EQ(our_families.size(), their_families.size());

  const Samples theirs = ReadSamples(theirs_page);
  const Samples mine = ReadSamples(ours_page);
  for (const auto& [series, value] : theirs) {
    if (ComesAndGoes(series)) continue;
    const auto found = mine.find(series);
    ASSERT_NE(found, mine.end()) << series;
    if (!IsConstant(series)) continue;
    EXPECT_EQ(found->second, value) << series;
  }
  for (const auto& [series, value] : mine) {
    if (ComesAndGoes(series)) continue;
    EXPECT_EQ(theirs.count(series), 1u) << series;
  }
  // What grows, grows on from what the peer saw a moment before.
  for (const char* name : {"node_intr_total", "node_context_switches_total", "node_forks_total",
                           "node_network_receive_bytes_total{device=\"lo\"}"}) {
    const double before = theirs.at(name);
    EXPECT_GE(mine.at(name), before) << name;
    EXPECT_LE(mine.at(name), before * 1.5 + 1e6) << name;
  }
  // Upstream misses some of the read-only mounts (exporters/node/README.md), we none of its.
  for (const auto& [series, value] : theirs) {
    if (!base::StartsWith(series, "node_filesystem_readonly{")) continue;
    EXPECT_GE(mine.at(series), value) << series;
  }
  EXPECT_NEAR(mine.at("node_time_seconds"), theirs.at("node_time_seconds"), 60);
}

TEST(LivePeer, ProcfsCountersHaveTheSameSeries) {
  const test::TempDir folder;
  const auto bin = test::UnpackPeers(folder.path(), "exporters");
  if (!bin) GTEST_SKIP() << "no peers on this machine";
  const uint16_t port = FreePort();
  const ChildProcess peer({*bin + "/prometheus-node-exporter", "--collector.disable-defaults",
                           "--collector.netdev", "--no-collector.netdev.netlink",
                           "--collector.netdev.address-info", "--web.disable-exporter-metrics",
                           "--web.listen-address=127.0.0.1:" + std::to_string(port)});
  NodeOptions options;
  options.disable_defaults = true;
  options.collectors["netdev"] = true;
  options.netdev.netlink = false;
  options.netdev.address_info = true;
  std::set<std::string> theirs;
  for (const auto& [series, value] : ReadSamples(HttpGet("127.0.0.1", port, "/metrics", true))) {
    if (!ComesAndGoes(series)) theirs.insert(series);
  }
  std::set<std::string> mine;
  for (const auto& [series, value] : ReadSamples(PageMaker(options).Get())) {
    if (!ComesAndGoes(series)) mine.insert(series);
  }
  EXPECT_EQ(mine, theirs);
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
