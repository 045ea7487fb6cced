// The tables and indexes of one database, and the statements of all.
#include "base/strings.h"
#include "exporters/postgres/catalog.h"
#include "exporters/postgres/row_writer.h"
#include "exporters/postgres/sql_text.h"

namespace vedette::exporters::postgres {
namespace {

using prometheus::MetricType;

constexpr const char* kTableLabels[] = {"datname", "schemaname", "relname"};

constexpr Metric kTableMetrics[] = {
    {"pg_stat_user_tables_seq_scan", "Sequential scans of this table", MetricType::Counter},
    {"pg_stat_user_tables_seq_tup_read", "Live rows fetched by sequential scans",
     MetricType::Counter},
    {"pg_stat_user_tables_idx_scan", "Index scans of this table", MetricType::Counter},
    {"pg_stat_user_tables_idx_tup_fetch", "Live rows fetched by index scans", MetricType::Counter},
    {"pg_stat_user_tables_n_tup_ins", "Rows inserted", MetricType::Counter},
    {"pg_stat_user_tables_n_tup_upd", "Rows updated", MetricType::Counter},
    {"pg_stat_user_tables_n_tup_del", "Rows deleted", MetricType::Counter},
    {"pg_stat_user_tables_n_tup_hot_upd", "Rows updated without a new index entry",
     MetricType::Counter},
    {"pg_stat_user_tables_n_live_tup", "Estimated number of live rows", MetricType::Gauge},
    {"pg_stat_user_tables_n_dead_tup", "Estimated number of dead rows", MetricType::Gauge},
    {"pg_stat_user_tables_n_mod_since_analyze",
     "Estimated number of rows changed since the last analyze", MetricType::Gauge},
    {"pg_stat_user_tables_last_vacuum", "Last vacuum by hand, as a Unix time; 0: never",
     MetricType::Gauge},
    {"pg_stat_user_tables_last_autovacuum", "Last vacuum by the daemon, as a Unix time; 0: never",
     MetricType::Gauge},
    {"pg_stat_user_tables_last_analyze", "Last analyze by hand, as a Unix time; 0: never",
     MetricType::Gauge},
    {"pg_stat_user_tables_last_autoanalyze", "Last analyze by the daemon, as a Unix time; 0: never",
     MetricType::Gauge},
    {"pg_stat_user_tables_vacuum_count", "Vacuums by hand, VACUUM FULL not counted",
     MetricType::Counter},
    {"pg_stat_user_tables_autovacuum_count", "Vacuums by the daemon", MetricType::Counter},
    {"pg_stat_user_tables_analyze_count", "Analyzes by hand", MetricType::Counter},
    {"pg_stat_user_tables_autoanalyze_count", "Analyzes by the daemon", MetricType::Counter},
};
constexpr Metric kTableSizeMetrics[] = {
    {"pg_stat_user_tables_index_size_bytes", "Disk space used by the table's indexes",
     MetricType::Gauge, NullAs::kAbsent},
    {"pg_stat_user_tables_table_size_bytes", "Disk space used by the table, indexes not counted",
     MetricType::Gauge, NullAs::kAbsent},
};
// Measuring a table waits for whoever holds it exclusively, so the sizes are asked for last and by
// themselves: a table under ALTER TABLE costs the sizes and nothing else.
constexpr QuerySpec kStatUserTables[] = {
    {
        .sql = R"(SELECT current_database(), schemaname, relname, seq_scan, seq_tup_read, idx_scan,
  idx_tup_fetch, n_tup_ins, n_tup_upd, n_tup_del, n_tup_hot_upd, n_live_tup, n_dead_tup,
  n_mod_since_analyze, floor(extract(epoch FROM last_vacuum)),
  floor(extract(epoch FROM last_autovacuum)), floor(extract(epoch FROM last_analyze)),
  floor(extract(epoch FROM last_autoanalyze)), vacuum_count, autovacuum_count, analyze_count,
  autoanalyze_count
FROM pg_stat_user_tables)",
        .labels = kTableLabels,
        .metrics = kTableMetrics,
    },
    {
        .sql = R"(SELECT current_database(), schemaname, relname, pg_indexes_size(relid),
  pg_table_size(relid)
FROM pg_stat_user_tables)",
        .labels = kTableLabels,
        .metrics = kTableSizeMetrics,
        .goes_last = true,
    },
};

constexpr Metric kTableIoMetrics[] = {
    {"pg_statio_user_tables_heap_blocks_read", "Disk blocks read from this table",
     MetricType::Counter},
    {"pg_statio_user_tables_heap_blocks_hit", "Buffer hits in this table", MetricType::Counter},
    {"pg_statio_user_tables_idx_blocks_read", "Disk blocks read from this table's indexes",
     MetricType::Counter},
    {"pg_statio_user_tables_idx_blocks_hit", "Buffer hits in this table's indexes",
     MetricType::Counter},
    {"pg_statio_user_tables_toast_blocks_read", "Disk blocks read from this table's TOAST table",
     MetricType::Counter},
    {"pg_statio_user_tables_toast_blocks_hit", "Buffer hits in this table's TOAST table",
     MetricType::Counter},
    {"pg_statio_user_tables_tidx_blocks_read",
     "Disk blocks read from the indexes of this table's TOAST table", MetricType::Counter},
    {"pg_statio_user_tables_tidx_blocks_hit",
     "Buffer hits in the indexes of this table's TOAST table", MetricType::Counter},
};
constexpr QuerySpec kStatioUserTables[] = {{
    .sql = R"(SELECT current_database(), schemaname, relname, heap_blks_read, heap_blks_hit,
  idx_blks_read, idx_blks_hit, toast_blks_read, toast_blks_hit, tidx_blks_read, tidx_blks_hit
FROM pg_statio_user_tables)",
    .labels = kTableLabels,
    .metrics = kTableIoMetrics,
}};

