"""Redis: memory against its limit, commands and their time, keys, persistence, replication."""
from layout import ORANGE, RED, board, gauge, graph, query_variable, row, stat

H = 'instance="$instance"'


def m(name, extra=""):
    return f"redis_{name}{{{H}{',' + extra if extra else ''}}}"


def rate(name, by=""):
    inner = f"rate({m(name)}[$__rate_interval])"
    return f"sum by ({by}) ({inner})" if by else inner


GLANCE = row("At a glance", [
    stat("Up", m("up"), thresholds=((0, RED), (1, "green")),
         mappings=[{"type": "value", "options": {"0": {"text": "down"}, "1": {"text": "up"}}}]),
    stat("Version and role", m("instance_info"), legend="{{redis_version}} {{role}}", width=4),
    stat("Uptime", m("uptime_in_seconds"), "s"),
    stat("Clients", m("connected_clients")),
    gauge("Memory of its limit", f'{m("memory_used_bytes")} / ({m("memory_max_bytes")} > 0)',
          help_text="Empty where Redis has no limit."),
    gauge("Hits", f'{rate("keyspace_hits_total")} / ({rate("keyspace_hits_total")} + {rate("keyspace_misses_total")} > 0)',
          thresholds=None),
    stat("Keys", f'sum({m("db_keys")})'),
])
WORK = row("Commands", [
    graph("Commands", [(rate("commands_processed_total"), "all")], "ops", low=0),
    graph("By command", [(f'topk(10, {rate("commands_total", "cmd")})', "{{cmd}}")], "ops", stack=True, low=0),
    graph("Time by command", [(f'topk(10, {rate("commands_duration_seconds_total", "cmd")})', "{{cmd}}")],
          "percentunit", stack=True, low=0, help_text="Share of a second spent in each command."),
    graph("Mean time by command",
          [(f'topk(10, {rate("commands_duration_seconds_total", "cmd")} / ({rate("commands_total", "cmd")} > 0))', "{{cmd}}")],
          "s", low=0),
    graph("Hits and misses", [(rate("keyspace_hits_total"), "hits"), (rate("keyspace_misses_total"), "misses")], "ops", low=0),
    graph("Errors", [(rate("errors_total", "err"), "{{err}}"), (rate("rejected_connections_total"), "rejected connections")],
          "ops", low=0),
])
MEMORY = row("Memory", [
    graph("Memory", [(m("memory_used_bytes"), "used"), (m("memory_used_rss_bytes"), "resident"),
                     (m("memory_used_peak_bytes"), "peak"), (f'{m("memory_max_bytes")} > 0', "limit")], "bytes", low=0),
    graph("Fragmentation", [(m("mem_fragmentation_ratio"), "ratio")], low=0),
    graph("Evicted and expired", [(rate("evicted_keys_total"), "evicted"), (rate("expired_keys_total"), "expired")], "ops", low=0),
    graph("Keys", [(f'{m("db_keys")} > 0', "{{db}}"), (f'{m("db_keys_expiring")} > 0', "{{db}} expiring")], low=0),
], True)
CLIENTS = row("Clients and network", [
    graph("Clients", [(m("connected_clients"), "connected"), (m("blocked_clients"), "blocked"),
                      (m("tracking_clients"), "tracking")], low=0),
    graph("Network", [(rate("net_input_bytes_total"), "in"), (rate("net_output_bytes_total"), "out")], "Bps", negative="/out/"),
    graph("CPU", [(rate("cpu_user_seconds_total"), "user"), (rate("cpu_sys_seconds_total"), "system")],
          "percentunit", stack=True, low=0),
    graph("Slow log", [(m("slowlog_length"), "entries"), (m("last_slow_execution_duration_seconds"), "last one's seconds")], low=0),
], True)
SAFETY = row("Persistence and replication", [
    stat("Last save", f'time() - {m("rdb_last_save_timestamp_seconds")}', "s", width=4, thresholds=((86400, ORANGE), (604800, RED))),
    stat("Last save ok", m("rdb_last_bgsave_status"), thresholds=((0, RED), (1, "green")), width=4),
    stat("Changes since", m("rdb_changes_since_last_save"), width=4),
    stat("AOF last write ok", m("aof_last_write_status"), thresholds=((0, RED), (1, "green")), width=4),
    stat("Replicas", m("connected_slaves"), width=4),
    stat("Latest fork", m("latest_fork_seconds"), "s", width=4),
    graph("Replicas' lag", [(m("connected_slave_lag_seconds"), "{{slave_ip}}:{{slave_port}}")], "s", low=0),
    graph("Offsets", [(m("master_repl_offset"), "primary"), (m("connected_slave_offset_bytes"), "{{slave_ip}}:{{slave_port}}")],
          "bytes"),
], True)

BOARD = board("vedette-redis", "Redis", "Memory, commands, keys, clients, persistence, replication.",
              [query_variable("instance", "Instance", "label_values(redis_up, instance)")],
              [GLANCE, WORK, MEMORY, CLIENTS, SAFETY])
