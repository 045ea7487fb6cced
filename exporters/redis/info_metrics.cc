#include "exporters/redis/info_metrics.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/strings.h"
#include "exporters/redis/info_fields.h"
#include "exporters/redis/info_lines.h"

namespace vedette::exporters::redis {
namespace {

// A server may say any number of databases; more than this are not filled up.
constexpr int kMaxEmptyDatabases = 10000;

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "master0" by "master".
bool IsNumbered(std::string_view field, std::string_view word) {
  return base::StartsWith(field, word) && IsDigits(field.substr(word.size()));
}

// KeyDB may follow several masters: "master_1_host" -> "master_host".
std::string WithoutMasterNumber(std::string_view field) {
  if (!base::StartsWith(field, "master_")) return std::string(field);
  const std::string_view rest = field.substr(7);
  const size_t end = rest.find('_');
  if (end == std::string_view::npos || !IsDigits(rest.substr(0, end))) return std::string(field);
  return base::Concat({"master_", rest.substr(end + 1)});
}

// Reads one INFO text. One use.
class InfoReader {
 public:
  InfoReader(const InfoOptions& options, CommandStats* stats, MetricSet* metrics)
      : options_(options), stats_(stats), metrics_(metrics) {}

  InfoFacts Read(std::string_view text) {
    for (InfoLines line(text); line.Next();) {
      if (!IsSpecial(line.section(), line.field(), line.value())) {
        Keep(line.field(), line.value());
        AddInfoField(line.field(), line.value(), options_.system, metrics_);
      }
      facts_.is_sentinel |= line.section() == "Sentinel";
    }
    FillDatabases();
    AddInstance();
    facts_.role = kept_["role"];
    facts_.is_cluster = kept_["cluster_enabled"] == "1";
    return facts_;
  }

 private:
  // True where the line needs no more than what its section did with it.
  bool IsSpecial(std::string_view section, std::string_view field, std::string_view value) {
    if (section == "Commandstats") {
      stats_->AddStats(field, value, metrics_);
      return true;
    }
    if (section == "Latencystats") {
      stats_->AddPercentiles(field, value, metrics_);
      return true;
    }
    if (section == "Errorstats") {
      AddError(field, value);
      return true;
    }
    if (section == "Keyspace") return AddDatabase(field, value);
    if (section == "Replication") return AddReplication(field, value);
    if (section == "Sentinel") AddSentinel(field, value);
    if (section == "Server") AddServer(field, value);
    return section == "Cluster Info";  // Valkey 9.1 repeats CLUSTER INFO here
  }

  // What instance_info and slave_info show.
  void Keep(std::string_view field, std::string_view value) {
    static constexpr std::string_view kKept[] = {"availability_zone",
                                                 "cluster_enabled",
                                                 "master_host",
                                                 "master_port",
                                                 "master_replid",
                                                 "maxmemory_policy",
                                                 "os",
                                                 "process_id",
                                                 "redis_build_id",
                                                 "redis_mode",
                                                 "redis_version",
                                                 "role",
                                                 "run_id",
                                                 "server_mode",
                                                 "slave_read_only",
                                                 "tcp_port",
                                                 "valkey_version",
                                                 "valkey_release_stage"};
    if (std::find(std::begin(kKept), std::end(kKept), field) != std::end(kKept)) {
      kept_[std::string(field)] = value;
    }
  }

  void AddServer(std::string_view field, std::string_view value) {
    const auto number = base::ParseInt(value);
    if (!number) return;
    if (field == "uptime_in_seconds") {
      metrics_->Gauge("start_time_seconds", static_cast<double>(options_.now_s - *number));
    } else if (field == "hz" || field == "configured_hz") {
      metrics_->Gauge(field, static_cast<double>(*number));
    }
  }

  // errorstat_ERR:count=2
  void AddError(std::string_view field, std::string_view value) {
    constexpr std::string_view kPrefix = "errorstat_";
    if (!base::StartsWith(field, kPrefix)) return;
    for (InfoPairs pair(value); pair.Next();) {
      const auto count = pair.Number();
      if (pair.name() != "count" || !count) continue;
      metrics_->Counter("errors_total", *count, {{"err", field.substr(kPrefix.size())}});
    }
  }

  // db0:keys=1,expires=0,avg_ttl=0; KeyDB adds cached_keys, newer servers the last two.
  bool AddDatabase(std::string_view field, std::string_view value) {
    if (!base::StartsWith(field, "db")) return false;
    std::map<std::string_view, double> numbers;
    for (InfoPairs pair(value); pair.Next();) {
      if (const auto number = pair.Number()) numbers[pair.name()] = *number;
    }
    if (!numbers.contains("keys") || !numbers.contains("expires")) return false;
    struct Column {
      std::string_view name;
      std::string_view metric;
      double divisor;
    };
    static constexpr Column kColumns[] = {
        {"keys", "db_keys", 1},
        {"expires", "db_keys_expiring", 1},
        {"avg_ttl", "db_avg_ttl_seconds", 1000},
        {"cached_keys", "db_keys_cached", 1},
        {"subexpiry", "db_keys_with_expiring_items", 1},
        {"keys_with_volatile_items", "db_keys_with_expiring_items", 1}};
    for (const Column& column : kColumns) {
      const auto number = numbers.find(column.name);
      if (number == numbers.end()) continue;
      metrics_->Gauge(column.metric, number->second / column.divisor, {{"db", field}});
    }
    databases_.emplace(field);
    return true;
  }

