// Replication, slots and the write-ahead log.
#include "exporters/postgres/catalog.h"
#include "exporters/postgres/row_writer.h"

namespace vedette::exporters::postgres {
namespace {

using prometheus::MetricType;

// Where the log stands: written here, or received by a standby.
#define VEDETTE_PG_WAL_NOW \
  "CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END"

constexpr Metric kReplicationMetrics[] = {
    {"pg_replication_is_replica", "1 on a standby, 0 on a primary", MetricType::Gauge},
    {"pg_replication_lag_seconds",
     "Seconds by which a standby is behind; 0 where nothing is left to replay", MetricType::Gauge},
    {"pg_replication_last_replay_seconds", "Age in seconds of the last transaction replayed",
     MetricType::Gauge},
};
constexpr QuerySpec kReplication[] = {{
    .sql = R"(SELECT standby::int,
  CASE WHEN NOT standby OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
    ELSE greatest(0, age) END,
  greatest(0, age)
FROM (SELECT pg_is_in_recovery() AS standby,
  extract(epoch FROM now() - pg_last_xact_replay_timestamp()) AS age) r)",
    .metrics = kReplicationMetrics,
}};

// 0.19 and 0.20 differ in nothing but the prefix.
constexpr const char* kSlotLabels[] = {"slot_name", "slot_type"};
constexpr const char* kSlotStatusLabels[] = {"slot_name", "slot_type", "wal_status"};
#define VEDETTE_PG_SLOT_METRICS(prefix)                                                \
  {                                                                                    \
    {prefix "_slot_current_wal_lsn", "Where the write-ahead log stands, in bytes",     \
     MetricType::Gauge, NullAs::kAbsent},                                              \
        {prefix "_slot_confirmed_flush_lsn",                                           \
         "Up to where the slot's consumer has confirmed, in bytes", MetricType::Gauge, \
         NullAs::kAbsent},                                                             \
        {prefix "_slot_is_active", "1 while the slot is in use", MetricType::Gauge,    \
         NullAs::kAbsent},                                                             \
    {                                                                                  \
      prefix "_safe_wal_size_bytes",                                                   \
          "Bytes that can be written before the slot may lose log that it needs",      \
          MetricType::Gauge, NullAs::kAbsent                                           \
    }                                                                                  \
  }
#define VEDETTE_PG_SLOT_STATUS(prefix)                                                            \
  {                                                                                               \
    {                                                                                             \
      prefix "_wal_status", "1 for the state of the log that the slot claims", MetricType::Gauge, \
          NullAs::kAbsent                                                                         \
    }                                                                                             \
  }
constexpr Metric kSlotMetrics019[] = VEDETTE_PG_SLOT_METRICS("pg_replication_slot");
constexpr Metric kSlotMetrics020[] = VEDETTE_PG_SLOT_METRICS("pg_replication_slots");
constexpr Metric kSlotStatus019[] = VEDETTE_PG_SLOT_STATUS("pg_replication_slot");
constexpr Metric kSlotStatus020[] = VEDETTE_PG_SLOT_STATUS("pg_replication_slots");
constexpr char kSlotSql[] =
    "SELECT slot_name, slot_type, (" VEDETTE_PG_WAL_NOW R"() - '0/0'::pg_lsn,
  CASE WHEN active THEN coalesce(confirmed_flush_lsn, '0/0'::pg_lsn) - '0/0'::pg_lsn END,
  active::int, safe_wal_size, wal_status, CASE WHEN wal_status IS NOT NULL THEN 1 END
FROM pg_replication_slots)";

// The state of the log is a label of a family of its own.
base::Status ReadSlots(const Result& result, const QuerySpec& query, const Naming& naming,
                       FamilySink* sink) {
  const bool is_019 = query.generation == Generation::k019;
  VEDETTE_RETURN_IF_ERROR(WriteRows(result, query, naming, sink));
  constexpr int kStatusColumn = 6;
  const Metric& metric = is_019 ? kSlotStatus019[0] : kSlotStatus020[0];
  FamilyRef family = sink->Gauge(metric.name, metric.help);
  for (int row = 0; row < result.rows(); ++row) {
    if (result.IsNull(row, kStatusColumn)) continue;
    naming.Add(family, 1,
               {{kSlotStatusLabels[0], result.Text(row, 0)},
                {kSlotStatusLabels[1], result.Text(row, 1)},
                {kSlotStatusLabels[2], result.Text(row, kStatusColumn)}});
  }
  return base::Status();
}

