// What the server's processes do at this moment.
#include "exporters/postgres/catalog.h"
#include "exporters/postgres/histogram.h"
#include "exporters/postgres/row_writer.h"

namespace vedette::exporters::postgres {
namespace {

using prometheus::MetricType;

constexpr const char* kLockLabels[] = {"datname", "mode"};
constexpr Metric kLockMetrics[] = {{"pg_locks_count", "Number of locks", MetricType::Gauge}};
constexpr QuerySpec kLocks[] = {{
    .sql = R"(SELECT d.datname, m.mode, count(l.mode)
FROM pg_database d
CROSS JOIN unnest(ARRAY['accesssharelock', 'rowsharelock', 'rowexclusivelock',
  'shareupdateexclusivelock', 'sharelock', 'sharerowexclusivelock', 'exclusivelock',
  'accessexclusivelock', 'sireadlock']) AS m(mode)
LEFT JOIN pg_locks l ON l.database = d.oid AND lower(l.mode) = m.mode
GROUP BY d.datname, m.mode)",
    .labels = kLockLabels,
    .metrics = kLockMetrics,
}};

// Every database shows every state; one in which nobody is has empty labels and the value 0.
constexpr const char* kActivityLabels[] = {"datname",          "state",        "usename",
                                           "application_name", "backend_type", "wait_event_type",
                                           "wait_event"};
constexpr Metric kActivityMetrics[] = {
    {"pg_stat_activity_count", "Number of connections in this state", MetricType::Gauge},
    {"pg_stat_activity_max_tx_duration",
     "Age in seconds of the oldest transaction of these connections", MetricType::Gauge},
};
constexpr QuerySpec kActivity[] = {{
    .sql = R"(SELECT d.datname, s.state, a.usename, a.application_name, a.backend_type,
  a.wait_event_type, a.wait_event, a.backends, a.oldest
FROM pg_database d
CROSS JOIN unnest(ARRAY['active', 'idle', 'idle in transaction',
  'idle in transaction (aborted)', 'fastpath function call', 'disabled']) AS s(state)
LEFT JOIN (
  SELECT datname, state, usename, application_name, backend_type, wait_event_type, wait_event,
    count(*) AS backends, max(extract(epoch FROM now() - xact_start)) AS oldest
  FROM pg_stat_activity
  WHERE pid <> pg_backend_pid()
  GROUP BY 1, 2, 3, 4, 5, 6, 7
) a ON a.datname = d.datname AND a.state = s.state)",
    .labels = kActivityLabels,
    .metrics = kActivityMetrics,
    .half = Half::kLegacyUntil020,
    .is_default_metric = true,
}};

constexpr const char* kAutovacuumLabels[] = {"relname"};
constexpr Metric kAutovacuumMetrics[] = {
    {"pg_stat_activity_autovacuum_timestamp_seconds",
     "When the vacuum process of this table began, as a Unix time", MetricType::Gauge,
     NullAs::kAbsent}};
constexpr QuerySpec kAutovacuum[] = {{
    .sql = R"(SELECT split_part(query, '.', 2), extract(epoch FROM xact_start)
FROM pg_stat_activity
WHERE query LIKE 'autovacuum:%')",
    .labels = kAutovacuumLabels,
    .metrics = kAutovacuumMetrics,
}};

constexpr Metric kLongRunningMetrics[] = {
    {"pg_long_running_transactions", "Number of open transactions, ours not counted",
     MetricType::Gauge},
    {"pg_long_running_transactions_oldest_timestamp_seconds",
     "Age in seconds of the oldest open transaction", MetricType::Gauge},
};
constexpr QuerySpec kLongRunning[] = {{
    .sql = R"(SELECT count(*), max(extract(epoch FROM clock_timestamp() - xact_start))
FROM pg_stat_activity
WHERE xact_start IS NOT NULL AND state IS DISTINCT FROM 'idle'
  AND query NOT LIKE 'autovacuum:%' AND pid <> pg_backend_pid())",
    .metrics = kLongRunningMetrics,
}};

constexpr const char* kIdleLabels[] = {"application_name", "state"};
constexpr Metric kIdleMetrics[] = {
    {"pg_process_idle_seconds", "Idle time of server processes", MetricType::Histogram}};
constexpr double kIdleBounds[] = {1, 2, 5, 15, 30, 60, 90, 120, 300};

base::Status ReadIdle(const Result& result, const QuerySpec& query, const Naming& naming,
                      FamilySink* sink) {
  return ReadHistogram(result, query, kIdleBounds, naming, sink);
}

