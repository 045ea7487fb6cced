#ifndef VEDETTE_EXPORTERS_POSTGRES_CATALOG_H_
#define VEDETTE_EXPORTERS_POSTGRES_CATALOG_H_

#include <prometheus/metric_type.h>

#include <limits>
#include <span>
#include <string>

#include "base/status.h"
#include "exporters/postgres/options.h"
#include "exporters/postgres/result.h"
#include "exporters/runtime/family_sink.h"

// What is asked of a server, as tables: a collector has queries, a query has labels and metrics.

namespace vedette::exporters::postgres {

struct Naming;

// What a NULL becomes.
enum class NullAs { kZero, kAbsent, kNaN };

// One column of numbers, which makes one family.
struct Metric {
  const char* name;
  const char* help;
  prometheus::MetricType type;
  NullAs null_as = NullAs::kZero;
};

// The half of postgres_exporter 0.19 that a query comes from. The legacy half has the label
// `server`, the constant labels and the prefix.
enum class Half {
  kStandalone,
  kLegacy,
  kLegacyUntil020,  // stands alone under 0.20's names
};

// In which generation of names a query is run; side by side, the first three are.
enum class Generation { kAny, k019, k020, k020Alone };

struct QuerySpec;
using RowReader = base::Status (*)(const Result& result, const QuerySpec& query,
                                   const Naming& naming, FamilySink* sink);

// A query, whose columns are first the labels, then the metrics, in the order in which they stand
// here; booleans and times are turned into numbers by the SQL.
struct QuerySpec {
  const char* sql = nullptr;
  std::span<const char* const> labels{};
  std::span<const Metric> metrics{};
  Half half = Half::kStandalone;
  Generation generation = Generation::kAny;
  bool is_default_metric = false;  // --disable-default-metrics takes it away
  // The servers it is for, as server_version_num: [from, until).
  int from = 0;
  int until = std::numeric_limits<int>::max();
  bool goes_last = false;  // may wait for a lock: asked after everything else
  // For what a table cannot say. Null: as above.
  std::string (*make_sql)(const PostgresOptions& options, int server_version) = nullptr;
  RowReader read = nullptr;
};

enum class Scope { kServer, kDatabase };

struct CollectorSpec {
  const char* name;  // in --collector.NAME and in pg_scrape_collector_success
  bool default_on;
  Scope scope;  // asked once a server, or in each of its databases
  std::span<const QuerySpec> (*queries)();
};

// Every collector that there is, sorted by name.
std::span<const CollectorSpec> AllCollectors();

// True where the flags want it.
bool IsOn(const CollectorSpec& collector, const PostgresOptions& options);
// True where the flags' generation of names has the query.
bool IsWanted(const QuerySpec& query, const PostgresOptions& options);

// The queries of each collector; see the files named *_queries.cc.
std::span<const QuerySpec> BuffercacheSummaryQueries();
std::span<const QuerySpec> DatabaseQueries();
std::span<const QuerySpec> DatabaseWraparoundQueries();
std::span<const QuerySpec> LocksQueries();
std::span<const QuerySpec> LongRunningTransactionsQueries();
std::span<const QuerySpec> PostmasterQueries();
std::span<const QuerySpec> ProcessIdleQueries();
std::span<const QuerySpec> ReplicationQueries();
std::span<const QuerySpec> ReplicationSlotQueries();
std::span<const QuerySpec> ReplicationSlotsQueries();
std::span<const QuerySpec> RolesQueries();
std::span<const QuerySpec> SettingsQueries();
std::span<const QuerySpec> StatActivityQueries();
std::span<const QuerySpec> StatActivityAutovacuumQueries();
std::span<const QuerySpec> StatArchiverQueries();
std::span<const QuerySpec> StatBgwriterQueries();
std::span<const QuerySpec> StatCheckpointerQueries();
std::span<const QuerySpec> StatDatabaseQueries();
std::span<const QuerySpec> StatDatabaseConflictsQueries();
std::span<const QuerySpec> StatProgressVacuumQueries();
std::span<const QuerySpec> StatReplicationQueries();
std::span<const QuerySpec> StatStatementsQueries();
std::span<const QuerySpec> StatUserTablesQueries();
std::span<const QuerySpec> StatWalReceiverQueries();
std::span<const QuerySpec> StatioUserIndexesQueries();
std::span<const QuerySpec> StatioUserTablesQueries();
std::span<const QuerySpec> WalQueries();
std::span<const QuerySpec> XlogLocationQueries();

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_CATALOG_H_