constexpr QuerySpec kReplicationSlot[] = {{
    .sql = kSlotSql,
    .labels = kSlotLabels,
    .metrics = kSlotMetrics019,
    .generation = Generation::k019,
    .read = &ReadSlots,
}};

constexpr const char* kLegacySlotLabels[] = {"slot_name", "database"};
constexpr Metric kLegacySlotMetrics[] = {
    {"pg_replication_slots_active", "1 while the slot is in use", MetricType::Gauge, NullAs::kNaN},
    {"pg_replication_slots_pg_wal_lsn_diff", "Bytes of log that the slot retains",
     MetricType::Gauge, NullAs::kNaN},
};
constexpr QuerySpec kReplicationSlots[] = {
    {
        .sql = "SELECT slot_name, database, active::int, pg_wal_lsn_diff(" VEDETTE_PG_WAL_NOW
               ", restart_lsn) FROM pg_replication_slots",
        .labels = kLegacySlotLabels,
        .metrics = kLegacySlotMetrics,
        .half = Half::kLegacyUntil020,
        .is_default_metric = true,
    },
    {
        .sql = kSlotSql,
        .labels = kSlotLabels,
        .metrics = kSlotMetrics020,
        .generation = Generation::k020,
        .read = &ReadSlots,
    },
};

// In 0.19 the label slot_name holds the process id of the sender, for what it is worth.
constexpr const char* kStatReplicationLabels[] = {"application_name", "client_addr", "state",
                                                  "slot_name"};
constexpr Metric kStatReplicationMetrics[] = {
    {"pg_stat_replication_pg_current_wal_lsn_bytes", "Where the write-ahead log stands, in bytes",
     MetricType::Gauge, NullAs::kNaN},
    {"pg_stat_replication_pg_wal_lsn_diff", "Bytes by which the standby is behind",
     MetricType::Gauge, NullAs::kNaN},
    {"pg_stat_replication_reply_time", "When the standby last replied, as a Unix time",
     MetricType::Untyped, NullAs::kNaN},
};
constexpr std::span<const Metric> kStatReplication020 =
    std::span<const Metric>(kStatReplicationMetrics).first(2);
#define VEDETTE_PG_REPLICATION_COLUMNS  \
  "pg_wal_lsn_diff(" VEDETTE_PG_WAL_NOW \
  ", '0/0'::pg_lsn), "                  \
  "pg_wal_lsn_diff(" VEDETTE_PG_WAL_NOW ", r.replay_lsn)"
constexpr QuerySpec kStatReplication[] = {
    {
        .sql = "SELECT r.application_name, host(r.client_addr), r.state, "
               "r.pid, " VEDETTE_PG_REPLICATION_COLUMNS ", floor(extract(epoch FROM r.reply_time)) "
               "FROM pg_stat_replication r",
        .labels = kStatReplicationLabels,
        .metrics = kStatReplicationMetrics,
        .half = Half::kLegacy,
        .generation = Generation::k019,
        .is_default_metric = true,
    },
    {
        .sql = "SELECT r.application_name, host(r.client_addr), r.state, "
               "s.slot_name, " VEDETTE_PG_REPLICATION_COLUMNS " FROM pg_stat_replication r "
               "LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid",
        .labels = kStatReplicationLabels,
        .metrics = kStatReplication020,
        .generation = Generation::k020Alone,
    },
};

