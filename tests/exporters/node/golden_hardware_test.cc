// Hardware, file systems and RAID of the upstream fixture tree against what node_exporter 1.11.1
// says of them, byte by byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/strings.h"
#include "tests/exporters/node/page.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::node {
namespace {

const std::vector<std::string> kCollectors = {"bcache",
                                              "bcachefs",
                                              "btrfs",
                                              "cpu_vulnerabilities",
                                              "cpufreq",
                                              "dmi",
                                              "edac",
                                              "hwmon",
                                              "mdadm",
                                              "meminfo_numa",
                                              "nvme",
                                              "pcidevice",
                                              "rapl",
                                              "textfile",
                                              "powersupplyclass",
                                              "thermal_zone",
                                              "watchdog",
                                              "xfs",
                                              "zfs"};

// Families of these collectors in the golden page.
const char* const kPrefixes[] = {"node_bcache_",
                                 "node_bcachefs_",
                                 "node_btrfs_",
                                 "node_cpu_vulnerabilities_",
                                 "node_dmi_",
                                 "node_cpu_scaling_",
                                 "node_edac_",
                                 "node_hwmon_",
                                 "node_md_",
                                 "node_memory_numa_",
                                 "node_nvme_",
                                 "node_pcidevice_",
                                 "node_rapl_",
                                 "node_power_supply_",
                                 "node_textfile_",
                                 "node_thermal_zone_",
                                 "node_cooling_device_",
                                 "node_watchdog_",
                                 "node_xfs_",
                                 "node_zfs_",
                                 "testmetric"};

class GoldenHardware : public ::testing::Test {
 protected:
  void SetUp() override {
    VEDETTE_SHARED_OR_SKIP(fixtures, "reference/exporters/node-fixtures");
    fixtures_ = fixtures;
    const std::string command = base::Concat(
        {"zstd -dcq '", fixtures, "/tree.tar.zst' | tar -xf - -C '", tree_.path(), "'"});
    ASSERT_EQ(std::system(command.c_str()), 0);
  }

  NodeOptions Options(const std::vector<std::string>& collectors) const {
    NodeOptions options = TreeOptions(tree_.path(), collectors);
    options.bcache.priority_stats = true;
    options.hwmon.chips.include = "(applesmc|coretemp|hwmon4|nct6779)";
    options.textfile.directories = {tree_.path() + "/textfile/two_metric_files/"};
    return options;
  }

  // Our page with the tree's place taken out: the golden page was made inside the tree.
  std::map<std::string, std::string> Ours(const NodeOptions& options) const {
    std::string page = PageMaker(options).Get();
    const std::string place = tree_.path() + "/";
    for (size_t at = page.find(place); at != std::string::npos; at = page.find(place, at)) {
      page.erase(at, place.size());
    }
    return SplitFamilies(page);
  }

  std::map<std::string, std::string> Golden(const std::string& file) const {
    return SplitFamilies(test::ReadWholeFile(fixtures_ + "/" + file));
  }

  test::TempDir tree_;
  std::string fixtures_;
};

bool IsOfTheHardware(const std::string& family) {
  return base::StartsWith(family, "node_scrape_collector_") ||
         family == "node_exporter_build_info" || family == "node_textfile_mtime_seconds";
}

TEST_F(GoldenHardware, EveryFamilyIsUpstreamsByteByByte) {
  auto golden = Golden("golden.prom");
  const auto ours = Ours(Options(kCollectors));
  EXPECT_GT(ours.size(), 600u);
  for (const auto& [family, text] : ours) {
    // Upstream's binary, as Debian builds it, passes NVMe namespaces over.
    if (IsOfTheHardware(family) || base::StartsWith(family, "node_nvme_namespace_")) continue;
    EXPECT_EQ(text, golden[family]) << family;
  }
}

TEST_F(GoldenHardware, NoFamilyIsMissing) {
  const auto ours = Ours(Options(kCollectors));
  for (const auto& [family, text] : Golden("golden.prom")) {
    const bool is_ours =
        std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                    [&family = family](const char* p) { return base::StartsWith(family, p); });
    if (is_ours) {
      EXPECT_EQ(ours.count(family), 1u) << family;
    }
  }
}

