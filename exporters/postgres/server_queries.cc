// What the server says of itself and of its databases as a whole.
#include "exporters/postgres/catalog.h"
#include "exporters/postgres/settings.h"
#include "exporters/postgres/sql_text.h"

namespace vedette::exporters::postgres {
namespace {

using prometheus::MetricType;

constexpr const char* kDatname[] = {"datname"};

constexpr Metric kDatabaseMetrics[] = {
    {"pg_database_size_bytes", "Disk space used by the database", MetricType::Gauge,
     NullAs::kAbsent},
    {"pg_database_connection_limit", "Connection limit set for the database", MetricType::Gauge,
     NullAs::kAbsent},
};

// A database that we may not measure costs its own size and no more.
std::string DatabaseSql(const PostgresOptions& options, int) {
  return "SELECT datname, CASE WHEN has_database_privilege(oid, 'CONNECT') "
         "OR pg_has_role('pg_read_all_stats', 'USAGE') THEN pg_database_size(oid) END, "
         "datconnlimit FROM pg_database WHERE datname <> ALL (" +
         TextArray(options.discovery.exclude) + ")";
}

constexpr QuerySpec kDatabase[] = {{
    .labels = kDatname,
    .metrics = kDatabaseMetrics,
    .goes_last = true,
    .make_sql = &DatabaseSql,
}};

// Transactions, whatever the names say.
constexpr Metric kWraparoundMetrics[] = {
    {"pg_database_wraparound_age_datfrozenxid_seconds",
     "Age of the oldest transaction that is not frozen, in transactions", MetricType::Gauge,
     NullAs::kAbsent},
    {"pg_database_wraparound_age_datminmxid_seconds",
     "Age of the oldest multixact that is in use, in multixacts", MetricType::Gauge,
     NullAs::kAbsent},
};
constexpr QuerySpec kWraparound[] = {{
    .sql = "SELECT datname, age(datfrozenxid), mxid_age(datminmxid) FROM pg_database "
           "WHERE datallowconn",
    .labels = kDatname,
    .metrics = kWraparoundMetrics,
}};

constexpr const char* kRolname[] = {"rolname"};
constexpr Metric kRolesMetrics[] = {{"pg_roles_connection_limit",
                                     "Connection limit set for the role", MetricType::Gauge,
                                     NullAs::kAbsent}};
constexpr QuerySpec kRoles[] = {{
    .sql = "SELECT rolname, rolconnlimit FROM pg_roles",
    .labels = kRolname,
    .metrics = kRolesMetrics,
}};

constexpr Metric kPostmasterMetrics[] = {{"pg_postmaster_start_time_seconds",
                                          "When the server was started, as a Unix time",
                                          MetricType::Gauge}};
constexpr QuerySpec kPostmaster[] = {{
    .sql = "SELECT extract(epoch FROM pg_postmaster_start_time())",
    .metrics = kPostmasterMetrics,
}};

constexpr Metric kBuffercacheMetrics[] = {
    {"pg_buffercache_summary_buffers_used", "Number of used shared buffers", MetricType::Gauge},
    {"pg_buffercache_summary_buffers_unused", "Number of unused shared buffers", MetricType::Gauge},
    {"pg_buffercache_summary_buffers_dirty", "Number of dirty shared buffers", MetricType::Gauge},
    {"pg_buffercache_summary_buffers_pinned", "Number of pinned shared buffers", MetricType::Gauge},
    {"pg_buffercache_summary_usagecount_avg", "Average usage count of used shared buffers",
     MetricType::Gauge},
};
constexpr QuerySpec kBuffercache[] = {{
    .sql = "SELECT buffers_used, buffers_unused, buffers_dirty, buffers_pinned, usagecount_avg "
           "FROM pg_buffercache_summary()",
    .metrics = kBuffercacheMetrics,
    .from = 160000,
}};

constexpr Metric kBgwriterMetrics[] = {
    {"pg_stat_bgwriter_buffers_clean_total", "Buffers written by the background writer",
     MetricType::Counter},
    {"pg_stat_bgwriter_maxwritten_clean_total",
     "Times the background writer stopped because it had written too many buffers",
     MetricType::Counter},
    {"pg_stat_bgwriter_buffers_alloc_total", "Buffers allocated", MetricType::Counter},
    {"pg_stat_bgwriter_stats_reset_total", "When these statistics were last reset, as a Unix time",
     MetricType::Counter},
    {"pg_stat_bgwriter_checkpoints_timed_total", "Scheduled checkpoints that were done",
     MetricType::Counter},
    {"pg_stat_bgwriter_checkpoints_req_total", "Requested checkpoints that were done",
     MetricType::Counter},
    {"pg_stat_bgwriter_checkpoint_write_time_total",
     "Time that checkpoints took to write files, in milliseconds", MetricType::Counter},
    {"pg_stat_bgwriter_checkpoint_sync_time_total",
     "Time that checkpoints took to synchronize files to disk, in milliseconds",
     MetricType::Counter},
    {"pg_stat_bgwriter_buffers_checkpoint_total", "Buffers written during checkpoints",
     MetricType::Counter},
    {"pg_stat_bgwriter_buffers_backend_total", "Buffers written by a backend itself",
     MetricType::Counter},
    {"pg_stat_bgwriter_buffers_backend_fsync_total", "Times a backend had to call fsync itself",
     MetricType::Counter},
};
#define VEDETTE_PG_BGWRITER_COLUMNS \
  "buffers_clean, maxwritten_clean, buffers_alloc, floor(extract(epoch FROM stats_reset))"
// PostgreSQL 17 took the checkpoints away: see stat_checkpointer.
constexpr QuerySpec kBgwriter[] = {
    {
        .sql = "SELECT " VEDETTE_PG_BGWRITER_COLUMNS
               ", checkpoints_timed, checkpoints_req, checkpoint_write_time, "
               "checkpoint_sync_time, buffers_checkpoint, buffers_backend, buffers_backend_fsync "
               "FROM pg_stat_bgwriter",
        .metrics = kBgwriterMetrics,
        .until = 170000,
    },
    {
        .sql = "SELECT " VEDETTE_PG_BGWRITER_COLUMNS " FROM pg_stat_bgwriter",
        .metrics = std::span<const Metric>(kBgwriterMetrics).first(4),
        .from = 170000,
    },
};

constexpr Metric kCheckpointerMetrics[] = {
    {"pg_stat_checkpointer_num_timed_total", "Checkpoints that their schedule called for",
     MetricType::Counter},
    {"pg_stat_checkpointer_num_requested_total", "Requested checkpoints that were done",
     MetricType::Counter},
    {"pg_stat_checkpointer_restartpoints_timed_total",
     "Restartpoints that their schedule, or a failed attempt, called for", MetricType::Counter},
    {"pg_stat_checkpointer_restartpoints_req_total", "Requested restartpoints",
     MetricType::Counter},
    {"pg_stat_checkpointer_restartpoints_done_total", "Restartpoints that were done",
     MetricType::Counter},
    {"pg_stat_checkpointer_write_time_total",
     "Time that checkpoints and restartpoints took to write files, in milliseconds",
     MetricType::Counter},
    {"pg_stat_checkpointer_sync_time_total",
     "Time that checkpoints and restartpoints took to synchronize files, in milliseconds",
     MetricType::Counter},
    {"pg_stat_checkpointer_buffers_written_total",
     "Buffers written during checkpoints and restartpoints", MetricType::Counter},
    {"pg_stat_checkpointer_stats_reset_total",
     "When these statistics were last reset, as a Unix time", MetricType::Counter},
};
constexpr QuerySpec kCheckpointer[] = {{
    .sql = "SELECT num_timed, num_requested, restartpoints_timed, restartpoints_req, "
           "restartpoints_done, write_time, sync_time, buffers_written, "
           "floor(extract(epoch FROM stats_reset)) FROM pg_stat_checkpointer",
    .metrics = kCheckpointerMetrics,
    .from = 170000,
}};

constexpr const char* kDatabaseLabels[] = {"datid", "datname"};
constexpr Metric kStatDatabaseMetrics[] = {
    {"pg_stat_database_numbackends", "Backends connected to this database now", MetricType::Gauge},
    {"pg_stat_database_xact_commit", "Transactions committed", MetricType::Counter},
    {"pg_stat_database_xact_rollback", "Transactions rolled back", MetricType::Counter},
    {"pg_stat_database_blks_read", "Disk blocks read", MetricType::Counter},
    {"pg_stat_database_blks_hit", "Disk blocks found in PostgreSQL's own buffers",
     MetricType::Counter},
    {"pg_stat_database_tup_returned", "Rows returned by queries", MetricType::Counter},
    {"pg_stat_database_tup_fetched", "Rows fetched by queries", MetricType::Counter},
    {"pg_stat_database_tup_inserted", "Rows inserted by queries", MetricType::Counter},
    {"pg_stat_database_tup_updated", "Rows updated by queries", MetricType::Counter},
    {"pg_stat_database_tup_deleted", "Rows deleted by queries", MetricType::Counter},
    {"pg_stat_database_conflicts",
     "Queries canceled on a standby because they were in recovery's way", MetricType::Counter},
    {"pg_stat_database_temp_files", "Temporary files made by queries", MetricType::Counter},
    {"pg_stat_database_temp_bytes", "Bytes written to temporary files by queries",
     MetricType::Counter},
    {"pg_stat_database_deadlocks", "Deadlocks detected", MetricType::Counter},
    {"pg_stat_database_blk_read_time", "Time spent reading blocks, in milliseconds",
     MetricType::Counter},
    {"pg_stat_database_blk_write_time", "Time spent writing blocks, in milliseconds",
     MetricType::Counter},
    {"pg_stat_database_stats_reset", "When these statistics were last reset, as a Unix time",
     MetricType::Counter},
    {"pg_stat_database_active_time_seconds_total", "Time spent executing statements, in seconds",
     MetricType::Counter},
};
#define VEDETTE_PG_DATABASE_COLUMNS                                                \
  "datid, datname, numbackends, xact_commit, xact_rollback, blks_read, blks_hit, " \
  "tup_returned, tup_fetched, tup_inserted, tup_updated, tup_deleted, conflicts, " \
  "temp_files, temp_bytes, deadlocks, blk_read_time, blk_write_time, "             \
  "floor(extract(epoch FROM stats_reset))"
#define VEDETTE_PG_DATABASE_FROM " FROM pg_stat_database WHERE datname IS NOT NULL"
constexpr QuerySpec kStatDatabase[] = {
    {
        .sql = "SELECT " VEDETTE_PG_DATABASE_COLUMNS VEDETTE_PG_DATABASE_FROM,
        .labels = kDatabaseLabels,
        .metrics = std::span<const Metric>(kStatDatabaseMetrics).first(17),
        .until = 140000,
    },
    {
        .sql =
            "SELECT " VEDETTE_PG_DATABASE_COLUMNS ", active_time / 1000" VEDETTE_PG_DATABASE_FROM,
        .labels = kDatabaseLabels,
        .metrics = kStatDatabaseMetrics,
        .from = 140000,
    },
};

constexpr Metric kConflictsMetrics[] = {
    {"pg_stat_database_conflicts_confl_tablespace",
     "Queries canceled because their tablespace was dropped", MetricType::Counter, NullAs::kNaN},
    {"pg_stat_database_conflicts_confl_lock", "Queries canceled because of lock timeouts",
     MetricType::Counter, NullAs::kNaN},
    {"pg_stat_database_conflicts_confl_snapshot", "Queries canceled because of old snapshots",
     MetricType::Counter, NullAs::kNaN},
    {"pg_stat_database_conflicts_confl_bufferpin", "Queries canceled because of pinned buffers",
     MetricType::Counter, NullAs::kNaN},
    {"pg_stat_database_conflicts_confl_deadlock", "Queries canceled because of deadlocks",
     MetricType::Counter, NullAs::kNaN},
    {"pg_stat_database_conflicts_confl_active_logicalslot",
     // Upstream 0.19 does not know this column of PostgreSQL 16.
     "Logical slots canceled because of old snapshots or a wal_level too low", MetricType::Untyped,
     NullAs::kNaN},
};
#define VEDETTE_PG_CONFLICTS_COLUMNS                                                \
  "datid, datname, confl_tablespace, confl_lock, confl_snapshot, confl_bufferpin, " \
  "confl_deadlock"
constexpr QuerySpec kConflicts[] = {
    {
        .sql = "SELECT " VEDETTE_PG_CONFLICTS_COLUMNS " FROM pg_stat_database_conflicts",
        .labels = kDatabaseLabels,
        .metrics = std::span<const Metric>(kConflictsMetrics).first(5),
        .half = Half::kLegacy,
        .is_default_metric = true,
        .until = 160000,
    },
    {
        .sql = "SELECT " VEDETTE_PG_CONFLICTS_COLUMNS
               ", confl_active_logicalslot FROM pg_stat_database_conflicts",
        .labels = kDatabaseLabels,
        .metrics = kConflictsMetrics,
        .half = Half::kLegacy,
        .is_default_metric = true,
        .from = 160000,
    },
};

// What this session itself has set is shown as it would be without. Of two settings the value is
// no number.
constexpr QuerySpec kSettings[] = {{
    .sql = R"(SELECT name, vartype, unit,
  CASE WHEN name IN ('statement_timeout', 'lock_timeout', 'jit') THEN reset_val ELSE setting END
FROM pg_settings
WHERE vartype IN ('bool', 'integer', 'real')
  AND name NOT IN ('sync_commit_cancel_wait', 'google_dataplex.max_messages'))",
    .half = Half::kLegacyUntil020,
    .read = &ReadSettings,
}};

}  // namespace

std::span<const QuerySpec> DatabaseQueries() { return kDatabase; }
std::span<const QuerySpec> DatabaseWraparoundQueries() { return kWraparound; }
std::span<const QuerySpec> RolesQueries() { return kRoles; }
std::span<const QuerySpec> PostmasterQueries() { return kPostmaster; }
std::span<const QuerySpec> BuffercacheSummaryQueries() { return kBuffercache; }
std::span<const QuerySpec> StatBgwriterQueries() { return kBgwriter; }
std::span<const QuerySpec> StatCheckpointerQueries() { return kCheckpointer; }
std::span<const QuerySpec> StatDatabaseQueries() { return kStatDatabase; }
std::span<const QuerySpec> StatDatabaseConflictsQueries() { return kConflicts; }
std::span<const QuerySpec> SettingsQueries() { return kSettings; }

}  // namespace vedette::exporters::postgres