constexpr const char* kReceiverLabels[] = {"upstream_host", "slot_name", "status"};
constexpr Metric kReceiverMetrics[] = {
    {"pg_stat_wal_receiver_receive_start_lsn",
     "Where in the log the receiver began, in bytes modulo 2^52", MetricType::Counter,
     NullAs::kAbsent},
    {"pg_stat_wal_receiver_flushed_lsn",
     "Up to where the log is received and on disk, in bytes modulo 2^52", MetricType::Counter,
     NullAs::kAbsent},
    {"pg_stat_wal_receiver_receive_start_tli", "The timeline on which the receiver began",
     MetricType::Gauge, NullAs::kAbsent},
    {"pg_stat_wal_receiver_received_tli", "The timeline of what was last received",
     MetricType::Gauge, NullAs::kAbsent},
    {"pg_stat_wal_receiver_last_msg_send_time",
     "When the sender sent its last message, as a Unix time", MetricType::Counter, NullAs::kAbsent},
    {"pg_stat_wal_receiver_last_msg_receipt_time", "When that message was received, as a Unix time",
     MetricType::Counter, NullAs::kAbsent},
    {"pg_stat_wal_receiver_latest_end_lsn",
     "Last position reported to the sender, in bytes modulo 2^52", MetricType::Counter,
     NullAs::kAbsent},
    {"pg_stat_wal_receiver_latest_end_time", "When it was reported, as a Unix time",
     MetricType::Counter, NullAs::kAbsent},
    {"pg_stat_wal_receiver_upstream_node", "The node that repmgr's slot name tells",
     MetricType::Gauge, NullAs::kAbsent},
};
constexpr QuerySpec kStatWalReceiver[] = {{
    .sql =
        R"(SELECT trim(BOTH '''' FROM substring(conninfo FROM 'host=([^ ]*)')), slot_name, status,
  mod(receive_start_lsn - '0/0'::pg_lsn, 4503599627370496),
  mod(flushed_lsn - '0/0'::pg_lsn, 4503599627370496), receive_start_tli, received_tli,
  extract(epoch FROM last_msg_send_time), extract(epoch FROM last_msg_receipt_time),
  mod(latest_end_lsn - '0/0'::pg_lsn, 4503599627370496), extract(epoch FROM latest_end_time),
  nullif(substring(slot_name FROM 'repmgr_slot_([0-9]*)'), '')
FROM pg_stat_wal_receiver)",
    .labels = kReceiverLabels,
    .metrics = kReceiverMetrics,
}};

constexpr Metric kWalMetrics[] = {
    {"pg_wal_segments", "Number of WAL segments", MetricType::Gauge},
    {"pg_wal_size_bytes", "Total size of WAL segments", MetricType::Gauge},
};
constexpr QuerySpec kWal[] = {{
    .sql = "SELECT count(*), sum(size) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'",
    .metrics = kWalMetrics,
}};

constexpr Metric kArchiverMetrics[] = {
    {"pg_stat_archiver_archived_count", "WAL files archived", MetricType::Counter, NullAs::kNaN},
    {"pg_stat_archiver_failed_count", "Failed attempts to archive a WAL file", MetricType::Counter,
     NullAs::kNaN},
    {"pg_stat_archiver_last_archive_age", "Seconds since a WAL file was last archived",
     MetricType::Gauge, NullAs::kNaN},
};
constexpr QuerySpec kStatArchiver[] = {{
    .sql = "SELECT archived_count, failed_count, extract(epoch FROM now() - last_archived_time) "
           "FROM pg_stat_archiver",
    .metrics = kArchiverMetrics,
    .half = Half::kLegacyUntil020,
    .is_default_metric = true,
}};

// The function went with PostgreSQL 10; a newer server shows nothing, without complaint.
constexpr Metric kXlogMetrics[] = {
    {"pg_xlog_location_bytes", "Where the write-ahead log stands, in bytes", MetricType::Gauge}};
constexpr QuerySpec kXlogLocation[] = {{
    .sql = R"(SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_xlog_replay_location()
  ELSE pg_current_xlog_location() END - '0/0'::pg_lsn)",
    .metrics = kXlogMetrics,
    .until = 100000,
}};

}  // namespace

std::span<const QuerySpec> ReplicationQueries() { return kReplication; }
std::span<const QuerySpec> ReplicationSlotQueries() { return kReplicationSlot; }
std::span<const QuerySpec> ReplicationSlotsQueries() { return kReplicationSlots; }
std::span<const QuerySpec> StatReplicationQueries() { return kStatReplication; }
std::span<const QuerySpec> StatWalReceiverQueries() { return kStatWalReceiver; }
std::span<const QuerySpec> WalQueries() { return kWal; }
std::span<const QuerySpec> StatArchiverQueries() { return kStatArchiver; }
std::span<const QuerySpec> XlogLocationQueries() { return kXlogLocation; }

}  // namespace vedette::exporters::postgres
