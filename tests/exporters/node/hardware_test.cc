// Hardware, file systems and services over small trees: what the golden tree does not have.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/strings.h"
#include "exporters/node/chip_name.h"
#include "exporters/node/flags.h"
#include "exporters/node/human_number.h"
#include "exporters/node/hwmon_sensor.h"
#include "exporters/node/mdstat.h"
#include "exporters/node/os_release.h"
#include "exporters/node/supervisord_reply.h"
#include "exporters/node/textfile_parser.h"
#include "tests/exporters/node/page.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::node {
namespace {

class HardwareTree : public ::testing::Test {
 protected:
  void Write(const std::string& name, std::string_view content) const {
    const std::filesystem::path path = tree_.Join(name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
  NodeOptions Options(const std::vector<std::string>& collectors) const {
    return TreeOptions(tree_.path(), collectors);
  }
  std::string Page(const std::vector<std::string>& collectors) const {
    return PageMaker(Options(collectors)).Get();
  }
  static std::string Success(const std::string& page, const std::string& collector) {
    return ValueOf(page, "node_scrape_collector_success{collector=\"" + collector + "\"}");
  }

  static std::string Logged(const PageMaker& maker) {
    return base::Join(maker.logger.Lines(), "\n");
  }

  const test::TempDir tree_;
};

// As the page of a virtual machine without any of it says.
TEST_F(HardwareTree, AbsentHardwareIsNoDataOrNothingAsUpstream) {
  struct {
    const char* collector;
    const char* success;
  } const cases[] = {
      {"bcache", "1"},       {"bcachefs", "0"}, {"btrfs", "1"},    {"dmi", "0"},
      {"drm", "1"},          {"edac", "1"},     {"hwmon", "0"},    {"mdadm", "0"},
      {"meminfo_numa", "1"}, {"nvme", "0"},     {"os", "0"},       {"pcidevice", "0"},
      {"rapl", "0"},         {"selinux", "1"},  {"textfile", "1"}, {"thermal_zone", "1"},
      {"watchdog", "0"},     {"xfs", "1"},      {"zfs", "0"},      {"powersupplyclass", "0"},
      {"timex", "1"}};
  std::vector<std::string> names;
  for (const auto& c : cases) names.push_back(c.collector);
  PageMaker maker(Options(names));
  const std::string page = maker.Get();
  for (const auto& c : cases) EXPECT_EQ(Success(page, c.collector), c.success) << c.collector;
  EXPECT_EQ(Logged(maker), "") << "nobody is warned of what a machine does not have";
}

TEST_F(HardwareTree, OsReleaseIsReadAgainWhenItChanges) {
  PageMaker maker(Options({"os"}));
  Write("usr/lib/os-release", "ID=fallback\nVERSION_ID=3\n");
  EXPECT_NE(maker.Get().find("id=\"fallback\""), std::string::npos);
  Write("etc/os-release",
        "# comment\n\nNAME=\"Some Linux\"\nID='some'\nVERSION_ID=\"22.04.3\"\n"
        "PRETTY_NAME=\"A \\\"quoted\\\" name\"\nSUPPORT_END=2029-05-31\n");
  std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "node_os_version{id=\"some\",id_like=\"\",name=\"Some Linux\"}"),
            "22.04");
  EXPECT_EQ(ValueOf(page, "node_os_support_end_timestamp_seconds"), "1.87488e+09");
  EXPECT_NE(page.find("pretty_name=\"A \\\"quoted\\\" name\""), std::string::npos);
  Write("etc/os-release", "ID=other\nVERSION_ID=rolling\n");
  page = maker.Get();
  EXPECT_NE(page.find("id=\"other\""), std::string::npos);
  EXPECT_EQ(page.find("node_os_version"), std::string::npos);
  Write("etc/os-release", "garbage\xff\n");
  EXPECT_EQ(Success(maker.Get(), "os"), "0");
}

TEST_F(HardwareTree, HwmonFiltersBySensorAndSkipsWhatCannotBeRead) {
  Write("sys/class/hwmon/hwmon0/name", "acpitz\n");
  Write("sys/class/hwmon/hwmon0/temp1_input", "27800\n");
  Write("sys/class/hwmon/hwmon0/temp2_input", "garbage\n");
  Write("sys/class/hwmon/hwmon0/temp3_input", "30000\n");
  Write("sys/class/hwmon/hwmon0/update_interval", "1000\n");
  Write("sys/class/hwmon/hwmon0/vrm", "90\n");
  Write("sys/class/hwmon/hwmon0/beep_enable", "1\n");
  Write("sys/class/hwmon/hwmon0/power1_average_interval", "300\n");
  Write("sys/class/hwmon/hwmon0/power1_average", "2500000\n");
  Write("sys/class/hwmon/hwmon0/energy1_input", "4000000\n");
  Write("sys/class/hwmon/hwmon0/humidity1_input", "53000\n");
  NodeOptions options = Options({"hwmon"});
  options.hwmon.sensors.exclude = "acpitz;temp3";
  const std::string page = PageMaker(options).Get();
  const auto value = [&page](const char* family, const char* sensor) {
    return ValueOf(
        page, base::Concat({"node_hwmon_", family, "{chip=\"acpitz\",sensor=\"", sensor, "\"}"}));
  };
  EXPECT_EQ(value("temp_celsius", "temp1"), "27.8");
  EXPECT_EQ(value("temp_celsius", "temp2"), "");
  EXPECT_EQ(value("temp_celsius", "temp3"), "");
  EXPECT_EQ(value("update_interval_seconds", "update_interval0"), "1");
  EXPECT_EQ(value("voltage_regulator_version", "vrm0"), "90");
  EXPECT_EQ(value("beep_enabled", "beep_enable0"), "1");
  EXPECT_EQ(value("power_average_interval_seconds", "power1"), "0.3");
  EXPECT_EQ(value("power_average_watt", "power1"), "2.5");
  EXPECT_EQ(value("energy_joule_total", "energy1"), "4");
  EXPECT_EQ(value("humidity", "humidity1"), "0.053");
  EXPECT_EQ(Success(page, "hwmon"), "1");
  options.hwmon.sensors.include = "x";
  EXPECT_FALSE(PageMaker(options).exporter) << "include and exclude together";
}

TEST(HwmonSensor, FileNamesAreTakenApart) {
  struct {
    const char* name;
    const char* type;
    uint32_t number;
    const char* property;
  } const cases[] = {{"temp1_max_hyst", "temp", 1, "max_hyst"},
                     {"in0_input", "in", 0, "input"},
                     {"pwm2", "pwm", 2, ""},
                     {"beep_enable", "beep_enable", 0, ""}};
  for (const auto& c : cases) {
    const auto parsed = ParseSensorFile(c.name);
    ASSERT_TRUE(parsed) << c.name;
    EXPECT_EQ(parsed->type, c.type);
    EXPECT_EQ(parsed->number, c.number);
    EXPECT_EQ(parsed->property, c.property);
  }
  for (const char* name : {"", "name", "uevent", "temp1x", "temp1_", "temp99999999999_input",
                           "pwm_enable", "device"}) {
    EXPECT_FALSE(ParseSensorFile(name)) << name;
  }
}

TEST(Mdstat, TornAndOddFilesAreErrorsWithTheLine) {
  const auto parse = [](std::string_view text) { return ParseMdstat(text, "/proc/mdstat"); };
  const auto reshape = parse(
      "md0 : active raid5 sda[0] sdb[1]\n 100 blocks level 5 [3/2] [UU_]\n"
      " [=>....] reshape = 5.7% (40/100) finish=0.2min speed=1K/sec\n");
  ASSERT_TRUE(reshape.ok());
  EXPECT_EQ((*reshape)[0].state, "reshape");
  EXPECT_EQ((*reshape)[0].blocks_synced, 40);
  EXPECT_EQ((*reshape)[0].required, 3);
  EXPECT_EQ((*reshape)[0].active, 2);
  for (const char* text :
       {"md0 :\n", "md0 : active raid1 sda[0]\n", "md0 : active raid1 sda[0]\n x blocks\n",
        "md0 : active raid1 sda[0]\n 10 blocks [\n",
        "md0 : active raid1 sda[0]\n 10 blocks [2/2] [UU]\n recovery = (x\n"}) {
    const auto result = parse(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_NE(base::Message(result.status()).find("/proc/mdstat"), std::string_view::npos);
  }
  EXPECT_TRUE(parse("").ok());
  EXPECT_TRUE(parse("Personalities : \nunused devices: <none>\n")->empty());
}

TEST(HumanNumber, AsTheKernelWritesThem) {
  EXPECT_EQ(ParseBcachefsSize("2.05G"), 2201170739);
  EXPECT_EQ(ParseBcachefsSize("512k"), 524288);
  EXPECT_EQ(ParseBcachefsSize(" 720 "), 720);
  EXPECT_EQ(ParseBcacheSize("1.1M"), 1150976);
  EXPECT_EQ(ParseBcacheSize("-321.5k"), -329204);
  EXPECT_EQ(ParseBcacheSize("0"), 0);
  for (const char* text : {"", "k", "x", "1.2.3k", "--1"}) {
    EXPECT_FALSE(ParseBcacheSize(text)) << text;
  }
  EXPECT_FALSE(ParseBcachefsSize(""));
  EXPECT_FALSE(ParseBcachefsSize("G"));
}

TEST(ChipName, IsCleanedAsUpstream) {
  EXPECT_EQ(CleanName("  Left-Side #2 "), "left_side__2");
  EXPECT_EQ(CleanName("___"), "");
  EXPECT_EQ(ChipName({"platform", "coretemp.0"}), "platform_coretemp_0");
  EXPECT_EQ(ChipName({"", "x"}), "x");
  EXPECT_EQ(ChipName({"pci", ""}), "");
}

TEST(OsRelease, DaysAndVersions) {
  EXPECT_EQ(ParseDay("1970-01-02"), 86400);
  for (const char* day : {"", "1970-13-01", "1970-02-30", "70-01-01", "1970/01/01"}) {
    EXPECT_FALSE(ParseDay(day)) << day;
  }
  EXPECT_EQ(MajorMinor("12"), 12);
  EXPECT_EQ(MajorMinor("22.04.3"), 22.04);
  EXPECT_EQ(MajorMinor("9."), 9);
  EXPECT_FALSE(MajorMinor("tumbleweed"));
}

TEST_F(HardwareTree, ATextfileThatIsWrongHarmsItselfAlone) {
  Write("a/good.prom", "# TYPE good counter\ngood 1\n");
  Write("a/bad.prom", "good_too 1\nbroken{ 2\n");
  Write("a/binary.prom", std::string("\x00\xff\x01", 3));
  Write("a/type.prom", "# TYPE good gauge\ngood{a=\"b\"} 2\n");
  Write("a/ignored.txt", "x 1\n");
  NodeOptions options = Options({"textfile"});
  options.textfile.directories = {tree_.Join("a"), tree_.Join("b*"), tree_.Join("c")};
  PageMaker maker(options);
  std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "good"), "1");
  EXPECT_EQ(page.find("good_too"), std::string::npos);
  EXPECT_EQ(page.find("good{"), std::string::npos);
  EXPECT_EQ(ValueOf(page, "node_textfile_scrape_error"), "1");
  EXPECT_EQ(Success(page, "textfile"), "1");
  const std::string log = Logged(maker);
  EXPECT_NE(log.find("bad.prom: line 2"), std::string::npos) << log;
  EXPECT_NE(log.find("another help text or type"), std::string::npos) << log;
  maker.Get();
  EXPECT_EQ(Logged(maker), log) << "told once";

