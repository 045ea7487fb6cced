#include "exporters/postgres/catalog.h"

namespace vedette::exporters::postgres {
namespace {

// `settings`, `replication_slots`, `stat_activity`, `stat_archiver`, `stat_database_conflicts` and
// `stat_replication` are what 0.19 calls its default metrics; 0.20 gave them these names.
constexpr CollectorSpec kCollectors[] = {
    {"buffercache_summary", false, Scope::kServer, &BuffercacheSummaryQueries},
    {"database", true, Scope::kServer, &DatabaseQueries},
    {"database_wraparound", false, Scope::kServer, &DatabaseWraparoundQueries},
    {"locks", true, Scope::kServer, &LocksQueries},
    {"long_running_transactions", false, Scope::kServer, &LongRunningTransactionsQueries},
    {"postmaster", false, Scope::kServer, &PostmasterQueries},
    {"process_idle", false, Scope::kServer, &ProcessIdleQueries},
    {"replication", true, Scope::kServer, &ReplicationQueries},
    {"replication_slot", true, Scope::kServer, &ReplicationSlotQueries},
    {"replication_slots", true, Scope::kServer, &ReplicationSlotsQueries},
    {"roles", true, Scope::kServer, &RolesQueries},
    {"settings", true, Scope::kServer, &SettingsQueries},
    {"stat_activity", true, Scope::kServer, &StatActivityQueries},
    {"stat_activity_autovacuum", false, Scope::kServer, &StatActivityAutovacuumQueries},
    {"stat_archiver", true, Scope::kServer, &StatArchiverQueries},
    {"stat_bgwriter", true, Scope::kServer, &StatBgwriterQueries},
    {"stat_checkpointer", false, Scope::kServer, &StatCheckpointerQueries},
    {"stat_database", true, Scope::kServer, &StatDatabaseQueries},
    {"stat_database_conflicts", true, Scope::kServer, &StatDatabaseConflictsQueries},
    {"stat_progress_vacuum", true, Scope::kServer, &StatProgressVacuumQueries},
    {"stat_replication", true, Scope::kServer, &StatReplicationQueries},
    {"stat_statements", false, Scope::kServer, &StatStatementsQueries},
    {"stat_user_tables", true, Scope::kDatabase, &StatUserTablesQueries},
    {"stat_wal_receiver", false, Scope::kServer, &StatWalReceiverQueries},
    {"statio_user_indexes", false, Scope::kDatabase, &StatioUserIndexesQueries},
    {"statio_user_tables", true, Scope::kDatabase, &StatioUserTablesQueries},
    {"wal", true, Scope::kServer, &WalQueries},
    {"xlog_location", false, Scope::kServer, &XlogLocationQueries},
};

}  // namespace

std::span<const CollectorSpec> AllCollectors() { return kCollectors; }

bool IsOn(const CollectorSpec& collector, const PostgresOptions& options) {
  const auto chosen = options.collectors.find(collector.name);
  const bool on = chosen == options.collectors.end() ? collector.default_on : chosen->second;
  if (!on) return false;
  if (options.disable_settings_metrics && collector.queries == &SettingsQueries) return false;
  for (const QuerySpec& query : collector.queries()) {
    if (IsWanted(query, options)) return true;
  }
  return false;
}

bool IsWanted(const QuerySpec& query, const PostgresOptions& options) {
  // Under 0.20's names there are no default metrics; each collector has its own switch.
  if (options.disable_default_metrics && options.names != MetricNames::k020 &&
      query.is_default_metric) {
    return false;
  }
  switch (options.names) {
    case MetricNames::kBoth:
      return query.generation != Generation::k020Alone;
    case MetricNames::k019:
      return query.generation == Generation::kAny || query.generation == Generation::k019;
    case MetricNames::k020:
      return query.generation != Generation::k019;
  }
  return true;
}

}  // namespace vedette::exporters::postgres
