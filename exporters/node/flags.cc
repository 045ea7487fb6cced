#include "exporters/node/flags.h"

#include "base/strings.h"
#include "exporters/node/collectors.h"

namespace vedette::exporters::node {
namespace {

base::StatusOr<bool> ParseSwitch(std::string_view value) {
  if (value == "true") return true;
  if (value == "false") return false;
  return base::InvalidArgument(
      base::Concat({"found ", base::GoQuote(value), "; allowed are true and false"}));
}

// A switch; `field` gives the place it sets.
template <typename Field>
NodeFlag Switch(std::string name, std::string help, bool default_value, Field field) {
  NodeFlag flag;
  flag.name = std::move(name);
  flag.help = std::move(help);
  flag.default_value = default_value ? "true" : "false";
  flag.is_switch = true;
  flag.set = [field](NodeOptions* options, std::string_view value) -> base::Status {
    VEDETTE_ASSIGN_OR_RETURN(field(options), ParseSwitch(value));
    return base::Status();
  };
  return flag;
}

// A text; `field` gives the string, or optional string, that it sets.
template <typename Field>
NodeFlag Text(std::string name, std::string help, std::string default_value, Field field) {
  NodeFlag flag;
  flag.name = std::move(name);
  flag.help = std::move(help);
  flag.default_value = std::move(default_value);
  flag.set = [field](NodeOptions* options, std::string_view value) {
    field(options) = std::string(value);
    return base::Status();
  };
  return flag;
}

NodeFlag MountTimeout() {
  NodeFlag flag;
  flag.name = "collector.filesystem.mount-timeout";
  flag.help = "How long to wait for a mount to answer";
  flag.default_value = "5s";
  flag.is_hidden = true;
  flag.set = [](NodeOptions* options, std::string_view value) {
    const auto ms = base::ParseDurationMs(value);
    if (!ms || *ms <= 0) {
      return base::InvalidArgument(
          base::Concat({"found ", base::GoQuote(value), "; allowed is a duration such as 5s"}));
    }
    options->filesystem.mount_timeout = std::chrono::milliseconds(*ms);
    return base::Status();
  };
  return flag;
}

NodeFlag StatWorkers() {
  NodeFlag flag;
  flag.name = "collector.filesystem.stat-workers";
  flag.help = "How many file systems to ask at the same time";
  flag.default_value = "4";
  flag.is_hidden = true;
  flag.set = [](NodeOptions* options, std::string_view value) {
    const auto count = base::ParseUint(value);
    if (!count || *count < 1 || *count > 64) {
      return base::InvalidArgument(
          base::Concat({"found ", base::GoQuote(value), "; allowed are 1 to 64"}));
    }
    options->filesystem.stat_workers = static_cast<int>(*count);
    return base::Status();
  };
  return flag;
}

void AddPaths(std::vector<NodeFlag>* flags) {
  const Paths defaults;
  flags->push_back(Text(
      "path.procfs", "Where procfs is mounted", defaults.procfs,
      [](NodeOptions * o) -> auto& { return o->paths.procfs; }));
  flags->push_back(Text(
      "path.sysfs", "Where sysfs is mounted", defaults.sysfs,
      [](NodeOptions * o) -> auto& { return o->paths.sysfs; }));
  flags->push_back(Text(
      "path.rootfs", "Where the host's root file system is mounted", defaults.rootfs,
      [](NodeOptions * o) -> auto& { return o->paths.rootfs; }));
  flags->push_back(Text(
      "path.udev.data", "Where udev keeps its database", defaults.udev_data,
      [](NodeOptions * o) -> auto& { return o->paths.udev_data; }));
}

void AddPatterns(std::vector<NodeFlag>* flags) {
  flags->push_back(Text(
      "collector.diskstats.device-exclude", "Pattern of disks to leave out", kDefaultDiskExclude,
      [](NodeOptions * o) -> auto& { return o->diskstats.devices.exclude; }));
  flags->push_back(Text(
      "collector.diskstats.device-include",
      "Pattern of disks to show; not together with device-exclude", "",
      [](NodeOptions * o) -> auto& { return o->diskstats.devices.include; }));
  flags->push_back(Text(
      "collector.filesystem.mount-points-exclude", "Pattern of mount points to leave out",
      kDefaultMountPointsExclude,
      [](NodeOptions * o) -> auto& { return o->filesystem.mount_points.exclude; }));
  flags->push_back(Text(
      "collector.filesystem.mount-points-include",
      "Pattern of mount points to show; not together with mount-points-exclude", "",
      [](NodeOptions * o) -> auto& { return o->filesystem.mount_points.include; }));
  flags->push_back(Text(
      "collector.filesystem.fs-types-exclude", "Pattern of file system types to leave out",
      kDefaultFsTypesExclude,
      [](NodeOptions * o) -> auto& { return o->filesystem.fs_types.exclude; }));
  flags->push_back(Text(
      "collector.filesystem.fs-types-include",
      "Pattern of file system types to show; not together with fs-types-exclude", "",
      [](NodeOptions * o) -> auto& { return o->filesystem.fs_types.include; }));
  flags->push_back(Text(
      "collector.netdev.device-exclude", "Pattern of network devices to leave out", "",
      [](NodeOptions * o) -> auto& { return o->netdev.devices.exclude; }));
  flags->push_back(Text(
      "collector.netdev.device-include",
      "Pattern of network devices to show; not together with device-exclude", "",
      [](NodeOptions * o) -> auto& { return o->netdev.devices.include; }));
  flags->push_back(Text(
      "collector.cpu.info.flags-include", "Pattern of CPU flags to show", "",
      [](NodeOptions * o) -> auto& { return o->cpu.flags_include; }));
  flags->push_back(Text(
      "collector.cpu.info.bugs-include", "Pattern of CPU bugs to show", "",
      [](NodeOptions * o) -> auto& { return o->cpu.bugs_include; }));
}

void AddSwitches(std::vector<NodeFlag>* flags) {
  flags->push_back(Switch(
      "collector.cpu.guest", "Show node_cpu_guest_seconds_total", true,
      [](NodeOptions * o) -> auto& { return o->cpu.guest; }));
  flags->push_back(Switch(
      "collector.cpu.info", "Show node_cpu_info", false,
      [](NodeOptions * o) -> auto& { return o->cpu.info; }));
  flags->push_back(Switch(
      "collector.netdev.address-info", "Show the addresses of every device", false,
      [](NodeOptions * o) -> auto& { return o->netdev.address_info; }));
  flags->push_back(Switch(
      "collector.netdev.enable-detailed-metrics",
      "Show the kernel's own counters in place of /proc/net/dev's sums", false,
      [](NodeOptions * o) -> auto& { return o->netdev.detailed; }));
  flags->push_back(Switch(
      "collector.netdev.netlink", "Read counters by netlink and not from /proc/net/dev", true,
      [](NodeOptions * o) -> auto& { return o->netdev.netlink; }));
  flags->push_back(Switch(
      "collector.netdev.label-ifalias", "Add the label ifalias", false,
      [](NodeOptions * o) -> auto& { return o->netdev.label_ifalias; }));
  flags->push_back(Switch(
      "collector.stat.softirq", "Show softirq calls by vector", false,
      [](NodeOptions * o) -> auto& { return o->stat.softirq; }));
  flags->push_back(Switch(
      "collector.disable-defaults", "Run only the collectors that are switched on by name", false,
      [](NodeOptions * o) -> auto& { return o->disable_defaults; }));
}

}  // namespace

std::vector<NodeFlag> NodeFlags() {
  std::vector<NodeFlag> flags;
  AddPaths(&flags);
  AddPatterns(&flags);
  AddSwitches(&flags);
  flags.push_back(MountTimeout());
  flags.push_back(StatWorkers());
  for (const CollectorSpec& spec : AllCollectors()) {
    const std::string name = spec.name;
    flags.push_back(Switch(
        "collector." + name, "Run the collector " + name,
        spec.default_on, [name](NodeOptions * o) -> auto& { return o->collectors[name]; }));
  }
  return flags;
}

}  // namespace vedette::exporters::node
