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

// The collectors of the golden page that we have, but netdev: its counters are the machine's.
const std::vector<std::string> kCollectors = {"cpu",      "diskstats", "loadavg", "meminfo",
                                              "pressure", "processes", "stat"};

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
    NodeOptions options = TreeOptions(tree_.path(), kCollectors);
    options.cpu.info = true;
    options.cpu.flags_include = "^(aes|avx.?|constant_tsc)$";
    options.cpu.bugs_include = "^(cpu_meltdown|spectre_.*|mds)$";
    options.stat.softirq = true;
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
  const char* const prefixes[] = {"node_disk_",      "node_load",   "node_pressure_",
                                  "node_processes_", "node_procs_", "node_memory_",
                                  "node_cpu_",       "node_boot_",  "node_context_",
                                  "node_forks_",     "node_intr_"};
  const char* const others[] = {"node_cpu_scaling_", "node_cpu_vulnerabilities_",
                                "node_memory_numa_"};
  const auto starts = [&](const char* prefix) { return base::StartsWith(family, prefix); };
  if (std::any_of(std::begin(others), std::end(others), starts)) return false;
  if (family == "node_softirqs_total") return true;
  return std::any_of(std::begin(prefixes), std::end(prefixes), starts);
}

TEST_F(GoldenTree, EveryFamilyIsUpstreamsByteByByte) {
  const auto ours = SplitFamilies(PageMaker(Options()).Get());
  EXPECT_GT(ours.size(), 80u);
  for (const auto& [family, text] : ours) {
    if (IsOfTheMachine(family)) continue;
    EXPECT_EQ(text, golden_[family]) << family;
  }
}

TEST_F(GoldenTree, NoFamilyOfOurCollectorsIsMissing) {
  const auto ours = SplitFamilies(PageMaker(Options()).Get());
  for (const auto& [family, text] : golden_) {
    if (base::StartsWith(family, "node_cpu_frequency_") && family != "node_cpu_frequency_hertz") {
      continue;  // collector cpufreq
    }
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
  for (const std::string& name : kCollectors) {
    EXPECT_EQ(ValueOf(page, "node_scrape_collector_success{collector=\"" + name + "\"}"), "1")
        << name;
  }
}

}  // namespace
}  // namespace vedette::exporters::node
