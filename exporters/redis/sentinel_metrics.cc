#include "exporters/redis/sentinel_metrics.h"

#include <string>
#include <vector>

#include "base/strings.h"
#include "exporters/redis/config_metrics.h"

namespace vedette::exporters::redis {
namespace {

using Map = std::map<std::string_view, const Reply*>;

struct Master {
  std::string name;
  std::string address;
};

std::string TextOf(const Map& map, std::string_view key) {
  const auto found = map.find(key);
  return found == map.end() ? "" : found->second->text;
}

bool IsDown(std::string_view flags) {
  return flags.find("s_down") != std::string_view::npos ||
         flags.find("o_down") != std::string_view::npos;
}

struct Setting {
  std::string_view key;
  std::string_view metric;
  double divisor;
};
constexpr Setting kSettings[] = {
    {"quorum", "sentinel_master_setting_ckquorum", 1},
    {"failover-timeout", "sentinel_master_setting_failover_timeout", 1},
    {"parallel-syncs", "sentinel_master_setting_parallel_syncs", 1},
    {"down-after-milliseconds", "sentinel_master_setting_down_after_milliseconds", 1},
    {"config-epoch", "sentinel_master_config_epoch", 1},
    {"last-ok-ping-reply", "sentinel_master_last_ok_ping_reply_seconds", 1000},
};

std::vector<Master> AddMasters(const Reply& reply, MetricSet* metrics) {
  std::vector<Master> masters;
  for (const Reply& details : reply.items) {
    const Map map = details.ToMap();
    if (!map.contains("name") || !map.contains("ip") || !map.contains("port")) continue;
    Master& master = masters.emplace_back();
    master.name = TextOf(map, "name");
    master.address = base::Concat({TextOf(map, "ip"), ":", TextOf(map, "port")});
    for (const Setting& setting : kSettings) {
      const double value = base::ParseDouble(TextOf(map, setting.key)).value_or(0);
      metrics->Gauge(setting.metric, value / setting.divisor,
                     {{"master_name", master.name}, {"master_address", master.address}});
    }
  }
  return masters;
}

void AddPeer(const Map& peer, const Master& master, MetricSet* metrics) {
  metrics->Gauge("sentinel_peer_info", 1,
                 {{"master_name", master.name},
                  {"master_address", master.address},
                  {"name", TextOf(peer, "name")},
                  {"ip", TextOf(peer, "ip")},
                  {"port", TextOf(peer, "port")},
                  {"runid", TextOf(peer, "runid")},
                  {"flags", TextOf(peer, "flags")}});
}

int CountUp(const Reply& reply) {
  int up = 0;
  for (const Reply& details : reply.items) {
    const Map map = details.ToMap();
    if (map.contains("flags") && !IsDown(TextOf(map, "flags"))) ++up;
  }
  return up;
}

// The replies to CKQUORUM, SENTINELS and SLAVES of one master.
void AddOneMaster(const Master& master, std::span<const Reply> replies, bool peers,
                  MetricSet* metrics) {
  const Reply& quorum = replies[0];
  metrics->Gauge("sentinel_master_ckquorum_status", quorum.is_error() ? 0 : 1,
                 {{"master_name", master.name}, {"message", quorum.text}});
  const MetricSet::Labels labels = {{"master_name", master.name},
                                    {"master_address", master.address}};
  // This one, that answers, and the others.
  metrics->Gauge("sentinel_master_ok_sentinels", 1 + CountUp(replies[1]), labels);
  metrics->Gauge("sentinel_master_ok_slaves", CountUp(replies[2]), labels);
  if (!peers) return;
  for (const Reply& details : replies[1].items) AddPeer(details.ToMap(), master, metrics);
}

}  // namespace

base::Status AddSentinel(Connection* connection, const RedisOptions::Include& include,
                         const Deadline& deadline, MetricSet* metrics) {
  std::vector<Command> commands = {{"SENTINEL", "MASTERS"}};
  if (include.config) commands.push_back({"SENTINEL", "CONFIG", "GET", "*"});
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<Reply> first, connection->Run(commands, deadline));
  if (include.config) AddSentinelConfig(first[1], include.redact_config, metrics);
  const std::vector<Master> masters = AddMasters(first[0], metrics);
  commands.clear();
  for (const Master& master : masters) {
    for (const char* what : {"CKQUORUM", "SENTINELS", "SLAVES"}) {
      commands.push_back({"SENTINEL", what, master.name});
    }
  }
  if (commands.empty()) return base::Status();
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<Reply> replies, connection->Run(commands, deadline));
  for (size_t i = 0; i < masters.size(); ++i) {
    AddOneMaster(masters[i], std::span(replies).subspan(i * 3, 3), include.sentinel_peers, metrics);
  }
  return base::Status();
}

}  // namespace vedette::exporters::redis
