#include "exporters/node/collectors.h"

namespace vedette::exporters::node {
namespace {

// Upstream has `processes` off; the product counts processes on every host.
constexpr CollectorSpec kCollectors[] = {
    {"bcache", true, &MakeBcache},
    {"bcachefs", true, &MakeBcachefs},
    {"btrfs", true, &MakeBtrfs},
    {"cpu", true, &MakeCpu},
    {"cpu_vulnerabilities", false, &MakeCpuVulnerabilities},
    {"cpufreq", true, &MakeCpufreq},
    {"diskstats", true, &MakeDiskstats},
    {"dmi", true, &MakeDmi},
    {"drm", false, &MakeDrm},
    {"edac", true, &MakeEdac},
    {"filesystem", true, &MakeFilesystem},
    {"hwmon", true, &MakeHwmon},
    {"loadavg", true, &MakeLoadavg},
    {"mdadm", true, &MakeMdadm},
    {"meminfo", true, &MakeMeminfo},
    {"meminfo_numa", false, &MakeMeminfoNuma},
    {"netdev", true, &MakeNetdev},
    {"nvme", true, &MakeNvme},
    {"os", true, &MakeOs},
    {"pcidevice", false, &MakePcidevice},
    {"powersupplyclass", true, &MakePowersupplyclass},
    {"pressure", true, &MakePressure},
    {"processes", true, &MakeProcesses},
    {"rapl", true, &MakeRapl},
    {"runit", false, &MakeRunit},
    {"selinux", true, &MakeSelinux},
    {"stat", true, &MakeStat},
    {"supervisord", false, &MakeSupervisord},
    {"swap", false, &MakeSwap},
    {"textfile", true, &MakeTextfile},
    {"thermal_zone", true, &MakeThermalZone},
    {"time", true, &MakeTime},
    {"timex", true, &MakeTimex},
    {"uname", true, &MakeUname},
    {"watchdog", true, &MakeWatchdog},
    {"xfs", true, &MakeXfs},
    {"zfs", true, &MakeZfs},
};

}  // namespace

std::span<const CollectorSpec> AllCollectors() { return kCollectors; }

}  // namespace vedette::exporters::node