constexpr const char* kIndexLabels[] = {"schemaname", "relname", "indexrelname"};
constexpr Metric kIndexIoMetrics[] = {
    {"pg_statio_user_indexes_idx_blks_read_total", "Disk blocks read from this index",
     MetricType::Counter},
    {"pg_statio_user_indexes_idx_blks_hit_total", "Buffer hits in this index", MetricType::Counter},
};
constexpr QuerySpec kStatioUserIndexes[] = {{
    .sql = R"(SELECT schemaname, relname, indexrelname, idx_blks_read, idx_blks_hit
FROM pg_statio_user_indexes)",
    .labels = kIndexLabels,
    .metrics = kIndexIoMetrics,
}};

constexpr const char* kStatementLabels[] = {"user", "datname", "queryid"};
constexpr Metric kStatementMetrics[] = {
    {"pg_stat_statements_calls_total", "Times the statement was executed", MetricType::Counter},
    {"pg_stat_statements_seconds_total", "Time spent in the statement, in seconds",
     MetricType::Counter},
    {"pg_stat_statements_rows_total", "Rows that the statement gave or changed",
     MetricType::Counter},
    {"pg_stat_statements_block_read_seconds_total",
     "Time the statement spent reading blocks, in seconds", MetricType::Counter},
    {"pg_stat_statements_block_write_seconds_total",
     "Time the statement spent writing blocks, in seconds", MetricType::Counter},
};
constexpr int kStatementQueryColumn = 8;

// The slowest statements: those above the tenth percentile, and not more than the limit. Their
// texts are in a file that the server reads for us, so they are only asked for at need.
std::string StatementsSql(const PostgresOptions& options, int server_version) {
  const auto& flags = options.stat_statements;
  const std::string time = server_version >= 170000 ? "shared_blk_" : "blk_";
  std::string sql =
      "SELECT pg_get_userbyid(s.userid), d.datname, s.queryid, s.calls, "
      "s.total_exec_time / 1000, s.rows, s." +
      time + "read_time / 1000, s." + time + "write_time / 1000";
  if (flags.include_query) sql += ", left(s.query, " + std::to_string(flags.query_length) + ")";
  sql += std::string(" FROM pg_stat_statements(") + (flags.include_query ? "true" : "false") +
         ") s JOIN pg_database d ON d.oid = s.dbid WHERE s.total_exec_time > "
         "(SELECT percentile_cont(0.1) WITHIN GROUP (ORDER BY total_exec_time) "
         "FROM pg_stat_statements(false))";
  if (!flags.exclude_databases.empty()) {
    sql += " AND d.datname <> ALL (" + TextArray(flags.exclude_databases) + ")";
  }
  if (!flags.exclude_users.empty()) {
    sql += " AND pg_get_userbyid(s.userid) <> ALL (" + TextArray(flags.exclude_users) + ")";
  }
  return sql + " ORDER BY s.total_exec_time DESC LIMIT " + std::to_string(flags.limit);
}

base::Status ReadStatements(const Result& result, const QuerySpec& query, const Naming& naming,
                            FamilySink* sink) {
  VEDETTE_RETURN_IF_ERROR(WriteRows(result, query, naming, sink));
  if (result.columns() <= kStatementQueryColumn) return base::Status();
  FamilyRef texts =
      sink->Counter("pg_stat_statements_query_id", "1, tells the text of each query id");
  base::StringMap<bool> seen;
  for (int row = 0; row < result.rows(); ++row) {
    const std::string_view id = result.Text(row, 2);
    if (!seen.emplace(id, true).second) continue;
    naming.Add(texts, 1, {{"queryid", id}, {"query", result.Text(row, kStatementQueryColumn)}});
  }
  return base::Status();
}

constexpr QuerySpec kStatStatements[] = {{
    .labels = kStatementLabels,
    .metrics = kStatementMetrics,
    .from = 130000,
    .make_sql = &StatementsSql,
    .read = &ReadStatements,
}};

}  // namespace

std::span<const QuerySpec> StatUserTablesQueries() { return kStatUserTables; }
std::span<const QuerySpec> StatioUserTablesQueries() { return kStatioUserTables; }
std::span<const QuerySpec> StatioUserIndexesQueries() { return kStatioUserIndexes; }
std::span<const QuerySpec> StatStatementsQueries() { return kStatStatements; }

}  // namespace vedette::exporters::postgres