  bool AddReplication(std::string_view raw_field, std::string_view value) {
    const std::string field = WithoutMasterNumber(raw_field);
    if (field == "master_host") master_host_ = value;
    if (field == "master_port") master_port_ = value;
    const MetricSet::Labels master = {{"master_host", master_host_}, {"master_port", master_port_}};
    if (field == "master_link_status") {
      metrics_->Gauge("master_link_up", value == "up" ? 1 : 0, master);
      return true;
    }
    if (field == "master_last_io_seconds_ago" || field == "master_sync_in_progress" ||
        field == "slave_repl_offset") {
      metrics_->Gauge(field, static_cast<double>(base::ParseInt(value).value_or(0)), master);
      return true;
    }
    return IsNumbered(field, "slave") && AddReplica(value);
  }

  // slave0:ip=10.0.0.1,port=6379,state=online,offset=1751844676,lag=0
  bool AddReplica(std::string_view value) {
    std::map<std::string_view, std::string_view> fields;
    for (InfoPairs pair(value); pair.Next();) fields[pair.name()] = pair.value();
    const auto offset = base::ParseDouble(fields["offset"]);
    if (!offset) return false;
    const MetricSet::Labels labels = {{"slave_ip", fields["ip"]},
                                      {"slave_port", fields["port"]},
                                      {"slave_state", fields["state"]}};
    metrics_->Gauge("connected_slave_offset_bytes", *offset, labels);
    const auto lag = base::ParseDouble(fields["lag"]);
    if (lag && *lag > -1) metrics_->Gauge("connected_slave_lag_seconds", *lag, labels);
    return true;
  }

  void AddSentinel(std::string_view field, std::string_view value) {
    static constexpr std::string_view kCounts[] = {
        "sentinel_masters", "sentinel_tilt", "sentinel_running_scripts",
        "sentinel_scripts_queue_length", "sentinel_simulate_failure_flags"};
    if (std::find(std::begin(kCounts), std::end(kCounts), field) != std::end(kCounts)) {
      metrics_->Gauge(field, static_cast<double>(base::ParseInt(value).value_or(0)));
    } else if (IsNumbered(field, "master")) {
      AddWatchedMaster(value);
    }
  }

  // master0:name=mymaster,status=ok,address=127.0.0.1:6379,slaves=1,sentinels=1
  void AddWatchedMaster(std::string_view value) {
    std::map<std::string_view, std::string_view> fields;
    for (InfoPairs pair(value); pair.Next();) fields[pair.name()] = pair.value();
    const auto slaves = base::ParseDouble(fields["slaves"]);
    const auto sentinels = base::ParseDouble(fields["sentinels"]);
    if (!slaves || !sentinels) return;
    const LabelRef name = {"master_name", fields["name"]};
    const LabelRef address = {"master_address", fields["address"]};
    metrics_->Gauge("sentinel_master_status", fields["status"] == "ok" ? 1 : 0,
                    {name, address, {"master_status", fields["status"]}});
    metrics_->Gauge("sentinel_master_slaves", *slaves, {name, address});
    metrics_->Gauge("sentinel_master_sentinels", *sentinels, {name, address});
  }

  void FillDatabases() {
    if (!options_.empty_databases) return;
    const int count =
        std::min(kept_["cluster_enabled"] == "1" ? 1 : options_.databases, kMaxEmptyDatabases);
    for (int i = 0; i < count; ++i) {
      const std::string db = "db" + std::to_string(i);
      if (databases_.contains(db)) continue;
      metrics_->Gauge("db_keys", 0, {{"db", db}});
      metrics_->Gauge("db_keys_expiring", 0, {{"db", db}});
    }
  }

  void AddInstance() {
    const std::string& mode =
        kept_["redis_mode"].empty() ? kept_["server_mode"] : kept_["redis_mode"];
    std::vector<LabelRef> labels = {{"redis_mode", mode}};
    for (const char* name : {"role", "redis_version", "redis_build_id", "os", "maxmemory_policy",
                             "tcp_port", "run_id", "process_id", "master_replid"}) {
      labels.push_back({name, kept_[name]});
    }
    for (const char* name : {"valkey_version", "valkey_release_stage", "availability_zone"}) {
      if (!kept_[name].empty()) labels.push_back({name, kept_[name]});
    }
    metrics_->Gauge("instance_info", 1, std::span<const LabelRef>(labels));
    if (kept_["role"] != "slave") return;
    metrics_->Gauge("slave_info", 1,
                    {{"master_host", kept_["master_host"]},
                     {"master_port", kept_["master_port"]},
                     {"read_only", kept_["slave_read_only"]}});
  }

  const InfoOptions& options_;
  CommandStats* const stats_;
  MetricSet* const metrics_;
  InfoFacts facts_;
  std::map<std::string, std::string, std::less<>> kept_;
  std::set<std::string, std::less<>> databases_;  // those with keys
  std::string master_host_;
  std::string master_port_;
};

}  // namespace

InfoFacts AddInfo(std::string_view text, const InfoOptions& options, CommandStats* stats,
                  MetricSet* metrics) {
  return InfoReader(options, stats, metrics).Read(text);
}

bool SaysCluster(std::string_view text) {
  return text.find("\ncluster_enabled:1") != std::string_view::npos;
}

void AddClusterInfo(std::string_view text, MetricSet* metrics) {
  for (InfoLines line(text); line.Next();) {
    AddInfoField(line.field(), line.value(), false, metrics);
  }
}

}  // namespace vedette::exporters::redis