  std::filesystem::remove(tree_.Join("a/bad.prom"));
  std::filesystem::remove(tree_.Join("a/binary.prom"));
  std::filesystem::remove(tree_.Join("a/type.prom"));
  std::filesystem::create_directories(tree_.Join("b1"));
  std::filesystem::create_directories(tree_.Join("c"));
  Write("b1/more.prom", "more 3\n");
  page = maker.Get();
  EXPECT_EQ(ValueOf(page, "node_textfile_scrape_error"), "0");
  EXPECT_EQ(ValueOf(page, "more"), "3");
  EXPECT_NE(
      ValueOf(page, "node_textfile_mtime_seconds{file=\"" + tree_.Join("b1/more.prom") + "\"}"),
      "");
  Write("b1/more.prom", "more 30000\n");
  EXPECT_EQ(ValueOf(maker.Get(), "more"), "30000");
}

TEST(TextfileParser, ErrorsNameTheLine) {
  for (const char* text : {"a 1 1441205977284\n", "a{b=\"c\",b=\"d\"} 1\n", "a x\n", "{} 1\n"}) {
    EXPECT_FALSE(ParseTextfile(text).ok()) << text;
  }
  const auto families = ParseTextfile(
      "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 3\nh_bucket{le=\"1\"} 2\nh_sum 1.5\nh_count 3\n");
  ASSERT_TRUE(families.ok()) << families.status();
  ASSERT_EQ(families->size(), 1u);
  const auto& histogram = (*families)[0].metric[0].histogram;
  EXPECT_EQ(histogram.sample_count, 3u);
  ASSERT_EQ(histogram.bucket.size(), 2u);
  EXPECT_EQ(histogram.bucket[0].upper_bound, 1);
}

