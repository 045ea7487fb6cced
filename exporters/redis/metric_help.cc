#include "exporters/redis/metric_help.h"

#include <algorithm>
#include <iterator>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

struct Help {
  std::string_view name;
  std::string_view text;
};

// Sorted by name.
constexpr Help kHelp[] = {
    {"commands_duration_seconds_total", "Time spent in a command's calls"},
    {"commands_failed_calls_total", "Calls of a command that failed while it ran"},
    {"commands_latencies_usec", "How long a command's calls took, in microseconds"},
    {"commands_rejected_calls_total", "Calls of a command that were refused before it ran"},
    {"commands_total", "Calls of a command"},
    {"config_client_output_buffer_limit_bytes", "Limit of the output buffer for a class"},
    {"config_client_output_buffer_limit_overcome_seconds",
     "How long a class may be over its soft limit"},
    {"config_key_value", "Configuration items as text"},
    {"config_value", "Configuration items that are numbers"},
    {"connected_client_info", "A client; 1"},
    {"connected_slave_lag_seconds", "Seconds since a replica last answered"},
    {"connected_slave_offset_bytes", "Replication offset that a replica has reached"},
    {"db_avg_ttl_seconds", "Average time to live of a database's expiring keys"},
    {"db_keys", "Keys of a database"},
    {"db_keys_cached", "Cached keys of a database"},
    {"db_keys_expiring", "Keys of a database that expire"},
    {"db_keys_with_expiring_items", "Keys of a database that hold items that expire"},
    {"errors_total", "Error replies by their code"},
    {"exporter_build_info", "What this exporter is; 1"},
    {"exporter_last_scrape_connect_time_seconds",
     "Time that the last scrape took to connect; a connection that is still open takes none"},
    {"exporter_last_scrape_duration_seconds", "Time that the last scrape took"},
    {"exporter_last_scrape_error", "1 where the last scrape failed, with the reason; else 0"},
    {"exporter_last_scrape_ping_time_seconds", "Time that the last scrape's PING took"},
    {"exporter_scrape_duration_seconds", "Time that scrapes took"},
    {"exporter_scrapes_total", "Scrapes of the server"},
    {"instance_info", "What the server is; 1"},
    {"key_group_count", "Keys of a group"},
    {"key_group_memory_usage_bytes", "Memory that a group's keys take"},
    {"key_memory_usage_bytes", "Memory that a key takes"},
    {"key_size", "Length or size of a key's value"},
    {"key_value", "Value of a key that is a number"},
    {"key_value_as_string", "Value of a key that is no number, as a label; 1"},
    {"keys_count", "Keys that match a pattern"},
    {"last_key_groups_scrape_duration_milliseconds", "Time that grouping the keys took"},
    {"last_slow_execution_duration_seconds", "Time that the newest entry of the slow log took"},
    {"latency_percentiles_usec", "Percentiles of a command's time in microseconds"},
    {"latency_spike_duration_seconds", "How long an event's last latency spike was"},
    {"latency_spike_last", "When an event's last latency spike was"},
    {"master_last_io_seconds_ago", "Seconds since the master was last heard"},
    {"master_link_up", "1 where the link to the master is up"},
    {"master_sync_in_progress", "1 while the master is being copied"},
    {"module_info", "A loaded module; 1"},
    {"number_of_distinct_key_groups", "Groups that a database's keys fall into"},
    {"rdb_current_size_bytes", "Size of the RDB file; 0 where there is none"},
    {"script_result", "1 where a script ran and its answer made sense"},
    {"script_values", "What a script returned"},
    {"sentinel_config_key_value", "Sentinel's configuration items as text"},
    {"sentinel_config_value", "Sentinel's configuration items that are numbers"},
    {"sentinel_master_ckquorum_status", "1 where a master's quorum can be reached"},
    {"sentinel_master_config_epoch", "Configuration epoch of a master; each failover adds to it"},
    {"sentinel_master_last_ok_ping_reply_seconds", "Seconds since a master last answered a ping"},
    {"sentinel_master_ok_sentinels", "Sentinels of a master that are up, this one too"},
    {"sentinel_master_ok_slaves", "Replicas of a master that are up"},
    {"sentinel_master_sentinels", "Sentinels of a master, this one too"},
    {"sentinel_master_setting_ckquorum", "Quorum that a master is given"},
    {"sentinel_master_setting_down_after_milliseconds",
     "Silence after which a master counts as down"},
    {"sentinel_master_setting_failover_timeout", "Failover timeout of a master in milliseconds"},
    {"sentinel_master_setting_parallel_syncs", "Replicas that copy a new master at a time"},
    {"sentinel_master_slaves", "Replicas of a master"},
    {"sentinel_master_status", "1 where a master is up"},
    {"sentinel_masters", "Masters that this sentinel watches"},
    {"sentinel_peer_info", "Another sentinel of a master; 1"},
    {"sentinel_running_scripts", "Scripts that run now"},
    {"sentinel_scripts_queue_length", "Scripts that wait"},
    {"sentinel_simulate_failure_flags", "Failures that are being simulated"},
    {"sentinel_tilt", "1 while this sentinel is in tilt mode"},
    {"slave_info", "The master that this replica follows; 1"},
    {"slave_repl_offset", "Replication offset that this replica has reached"},
    {"slowlog_last_id", "Id of the newest entry of the slow log"},
    {"slowlog_length", "Entries of the slow log"},
    {"start_time_seconds", "When the server was started, seconds since the epoch"},
    {"stream_first_entry_id", "Time of a stream's first entry, milliseconds since the epoch"},
    {"stream_group_consumer_idle_seconds", "Seconds since a consumer was last active"},
    {"stream_group_consumer_messages_pending", "Entries that a consumer has not acknowledged"},
    {"stream_group_consumers", "Consumers of a group"},
    {"stream_group_entries_read", "Entries that a group has read"},
    {"stream_group_lag", "Entries that a group has yet to read"},
    {"stream_group_last_delivered_id",
     "Time of the last entry delivered to a group, milliseconds since the epoch"},
    {"stream_group_messages_pending", "Entries that a group has not acknowledged"},
    {"stream_groups", "Groups of a stream"},
    {"stream_last_entry_id", "Time of a stream's last entry, milliseconds since the epoch"},
    {"stream_last_generated_id",
     "Time of the last id that a stream gave, milliseconds since the epoch"},
    {"stream_length", "Entries of a stream"},
    {"stream_max_deleted_entry_id",
     "Time of the last entry deleted from a stream, milliseconds since the epoch"},
    {"stream_radix_tree_keys", "Keys of a stream's radix tree"},
    {"stream_radix_tree_nodes", "Nodes of a stream's radix tree"},
    {"target_scrape_request_errors_total", "Requests to /scrape that were wrong"},
    {"up", "1 where the server answered"},
    {"vedette_exporter_redis_scan_age_seconds",
     "Seconds since all keys were last looked at for a pattern"},
    {"vedette_exporter_redis_scan_complete",
     "1 where what is shown of a pattern comes from a look at all keys"},
};

constexpr bool IsSorted() {
  for (size_t i = 1; i < std::size(kHelp); ++i) {
    if (!(kHelp[i - 1].name < kHelp[i].name)) return false;
  }
  return true;
}
static_assert(IsSorted());

}  // namespace

std::string MetricHelp(std::string_view name) {
  const Help* found = std::lower_bound(
      std::begin(kHelp), std::end(kHelp), name,
      [](const Help& help, std::string_view wanted) { return help.name < wanted; });
  if (found != std::end(kHelp) && found->name == name) return std::string(found->text);
  return base::Concat({name, " metric"});
}

}  // namespace vedette::exporters::redis
