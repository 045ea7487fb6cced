// Collectors over small trees of their own: what kernels and machines do beyond the golden tree.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/strings.h"
#include "exporters/node/flags.h"
#include "tests/exporters/node/page.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::node {
namespace {

class Tree : public ::testing::Test {
 protected:
  // Writes a file of the tree, with its folders.
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

  const test::TempDir tree_;
};

TEST_F(Tree, CpuCountersNeverFall) {
  PageMaker maker(Options({"cpu"}));
  struct {
    const char* line;
    const char* user;
    const char* idle;
  } const readings[] = {
      {"cpu0 1000 0 0 5000 0 0 0 0 0 0\n", "10", "50"},
      {"cpu0 900 0 0 4800 0 0 0 0 0 0\n", "10", "50"},  // wavers: not taken over
      {"cpu0 1100 0 0 5100 0 0 0 0 0 0\n", "11", "51"},
      {"cpu0 200 0 0 4800 0 0 0 0 0 0\n", "2", "48"},  // idle fell by 3 s: another CPU
      {"cpu0 300 0 0 4900 0 0 0\n", "3", "49"},        // an old kernel's shorter line
  };
  for (const auto& reading : readings) {
    SCOPED_TRACE(reading.line);
    Write("proc/stat", base::Concat({"cpu  1 1 1 1\n", reading.line}));
    const std::string page = maker.Get();
    EXPECT_EQ(ValueOf(page, "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"}"), reading.user);
    EXPECT_EQ(ValueOf(page, "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"}"), reading.idle);
  }
}

TEST_F(Tree, GuestTimeCanBeLeftOut) {
  Write("proc/stat", "cpu0 1 2 3 4 5 6 7 8 9 10\n");
  NodeOptions options = Options({"cpu"});
  options.cpu.guest = false;
  EXPECT_EQ(PageMaker(options).Get().find("node_cpu_guest"), std::string::npos);
}

TEST_F(Tree, MissingEmptyAndMalformedFilesFailTheirCollectorAlone) {
  const std::vector<std::string> names = {"cpu",     "diskstats", "filesystem", "loadavg",
                                          "meminfo", "netdev",    "pressure",   "processes",
                                          "stat",    "time",      "uname"};
  const std::map<std::string, std::string> files = {{"cpu", "proc/stat"},
                                                    {"diskstats", "proc/diskstats"},
                                                    {"filesystem", "proc/1/mountinfo"},
                                                    {"loadavg", "proc/loadavg"},
                                                    {"meminfo", "proc/meminfo"},
                                                    {"netdev", "proc/net/dev"},
                                                    {"pressure", "proc/pressure/cpu"}};
  const std::string missing = Page(names);
  for (const auto& [name, file] : files) EXPECT_EQ(Success(missing, name), "0") << name;
  EXPECT_EQ(Success(missing, "uname"), "1");
  EXPECT_EQ(Success(missing, "time"), "1");

  for (const std::string& content : {std::string(), std::string("\xff\x00 garbage\n", 11),
                                     std::string(100'000, ' '), std::string("cpu0 x y z\n1 2\n")}) {
    for (const auto& [name, file] : files) Write(file, content);
    const std::string page = Page(names);
    EXPECT_EQ(Success(page, "uname"), "1") << content.substr(0, 20);
    EXPECT_EQ(Success(page, "loadavg"), "0") << content.substr(0, 20);
    EXPECT_EQ(Success(page, "meminfo"), "0") << content.substr(0, 20);
    EXPECT_EQ(Success(page, "stat"), "0") << content.substr(0, 20);
  }
}

TEST_F(Tree, MalformedLineIsNamedInTheLog) {
  Write("proc/loadavg", "0.1 x 0.3 1/2 3\n");
  PageMaker maker(Options({"loadavg"}));
  maker.Get();
  EXPECT_EQ(maker.logger.Count("loadavg: expected a number, found"), 1);
}

TEST_F(Tree, MeminfoTakesUpstreamsFieldsOnly) {
  Write("proc/meminfo",
        "MemTotal:  16 kB\nActive(anon): 2 kB\nHugePages_Total: 3\nKReclaimable: 9 kB\nNew: x\n");
  const std::string page = Page({"meminfo"});
  EXPECT_EQ(ValueOf(page, "node_memory_MemTotal_bytes"), "16384");
  EXPECT_EQ(ValueOf(page, "node_memory_Active_anon_bytes"), "2048");
  EXPECT_EQ(ValueOf(page, "node_memory_HugePages_Total"), "3");
  EXPECT_EQ(page.find("KReclaimable"), std::string::npos);
}

TEST_F(Tree, PressureNeedsNoIrqButTheRest) {
  const char* const both = "some avg10=0.00 total=1500000\nfull avg10=0.00 total=14036781\n";
  Write("proc/pressure/cpu", both);
  Write("proc/pressure/io", both);
  EXPECT_EQ(Success(Page({"pressure"}), "pressure"), "0");
  Write("proc/pressure/memory", both);
  const std::string page = Page({"pressure"});
  EXPECT_EQ(Success(page, "pressure"), "1");
  EXPECT_EQ(ValueOf(page, "node_pressure_cpu_waiting_seconds_total"), "1.5");
  EXPECT_EQ(ValueOf(page, "node_pressure_io_stalled_seconds_total"), "14.036781000000001");
  EXPECT_EQ(page.find("node_pressure_cpu_stalled"), std::string::npos);
  EXPECT_EQ(page.find("node_pressure_irq"), std::string::npos);
}

TEST_F(Tree, ProcessNamesMayHoldAnything) {
  const char* const rest = " 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 3 0 0 0\n";
  Write("proc/7/stat", base::Concat({"7 (a) b (c\n) S", rest}));
  Write("proc/7/task/7/stat", "unread");
  Write("proc/7/task/8/stat", base::Concat({"8 (x) R", rest}));
  Write("proc/7/task/9/stat", "");
  Write("proc/12/stat", "12 (torn");
  Write("proc/self/stat", "no number, no process");
  Write("proc/sys/kernel/threads-max", "100\n");
  Write("proc/sys/kernel/pid_max", "200\n");
  const std::string page = Page({"processes"});
  EXPECT_EQ(Success(page, "processes"), "1");
  EXPECT_EQ(ValueOf(page, "node_processes_pids"), "1");
  EXPECT_EQ(ValueOf(page, "node_processes_threads"), "3");
  EXPECT_EQ(ValueOf(page, "node_processes_state{state=\"S\"}"), "1");
  EXPECT_EQ(ValueOf(page, "node_processes_threads_state{thread_state=\"S\"}"), "1");
  EXPECT_EQ(ValueOf(page, "node_processes_threads_state{thread_state=\"R\"}"), "1");
  EXPECT_EQ(ValueOf(page, "node_processes_max_processes"), "200");
}

TEST_F(Tree, NetDevFilterAndAliasDevices) {
  Write("proc/net/dev",
        "Inter-| Receive | Transmit\n face |bytes | bytes\n"
        "    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
        "eth0:1:9 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
  NodeOptions options = Options({"netdev"});
  options.netdev.devices.exclude = "^lo$";
  const std::string page = PageMaker(options).Get();
  EXPECT_EQ(ValueOf(page, "node_network_receive_bytes_total{device=\"eth0:1\"}"), "9");
  EXPECT_EQ(ValueOf(page, "node_network_transmit_carrier_total{device=\"eth0:1\"}"), "15");
  EXPECT_EQ(page.find("\"lo\""), std::string::npos);
}

TEST_F(Tree, FilesystemKeepsOddMountPoints) {
  std::filesystem::create_directories(tree_.Join("mnt/a b"));
  std::filesystem::create_directories(tree_.Join("mnt/\xff\xfe"));
  Write("proc/1/mountinfo",
        "24 29 8:1 / / rw,relatime shared:7 - ext4 /dev/sda1 rw\n"
        "25 29 8:2 / /mnt/a\\040b rw,noexec - ext4 /dev/sda2 ro,errors=remount-ro\n"
        "26 29 8:3 / /mnt/\xff\xfe rw master:1 shared:2 - ext4 /dev/sda3 rw\n"
        "27 29 8:4 / /mnt/gone ro,relatime - ext4 /dev/sda4 rw\n"
        "28 29 8:5 / /sys rw - sysfs sysfs rw\n"
        "29 29 8:6 / /mnt/over rw - overlay overlay rw\n"
        "30 29 8:1 / / rw,noatime - ext4 /dev/sda1 rw\n"
        "no mountinfo at all\n31 29 8:7\n32 29 8 / /x rw - ext4 d rw\n");
  const std::string page = Page({"filesystem"});
  EXPECT_EQ(Success(page, "filesystem"), "1");
  const auto labels = [](const char* device, const char* error, const char* point) {
    return base::Concat({"{device=\"", device, "\",device_error=\"", error,
                         "\",fstype=\"ext4\",mountpoint=\"", point, "\"}"});
  };
  EXPECT_NE(ValueOf(page, "node_filesystem_size_bytes" + labels("/dev/sda1", "", "/")), "");
  EXPECT_EQ(ValueOf(page, "node_filesystem_readonly" + labels("/dev/sda2", "", "/mnt/a b")), "1");
  EXPECT_EQ(ValueOf(page, "node_filesystem_device_error" +
                              labels("/dev/sda3", "", "/mnt/\xEF\xBF\xBD\xEF\xBF\xBD")),
            "0");
  const std::string gone = labels("/dev/sda4", "no such file or directory", "/mnt/gone");
  EXPECT_EQ(ValueOf(page, "node_filesystem_device_error" + gone), "1");
  EXPECT_EQ(ValueOf(page, "node_filesystem_readonly" + gone), "1");
  EXPECT_EQ(ValueOf(page, "node_filesystem_size_bytes" + gone), "");
  EXPECT_EQ(page.find("/dev/sda4\",major"), std::string::npos);
  EXPECT_EQ(page.find("sysfs"), std::string::npos);
  EXPECT_EQ(page.find("overlay"), std::string::npos);
}

TEST_F(Tree, DiskstatsOfOldAndNewKernels) {
  Write("proc/diskstats",
        "8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n8 1 sda1 1 2 3 4 5 6 7 8 9 10 11\n"
        "8 16 sdb 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n");
  Write("sys/block/sda/queue/rotational", "1\n");
  Write("sys/block/sda/queue/io_timeout", "30000\n");
  Write("sys/block/sdb/queue/rotational", "1\n");  // a virtual disk's has no timeout
  Write("udev/data/b8:16",
        "I:1\nE:ID_MODEL=M \"x\"\nE:ID_SERIAL=long\nE:ID_SERIAL_SHORT=\nE:bad\n");
  const std::string page = Page({"diskstats"});
  EXPECT_EQ(ValueOf(page, "node_disk_read_bytes_total{device=\"sda\"}"), "1536");
  EXPECT_EQ(ValueOf(page, "node_disk_discards_completed_total{device=\"sda\"}"), "");
  EXPECT_EQ(ValueOf(page, "node_disk_flush_requests_time_seconds_total{device=\"sdb\"}"), "0.017");
  EXPECT_EQ(page.find("sda1"), std::string::npos);
  EXPECT_NE(page.find("device=\"sda\",major=\"8\",minor=\"0\",model=\"\",path=\"\",revision=\"\","
                      "rotational=\"1\""),
            std::string::npos);
  EXPECT_NE(page.find("model=\"M \\\"x\\\"\",path=\"\",revision=\"\",rotational=\"0\","
                      "serial=\"long\""),
            std::string::npos);
}

TEST(NodeFlags, SetWhatTheySay) {
  NodeOptions options;
  struct {
    const char* name;
    const char* value;
    bool ok;
  } const cases[] = {
      {"collector.cpu", "false", true},
      {"collector.cpu.info", "true", true},
      {"collector.cpu.info", "yes", false},
      {"path.procfs", "/host/proc", true},
      {"collector.netdev.netlink", "false", true},
      {"collector.filesystem.mount-timeout", "2s", true},
      {"collector.filesystem.mount-timeout", "-1s", false},
      {"collector.filesystem.stat-workers", "0", false},
      {"collector.diskstats.device-include", "^sd", true},
  };
  const auto flags = NodeFlags();
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto flag = std::find_if(flags.begin(), flags.end(),
                                   [&](const NodeFlag& f) { return f.name == c.name; });
    ASSERT_NE(flag, flags.end());
    EXPECT_EQ(flag->set(&options, c.value).ok(), c.ok) << c.value;
  }
  EXPECT_FALSE(options.collectors.at("cpu"));
  EXPECT_TRUE(options.cpu.info);
  EXPECT_EQ(options.paths.procfs, "/host/proc");
  EXPECT_FALSE(options.netdev.netlink);
  EXPECT_EQ(options.filesystem.mount_timeout, std::chrono::seconds(2));
  EXPECT_EQ(options.diskstats.devices.include, "^sd");
}

TEST(NodeExporter, BadOptionsAreRefusedByFlag) {
  base::SystemClock clock;
  test::CaptureLogger logger;
  const auto error = [&](const NodeOptions& options) {
    Environment environment;
    environment.clock = &clock;
    environment.logger = &logger;
    const auto made = NodeExporter::Make(options, environment);
    return made.ok() ? "" : std::string(made.status().message());
  };
  NodeOptions pattern;
  pattern.netdev.devices.include = "(";
  EXPECT_NE(error(pattern).find("--collector.netdev.device-include"), std::string::npos);
  NodeOptions both;
  both.diskstats.devices = {"a", "b"};
  EXPECT_NE(error(both).find("mutually exclusive"), std::string::npos);
  NodeOptions name;
  name.collectors["cpus"] = true;
  EXPECT_NE(error(name).find("\"cpus\""), std::string::npos);
  EXPECT_EQ(error(NodeOptions()), "");
}

}  // namespace
}  // namespace vedette::exporters::node