TEST_F(HardwareTree, CpuVulnerabilitiesOfEveryKind) {
  const std::string folder = "sys/devices/system/cpu/vulnerabilities/";
  Write(folder + "a", "Not affected\n");
  Write(folder + "b", "Vulnerable: No microcode\n");
  Write(folder + "c", "Mitigation: PTI\n");
  Write(folder + "d", "Unknown: Dependent on hypervisor status\n");
  const std::string page = Page({"cpu_vulnerabilities"});
  for (const char* labels : {"codename=\"a\",mitigation=\"\",state=\"not affected\"",
                             "codename=\"b\",mitigation=\"No microcode\",state=\"vulnerable\"",
                             "codename=\"c\",mitigation=\"PTI\",state=\"mitigation\"",
                             "codename=\"d\",mitigation=\"Unknown: Dependent on hypervisor "
                             "status\",state=\"unknown\""}) {
    EXPECT_EQ(ValueOf(page, base::Concat({"node_cpu_vulnerabilities_info{", labels, "}"})), "1");
  }
}

TEST_F(HardwareTree, NvmeNamespacesAreShownWithTheirSizes) {
  for (const char* file : {"cntlid", "firmware_rev", "model", "serial", "state"}) {
    Write(base::Concat({"sys/class/nvme/nvme0/", file}), "x\n");
  }
  Write("sys/class/nvme/nvme0/nvme0c0n2/size", "1000\n");
  Write("sys/class/nvme/nvme0/nvme0c0n2/nuse", "10\n");
  Write("sys/class/nvme/nvme0/nvme0c0n2/ana_state", "optimized\n");
  Write("sys/class/nvme/nvme0/nvme0c0n2/queue/logical_block_size", "4096\n");
  Write("sys/class/nvme/nvme0/nvme-fabrics/size", "1\n");
  const std::string page = Page({"nvme"});
  EXPECT_EQ(ValueOf(page, "node_nvme_namespace_size_bytes{device=\"nvme0\",nsid=\"2\"}"),
            "4.096e+06");
  EXPECT_EQ(ValueOf(page, "node_nvme_namespace_used_bytes{device=\"nvme0\",nsid=\"2\"}"), "40960");
  EXPECT_EQ(ValueOf(page,
                    "node_nvme_namespace_info{ana_state=\"optimized\",device=\"nvme0\","
                    "nsid=\"2\"}"),
            "1");
  std::filesystem::remove(tree_.Join("sys/class/nvme/nvme0/model"));
  EXPECT_EQ(Success(Page({"nvme"}), "nvme"), "0");
}

