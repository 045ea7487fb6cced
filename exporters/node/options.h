#ifndef VEDETTE_EXPORTERS_NODE_OPTIONS_H_
#define VEDETTE_EXPORTERS_NODE_OPTIONS_H_

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::exporters::node {

// Where the kernel's trees stand: the machine's, a container's view of its host's, or a test's.
struct Paths {
  std::string procfs = "/proc";
  std::string sysfs = "/sys";
  std::string rootfs = "/";
  std::string udev_data = "/run/udev/data";

  std::string Proc(std::string_view name) const;
  std::string Sys(std::string_view name) const;
  std::string Udev(std::string_view name) const;
  // The path by which to reach `mount_point` of the tree under rootfs.
  std::string Root(std::string_view mount_point) const;
  // The other way: a mount point as seen from inside rootfs.
  std::string_view StripRoot(std::string_view path) const;
};

// node_exporter 1.11.1's own defaults (Debian's package changes some of them).
extern const char kDefaultDiskExclude[];
extern const char kDefaultMountPointsExclude[];
extern const char kDefaultFsTypesExclude[];
extern const char kDefaultNetstatFields[];
extern const char kDefaultVmstatFields[];
extern const char kDefaultUnitExclude[];

// An include and an exclude pattern of which at most one is given; with neither, the default
// exclude holds.
struct Patterns {
  std::optional<std::string> include;
  std::optional<std::string> exclude;
};

// Everything that the flags set. A plain value; flags.h fills it.
struct NodeOptions {
  Paths paths;

  // Collectors switched on or off by name; the others are as collectors.h has them, or off.
  std::map<std::string, bool, std::less<>> collectors;
  bool disable_defaults = false;

  struct Arp {
    Patterns devices;
    bool netlink = true;
  } arp;
  struct Ethtool {
    Patterns devices;
    std::string metrics_include = ".*";
  } ethtool;
  struct Interrupts {
    Patterns names;  // of "TYPE;INFO;DEVICES"
    bool include_zeros = true;
  } interrupts;
  struct Ipvs {
    std::string backend_labels =
        "local_address,local_port,remote_address,remote_port,proto,local_mark";
  } ipvs;
  struct Netclass {
    std::string ignored_devices = "^$";
    bool ignore_invalid_speed = false;
    bool netlink = false;
    bool with_stats = false;  // with netlink: the counters of netdev too
  } netclass;
  struct Netstat {
    std::string fields = kDefaultNetstatFields;
  } netstat;
  struct Ntp {
    std::string server = "127.0.0.1";
    int server_port = 123;
    int protocol_version = 4;
    bool server_is_local = false;
    int ip_ttl = 1;
    std::chrono::nanoseconds max_distance{3'466'080'000};
    std::chrono::nanoseconds local_offset_tolerance{1'000'000};
  } ntp;
  struct Perf {
    std::string cpus;  // "0-3,7"; "" is all
    std::vector<std::string> tracepoints;
    bool hardware = true;
    bool software = true;
    bool cache = true;
    // Those to count; none is all.
    std::vector<std::string> hardware_profilers;
    std::vector<std::string> software_profilers;
    std::vector<std::string> cache_profilers;
  } perf;
  struct Qdisc {
    Patterns devices;
    std::string fixtures;
  } qdisc;
  struct Slabinfo {
    std::string include = ".*";
    std::string exclude;
  } slabinfo;
  struct Sysctl {
    std::vector<std::string> include;
    std::vector<std::string> include_info;
  } sysctl;
  struct Systemd {
    // Both are matched against the whole name.
    std::string unit_include = ".+";
    std::string unit_exclude = kDefaultUnitExclude;
    bool use_private_socket = false;
    bool task_metrics = false;
    bool restarts_metrics = false;
    bool start_time_metrics = false;
  } systemd;
  struct Tapestats {
    std::string ignored_devices = "^$";
  } tapestats;
  struct Vmstat {
    std::string fields = kDefaultVmstatFields;
  } vmstat;
  struct Wifi {
    std::string fixtures;
  } wifi;

  struct Bcache {
    bool priority_stats = false;
  } bcache;
  struct Cpu {
    bool guest = true;
    bool info = false;
    std::string flags_include;
    std::string bugs_include;
  } cpu;
  struct Diskstats {
    Patterns devices;
  } diskstats;
  struct Filesystem {
    Patterns mount_points;
    Patterns fs_types;
    std::chrono::milliseconds mount_timeout{5000};
    int stat_workers = 4;
  } filesystem;
  struct Hwmon {
    Patterns chips;
    Patterns sensors;
  } hwmon;
  struct Netdev {
    Patterns devices;
    bool netlink = true;
    bool address_info = false;
    bool detailed = false;
    bool label_ifalias = false;
  } netdev;
  struct Pcidevice {
    bool names = false;
    std::string ids_file;
  } pcidevice;
  struct Powersupply {
    std::string ignored = "^$";
  } powersupply;
  struct Rapl {
    bool zone_label = false;
  } rapl;
  struct Runit {
    std::string service_folder = "/etc/service";
  } runit;
  struct Stat {
    bool softirq = false;
  } stat;
  struct Supervisord {
    std::string url = "http://localhost:9001/RPC2";
  } supervisord;
  struct Textfile {
    std::vector<std::string> directories;
  } textfile;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_OPTIONS_H_
