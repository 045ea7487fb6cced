// What /cluster/resources tells of nodes, guests and storages: their use, states and names.
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "base/strings.h"
#include "exporters/pve/collectors.h"

namespace vedette::exporters::pve {
namespace {

struct Measure {
  const char* field;
  const char* name;
  const char* help;
};

constexpr Measure kGauges[] = {
    {"maxdisk", "pve_disk_size_bytes",
     "Storage size in bytes (for type 'storage'), root image size for VMs (for types 'qemu' and "
     "'lxc')."},
    {"disk", "pve_disk_usage_bytes",
     "Used disk space in bytes (for type 'storage'), used root image space for VMs (for types "
     "'qemu' and 'lxc')."},
    {"maxmem", "pve_memory_size_bytes",
     "Number of available memory in bytes (for types 'node', 'qemu' and 'lxc')."},
    {"mem", "pve_memory_usage_bytes", "Used memory in bytes (for types 'node', 'qemu' and 'lxc')."},
    {"netout", "pve_network_transmit_bytes",
     "The amount of traffic in bytes that was sent from the guest over the network since it was "
     "started. (for types 'qemu' and 'lxc') DEPRECATED: Use pve_network_transmit_bytes_total "
     "instead."},
    {"netin", "pve_network_receive_bytes",
     "The amount of traffic in bytes that was sent to the guest over the network since it was "
     "started. (for types 'qemu' and 'lxc') DEPRECATED: Use pve_network_receive_bytes_total "
     "instead."},
    {"diskwrite", "pve_disk_write_bytes",
     "The amount of bytes the guest wrote to its block devices since the guest was started. This "
     "info is not available for all storage types. (for types 'qemu' and 'lxc') DEPRECATED: Use "
     "pve_disk_written_bytes_total instead."},
    {"diskread", "pve_disk_read_bytes",
     "The amount of bytes the guest read from its block devices since the guest was started. This "
     "info is not available for all storage types. (for types 'qemu' and 'lxc') DEPRECATED: Use "
     "pve_disk_read_bytes_total instead."},
    {"cpu", "pve_cpu_usage_ratio", "CPU utilization (for types 'node', 'qemu' and 'lxc')."},
    {"maxcpu", "pve_cpu_usage_limit",
     "Number of available CPUs (for types 'node', 'qemu' and 'lxc')."},
    {"uptime", "pve_uptime_seconds",
     "Uptime of node or virtual guest in seconds (for types 'node', 'qemu' and 'lxc')."},
    {"shared", "pve_storage_shared", "Whether or not the storage is shared among cluster nodes"},
};

constexpr Measure kCounters[] = {
    {"netout", "pve_network_transmit_bytes_total",
     "The amount of traffic in bytes that was sent from the guest over the network since it was "
     "started. (for types 'qemu' and 'lxc')"},
    {"netin", "pve_network_receive_bytes_total",
     "The amount of traffic in bytes that was sent to the guest over the network since it was "
     "started. (for types 'qemu' and 'lxc')"},
    {"diskwrite", "pve_disk_written_bytes_total",
     "The amount of bytes the guest wrote to its block devices since the guest was started. This "
     "info is not available for all storage types. (for types 'qemu' and 'lxc')"},
    {"diskread", "pve_disk_read_bytes_total",
     "The amount of bytes the guest read from its block devices since the guest was started. This "
     "info is not available for all storage types. (for types 'qemu' and 'lxc')"},
};

constexpr const char* kGuestHaStates[] = {
    "stopped",  "request_stop", "request_start", "request_start_balance",
    "started",  "fence",        "recovery",      "migrate",
    "relocate", "freeze",       "error"};
constexpr const char* kNodeHaStates[] = {"online", "maintenance", "unknown", "fence", "gone"};
constexpr const char* kLockStates[] = {"backup",          "clone",     "create",
                                       "migrate",         "rollback",  "snapshot",
                                       "snapshot-delete", "suspended", "suspending"};

enum class Kind { kNode, kGuest, kStorage, kOther };

Kind KindOf(const Record& resource) {
  const std::string_view type = resource.Text("type");
  if (type == "node") return Kind::kNode;
  if (type == "qemu" || type == "lxc") return Kind::kGuest;
  return type == "storage" ? Kind::kStorage : Kind::kOther;
}

// One series a state; the one that holds is 1.
void AddStates(std::span<const char* const> states, std::string_view id, std::string_view current,
               FamilyRef family) {
  for (const char* state : states) {
    family.Add(current == state ? 1 : 0, {{"id", id}, {"state", state}});
  }
}

// The API gives the parts of a list in any order; unsorted they would be ever new series.
std::string SortedList(std::string_view text) {
  std::vector<std::string_view> parts = base::Split(text, ',');
  std::sort(parts.begin(), parts.end());
  std::string out;
  for (const std::string_view part : parts) {
    if (!out.empty()) out += ',';
    out += part;
  }
  return out;
}

void AddMeasures(const std::vector<Record>& resources, FamilySink* sink) {
  const auto add = [&resources](const Measure& measure, FamilyRef family) {
    for (const Record& resource : resources) {
      const auto value = resource.Number(measure.field);
      if (value) family.Add(*value, {{"id", resource.Text("id")}});
    }
  };
  for (const Measure& measure : kGauges) add(measure, sink->Gauge(measure.name, measure.help));
  for (const Measure& measure : kCounters) add(measure, sink->Counter(measure.name, measure.help));
}

void AddStates(const std::vector<Record>& resources, FamilySink* sink) {
  const FamilyRef ha = sink->Gauge("pve_ha_state", "HA service status (for HA managed VMs).");
  const FamilyRef lock =
      sink->Gauge("pve_lock_state", "The guest's current config lock (for types 'qemu' and 'lxc')");
  for (const Record& resource : resources) {
    const std::string_view id = resource.Text("id");
    const std::string_view ha_state = resource.Text("hastate");
    const Kind kind = KindOf(resource);
    if (kind == Kind::kNode) AddStates(kNodeHaStates, id, ha_state, ha);
    if (kind != Kind::kGuest) continue;
    AddStates(kGuestHaStates, id, ha_state, ha);
    AddStates(kLockStates, id, resource.Text("lock"), lock);
  }
}

void AddNames(const std::vector<Record>& resources, FamilySink* sink) {
  FamilyRef guest = sink->Gauge("pve_guest_info", "VM/CT info");
  FamilyRef storage = sink->Gauge("pve_storage_info", "Storage info");
  for (const Record& resource : resources) {
    const auto text = [&resource](std::string_view name) {
      return LabelRef{name, resource.Text(name)};
    };
    const Kind kind = KindOf(resource);
    if (kind == Kind::kGuest) {
      guest.Add(1, {text("id"), text("name"), text("node"), text("tags"), text("template"),
                    text("type")});
    } else if (kind == Kind::kStorage) {
      const std::string content = SortedList(resource.Text("content"));
      storage.Add(
          1, {{"content", content}, text("id"), text("node"), text("plugintype"), text("storage")});
    }
  }
}

}  // namespace

base::Status CollectResources(const Answers& answers, FamilySink* sink) {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<Record>* resources,
                           answers.Records("/cluster/resources"));
  AddMeasures(*resources, sink);
  AddStates(*resources, sink);
  AddNames(*resources, sink);
  return base::Status();
}

}  // namespace vedette::exporters::pve