TEST_F(HardwareTree, GraphicsCardsOfAmdOnly) {
  Write("sys/class/drm/card0/device/uevent", "DRIVER=amdgpu\nPCI_ID=1002:73BF\n");
  Write("sys/class/drm/card0/device/gpu_busy_percent", "7\n");
  Write("sys/class/drm/card0/device/mem_info_vram_total", "1024\n");
  Write("sys/class/drm/card0/device/unique_id", "abc\n");
  Write("sys/class/drm/card1/device/uevent", "DRIVER=i915\n");
  Write("sys/class/drm/card0-DP-1/status", "connected\n");
  const std::string page = Page({"drm"});
  EXPECT_EQ(ValueOf(page, "node_drm_gpu_busy_percent{card=\"card0\"}"), "7");
  EXPECT_EQ(ValueOf(page, "node_drm_memory_vram_size_bytes{card=\"card0\"}"), "1024");
  EXPECT_EQ(page.find("card1"), std::string::npos);
  EXPECT_NE(page.find("unique_id=\"abc\""), std::string::npos);
}

TEST_F(HardwareTree, FoldersOfTheXfsModuleAreNoDevices) {
  Write("sys/fs/xfs/stats/stats", "rw 1 2\n");
  Write("sys/fs/xfs/error/x", "1\n");
  const std::string page = Page({"xfs"});
  EXPECT_EQ(Success(page, "xfs"), "1");
  EXPECT_EQ(page.find("node_xfs_"), std::string::npos);
}

