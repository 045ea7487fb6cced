#include "exporters/node/flags.h"

#include "exporters/node/collectors.h"
#include "exporters/node/flag_groups.h"

namespace vedette::exporters::node {
namespace {

void AddPaths(std::vector<NodeFlag>* flags) {
  const Paths defaults;
  flags->push_back(TextFlag<NodeOptions>(
      "path.procfs", "Where procfs is mounted", defaults.procfs,
      [](NodeOptions * o) -> auto& { return o->paths.procfs; }));
  flags->push_back(TextFlag<NodeOptions>(
      "path.sysfs", "Where sysfs is mounted", defaults.sysfs,
      [](NodeOptions * o) -> auto& { return o->paths.sysfs; }));
  flags->push_back(TextFlag<NodeOptions>(
      "path.rootfs", "Where the host's root file system is mounted", defaults.rootfs,
      [](NodeOptions * o) -> auto& { return o->paths.rootfs; }));
  flags->push_back(TextFlag<NodeOptions>(
      "path.udev.data", "Where udev keeps its database", defaults.udev_data,
      [](NodeOptions * o) -> auto& { return o->paths.udev_data; }));
}

void AddPatterns(std::vector<NodeFlag>* flags) {
  flags->push_back(TextFlag<NodeOptions>(
      "collector.diskstats.device-exclude", "Pattern of disks to leave out", kDefaultDiskExclude,
      [](NodeOptions * o) -> auto& { return o->diskstats.devices.exclude; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.diskstats.device-include",
      "Pattern of disks to show; not together with device-exclude", "",
      [](NodeOptions * o) -> auto& { return o->diskstats.devices.include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.filesystem.mount-points-exclude", "Pattern of mount points to leave out",
      kDefaultMountPointsExclude,
      [](NodeOptions * o) -> auto& { return o->filesystem.mount_points.exclude; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.filesystem.mount-points-include",
      "Pattern of mount points to show; not together with mount-points-exclude", "",
      [](NodeOptions * o) -> auto& { return o->filesystem.mount_points.include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.filesystem.fs-types-exclude", "Pattern of file system types to leave out",
      kDefaultFsTypesExclude,
      [](NodeOptions * o) -> auto& { return o->filesystem.fs_types.exclude; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.filesystem.fs-types-include",
      "Pattern of file system types to show; not together with fs-types-exclude", "",
      [](NodeOptions * o) -> auto& { return o->filesystem.fs_types.include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.netdev.device-exclude", "Pattern of network devices to leave out", "",
      [](NodeOptions * o) -> auto& { return o->netdev.devices.exclude; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.netdev.device-include",
      "Pattern of network devices to show; not together with device-exclude", "",
      [](NodeOptions * o) -> auto& { return o->netdev.devices.include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.cpu.info.flags-include", "Pattern of CPU flags to show", "",
      [](NodeOptions * o) -> auto& { return o->cpu.flags_include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.cpu.info.bugs-include", "Pattern of CPU bugs to show", "",
      [](NodeOptions * o) -> auto& { return o->cpu.bugs_include; }));
}

void AddSwitches(std::vector<NodeFlag>* flags) {
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.cpu.guest", "Show node_cpu_guest_seconds_total", true,
      [](NodeOptions * o) -> auto& { return o->cpu.guest; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.cpu.info", "Show node_cpu_info", false,
      [](NodeOptions * o) -> auto& { return o->cpu.info; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.netdev.address-info", "Show the addresses of every device", false,
      [](NodeOptions * o) -> auto& { return o->netdev.address_info; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.netdev.enable-detailed-metrics",
      "Show the kernel's own counters in place of /proc/net/dev's sums", false,
      [](NodeOptions * o) -> auto& { return o->netdev.detailed; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.netdev.netlink", "Read counters by netlink and not from /proc/net/dev", true,
      [](NodeOptions * o) -> auto& { return o->netdev.netlink; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.netdev.label-ifalias", "Add the label ifalias", false,
      [](NodeOptions * o) -> auto& { return o->netdev.label_ifalias; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.stat.softirq", "Show softirq calls by vector", false,
      [](NodeOptions * o) -> auto& { return o->stat.softirq; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.disable-defaults", "Run only the collectors that are switched on by name", false,
      [](NodeOptions * o) -> auto& { return o->disable_defaults; }));
}

// Upstream keeps these two out of its --help.
void AddStatFlags(std::vector<NodeFlag>* flags) {
  flags->push_back(TimeFlag<NodeOptions>(
      "collector.filesystem.mount-timeout", "How long to wait for a mount to answer", "5s",
      [](NodeOptions * o) -> auto& { return o->filesystem.mount_timeout; }));
  flags->back().is_hidden = true;
  flags->push_back(CountFlag<NodeOptions>(
      "collector.filesystem.stat-workers", "How many file systems to ask at the same time", 4, 1,
      64, [](NodeOptions * o) -> auto& { return o->filesystem.stat_workers; }));
  flags->back().is_hidden = true;
}

}  // namespace

std::vector<NodeFlag> NodeFlags() {
  std::vector<NodeFlag> flags;
  AddPaths(&flags);
  AddPatterns(&flags);
  AddSwitches(&flags);
  AddStatFlags(&flags);
  AddNetworkFlags(&flags);
  AddSystemFlags(&flags);
  AddHardwareFlags(&flags);
  for (const CollectorSpec& spec : AllCollectors()) {
    const std::string name = spec.name;
    flags.push_back(SwitchFlag<NodeOptions>(
        "collector." + name, "Run the collector " + name,
        spec.default_on, [name](NodeOptions * o) -> auto& { return o->collectors[name]; }));
  }
  return flags;
}

}  // namespace vedette::exporters::node
