#include "exporters/redis/info_fields.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

using enum InfoField::Type;

// Names that end in _total are gauges here and there: dashboards know them so.
constexpr InfoField kInfoFields[] = {
    {"acl_access_denied_auth", "acl_access_denied_auth_total", kCounter},
    {"acl_access_denied_channel", "acl_access_denied_channel_total", kCounter},
    {"acl_access_denied_cmd", "acl_access_denied_cmd_total", kCounter},
    {"acl_access_denied_key", "acl_access_denied_key_total", kCounter},
    {"active_defrag_hits", "defrag_hits", kGauge},
    {"active_defrag_key_hits", "defrag_key_hits", kGauge},
    {"active_defrag_key_misses", "defrag_key_misses", kGauge},
    {"active_defrag_misses", "defrag_misses", kGauge},
    {"active_defrag_running", "active_defrag_running", kGauge},
    {"allocator_active", "allocator_active_bytes", kGauge},
    {"allocator_allocated", "allocator_allocated_bytes", kGauge},
    {"allocator_frag_bytes", "allocator_frag_bytes", kGauge},
    {"allocator_frag_ratio", "allocator_frag_ratio", kGauge},
    {"allocator_muzzy", "allocator_muzzy_bytes", kGauge},
    {"allocator_resident", "allocator_resident_bytes", kGauge},
    {"allocator_rss_bytes", "allocator_rss_bytes", kGauge},
    {"allocator_rss_ratio", "allocator_rss_ratio", kGauge},
    {"aof_base_size", "aof_base_size_bytes", kGauge},
    {"aof_buffer_length", "aof_buffer_length", kGauge},
    {"aof_current_rewrite_time_sec", "aof_current_rewrite_duration_sec", kGauge},
    {"aof_current_size", "aof_current_size_bytes", kGauge},
    {"aof_delayed_fsync", "aof_delayed_fsync", kGauge},
    {"aof_enabled", "aof_enabled", kGauge},
    {"aof_last_bgrewrite_status", "aof_last_bgrewrite_status", kGauge},
    {"aof_last_cow_size", "aof_last_cow_size_bytes", kGauge},
    {"aof_last_rewrite_time_sec", "aof_last_rewrite_duration_sec", kGauge},
    {"aof_last_write_status", "aof_last_write_status", kGauge},
    {"aof_pending_bio_fsync", "aof_pending_bio_fsync", kGauge},
    {"aof_pending_rewrite", "aof_pending_rewrite", kGauge},
    {"aof_rewrite_buffer_length", "aof_rewrite_buffer_length", kGauge},
    {"aof_rewrite_in_progress", "aof_rewrite_in_progress", kGauge},
    {"aof_rewrite_scheduled", "aof_rewrite_scheduled", kGauge},
    {"async_loading", "async_loading", kGauge},
    {"bf_bloom_capacity_across_objects", "bf_bloom_capacity_across_objects", kGauge},
    {"bf_bloom_defrag_hits", "bf_bloom_defrag_hits_total", kCounter},
    {"bf_bloom_defrag_misses", "bf_bloom_defrag_misses_total", kCounter},
    {"bf_bloom_num_filters_across_objects", "bf_bloom_num_filters_across_objects", kGauge},
    {"bf_bloom_num_items_across_objects", "bf_bloom_num_items_across_objects", kGauge},
    {"bf_bloom_num_objects", "bf_bloom_num_objects", kGauge},
    {"bf_bloom_total_memory_bytes", "bf_bloom_total_memory_bytes", kGauge},
    {"blocked_clients", "blocked_clients", kGauge},
    {"cached_keys", "cached_keys_total", kCounter},
    {"client_biggest_input_buf", "client_biggest_input_buf", kGauge},
    {"client_longest_output_list", "client_longest_output_list", kGauge},
    {"client_output_buffer_limit_disconnections", "client_output_buffer_limit_disconnections_total",
     kCounter},
    {"client_query_buffer_limit_disconnections", "client_query_buffer_limit_disconnections_total",
     kCounter},
    {"client_recent_max_input_buffer", "client_recent_max_input_buffer_bytes", kGauge},
    {"client_recent_max_output_buffer", "client_recent_max_output_buffer_bytes", kGauge},
    {"clients_in_timeout_table", "clients_in_timeout_table", kGauge},
    {"cluster_stats_messages_received", "cluster_messages_received_total", kGauge},
    {"cluster_stats_messages_sent", "cluster_messages_sent_total", kGauge},
    {"connected_clients", "connected_clients", kGauge},
    {"connected_slaves", "connected_slaves", kGauge},
    {"current_client_thread", "current_client_thread", kGauge},
    {"current_eviction_exceeded_time", "current_eviction_exceeded_time_ms", kGauge},
    {"dump_payload_sanitizations", "dump_payload_sanitizations", kCounter},
    {"eventloop_cycles", "eventloop_cycles_total", kCounter},
    {"eventloop_duration_cmd_sum", "eventloop_duration_cmd_sum_usec_total", kCounter},
    {"eventloop_duration_sum", "eventloop_duration_sum_usec_total", kCounter},
    {"evicted_clients", "evicted_clients_total", kCounter},
    {"evicted_keys", "evicted_keys_total", kCounter},
    {"evicted_scripts", "evicted_scripts_total", kCounter},
    {"expire_cycle_cpu_milliseconds", "expire_cycle_cpu_time_ms_total", kCounter},
    {"expired_keys", "expired_keys_total", kCounter},
    {"expired_stale_perc", "expired_stale_percentage", kGauge},
    {"expired_subkeys", "expired_subkeys_total", kCounter},
    {"expired_time_cap_reached_count", "expired_time_cap_reached_total", kCounter},
    {"instantaneous_eventloop_cycles_per_sec", "instantaneous_eventloop_cycles_per_sec", kGauge},
    {"instantaneous_eventloop_duration_usec", "instantaneous_eventloop_duration_usec", kGauge},
    {"io_threaded_reads_processed", "io_threaded_reads_processed", kCounter},
    {"io_threaded_writes_processed", "io_threaded_writes_processed", kCounter},
    {"io_threads_active", "io_threads_active", kGauge},
    {"json_num_documents", "json_num_documents", kGauge},
    {"json_total_memory_bytes", "json_total_memory_bytes", kGauge},
    {"keyspace_hits", "keyspace_hits_total", kCounter},
    {"keyspace_misses", "keyspace_misses_total", kCounter},
    {"latest_fork_usec", "latest_fork_seconds", kGauge},
    {"lazyfree_pending_objects", "lazyfree_pending_objects", kGauge},
    {"lazyfreed_objects", "lazyfreed_objects", kGauge},
    {"loading", "loading_dump_file", kGauge},
    {"long_lock_waits", "long_lock_waits_total", kGauge},
    {"master_repl_offset", "master_repl_offset", kGauge},
    {"maxclients", "max_clients", kGauge},
    {"maxfragmentationmemory_desired_reservation",
     "memory_max_fragmentation_reservation_desired_bytes", kGauge},
    {"maxfragmentationmemory_reservation", "memory_max_fragmentation_reservation_bytes", kGauge},
    {"maxmemory", "memory_max_bytes", kGauge},
    {"maxmemory_desired_reservation", "memory_max_reservation_desired_bytes", kGauge},
    {"maxmemory_reservation", "memory_max_reservation_bytes", kGauge},
    {"mem_aof_buffer", "mem_aof_buffer_bytes", kGauge},
    {"mem_clients_normal", "mem_clients_normal", kGauge},
    {"mem_clients_slaves", "mem_clients_slaves", kGauge},
    {"mem_cluster_links", "mem_cluster_links_bytes", kGauge},
    {"mem_fragmentation_bytes", "mem_fragmentation_bytes", kGauge},
    {"mem_fragmentation_ratio", "mem_fragmentation_ratio", kGauge},
    {"mem_not_counted_for_evict", "mem_not_counted_for_eviction_bytes", kGauge},
    {"mem_overhead_db_hashtable_rehashing", "mem_overhead_db_hashtable_rehashing_bytes", kGauge},
    {"mem_replication_backlog", "mem_replication_backlog_bytes", kGauge},
    {"mem_total_replication_buffers", "mem_total_replication_buffers_bytes", kGauge},
    {"migrate_cached_sockets", "migrate_cached_sockets_total", kGauge},
    {"module_fork_in_progress", "module_fork_in_progress", kGauge},
    {"module_fork_last_cow_size", "module_fork_last_cow_size", kGauge},
    {"number_of_cached_scripts", "number_of_cached_scripts", kGauge},
    {"number_of_functions", "number_of_functions", kGauge},
    {"number_of_libraries", "number_of_libraries", kGauge},
    {"process_id", "process_id", kGauge},
    {"pubsub_channels", "pubsub_channels", kGauge},
    {"pubsub_clients", "pubsub_clients", kGauge},
    {"pubsub_patterns", "pubsub_patterns", kGauge},
    {"pubsubshard_channels", "pubsubshard_channels", kGauge},
    {"rdb_bgsave_in_progress", "rdb_bgsave_in_progress", kGauge},
    {"rdb_changes_since_last_save", "rdb_changes_since_last_save", kGauge},
    {"rdb_current_bgsave_time_sec", "rdb_current_bgsave_duration_sec", kGauge},
    {"rdb_last_bgsave_status", "rdb_last_bgsave_status", kGauge},
    {"rdb_last_bgsave_time_sec", "rdb_last_bgsave_duration_sec", kGauge},
    {"rdb_last_cow_size", "rdb_last_cow_size_bytes", kGauge},
    {"rdb_last_load_keys_expired", "rdb_last_load_expired_keys", kGauge},
    {"rdb_last_load_keys_loaded", "rdb_last_load_loaded_keys", kGauge},
    {"rdb_last_save_time", "rdb_last_save_timestamp_seconds", kGauge},
    {"rdb_saves", "rdb_saves_total", kGauge},
    {"rejected_connections", "rejected_connections_total", kCounter},
    {"repl_backlog_active", "repl_backlog_is_active", kGauge},
    {"repl_backlog_first_byte_offset", "repl_backlog_first_byte_offset", kGauge},
    {"repl_backlog_histlen", "repl_backlog_history_bytes", kGauge},
    {"repl_backlog_size", "replication_backlog_bytes", kGauge},
    {"reply_buffer_expands", "reply_buffer_expands_total", kCounter},
    {"reply_buffer_shrinks", "reply_buffer_shrinks_total", kCounter},
    {"search_bytes_collected", "search_collected_bytes", kGauge},
    {"search_dialect_1", "search_dialect_1", kGauge},
    {"search_dialect_2", "search_dialect_2", kGauge},
    {"search_dialect_3", "search_dialect_3", kGauge},
    {"search_dialect_4", "search_dialect_4", kGauge},
    {"search_errors_indexing_failures", "search_errors_indexing_failures", kGauge},
    {"search_failure_requests_count", "search_failure_requests_count", kCounter},
    {"search_gc_bytes_collected", "search_gc_collected_bytes", kGauge},
    {"search_gc_marked_deleted_vectors", "search_gc_marked_deleted_vectors", kGauge},
    {"search_gc_total_cycles", "search_gc_cycles_total", kCounter},
    {"search_gc_total_docs_not_collected", "search_gc_total_docs_not_collected", kGauge},
    {"search_gc_total_ms_run", "search_gc_run_ms_total", kCounter},
    {"search_global_idle", "search_global_idle", kGauge},
    {"search_global_idle_internal", "search_global_idle_internal", kGauge},
    {"search_global_idle_user", "search_global_idle_user", kGauge},
    {"search_global_total", "search_global_total", kGauge},
    {"search_global_total_internal", "search_global_total_internal", kGauge},
    {"search_global_total_user", "search_global_total_user", kGauge},
    {"search_hnsw_add_exceptions_count", "search_hnsw_add_exceptions_count", kCounter},
    {"search_hnsw_create_exceptions_count", "search_hnsw_create_exceptions_count", kCounter},
    {"search_hnsw_modify_exceptions_count", "search_hnsw_modify_exceptions_count", kCounter},
    {"search_hnsw_remove_exceptions_count", "search_hnsw_remove_exceptions_count", kCounter},
    {"search_hnsw_search_exceptions_count", "search_hnsw_search_exceptions_count", kCounter},
    {"search_hybrid_requests_count", "search_hybrid_requests_count", kCounter},
    {"search_inline_filtering_requests_count", "search_inline_filtering_requests_count", kCounter},
    {"search_largest_memory_index", "search_largest_memory_index_bytes", kGauge},
    {"search_number_of_active_indexes", "search_number_of_active_indexes", kGauge},
    {"search_number_of_active_indexes_indexing", "search_number_of_active_indexes_indexing",
     kGauge},
    {"search_number_of_active_indexes_running_queries",
     "search_number_of_active_indexes_running_queries", kGauge},
    {"search_number_of_attributes", "search_number_of_attributes", kGauge},
    {"search_number_of_indexes", "search_number_of_indexes", kGauge},
    {"search_query_queue_size", "search_query_queue_size", kGauge},
    {"search_rdb_load_failure_cnt", "search_rdb_load_failure_count", kCounter},
    {"search_rdb_load_success_cnt", "search_rdb_load_success_count", kCounter},
    {"search_rdb_save_failure_cnt", "search_rdb_save_failure_count", kCounter},
    {"search_rdb_save_success_cnt", "search_rdb_save_success_count", kCounter},
    {"search_reader_resumed_cnt", "search_reader_resumed_count", kCounter},
    {"search_smallest_memory_index", "search_smallest_memory_index_bytes", kGauge},
    {"search_string_interning_store_size", "search_string_interning_store_size", kGauge},
    {"search_successful_requests_count", "search_successful_requests_count", kCounter},
    {"search_total_active_queries", "search_active_queries_total", kCounter},
    {"search_total_active_write_threads", "search_total_active_write_threads", kGauge},
    {"search_total_cycles", "search_cycles_total", kCounter},
    {"search_total_indexed_documents", "search_total_indexed_documents", kGauge},
    {"search_total_indexing_time", "search_indexing_time_ms_total", kCounter},
    {"search_total_ms_run", "search_run_ms_total", kCounter},
    {"search_total_num_docs_in_indexes", "search_total_num_docs_in_indexes", kGauge},
    {"search_total_queries_processed", "search_queries_processed_total", kCounter},
    {"search_total_query_commands", "search_query_commands_total", kCounter},
    {"search_total_query_execution_time_ms", "search_query_execution_time_ms_total", kCounter},
    {"search_used_memory_bytes", "search_used_memory_bytes", kGauge},
    {"search_used_memory_indexes", "search_used_memory_indexes_bytes", kGauge},
    {"search_used_memory_vector_index", "search_used_memory_vector_index_bytes", kGauge},
    {"search_vector_externing_deferred_entry_cnt", "search_vector_externing_deferred_entry_count",
     kCounter},
    {"search_vector_externing_entry_count", "search_vector_externing_entry_count", kCounter},
    {"search_vector_externing_generated_value_cnt", "search_vector_externing_generated_value_count",
     kCounter},
    {"search_vector_externing_hash_extern_errors", "search_vector_externing_hash_extern_errors",
     kGauge},
    {"search_vector_externing_lru_promote_cnt", "search_vector_externing_lru_promote_count",
     kCounter},
    {"search_vector_externing_num_lru_entries", "search_vector_externing_num_lru_entries", kGauge},
    {"search_worker_pool_suspend_cnt", "search_worker_pool_suspend_count", kCounter},
    {"search_writer_queue_size", "search_writer_queue_size", kGauge},
    {"search_writer_resumed_cnt", "search_writer_resumed_count", kCounter},
    {"search_writer_suspension_expired_cnt", "search_writer_suspension_expired_count", kCounter},
    {"second_repl_offset", "second_repl_offset", kGauge},
    {"server_threads", "server_threads_total", kGauge},
    {"slave_expires_tracked_keys", "slave_expires_tracked_keys", kGauge},
    {"slave_priority", "slave_priority", kGauge},
    {"storage_provider_read_hits", "storage_provider_read_hits", kCounter},
    {"storage_provider_read_misses", "storage_provider_read_misses", kCounter},
    {"sync_full", "replica_resyncs_full", kGauge},
    {"sync_partial_err", "replica_partial_resync_denied", kGauge},
    {"sync_partial_ok", "replica_partial_resync_accepted", kGauge},
    {"tile38_alloc_bytes", "tile38_mem_alloc_bytes", kGauge},
    {"tile38_aof_size", "tile38_aof_size_bytes", kGauge},
    {"tile38_avg_point_size", "tile38_avg_item_size_bytes", kGauge},
    {"tile38_go_goroutines", "tile38_go_goroutines_total", kGauge},
    {"tile38_go_threads", "tile38_threads_total", kGauge},
    {"tile38_heap_alloc_bytes", "tile38_heap_size_bytes", kGauge},
    {"tile38_heap_released_bytes", "tile38_heap_released_bytes", kGauge},
    {"tile38_http_transport", "tile38_http_transport", kGauge},
    {"tile38_in_memory_size", "tile38_in_memory_size_bytes", kGauge},
    {"tile38_last_gc_time_seconds", "tile38_last_gc_time_seconds", kGauge},
    {"tile38_max_heap_size", "tile38_max_heap_size_bytes", kGauge},
    {"tile38_next_gc_bytes", "tile38_next_gc_bytes", kGauge},
    {"tile38_num_collections", "tile38_num_collections_total", kGauge},
    {"tile38_num_hooks", "tile38_num_hooks_total", kGauge},
    {"tile38_num_objects", "tile38_num_objects_total", kGauge},
    {"tile38_num_points", "tile38_num_points_total", kGauge},
    {"tile38_pointer_size", "tile38_pointer_size_bytes", kGauge},
    {"tile38_read_only", "tile38_read_only", kGauge},
    {"tile38_sys_cpus", "tile38_cpus_total", kGauge},
    {"total_blocking_keys", "total_blocking_keys", kGauge},
    {"total_blocking_keys_on_nokey", "total_blocking_keys_on_nokey", kGauge},
    {"total_commands_processed", "commands_processed_total", kCounter},
    {"total_connections_received", "connections_received_total", kCounter},
    {"total_error_replies", "total_error_replies", kCounter},
    {"total_eviction_exceeded_time", "eviction_exceeded_time_ms_total", kCounter},
    {"total_net_input_bytes", "net_input_bytes_total", kCounter},
    {"total_net_output_bytes", "net_output_bytes_total", kCounter},
    {"total_net_repl_input_bytes", "net_repl_input_bytes_total", kCounter},
    {"total_net_repl_output_bytes", "net_repl_output_bytes_total", kCounter},
    {"total_reads_processed", "total_reads_processed", kCounter},
    {"total_watched_keys", "total_watched_keys", kGauge},
    {"total_writes_processed", "total_writes_processed", kCounter},
    {"tracking_clients", "tracking_clients", kGauge},
    {"tracking_total_items", "tracking_total_items", kGauge},
    {"tracking_total_keys", "tracking_total_keys", kGauge},
    {"tracking_total_prefixes", "tracking_total_prefixes", kGauge},
    {"unexpected_error_replies", "unexpected_error_replies", kCounter},
    {"uptime_in_seconds", "uptime_in_seconds", kGauge},
    {"used_cpu_sys", "cpu_sys_seconds_total", kCounter},
    {"used_cpu_sys_children", "cpu_sys_children_seconds_total", kCounter},
    {"used_cpu_sys_main_thread", "cpu_sys_main_thread_seconds_total", kCounter},
    {"used_cpu_user", "cpu_user_seconds_total", kCounter},
    {"used_cpu_user_children", "cpu_user_children_seconds_total", kCounter},
    {"used_cpu_user_main_thread", "cpu_user_main_thread_seconds_total", kCounter},
    {"used_memory", "memory_used_bytes", kGauge},
    {"used_memory_dataset", "memory_used_dataset_bytes", kGauge},
    {"used_memory_functions", "memory_used_functions_bytes", kGauge},
    {"used_memory_lua", "memory_used_lua_bytes", kGauge},
    {"used_memory_overhead", "memory_used_overhead_bytes", kGauge},
    {"used_memory_peak", "memory_used_peak_bytes", kGauge},
    {"used_memory_rss", "memory_used_rss_bytes", kGauge},
    {"used_memory_scripts", "memory_used_scripts_bytes", kGauge},
    {"used_memory_scripts_eval", "memory_used_scripts_eval_bytes", kGauge},
    {"used_memory_startup", "memory_used_startup_bytes", kGauge},
    {"used_memory_vm_eval", "memory_used_vm_eval_bytes", kGauge},
    {"used_memory_vm_functions", "memory_used_vm_functions_bytes", kGauge},
    {"used_memory_vm_total", "memory_used_vm_total", kGauge},
    {"watching_clients", "watching_clients", kGauge},
};

