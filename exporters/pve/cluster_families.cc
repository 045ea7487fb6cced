// pve_up, pve_*_info of nodes, cluster and version, pve_not_backed_up_*, pve_qdevice_*: what
// concerns the cluster as a whole.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "exporters/pve/collectors.h"

namespace vedette::exporters::pve {
namespace {

using RecordList = const std::vector<Record>*;

constexpr char kStatusPath[] = "/cluster/status";
constexpr char kResourcesPath[] = "/cluster/resources";
constexpr char kBackupPath[] = "/cluster/backup-info/not-backed-up";
constexpr char kQdevicePath[] = "/cluster/config/qdevice";

std::string ClusterId(std::string_view name) { return base::Concat({"cluster/", name}); }

bool IsGuest(std::string_view type) { return type == "qemu" || type == "lxc"; }

// Of nodes and of the cluster.
base::Status AddMembersUp(const Answers& answers, FamilyRef up) {
  VEDETTE_ASSIGN_OR_RETURN(RecordList entries, answers.Records(kStatusPath));
  for (const Record& entry : *entries) {
    const std::string_view type = entry.Text("type");
    if (const auto online = entry.Number("online"); type == "node" && online) {
      up.Add(*online, {{"id", entry.Text("id")}});
    }
    if (const auto quorate = entry.Number("quorate"); type == "cluster" && quorate) {
      up.Add(*quorate, {{"id", ClusterId(entry.Text("name"))}});
    }
  }
  return base::Status();
}

// Of guests and storages.
base::Status AddResourcesUp(const Answers& answers, FamilyRef up) {
  VEDETTE_ASSIGN_OR_RETURN(RecordList resources, answers.Records(kResourcesPath));
  for (const Record& resource : *resources) {
    const std::string_view type = resource.Text("type");
    const std::string_view status = resource.Text("status");
    if (IsGuest(type)) up.Add(status == "running" ? 1 : 0, {{"id", resource.Text("id")}});
    if (type == "storage") up.Add(status == "available" ? 1 : 0, {{"id", resource.Text("id")}});
  }
  return base::Status();
}

// Label names that the API chose: made valid, and none twice.
std::string LabelName(std::string_view field) {
  std::string name(field);
  for (char& c : name) {
    const bool is_valid =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
    if (!is_valid) c = '_';
  }
  const bool is_bare = name.empty() || (name[0] >= '0' && name[0] <= '9');
  return is_bare ? base::Concat({"_", name}) : name;
}

void AddInfo(const std::vector<std::pair<std::string, std::string>>& labels, FamilyRef info) {
  std::vector<LabelRef> refs;
  for (const auto& [name, value] : labels) refs.push_back({name, value});
  info.Add(1, refs);
}

}  // namespace

base::Status CollectStatus(const Answers& answers, FamilySink* sink) {
  const FamilyRef up = sink->Gauge("pve_up", "Node/VM/CT-Status is online/running");
  const base::Status members = AddMembersUp(answers, up);
  const base::Status resources = AddResourcesUp(answers, up);
  return members.ok() ? resources : members;
}

base::Status CollectVersion(const Answers& answers, FamilySink* sink) {
  VEDETTE_ASSIGN_OR_RETURN(RecordList records, answers.Records("/version"));
  if (records->empty()) return base::DataLoss("/version: the answer is empty");
  std::vector<std::pair<std::string, std::string>> labels;
  for (const std::string_view name : {"release", "repoid", "version"}) {
    const Record& version = records->front();
    if (version.Has(name)) labels.emplace_back(name, version.Text(name));
  }
  AddInfo(labels, sink->Gauge("pve_version_info", "Proxmox VE version info"));
  return base::Status();
}

base::Status CollectNodes(const Answers& answers, FamilySink* sink) {
  VEDETTE_ASSIGN_OR_RETURN(RecordList entries, answers.Records(kStatusPath));
  FamilyRef info = sink->Gauge("pve_node_info", "Node info");
  for (const Record& entry : *entries) {
    if (entry.Text("type") != "node") continue;
    info.Add(1, {{"id", entry.Text("id")},
                 {"level", entry.Text("level")},
                 {"name", entry.Text("name")},
                 {"nodeid", entry.Text("nodeid")}});
  }
  return base::Status();
}

base::Status CollectCluster(const Answers& answers, FamilySink* sink) {
  VEDETTE_ASSIGN_OR_RETURN(RecordList entries, answers.Records(kStatusPath));
  const FamilyRef info = sink->Gauge("pve_cluster_info", "Cluster info");
  for (const Record& entry : *entries) {
    if (entry.Text("type") != "cluster") continue;
    std::vector<std::pair<std::string, std::string>> labels = {
        {"id", ClusterId(entry.Text("name"))}};
    for (const Record::Field& field : entry.fields()) {
      if (field.name == "type" || field.name == "name" || field.name == "id") continue;
      labels.emplace_back(LabelName(field.name), field.text);
    }
    AddInfo(labels, info);
  }
  return base::Status();
}

base::Status CollectBackupInfo(const Answers& answers, FamilySink* sink) {
  VEDETTE_ASSIGN_OR_RETURN(RecordList guests, answers.Records(kBackupPath));
  FamilyRef info =
      sink->Gauge("pve_not_backed_up_info", "Present if guest is not covered by any backup job.");
  for (const Record& guest : *guests) {
    info.Add(1, {{"id", base::Concat({guest.Text("type"), "/", guest.Text("vmid")})}});
  }
  // A host without a cluster lends its own name.
  VEDETTE_ASSIGN_OR_RETURN(RecordList entries, answers.Records(kStatusPath));
  if (entries->empty()) return base::DataLoss("/cluster/status: the answer is empty");
  sink->Gauge("pve_not_backed_up_total", "Total number of guests not covered by any backup job.")
      .Add(static_cast<double>(guests->size()), {{"id", ClusterId(entries->front().Text("name"))}});
  return base::Status();
}

base::Status CollectQdevice(const Answers& answers, FamilySink* sink) {
  VEDETTE_ASSIGN_OR_RETURN(RecordList entries, answers.Records(kStatusPath));
  std::string id;
  for (const Record& entry : *entries) {
    if (entry.Text("type") == "cluster") id = ClusterId(entry.Text("name"));
  }
  if (id.empty()) return base::Status();  // a host without a cluster has none
  const Answer* answer = answers.Find(kQdevicePath);
  // Where no device is set up, some releases answer with an error.
  const int http_status = answer == nullptr ? 0 : answer->http_status;
  if (http_status == 400 || http_status == 404 || http_status == 500 || http_status == 501) {
    return base::Status();
  }
  VEDETTE_ASSIGN_OR_RETURN(RecordList devices, answers.Records(kQdevicePath));
  if (devices->empty()) return base::Status();
  const Record& device = devices->front();
  sink->Gauge("pve_qdevice_up", "Proxmox VE QDevice is connected (1) or not (0)")
      .Add(device.Text("State") == "Connected" ? 1 : 0, {{"id", id}});
  sink->Gauge("pve_qdevice_info", "Proxmox VE QDevice info (1 if configured)")
      .Add(1, {{"algorithm", device.Text("Algorithm")},
               {"id", id},
               {"model", device.Text("Model")},
               {"qnetd_host", device.Text("QNetd host")},
               {"state", device.Text("State")},
               {"tie_breaker", device.Text("Tie-breaker")}});
  return base::Status();
}

}  // namespace vedette::exporters::pve
