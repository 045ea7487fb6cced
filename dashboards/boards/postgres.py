"""PostgreSQL: is it up, is it busy, is anything waiting, does it replicate, does it vacuum."""
from layout import ORANGE, RED, board, gauge, graph, query_variable, row, stat, table

H = 'instance="$instance"'
D = f'{H},datname=~"$database"'


def m(name, extra=""):
    return f"{name}{{{H}{',' + extra if extra else ''}}}"


def d(name):
    return f"{name}{{{D}}}"


def rate(name, by="datname"):
    return f"sum by ({by}) (rate({d(name)}[$__rate_interval]))"


HITS = f'sum(rate({d("pg_stat_database_blks_hit")}[$__rate_interval]))'
READS = f'sum(rate({d("pg_stat_database_blks_read")}[$__rate_interval]))'
GLANCE = row("At a glance", [
    stat("Up", m("pg_up"), thresholds=((0, RED), (1, "green")),
         mappings=[{"type": "value", "options": {"0": {"text": "down"}, "1": {"text": "up"}}}]),
    stat("Version", m("pg_static"), legend="{{short_version}}", width=4),
    stat("Connections", f'sum({m("pg_stat_activity_count")})'),
    gauge("Of the limit", f'sum({m("pg_stat_activity_count")}) / sum({m("pg_settings_max_connections")})'),
    gauge("Cache hits", f"{HITS} / ({HITS} + {READS} > 0)", thresholds=None),
    stat("Size", f'sum({d("pg_database_size_bytes")})', "bytes"),
    stat("Longest transaction", f'max({m("pg_stat_activity_max_tx_duration")})', "s",
         thresholds=((300, ORANGE), (3600, RED)), width=4),
])
WORK = row("Work", [
    graph("Transactions", [(rate("pg_stat_database_xact_commit"), "{{datname}} committed"),
                           (rate("pg_stat_database_xact_rollback"), "{{datname}} rolled back")], "ops", low=0),
    graph("Rows", [(f'sum(rate({d("pg_stat_database_tup_fetched")}[$__rate_interval]))', "fetched"),
                   (f'sum(rate({d("pg_stat_database_tup_inserted")}[$__rate_interval]))', "inserted"),
                   (f'sum(rate({d("pg_stat_database_tup_updated")}[$__rate_interval]))', "updated"),
                   (f'sum(rate({d("pg_stat_database_tup_deleted")}[$__rate_interval]))', "deleted")], "ops", low=0),
    graph("Connections by state", [(f'sum by (state) ({d("pg_stat_activity_count")})', "{{state}}")], stack=True, low=0),
    graph("Blocks read from disk", [(rate("pg_stat_database_blks_read"), "{{datname}}")], "ops", low=0),
])
WAITING = row("Waiting", [
    graph("Locks", [(f'sum by (mode) ({d("pg_locks_count")}) > 0', "{{mode}}")], stack=True, low=0),
    graph("Deadlocks and conflicts", [(rate("pg_stat_database_deadlocks"), "{{datname}} deadlocks"),
                                      (rate("pg_stat_database_conflicts"), "{{datname}} conflicts")], "ops", low=0),
    graph("Temporary files", [(rate("pg_stat_database_temp_bytes"), "{{datname}}")], "Bps", low=0),
    graph("Longest transaction by state", [(f'max by (state) ({d("pg_stat_activity_max_tx_duration")})', "{{state}}")],
          "s", low=0),
], True)
REPLICATION = row("Replication and WAL", [
    graph("Lag", [(m("pg_replication_lag_seconds"), "replica's lag")], "s", low=0),
    graph("Bytes behind", [(m("pg_stat_replication_pg_wal_lsn_diff"), "{{application_name}} {{client_addr}}")],
          "bytes", low=0),
    graph("Slots", [(m("pg_replication_slots_pg_wal_lsn_diff"), "{{slot_name}} holds back")], "bytes", low=0),
    graph("WAL", [(m("pg_wal_size_bytes"), "size")], "bytes", low=0),
    graph("Archiver", [(f'rate({m("pg_stat_archiver_archived_count")}[$__rate_interval])', "archived"),
                       (f'rate({m("pg_stat_archiver_failed_count")}[$__rate_interval])', "failed")], "ops", low=0),
], True)
WRITING = row("Checkpoints and background writer", [
    graph("Checkpoints", [(f'rate({m("pg_stat_bgwriter_checkpoints_timed_total")}[$__rate_interval])', "timed"),
                          (f'rate({m("pg_stat_bgwriter_checkpoints_req_total")}[$__rate_interval])', "requested")],
          "ops", low=0),
    graph("Buffers written", [(f'rate({m("pg_stat_bgwriter_buffers_checkpoint_total")}[$__rate_interval])', "checkpoints"),
                              (f'rate({m("pg_stat_bgwriter_buffers_clean_total")}[$__rate_interval])', "background writer"),
                              (f'rate({m("pg_stat_bgwriter_buffers_backend_total")}[$__rate_interval])', "backends")],
          "ops", low=0),
], True)
TABLES = row("Tables", [
    graph("Dead rows", [(f'topk(10, {d("pg_stat_user_tables_n_dead_tup")})', "{{schemaname}}.{{relname}}")], low=0),
    table("Since the last vacuum", [f'time() - ({d("pg_stat_user_tables_last_autovacuum")} > 0)'],
          {"datname": "Database", "schemaname": "Schema", "relname": "Table", "Value": "Age"}, units={"Age": "s"},
          width=12, height=8),
    graph("Size of databases", [(d("pg_database_size_bytes"), "{{datname}}")], "bytes", low=0),
    graph("Sequential scans", [(f'topk(10, rate({d("pg_stat_user_tables_seq_scan")}[$__rate_interval]))',
                                "{{schemaname}}.{{relname}}")], "ops", low=0),
], True)
SETTINGS = row("Settings and exporter", [
    stat("Shared buffers", m("pg_settings_shared_buffers_bytes"), "bytes"),
    stat("Effective cache", m("pg_settings_effective_cache_size_bytes"), "bytes"),
    stat("Work memory", m("pg_settings_work_mem_bytes"), "bytes"),
    stat("Maintenance memory", m("pg_settings_maintenance_work_mem_bytes"), "bytes"),
    stat("Max WAL size", m("pg_settings_max_wal_size_bytes"), "bytes"),
    stat("Max connections", m("pg_settings_max_connections")),
    graph("Collectors", [(m("pg_scrape_collector_duration_seconds"), "{{collector}}")], "s", low=0),
    graph("Failing collectors", [(f'{m("pg_scrape_collector_success")} == 0', "{{collector}}")], low=0, high=1),
], True)

BOARD = board(
    "vedette-postgres", "PostgreSQL", "Connections, transactions, locks, replication, vacuum.",
    [query_variable("instance", "Instance", "label_values(pg_up, instance)"),
     query_variable("database", "Database", 'label_values(pg_database_size_bytes{instance="$instance"}, datname)',
                    include_all=True, multi=True)],
    [GLANCE, WORK, WAITING, REPLICATION, WRITING, TABLES, SETTINGS])