constexpr bool FieldsAreSorted() {
  for (size_t i = 1; i < std::size(kInfoFields); ++i) {
    if (!(kInfoFields[i - 1].field < kInfoFields[i].field)) return false;
  }
  return true;
}
static_assert(FieldsAreSorted());

const InfoField* Find(std::string_view field) {
  const InfoField* found = std::lower_bound(
      std::begin(kInfoFields), std::end(kInfoFields), field,
      [](const InfoField& a, std::string_view wanted) { return a.field < wanted; });
  return found != std::end(kInfoFields) && found->field == field ? found : nullptr;
}

// A name that a server chose, fit for a metric.
std::string Sanitize(std::string_view name) {
  std::string clean(name);
  for (char& c : clean) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!good) c = '_';
  }
  return clean;
}

}  // namespace

std::span<const InfoField> AllInfoFields() { return kInfoFields; }

std::optional<double> FieldValue(std::string_view text) {
  if (text == "ok" || text == "true") return 1;
  if (text == "err" || text == "fail" || text == "false") return 0;
  return base::ParseDouble(text);
}

void AddInfoField(std::string_view field, std::string_view value, bool system, MetricSet* metrics) {
  const InfoField* known = Find(field);
  const bool is_cluster = known == nullptr && base::StartsWith(field, "cluster_");
  const bool is_memory = system && field == "total_system_memory";
  if (known == nullptr && !is_cluster && !is_memory) return;
  const auto number = FieldValue(value);
  if (!number) return;
  if (is_cluster) {
    metrics->Gauge(Sanitize(field), *number);
  } else if (is_memory) {
    metrics->Gauge("total_system_memory_bytes", *number);
  } else if (known->type == kCounter) {
    metrics->Counter(known->metric, *number);
  } else {
    metrics->Gauge(known->metric, field == "latest_fork_usec" ? *number / 1e6 : *number);
  }
}

}  // namespace vedette::exporters::redis