constexpr QuerySpec kIdle[] = {{
    .sql = R"(SELECT application_name, state, count(*), sum(round(age)),
  count(*) FILTER (WHERE age <= 1), count(*) FILTER (WHERE age <= 2),
  count(*) FILTER (WHERE age <= 5), count(*) FILTER (WHERE age <= 15),
  count(*) FILTER (WHERE age <= 30), count(*) FILTER (WHERE age <= 60),
  count(*) FILTER (WHERE age <= 90), count(*) FILTER (WHERE age <= 120),
  count(*) FILTER (WHERE age <= 300)
FROM (
  SELECT application_name, state, extract(epoch FROM now() - state_change)::float8 AS age
  FROM pg_stat_activity
  WHERE state LIKE 'idle%' AND pid <> pg_backend_pid()
) p
GROUP BY application_name, state)",
    .labels = kIdleLabels,
    .metrics = kIdleMetrics,
    .read = &ReadIdle,
}};

constexpr const char* kVacuumLabels[] = {"datname", "relname"};
constexpr Metric kVacuumMetrics[] = {
    {"pg_stat_progress_vacuum_heap_blks", "Blocks of the table that is vacuumed",
     MetricType::Gauge},
    {"pg_stat_progress_vacuum_heap_blks_scanned", "Blocks scanned so far", MetricType::Gauge},
    {"pg_stat_progress_vacuum_heap_blks_vacuumed", "Blocks vacuumed so far", MetricType::Gauge},
    {"pg_stat_progress_vacuum_index_vacuums", "Passes over the indexes that are done",
     MetricType::Gauge},
    {"pg_stat_progress_vacuum_max_dead_tuples",
     "Dead rows (from PostgreSQL 17 on, their bytes) that fit before a pass over the indexes",
     MetricType::Gauge},
    {"pg_stat_progress_vacuum_num_dead_tuples",
     "Dead rows (from PostgreSQL 17 on, their bytes) gathered since the last pass",
     MetricType::Gauge},
};
constexpr const char* kVacuumPhases[] = {
    "initializing",        "scanning heap",   "vacuuming indexes",       "vacuuming heap",
    "cleaning up indexes", "truncating heap", "performing final cleanup"};
constexpr int kVacuumPhaseColumn = 8;

// The phase is a number that becomes a series for each phase there is.
base::Status ReadVacuum(const Result& result, const QuerySpec& query, const Naming& naming,
                        FamilySink* sink) {
  VEDETTE_RETURN_IF_ERROR(WriteRows(result, query, naming, sink));
  FamilyRef phases = sink->Gauge("pg_stat_progress_vacuum_phase",
                                 "1 for the phase that the vacuum is in, 0 for the others");
  for (int row = 0; row < result.rows(); ++row) {
    const double now = CellNumber(result, row, kVacuumPhaseColumn, NullAs::kNaN);
    double phase = 0;
    for (const char* const name : kVacuumPhases) {
      naming.Add(
          phases, phase == now ? 1 : 0,
          {{"datname", result.Text(row, 0)}, {"relname", result.Text(row, 1)}, {"phase", name}});
      ++phase;
    }
  }
  return base::Status();
}

// A table of another database than ours goes by its number: its name cannot be seen from here.
constexpr QuerySpec kVacuum[] = {{
    .sql = R"(SELECT coalesce(d.datname, 'unknown'),
  CASE WHEN d.datname = current_database() THEN p.relid::regclass::text ELSE p.relid::text END,
  p.param2, p.param3, p.param4, p.param5, p.param6, p.param7, p.param1
FROM pg_stat_get_progress_info('VACUUM') p
LEFT JOIN pg_database d ON d.oid = p.datid)",
    .labels = kVacuumLabels,
    .metrics = kVacuumMetrics,
    .read = &ReadVacuum,
}};

}  // namespace

std::span<const QuerySpec> LocksQueries() { return kLocks; }
std::span<const QuerySpec> StatActivityQueries() { return kActivity; }
std::span<const QuerySpec> StatActivityAutovacuumQueries() { return kAutovacuum; }
std::span<const QuerySpec> LongRunningTransactionsQueries() { return kLongRunning; }
std::span<const QuerySpec> ProcessIdleQueries() { return kIdle; }
std::span<const QuerySpec> StatProgressVacuumQueries() { return kVacuum; }

}  // namespace vedette::exporters::postgres