TEST_F(HardwareTree, SelinuxModes) {
  Write("sys/fs/selinux/enforce", "1");
  Write("etc/selinux/config", "# SELINUX=disabled\nSELINUX=permissive\nSELINUXTYPE=targeted\n");
  const std::string page = Page({"selinux"});
  EXPECT_EQ(ValueOf(page, "node_selinux_enabled"), "1");
  EXPECT_EQ(ValueOf(page, "node_selinux_current_mode"), "1");
  EXPECT_EQ(ValueOf(page, "node_selinux_config_mode"), "0");
}

TEST_F(HardwareTree, RunitServices) {
  std::string status("\x40\x00\x00\x00\x65\x53\xf1\x0a", 8);  // TAI64 of 1700000000
  status += std::string("\0\0\0\0\x2a\0\0\0\0u\0\1", 12);
  Write("service/web/supervise/status", status);
  Write("service/off/supervise/status", status.substr(0, 19));
  NodeOptions options = Options({"runit"});
  options.runit.service_folder = tree_.Join("service");
  const std::string page = PageMaker(options).Get();
  const auto value = [&page](const char* family) {
    return ValueOf(
        page, base::Concat({"node_service_", family, "{service=\"web\",supervisor=\"runit\"}"}));
  };
  EXPECT_EQ(value("state"), "1");
  EXPECT_EQ(value("desired_state"), "1");
  EXPECT_EQ(value("normal_state"), "1");
  EXPECT_EQ(value("state_last_change_timestamp_seconds"), "1.7e+09");
  EXPECT_EQ(page.find("off"), std::string::npos);
}

