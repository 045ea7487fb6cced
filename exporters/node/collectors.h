#ifndef VEDETTE_EXPORTERS_NODE_COLLECTORS_H_
#define VEDETTE_EXPORTERS_NODE_COLLECTORS_H_

#include <memory>
#include <span>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "exporters/node/options.h"
#include "exporters/runtime/collector.h"

namespace vedette::exporters::node {

// What a collector is made of. All borrowed; outlives the collectors.
struct CollectorContext {
  const NodeOptions* options = nullptr;
  const base::Clock* clock = nullptr;
  base::Logger* logger = nullptr;
};

using MadeCollector = base::StatusOr<std::unique_ptr<Collector>>;

// One row of the table of all collectors.
struct CollectorSpec {
  const char* name;
  bool default_on;
  MadeCollector (*make)(const CollectorContext&);
};

// Every collector that there is, sorted by name.
std::span<const CollectorSpec> AllCollectors();

// One a file of the same name. They fail on flags that do not go together or are no patterns.
MadeCollector MakeArp(const CollectorContext& context);
MadeCollector MakeBcache(const CollectorContext& context);
MadeCollector MakeBcachefs(const CollectorContext& context);
MadeCollector MakeBonding(const CollectorContext& context);
MadeCollector MakeBtrfs(const CollectorContext& context);
MadeCollector MakeBuddyinfo(const CollectorContext& context);
MadeCollector MakeCgroups(const CollectorContext& context);
MadeCollector MakeConntrack(const CollectorContext& context);
MadeCollector MakeCpu(const CollectorContext& context);
MadeCollector MakeCpuVulnerabilities(const CollectorContext& context);
MadeCollector MakeCpufreq(const CollectorContext& context);
MadeCollector MakeDiskstats(const CollectorContext& context);
MadeCollector MakeDmi(const CollectorContext& context);
MadeCollector MakeDrbd(const CollectorContext& context);
MadeCollector MakeDrm(const CollectorContext& context);
MadeCollector MakeEdac(const CollectorContext& context);
MadeCollector MakeEntropy(const CollectorContext& context);
MadeCollector MakeEthtool(const CollectorContext& context);
MadeCollector MakeFibrechannel(const CollectorContext& context);
MadeCollector MakeFilefd(const CollectorContext& context);
MadeCollector MakeFilesystem(const CollectorContext& context);
MadeCollector MakeHwmon(const CollectorContext& context);
MadeCollector MakeInfiniband(const CollectorContext& context);
MadeCollector MakeInterrupts(const CollectorContext& context);
MadeCollector MakeIpvs(const CollectorContext& context);
MadeCollector MakeKernelHung(const CollectorContext& context);
MadeCollector MakeKsmd(const CollectorContext& context);
MadeCollector MakeLnstat(const CollectorContext& context);
MadeCollector MakeLoadavg(const CollectorContext& context);
MadeCollector MakeLogind(const CollectorContext& context);
MadeCollector MakeMdadm(const CollectorContext& context);
MadeCollector MakeMeminfo(const CollectorContext& context);
MadeCollector MakeMeminfoNuma(const CollectorContext& context);
MadeCollector MakeMountstats(const CollectorContext& context);
MadeCollector MakeNetclass(const CollectorContext& context);
MadeCollector MakeNetdev(const CollectorContext& context);
MadeCollector MakeNetstat(const CollectorContext& context);
MadeCollector MakeNetworkRoute(const CollectorContext& context);
MadeCollector MakeNfs(const CollectorContext& context);
MadeCollector MakeNfsd(const CollectorContext& context);
MadeCollector MakeNtp(const CollectorContext& context);
MadeCollector MakeNvme(const CollectorContext& context);
MadeCollector MakeOs(const CollectorContext& context);
MadeCollector MakePcidevice(const CollectorContext& context);
MadeCollector MakePerf(const CollectorContext& context);
MadeCollector MakePowersupplyclass(const CollectorContext& context);
MadeCollector MakePressure(const CollectorContext& context);
MadeCollector MakeProcesses(const CollectorContext& context);
MadeCollector MakeQdisc(const CollectorContext& context);
MadeCollector MakeRapl(const CollectorContext& context);
MadeCollector MakeRunit(const CollectorContext& context);
MadeCollector MakeSchedstat(const CollectorContext& context);
MadeCollector MakeSelinux(const CollectorContext& context);
MadeCollector MakeSlabinfo(const CollectorContext& context);
MadeCollector MakeSockstat(const CollectorContext& context);
MadeCollector MakeSoftirqs(const CollectorContext& context);
MadeCollector MakeSoftnet(const CollectorContext& context);
MadeCollector MakeStat(const CollectorContext& context);
MadeCollector MakeSupervisord(const CollectorContext& context);
MadeCollector MakeSwap(const CollectorContext& context);
MadeCollector MakeSysctl(const CollectorContext& context);
MadeCollector MakeSystemd(const CollectorContext& context);
MadeCollector MakeTapestats(const CollectorContext& context);
MadeCollector MakeTcpstat(const CollectorContext& context);
MadeCollector MakeTextfile(const CollectorContext& context);
MadeCollector MakeThermalZone(const CollectorContext& context);
MadeCollector MakeTime(const CollectorContext& context);
MadeCollector MakeTimex(const CollectorContext& context);
MadeCollector MakeUdpQueues(const CollectorContext& context);
MadeCollector MakeUname(const CollectorContext& context);
MadeCollector MakeVmstat(const CollectorContext& context);
MadeCollector MakeWatchdog(const CollectorContext& context);
MadeCollector MakeWifi(const CollectorContext& context);
MadeCollector MakeXfrm(const CollectorContext& context);
MadeCollector MakeXfs(const CollectorContext& context);
MadeCollector MakeZfs(const CollectorContext& context);
MadeCollector MakeZoneinfo(const CollectorContext& context);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_COLLECTORS_H_
