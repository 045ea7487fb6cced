// What only the node that is asked can tell: its guests' configurations, its replication jobs, its
// subscription.
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "base/strings.h"
#include "exporters/pve/collectors.h"

namespace vedette::exporters::pve {
namespace {

using RecordList = const std::vector<Record>*;

// Keeps the first error and counts the others, so that one guest costs its own data alone.
class Failures {
 public:
  void Note(const base::Status& status) {
    if (status.ok()) return;
    if (first_.ok()) first_ = status;
    ++count_;
  }
  base::Status ToStatus() const {
    if (count_ < 2) return first_;
    return base::Annotate(first_, std::to_string(count_) + " calls failed, the first");
  }

 private:
  base::Status first_;
  int count_ = 0;
};

base::Status AddOnboot(const Answers& answers, const std::string& node, const std::string& type,
                       std::string_view vmid, FamilyRef onboot) {
  VEDETTE_ASSIGN_OR_RETURN(RecordList config, answers.Records(GuestConfigPath(node, type, vmid)));
  if (config->empty()) return base::Status();
  const auto value = config->front().Number("onboot");
  if (!value) return base::Status();  // not set: the guest does not start with its node
  onboot.Add(*value, {{"id", base::Concat({type, "/", vmid})}, {"node", node}, {"type", type}});
  return base::Status();
}

struct JobMeasure {
  const char* field;
  const char* name;
  const char* help;
};
constexpr JobMeasure kJobMeasures[] = {
    {"duration", "pve_replication_duration_seconds", "Proxmox vm replication duration"},
    {"last_sync", "pve_replication_last_sync_timestamp_seconds",
     "Proxmox vm replication last_sync"},
    {"last_try", "pve_replication_last_try_timestamp_seconds", "Proxmox vm replication last_try"},
    {"next_sync", "pve_replication_next_sync_timestamp_seconds",
     "Proxmox vm replication next_sync"},
    {"fail_count", "pve_replication_failed_syncs", "Proxmox vm replication fail_count"},
};

constexpr const char* kSubscriptionStates[] = {"new",     "notfound", "active",
                                               "invalid", "expired",  "suspended"};

// "2027-01-15" as the midnight that begins it here, in Unix seconds.
std::optional<double> LocalMidnight(std::string_view date) {
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  const auto year = base::ParseUint(date.substr(0, 4));
  const auto month = base::ParseUint(date.substr(5, 2));
  const auto day = base::ParseUint(date.substr(8, 2));
  if (!year || !month || !day || *year < 1970 || *month < 1 || *month > 12 || *day < 1 ||
      *day > 31) {
    return std::nullopt;
  }
  std::tm time{};
  time.tm_year = static_cast<int>(*year) - 1900;
  time.tm_mon = static_cast<int>(*month) - 1;
  time.tm_mday = static_cast<int>(*day);
  time.tm_isdst = -1;
  return static_cast<double>(std::mktime(&time));
}

void AddJob(const Record& job, FamilyRef info) {
  info.Add(1, {{"guest", base::Concat({job.Text("vmtype"), "/", job.Text("guest")})},
               {"id", job.Text("id")},
               {"source", base::Concat({"node/", job.Text("source")})},
               {"target", base::Concat({"node/", job.Text("target")})},
               {"type", job.Text("type")}});
}

}  // namespace

base::Status CollectGuestConfigs(const Answers& answers, FamilySink* sink) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string node, answers.LocalNode());
  const FamilyRef onboot = sink->Gauge("pve_onboot_status", "Proxmox vm config onboot value");
  Failures failures;
  for (const std::string type : {"qemu", "lxc"}) {
    const auto guests = answers.Records(NodePath(node, type));
    failures.Note(guests.status());
    if (!guests.ok()) continue;
    for (const Record& guest : **guests) {
      const std::string_view vmid = guest.Text("vmid");
      if (!vmid.empty()) failures.Note(AddOnboot(answers, node, type, vmid, onboot));
    }
  }
  return failures.ToStatus();
}

base::Status CollectReplication(const Answers& answers, FamilySink* sink) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string node, answers.LocalNode());
  VEDETTE_ASSIGN_OR_RETURN(RecordList jobs, answers.Records(NodePath(node, "replication")));
  const FamilyRef info = sink->Gauge("pve_replication_info", "Proxmox vm replication info");
  std::vector<FamilyRef> families;
  for (const JobMeasure& measure : kJobMeasures) {
    families.push_back(sink->Gauge(measure.name, measure.help));
  }
  Failures failures;
  for (const Record& job : *jobs) {
    AddJob(job, info);
    const auto status = answers.Records(ReplicationStatusPath(node, job.Text("id")));
    failures.Note(status.status());
    if (!status.ok() || (*status)->empty()) continue;
    for (size_t i = 0; i < families.size(); ++i) {
      const auto value = (*status)->front().Number(kJobMeasures[i].field);
      if (value) families[i].Add(*value, {{"id", job.Text("id")}});
    }
  }
  return failures.ToStatus();
}

base::Status CollectSubscription(const Answers& answers, FamilySink* sink) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string node, answers.LocalNode());
  VEDETTE_ASSIGN_OR_RETURN(RecordList records, answers.Records(NodePath(node, "subscription")));
  if (records->empty()) return base::DataLoss("subscription: the answer is empty");
  const Record& subscription = records->front();
  const std::string id = base::Concat({"node/", node});
  const std::string_view level =
      subscription.Has("level") ? subscription.Text("level") : std::string_view("unknown");
  sink->Gauge("pve_subscription_info", "Proxmox VE subscription info (1 if present)")
      .Add(1, {{"id", id}, {"level", level}});
  FamilyRef status = sink->Gauge("pve_subscription_status",
                                 "Proxmox VE subscription status (1 if matches status)");
  for (const char* state : kSubscriptionStates) {
    status.Add(subscription.Text("status") == state ? 1 : 0, {{"id", id}, {"status", state}});
  }
  const std::string_view due = subscription.Text("nextduedate");
  if (due.empty()) return base::Status();
  const auto midnight = LocalMidnight(due);
  if (!midnight) return base::DataLoss("subscription: nextduedate is no YYYY-MM-DD");
  sink->Gauge("pve_subscription_next_due_timestamp_seconds",
              "Subscription next due date as Unix timestamp")
      .Add(*midnight, {{"id", id}});
  return base::Status();
}

}  // namespace vedette::exporters::pve