TEST(SupervisordReply, ProcessesAndFaults) {
  const auto processes = ParseSupervisordReply(
      "<?xml version='1.0'?>\n<methodResponse><params><param><value><array><data>\n"
      "<value><struct>\n<member><name>name</name><value><string>web &amp; more</string></value>"
      "</member>\n<member><name>group</name><value>all</value></member>\n"
      "<member><name>state</name><value><int>20</int></value></member>\n"
      "<member><name>start</name><value><int>1700000000</int></value></member>\n"
      "<member><name>exitstatus</name><value><i4>3</i4></value></member>\n"
      "<member><name>spawnerr</name><value><string></string></value></member>\n"
      "</struct></value></data></array></value></param></params></methodResponse>");
  ASSERT_TRUE(processes.ok()) << processes.status();
  ASSERT_EQ(processes->size(), 1u);
  EXPECT_EQ((*processes)[0].name, "web & more");
  EXPECT_EQ((*processes)[0].group, "all");
  EXPECT_EQ((*processes)[0].state, 20);
  EXPECT_EQ((*processes)[0].start, 1700000000);
  EXPECT_EQ((*processes)[0].exit_status, 3);
  const auto fault = ParseSupervisordReply(
      "<methodResponse><fault><value><struct><member><name>faultString</name><value><string>"
      "UNKNOWN_METHOD</string></value></member></struct></value></fault></methodResponse>");
  ASSERT_FALSE(fault.ok());
  EXPECT_NE(base::Message(fault.status()).find("UNKNOWN_METHOD"), std::string_view::npos);
  EXPECT_FALSE(ParseSupervisordReply("<html>no</html>").ok());
  EXPECT_FALSE(ParseSupervisordReply("").ok());
  EXPECT_TRUE(ParseSupervisordReply("<methodResponse></methodResponse>")->empty());
}

TEST_F(HardwareTree, EmptyAndOddFilesFailTheirCollectorAlone) {
  Write("proc/mdstat", "md0\n");
  Write("proc/swaps", "Filename Type\n/dev/sda x\n");
  Write("proc/spl/kstat/zfs/arcstats", "\xff\xfe");
  Write("sys/fs/xfs/sda1/stats/stats", "rw 1\n");
  Write("sys/fs/bcache/a-b/average_key_size", "x\n");
  Write("sys/devices/system/node/node0/meminfo", "Node 0 MemTotal: x kB\n");
  Write("sys/devices/system/edac/mc/mc0/ce_count", "-\n");
  Write("etc/os-release", "ID=fine\n");
  const std::vector<std::string> failing = {"bcache", "edac", "mdadm", "meminfo_numa",
                                            "swap",   "xfs",  "zfs"};
  std::vector<std::string> all = failing;
  all.push_back("os");
  const std::string page = Page(all);
  for (const std::string& name : failing) EXPECT_EQ(Success(page, name), "0") << name;
  EXPECT_EQ(Success(page, "os"), "1");
}

TEST(HardwareFlags, SetWhatTheySay) {
  NodeOptions options;
  const auto set = [&options](const char* name, const char* value) {
    for (const NodeFlag& flag : NodeFlags()) {
      if (flag.name == name) return flag.set(&options, value).ok();
    }
    return false;
  };
  EXPECT_TRUE(set("collector.textfile.directory", "/a"));
  EXPECT_TRUE(set("collector.textfile.directory", "/b"));
  EXPECT_EQ(options.textfile.directories, (std::vector<std::string>{"/a", "/b"}));
  EXPECT_TRUE(set("collector.hwmon.chip-include", "x"));
  EXPECT_EQ(options.hwmon.chips.include, "x");
  EXPECT_TRUE(set("collector.rapl.enable-zone-label", "true"));
  EXPECT_TRUE(options.rapl.zone_label);
  EXPECT_TRUE(set("collector.powersupply.ignored-supplies", "BAT"));
  EXPECT_EQ(options.powersupply.ignored, "BAT");
}

}  // namespace
}  // namespace vedette::exporters::node