TEST_F(GoldenHardware, EveryCollectorSucceeds) {
  const std::string page = PageMaker(Options(kCollectors)).Get();
  for (const std::string& name : kCollectors) {
    EXPECT_EQ(ValueOf(page, "node_scrape_collector_success{collector=\"" + name + "\"}"), "1")
        << name;
  }
}

// The page of another run over the same tree, which had these on.
TEST_F(GoldenHardware, SwapAndZoneLabelAreUpstreams) {
  const auto golden = Golden("../node-fixtures-all-collectors.prom");
  const auto swap = Ours(Options({"swap"}));
  for (const char* family :
       {"node_swap_size_bytes", "node_swap_used_bytes", "node_swap_priority"}) {
    EXPECT_EQ(swap.at(family), golden.at(family));
  }
  NodeOptions options = Options({"rapl"});
  options.rapl.zone_label = true;
  std::string expected = golden.at("node_rapl_joules_total");
  for (size_t at = 0; (at = expected.find("/fixtures/")) != std::string::npos;) {
    expected.erase(at, 10);
  }
  EXPECT_EQ(Ours(options).at("node_rapl_joules_total"), expected);
}

TEST_F(GoldenHardware, PciNamesAreUpstreams) {
  NodeOptions options = Options({"pcidevice"});
  options.pcidevice.names = true;
  options.pcidevice.ids_file = tree_.path() + "/pci.ids";
  const std::string page = PageMaker(options).Get();
  const std::string golden = test::ReadWholeFile(tree_.path() + "/pcidevice-names-output.txt");
  int compared = 0;
  for (const std::string_view line : base::Split(golden, '\n')) {
    if (!base::StartsWith(line, "node_pcidevice_info{")) continue;
    EXPECT_NE(page.find(base::Concat({"\n", line, "\n"})), std::string::npos) << line;
    ++compared;
  }
  EXPECT_EQ(compared, 3);
}

// Upstream's own cases of what users write, with what it answers.
TEST_F(GoldenHardware, TextfilesAreMergedAsUpstream) {
  struct Case {
    const char* name;
    std::vector<std::string> folders;
  };
  const Case cases[] = {
      {"client_side_timestamp", {"client_side_timestamp"}},
      {"different_metric_types", {"different_metric_types"}},
      {"glob_extra_dimension", {"*_extra_dimension"}},
      {"histogram", {"histogram"}},
      {"histogram_extra_dimension", {"histogram_extra_dimension"}},
      {"inconsistent_metrics", {"inconsistent_metrics"}},
      {"metrics_merge_different_help", {"metrics_merge_different_help"}},
      {"metrics_merge_empty_help", {"metrics_merge_empty_help"}},
      {"metrics_merge_no_help", {"metrics_merge_no_help"}},
      {"metrics_merge_same_help", {"metrics_merge_same_help"}},
      {"no_metric_files", {"no_metric_files"}},
      {"nonexistent_path", {"nonexistent"}},
      {"summary", {"summary"}},
      {"summary_extra_dimension", {"summary_extra_dimension"}},
      {"two_metric_files", {"two_metric_files"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    NodeOptions options = TreeOptions(tree_.path(), {"textfile"});
    for (const std::string& folder : c.folders) {
      options.textfile.directories.push_back(tree_.path() + "/textfile/" + folder);
    }
    auto ours = Ours(options);
    std::string text =
        test::ReadWholeFile(tree_.path() + "/textfile/" + std::string(c.name) + ".out");
    for (size_t at = 0; (at = text.find("fixtures/")) != std::string::npos;) text.erase(at, 9);
    for (const auto& [family, golden] : SplitFamilies(text)) {
      if (IsOfTheHardware(family)) continue;
      EXPECT_EQ(ours[family], golden) << family;
    }
  }
}

}  // namespace
}  // namespace vedette::exporters::node
