// The node exporter against node_exporter 1.11.1: on upstream's own fixture tree, and side by side
// on this machine. See ../README.md.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/strings.h"
#include "exporters/node/flags.h"
#include "tests/conformance/exporters/flag_line.h"
#include "tests/conformance/exporters/side_by_side.h"
#include "tests/exporters/node/page.h"
#include "tests/exporters/node/peer.h"
#include "tests/support/free_port.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::node {
namespace {

using base::Concat;
using test::Exception;
using test::MetricsPage;
using Arguments = std::vector<std::string>;

constexpr int kSkipped = 77;  // ctest's SKIP_RETURN_CODE
constexpr int kRounds = 60;   // of which most machines need a few

// The collectors that the reference's golden page was made with, and their flags.
constexpr char kGoldenCollectors[] =
    "arp,bcache,bcachefs,bonding,btrfs,buddyinfo,cgroups,conntrack,cpu,cpufreq,cpu_vulnerabilities,"
    "diskstats,dmi,drbd,edac,entropy,fibrechannel,filefd,hwmon,infiniband,interrupts,ipvs,"
    "kernel_hung,ksmd,lnstat,loadavg,mdadm,meminfo,meminfo_numa,mountstats,netdev,netclass,netstat,"
    "nfs,nfsd,nvme,pcidevice,powersupplyclass,pressure,processes,qdisc,rapl,schedstat,slabinfo,"
    "sockstat,softirqs,softnet,stat,sysctl,tapestats,textfile,thermal_zone,udp_queues,vmstat,"
    "watchdog,wifi,xfrm,xfs,zfs,zoneinfo";
const Arguments kGoldenFlags = {"--collector.disable-defaults",
                                "--path.procfs=proc",
                                "--path.sysfs=sys",
                                "--path.rootfs=.",
                                "--path.udev.data=udev/data",
                                "--collector.cpu.info",
                                "--collector.arp.device-exclude=nope",
                                "--collector.bcache.priorityStats",
                                "--collector.cpu.info.bugs-include=^(cpu_meltdown|spectre_.*|mds)$",
                                "--collector.cpu.info.flags-include=^(aes|avx.?|constant_tsc)$",
                                "--collector.hwmon.chip-include=(applesmc|coretemp|hwmon4|nct6779)",
                                "--collector.netclass.ignore-invalid-speed",
                                "--collector.netclass.ignored-devices=(dmz|int)",
                                "--collector.netdev.device-include=lo",
                                "--collector.qdisc.device-include=(wlan0|eth0)",
                                "--collector.qdisc.fixtures=qdisc/",
                                "--collector.stat.softirq",
                                "--collector.sysctl.include-info=kernel.seccomp.actions_avail",
                                "--collector.sysctl.include=fs.file-nr",
                                "--collector.sysctl.include=fs.file-nr:total,current,max",
                                "--collector.sysctl.include=kernel.threads-max",
                                "--collector.textfile.directory=textfile/two_metric_files/",
                                "--collector.wifi.fixtures=wifi",
                                "--no-collector.arp.netlink"};
const std::vector<Exception> kGoldenExceptions = {
    {"go_*", Exception::kAbsent},
    {"process_*", Exception::kAbsent},
    {"promhttp_*", Exception::kAbsent},
    {"node_exporter_build_info", Exception::kShape},
    // Values that are the machine's and not the tree's: lo's counters come by netlink.
    {"node_network_receive_*", Exception::kSeries},
    {"node_network_transmit_*", Exception::kSeries},
    {"node_scrape_collector_duration_seconds", Exception::kSeries},
    {"node_textfile_mtime_seconds", Exception::kSeries}};

Arguments WithCollectors(Arguments arguments, std::string_view names) {
  for (const std::string_view name : base::Split(names, ',')) {
    arguments.push_back(Concat({"--collector.", name}));
  }
  return arguments;
}

// The golden page was made inside the tree, with relative paths.
void CompareFixtures(const std::string& fixtures, test::Tally* tally) {
  const test::TempDir tree;
  const std::string unpack =
      Concat({"zstd -dcq '", fixtures, "/tree.tar.zst' | tar -xf - -C '", tree.path(), "'"});
  char here[4096];
  const bool is_ready = std::system(unpack.c_str()) == 0 &&
                        ::getcwd(here, sizeof here) != nullptr && ::chdir(tree.path().c_str()) == 0;
  if (!is_ready) return tally->Check(false, "the fixture tree cannot be unpacked");
  const PageMaker ours(
      test::OptionsOf(NodeFlags(), WithCollectors(kGoldenFlags, kGoldenCollectors)));
  const MetricsPage golden = MetricsPage::Parse(test::ReadWholeFile(fixtures + "/golden.prom"));
  test::SideBySide comparison("fixtures", test::SideBySide::Help::kSame, kGoldenExceptions);
  comparison.AddRound(golden, MetricsPage::Parse(ours.Get()), golden);
  comparison.Finish(tally);
  tally->Check(::chdir(here) == 0, "the way back");
}

// Upstream's own defaults, of which Debian's build of it has changed some.
Arguments UpstreamDefaults() {
  return {Concat({"--collector.filesystem.mount-points-exclude=", kDefaultMountPointsExclude}),
          Concat({"--collector.filesystem.fs-types-exclude=", kDefaultFsTypesExclude}),
          "--no-collector.systemd"};
}

// Everything that both have and that needs no service or hardware to say something.
Arguments Everything() {
  Arguments arguments = WithCollectors(
      UpstreamDefaults(),
      "buddyinfo,cgroups,cpu_vulnerabilities,drbd,ethtool,interrupts,ksmd,lnstat,meminfo_numa,"
      "mountstats,network_route,pcidevice,processes,qdisc,slabinfo,softirqs,sysctl,tcpstat,wifi,"
      "xfrm,zoneinfo");
  for (const char* const flag :
       {"--collector.cpu.info", "--collector.stat.softirq", "--collector.netdev.address-info",
        "--collector.sysctl.include=kernel.threads-max", "--collector.sysctl.include=vm.swappiness",
        "--collector.sysctl.include=fs.file-nr:total,current,max"}) {
    arguments.push_back(flag);
  }
  return arguments;
}

const std::vector<Exception> kLiveExceptions = {
    {"go_*", Exception::kAbsent},
    {"promhttp_*", Exception::kAbsent},
    // Of the exporter's own process.
    {"process_*", Exception::kAbsent},
    {"node_exporter_build_info", Exception::kShape},
    {"node_scrape_collector_duration_seconds", Exception::kSeries},
    // Which states there are differs from one moment to the next.
    {"node_processes_state", Exception::kShape},
    {"node_processes_threads_state", Exception::kShape},
    // Upstream misses some of the read-only mounts: exporters/node/README.md.
    {"node_filesystem_readonly", Exception::kAtLeast}};

// An open connection over loopback, as upstream counts the one that it is asked over; ours is asked
// without one.
class Connection {
 public:
  Connection() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    sockaddr* const any = reinterpret_cast<sockaddr*>(&address);
    ::bind(listener, any, size);
    ::listen(listener, 1);
    ::getsockname(listener, any, &size);
    ::connect(client_, any, size);
    server_ = ::accept(listener, nullptr, nullptr);
    ::close(listener);
  }
  ~Connection() {
    ::close(client_);
    ::close(server_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

 private:
  const int client_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int server_ = -1;
};

MetricsPage OursOverConnection(const PageMaker& ours) {
  const Connection connection;
  return MetricsPage::Parse(ours.Get());
}

void CompareLive(const std::string& name, const std::string& program, const Arguments& flags,
                 test::Tally* tally) {
  const uint16_t port = test::FreePort();
  Arguments command = {program, "--web.listen-address=127.0.0.1:" + std::to_string(port),
                       "--collector.textfile.directory="};
  command.insert(command.end(), flags.begin(), flags.end());
  const ChildProcess peer(command);
  HttpGet("127.0.0.1", port, "/metrics", true);
  const PageMaker ours(test::OptionsOf(NodeFlags(), flags), true);
  ours.Get();
  test::SideBySide comparison(name, test::SideBySide::Help::kSame, kLiveExceptions);
  int round = 0;
  do {
    const MetricsPage before = MetricsPage::Parse(HttpGet("127.0.0.1", port, "/metrics"));
    const MetricsPage own = OursOverConnection(ours);
    comparison.AddRound(before, own, MetricsPage::Parse(HttpGet("127.0.0.1", port, "/metrics")));
  } while (++round < kRounds && !comparison.IsSettled());
  std::printf("%s: settled after %d rounds of at most %d\n", name.c_str(), round, kRounds);
  comparison.Finish(tally);
}

int Main() {
  const auto fixtures = test::SharedPath("reference/exporters/node-fixtures");
  const test::TempDir folder;
  const auto peers = test::UnpackPeers(folder.path(), "exporters");
  if (!fixtures && !peers) {
    std::printf("skipped: neither fixtures nor peers in ../shared on this machine\n");
    return kSkipped;
  }
  test::Tally tally;
  if (fixtures) CompareFixtures(*fixtures, &tally);
  if (peers) {
    const std::string program = *peers + "/prometheus-node-exporter";
    CompareLive("this host, defaults", program, UpstreamDefaults(), &tally);
    CompareLive("this host, everything", program, Everything(), &tally);
  }
  return tally.Finish();
}

}  // namespace
}  // namespace vedette::exporters::node

int main() { return vedette::exporters::node::Main(); }
