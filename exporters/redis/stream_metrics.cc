#include "exporters/redis/stream_metrics.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

constexpr size_t kStreamsAtOnce = 100;

using Map = std::map<std::string_view, const Reply*>;

double NumberOf(const Map& map, std::string_view key) {
  const auto found = map.find(key);
  return found == map.end() ? 0 : found->second->Number().value_or(0);
}

// The milliseconds of an entry's id, "1526919030474-55"; 0 where there is none.
double TimeOfId(std::string_view id) {
  return base::ParseDouble(id.substr(0, id.find('-'))).value_or(0);
}

double TimeOf(const Map& map, std::string_view key) {
  const auto found = map.find(key);
  return found == map.end() ? 0 : TimeOfId(found->second->text);
}

// An entry is its id and its fields; nil in an empty stream.
double TimeOfEntry(const Map& map, std::string_view key) {
  const auto found = map.find(key);
  if (found == map.end() || found->second->items.empty()) return 0;
  return TimeOfId(found->second->items[0].text);
}

struct Group {
  const std::string* stream;
  std::string name;
};

void AddStream(const std::string& db, const std::string& stream, const Reply& reply,
               MetricSet* metrics) {
  const Map map = reply.ToMap();
  const MetricSet::Labels labels = {{"db", db}, {"stream", stream}};
  metrics->Gauge("stream_length", NumberOf(map, "length"), labels);
  metrics->Gauge("stream_radix_tree_keys", NumberOf(map, "radix-tree-keys"), labels);
  metrics->Gauge("stream_radix_tree_nodes", NumberOf(map, "radix-tree-nodes"), labels);
  metrics->Gauge("stream_groups", NumberOf(map, "groups"), labels);
  metrics->Gauge("stream_last_generated_id", TimeOf(map, "last-generated-id"), labels);
  metrics->Gauge("stream_max_deleted_entry_id", TimeOf(map, "max-deleted-entry-id"), labels);
  metrics->Gauge("stream_first_entry_id", TimeOfEntry(map, "first-entry"), labels);
  metrics->Gauge("stream_last_entry_id", TimeOfEntry(map, "last-entry"), labels);
}

void AddGroup(const std::string& db, const Group& group, const Map& map, MetricSet* metrics) {
  const MetricSet::Labels labels = {{"db", db}, {"stream", *group.stream}, {"group", group.name}};
  metrics->Gauge("stream_group_consumers", NumberOf(map, "consumers"), labels);
  metrics->Gauge("stream_group_messages_pending", NumberOf(map, "pending"), labels);
  metrics->Gauge("stream_group_last_delivered_id", TimeOf(map, "last-delivered-id"), labels);
  metrics->Gauge("stream_group_entries_read", NumberOf(map, "entries-read"), labels);
  metrics->Gauge("stream_group_lag", NumberOf(map, "lag"), labels);
}

void AddConsumers(const std::string& db, const Group& group, const Reply& reply,
                  MetricSet* metrics) {
  for (const Reply& consumer : reply.items) {
    const Map map = consumer.ToMap();
    const auto name = map.find("name");
    if (name == map.end()) continue;
    const MetricSet::Labels labels = {{"db", db},
                                      {"stream", *group.stream},
                                      {"group", group.name},
                                      {"consumer", name->second->text}};
    metrics->Gauge("stream_group_consumer_messages_pending", NumberOf(map, "pending"), labels);
    metrics->Gauge("stream_group_consumer_idle_seconds", NumberOf(map, "idle") / 1e3, labels);
  }
}

// The streams among `keys`: XINFO on another type would be an error in the server's statistics.
base::StatusOr<std::vector<const std::string*>> OnlyStreams(Connection* connection,
                                                            std::span<const std::string> keys,
                                                            const Deadline& deadline) {
  std::vector<Command> commands;
  for (const std::string& key : keys) commands.push_back({"TYPE", key});
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<Reply> types, connection->Run(commands, deadline));
  std::vector<const std::string*> streams;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (types[i].text == "stream") streams.push_back(&keys[i]);
  }
  return streams;
}

base::Status AddBatch(Connection* connection, const std::string& db,
                      std::span<const std::string> keys, bool consumers, const Deadline& deadline,
                      MetricSet* metrics) {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<const std::string*> streams,
                           OnlyStreams(connection, keys, deadline));
  std::vector<Command> commands;
  for (const std::string* stream : streams) {
    commands.push_back({"XINFO", "STREAM", *stream});
    commands.push_back({"XINFO", "GROUPS", *stream});
  }
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<Reply> replies, connection->Run(commands, deadline));
  std::vector<Group> groups;
  for (size_t i = 0; i < streams.size(); ++i) {
    if (!replies[2 * i].is_array()) continue;
    AddStream(db, *streams[i], replies[2 * i], metrics);
    for (const Reply& details : replies[2 * i + 1].items) {
      const Map map = details.ToMap();
      if (!map.contains("name")) continue;
      groups.push_back({streams[i], map.at("name")->text});
      AddGroup(db, groups.back(), map, metrics);
    }
  }
  if (!consumers) return base::Status();
  commands.clear();
  for (const Group& group : groups) {
    commands.push_back({"XINFO", "CONSUMERS", *group.stream, group.name});
  }
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<Reply> lists, connection->Run(commands, deadline));
  for (size_t i = 0; i < groups.size(); ++i) AddConsumers(db, groups[i], lists[i], metrics);
  return base::Status();
}

}  // namespace

base::Status AddStreams(Connection* connection, int database, std::span<const std::string> keys,
                        bool consumers, const Deadline& deadline, MetricSet* metrics) {
  const std::string db = "db" + std::to_string(database);
  constexpr int64_t kBatchNanos = 100'000'000;
  for (size_t at = 0; at < keys.size(); at += kStreamsAtOnce) {
    if (deadline.RemainingNanos() < kBatchNanos) return base::Status();
    VEDETTE_RETURN_IF_ERROR(AddBatch(connection, db,
                                     keys.subspan(at, std::min(kStreamsAtOnce, keys.size() - at)),
                                     consumers, deadline, metrics));
  }
  return base::Status();
}

}  // namespace vedette::exporters::redis
