// The upstream fixture tree against what node_exporter 1.11.1 says of it, byte by byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/strings.h"
#include "tests/exporters/node/page.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::node {
namespace {

// A collector of the golden page and how its families begin; a longer beginning of another row is
// that row's. Not here is netdev, whose counters are the machine's.
struct Row {
  const char* collector;
  std::vector<std::string> prefixes;
};
const std::vector<Row> kRows = {
    {"arp", {"node_arp_"}},
    {"bonding", {"node_bonding_"}},
    {"buddyinfo", {"node_buddyinfo_"}},
    {"cgroups", {"node_cgroups_"}},
    {"conntrack", {"node_nf_conntrack_"}},
    {"cpu", {"node_cpu_"}},
    {"diskstats", {"node_disk_"}},
    {"drbd", {"node_drbd_"}},
    {"entropy", {"node_entropy_"}},
    {"fibrechannel", {"node_fibrechannel_"}},
    {"filefd", {"node_filefd_"}},
    {"infiniband", {"node_infiniband_"}},
    {"interrupts", {"node_interrupts_"}},
    {"ipvs", {"node_ipvs_"}},
    {"kernel_hung", {"node_kernel_hung_"}},
    {"ksmd", {"node_ksmd_"}},
    {"lnstat", {"node_lnstat_"}},
    {"loadavg", {"node_load1", "node_load5"}},
    {"meminfo", {"node_memory_"}},
    {"mountstats", {"node_mountstats_"}},
    {"netclass", {"node_network_"}},
    {"netstat", {"node_netstat_"}},
    {"nfs", {"node_nfs_"}},
    {"nfsd", {"node_nfsd_"}},
    {"pressure", {"node_pressure_"}},
    {"processes", {"node_processes_"}},
    {"qdisc", {"node_qdisc_"}},
    {"schedstat", {"node_schedstat_"}},
    {"slabinfo", {"node_slabinfo_"}},
    {"sockstat", {"node_sockstat_"}},
    {"softirqs", {"node_softirqs_functions_"}},
    {"softnet", {"node_softnet_"}},
    {"stat",
     {"node_boot_", "node_context_", "node_forks_", "node_intr_", "node_procs_",
      "node_softirqs_total"}},
    {"sysctl", {"node_sysctl_"}},
    {"tapestats", {"node_tape_"}},
    {"udp_queues", {"node_udp_queues"}},
    {"vmstat", {"node_vmstat_"}},
    {"wifi", {"node_wifi_"}},
    {"xfrm", {"node_xfrm_"}},
    {"zoneinfo", {"node_zoneinfo_"}},
};
// Beginnings that are none of the rows' above, though longer than some of them.
const char* const kOthers[] = {
    "node_cpu_frequency_min",      "node_cpu_frequency_max",     "node_cpu_scaling_",
    "node_cpu_vulnerabilities_",   "node_memory_numa_",          "node_network_receive_",
    "node_network_transmit_bytes", "node_network_transmit_c",    "node_network_transmit_drop",
    "node_network_transmit_errs",  "node_network_transmit_fifo", "node_network_transmit_packets"};

std::vector<std::string> Collectors() {
  std::vector<std::string> names;
  for (const Row& row : kRows) names.push_back(row.collector);
  return names;
}

class GoldenTree : public ::testing::Test {
 protected:
  void SetUp() override {
    VEDETTE_SHARED_OR_SKIP(fixtures, "reference/exporters/node-fixtures");
    const std::string command = base::Concat(
        {"zstd -dcq '", fixtures, "/tree.tar.zst' | tar -xf - -C '", tree_.path(), "'"});
    ASSERT_EQ(std::system(command.c_str()), 0);
    golden_ = SplitFamilies(test::ReadWholeFile(fixtures + "/golden.prom"));
  }

  NodeOptions Options() const {
    NodeOptions options = TreeOptions(tree_.path(), Collectors());
    options.cpu.info = true;
    options.cpu.flags_include = "^(aes|avx.?|constant_tsc)$";
    options.cpu.bugs_include = "^(cpu_meltdown|spectre_.*|mds)$";
    options.stat.softirq = true;
    options.arp.devices.exclude = "nope";
    options.arp.netlink = false;
    options.netclass.ignored_devices = "(dmz|int)";
    options.netclass.ignore_invalid_speed = true;
    options.qdisc.devices.include = "(wlan0|eth0)";
    options.qdisc.fixtures = tree_.Join("qdisc");
    options.wifi.fixtures = tree_.Join("wifi");
    options.sysctl.include = {"fs.file-nr", "fs.file-nr:total,current,max", "kernel.threads-max"};
    options.sysctl.include_info = {"kernel.seccomp.actions_avail"};
    return options;
  }

  test::TempDir tree_;
  std::map<std::string, std::string> golden_;
};

bool IsOfTheMachine(const std::string& family) {
  return base::StartsWith(family, "node_scrape_collector_") || family == "node_exporter_build_info";
}

// A family of the golden page that one of our collectors makes.
bool IsOurs(const std::string& family) {
  const auto starts = [&](const auto& prefix) { return base::StartsWith(family, prefix); };
  if (std::any_of(std::begin(kOthers), std::end(kOthers), starts)) return false;
  return std::any_of(kRows.begin(), kRows.end(), [&](const Row& row) {
    return std::any_of(row.prefixes.begin(), row.prefixes.end(), starts);
  });
}

TEST_F(GoldenTree, EveryFamilyIsUpstreamsByteByByte) {
  const auto ours = SplitFamilies(PageMaker(Options()).Get());
  EXPECT_GT(ours.size(), 400u);
  for (const auto& [family, text] : ours) {
    if (IsOfTheMachine(family)) continue;
    EXPECT_EQ(text, golden_[family]) << family;
  }
}

TEST_F(GoldenTree, NoFamilyOfOurCollectorsIsMissing) {
  const auto ours = SplitFamilies(PageMaker(Options()).Get());
  for (const auto& [family, text] : golden_) {
    if (!IsOurs(family) || IsOfTheMachine(family)) continue;
    EXPECT_EQ(ours.count(family), 1u) << family;
  }
}

// The page of another run over the same tree, which had the collector time on.
TEST_F(GoldenTree, ClocksourcesAreUpstreams) {
  VEDETTE_SHARED_OR_SKIP(page, "reference/exporters/node-fixtures-all-collectors.prom");
  const auto golden = SplitFamilies(test::ReadWholeFile(page));
  const auto ours = SplitFamilies(PageMaker(TreeOptions(tree_.path(), {"time"})).Get());
  for (const char* family :
       {"node_time_clocksource_available_info", "node_time_clocksource_current_info"}) {
    ASSERT_EQ(golden.count(family), 1u);
    EXPECT_EQ(ours.at(family), golden.at(family));
  }
}

TEST_F(GoldenTree, EveryCollectorSucceeds) {
  const std::string page = PageMaker(Options()).Get();
  for (const std::string& name : Collectors()) {
    EXPECT_EQ(ValueOf(page, "node_scrape_collector_success{collector=\"" + name + "\"}"), "1")
        << name;
  }
}

}  // namespace
}  // namespace vedette::exporters::node
