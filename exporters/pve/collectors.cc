#include "exporters/pve/collectors.h"

namespace vedette::exporters::pve {
namespace {

constexpr CollectorSpec kCollectors[] = {
    {"status", "Whether nodes, guests, storages and the cluster are up", Part::kCluster,
     [](Wanted* w) { w->status = w->resources = true; }, CollectStatus},
    {"version", "The version of Proxmox VE", Part::kCluster, [](Wanted* w) { w->version = true; },
     CollectVersion},
    {"node", "What is known of each node", Part::kCluster, [](Wanted* w) { w->status = true; },
     CollectNodes},
    {"cluster", "What is known of the cluster", Part::kCluster, [](Wanted* w) { w->status = true; },
     CollectCluster},
    {"resources", "Use of CPU, memory, disk and network by nodes, guests and storages",
     Part::kCluster, [](Wanted* w) { w->resources = true; }, CollectResources},
    {"backup-info", "Guests that no backup job covers", Part::kCluster,
     [](Wanted* w) { w->status = w->backup_info = true; }, CollectBackupInfo},
    {"qdevice", "Whether the quorum device is connected", Part::kCluster,
     [](Wanted* w) { w->status = w->qdevice = true; }, CollectQdevice},
    {"config", "Whether guests start with their node", Part::kNode,
     [](Wanted* w) { w->status = w->guest_configs = true; }, CollectGuestConfigs},
    {"replication", "Storage replication jobs", Part::kNode,
     [](Wanted* w) { w->status = w->replication = true; }, CollectReplication},
    {"subscription", "The node's subscription", Part::kNode,
     [](Wanted* w) { w->status = w->subscription = true; }, CollectSubscription},
};

}  // namespace

std::span<const CollectorSpec> AllCollectors() { return kCollectors; }

}  // namespace vedette::exporters::pve
