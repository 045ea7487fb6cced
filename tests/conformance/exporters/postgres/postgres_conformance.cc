// See README.md: our pages against upstream's, on a real PostgreSQL.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/strings.h"
#include "tests/conformance/exporters/side_by_side.h"
#include "tests/exporters/postgres/cluster.h"
#include "tests/exporters/postgres/page.h"
#include "tests/support/free_port.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::postgres {
namespace {

using base::Concat;
using test::Exception;
using test::MetricsPage;

constexpr int kSkipped = 77;  // ctest's SKIP_RETURN_CODE
constexpr int kRounds = 30;   // of which most servers need a few

bool IsLeftOut(std::string_view family) {
  for (const char* const prefix : {"go_", "promhttp_", "process_"}) {
    if (base::StartsWith(family, prefix)) return true;
  }
  return false;
}

std::string LabelText(const FamilyShape& shape) {
  std::string text = shape.type;
  for (const std::string& names : shape.label_sets) text += Concat({" {", names, "}"});
  return text;
}

void CompareShapes(const std::string& name, const std::string& theirs, const std::string& ours,
                   test::Tally* tally) {
  const auto mine = Shapes(ours);
  const auto reference = Shapes(theirs);
  for (const auto& [family, shape] : reference) {
    if (IsLeftOut(family)) continue;
    const auto found = mine.find(family);
    const bool is_there = found != mine.end();
    tally->Check(is_there && found->second == shape,
                 Concat({"page ", name, " family ", family, ": upstream ", LabelText(shape),
                         ", ours ", is_there ? LabelText(found->second) : "absent"}));
  }
  std::string extras;
  for (const auto& [family, shape] : mine) {
    if (reference.count(family) == 0) extras += Concat({" ", family});
  }
  std::printf("page %s: ours alone:%s\n", name.c_str(), extras.c_str());
}

// The servers of the reference: a primary with two databases, a standby, a logical slot.
struct Servers {
  std::unique_ptr<Cluster> primary;
  std::unique_ptr<Cluster> standby;

  bool Start() {
    primary = Cluster::Start("shared_preload_libraries = 'pg_stat_statements'");
    if (primary == nullptr) return false;
    for (const char* const database : {"shop", "blog"}) {
      primary->Sql(Concat({"CREATE DATABASE ", database}));
      primary->Sql(
          "CREATE TABLE orders (id int PRIMARY KEY, note text); "
          "INSERT INTO orders SELECT g, 'x' FROM generate_series(1, 100) g",
          database);
      primary->Sql("CREATE EXTENSION pg_stat_statements", database);
      primary->Sql("VACUUM ANALYZE orders", database);
    }
    primary->Sql("SELECT pg_create_logical_replication_slot('logi', 'pgoutput')", "shop");
    primary->Sql("SELECT pg_create_physical_replication_slot('standby1')");
    standby = Cluster::StartStandby(*primary);
    // Sessions, so that there are some to see.
    for (const char* const database : {"shop", "blog"}) {
      primary->Background("SELECT pg_sleep(600)", database);
    }
    return standby != nullptr;
  }

  std::string MonitorSource() const {
    return Concat({"host=127.0.0.1 port=", std::to_string(primary->port()),
                   " user=metrics password='s3cret word' dbname=postgres sslmode=disable"});
  }
};

PostgresOptions OptionsFor(const std::string& source, bool all) {
  PostgresOptions options;
  options.source.name = source;
  options.stat_statements.include_query = all;
  for (const CollectorSpec& spec : AllCollectors()) {
    if (all) options.collectors[spec.name] = true;
  }
  return options;
}

void CompareInventories(const Servers& servers, const std::string& reference, test::Tally* tally) {
  struct {
    const char* file;
    PostgresOptions options;
    std::string target;
  } const pages[] = {
      {"postgres.prom", OptionsFor(servers.MonitorSource(), false), "/metrics"},
      {"postgres-all-collectors.prom", OptionsFor(servers.primary->Source("shop"), true),
       "/metrics"},
      {"postgres-replica.prom", OptionsFor(servers.standby->Source("shop"), true), "/metrics"},
      {"postgres-probe.prom", OptionsFor("", false),
       Concat({"/probe?target=postgres%40127.0.0.1:", std::to_string(servers.primary->port()),
               "/postgres%3Fsslmode%3Ddisable"})},
      {"postgres-nodsn-metrics.prom", OptionsFor("", false), "/metrics"},
  };
  // Sessions that do nothing, to be seen as idle ones.
  PageMaker idle(OptionsFor(
      Concat({servers.primary->Source("blog"), ",", servers.standby->Source("blog")}), false));
  idle.Get();
  for (const auto& page : pages) {
    PageMaker maker(page.options);
    CompareShapes(page.file, test::ReadWholeFile(reference + "/" + page.file),
                  maker.Get(page.target), tally);
  }
}

// Upstream's program on a server, with every collector of its own where `all` is set; ended when
// this goes.
class Peer {
 public:
  Peer(const std::string& program, const std::string& source, bool all) : port_(test::FreePort()) {
    pid_ = Output(Concat({"DATA_SOURCE_NAME=\"", source, "\" ", program,
                          " --config.file=/nonexistent ", all ? kAllCollectors : "",
                          " --web.listen-address=127.0.0.1:", std::to_string(port_),
                          " >/dev/null 2>&1 & echo $!"}));
    Page();  // the first scrape connects and reads the catalogues
  }
  ~Peer() { Output("kill " + pid_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  MetricsPage Page() const {
    return MetricsPage::Parse(
        Output(Concat({"curl -s --retry 40 --retry-delay 1 --retry-connrefused http://127.0.0.1:",
                       std::to_string(port_), "/metrics"})));
  }

 private:
  static constexpr char kAllCollectors[] =
      "--collector.buffercache_summary --collector.database_wraparound "
      "--collector.long_running_transactions --collector.postmaster --collector.process_idle "
      "--collector.stat_activity_autovacuum --collector.stat_checkpointer "
      "--collector.stat_statements --collector.stat_statements.include_query "
      "--collector.stat_wal_receiver --collector.statio_user_indexes --collector.xlog_location";

  const uint16_t port_;
  std::string pid_;
};

const std::vector<Exception> kExceptions = {
    {"go_*", Exception::kAbsent},
    {"process_*", Exception::kAbsent},
    {"promhttp_*", Exception::kAbsent},
    {"postgres_exporter_build_info", Exception::kShape},
    {"postgres_exporter_config*", Exception::kAbsent},
    // Each exporter's own scrapes.
    {"pg_exporter_last_scrape_duration_seconds", Exception::kSeries},
    {"pg_exporter_scrapes_total", Exception::kSeries},
    {"pg_scrape_collector_duration_seconds", Exception::kSeries},
    // The session that asks counts itself, its locks and its statements.
    {"pg_locks_count", Exception::kSeries},
    {"pg_stat_activity_count", Exception::kShape},
    {"pg_stat_activity_max_tx_duration", Exception::kShape},
    {"pg_stat_database_numbackends", Exception::kSeries},
    {"pg_stat_statements_*", Exception::kShape},
    {"pg_process_idle_seconds", Exception::kShape},
    // Ages, which end when they are read.
    {"pg_stat_archiver_last_archive_age", Exception::kSeries},
    {"pg_replication_last_replay_seconds", Exception::kSeries},
    {"pg_stat_replication_reply_time", Exception::kSeries},
    // Go's driver sets it in its own session.
    {"pg_settings_extra_float_digits", Exception::kSeries}};

void CompareLive(const std::string& name, const std::string& program, const std::string& source,
                 bool all, test::Tally* tally) {
  const Peer peer(program, source, all);
  PageMaker maker(OptionsFor(source, all));
  maker.Get();
  test::SideBySide comparison(name, test::SideBySide::Help::kOwn, kExceptions);
  int round = 0;
  do {
    const MetricsPage before = peer.Page();
    const MetricsPage ours = MetricsPage::Parse(maker.Get());
    comparison.AddRound(before, ours, peer.Page());
  } while (++round < kRounds && !comparison.IsSettled());
  std::printf("%s: settled after %d rounds of at most %d\n", name.c_str(), round, kRounds);
  comparison.Finish(tally);
}

int Main() {
  if (!Cluster::IsAvailable()) {
    std::printf("skipped: PostgreSQL is not installed on this machine\n");
    return kSkipped;
  }
  const auto reference = test::SharedPath("reference/exporters");
  if (!reference) {
    std::printf("skipped: no ../shared/reference/exporters on this machine\n");
    return kSkipped;
  }
  Servers servers;
  if (!servers.Start()) {
    std::printf("FAILED: PostgreSQL did not start\n");
    return 1;
  }
  test::Tally tally;
  std::printf("%s\n", servers.primary->Sql("SELECT version()").c_str());
  // The recorded pages are of 15, which Debian has.
  if (std::getenv("VEDETTE_POSTGRES_BIN") == nullptr) {
    CompareInventories(servers, *reference, &tally);
  }
  const test::TempDir dir;
  if (const auto peers = test::UnpackPeers(dir.path(), "exporters")) {
    const std::string program = *peers + "/prometheus-postgres-exporter";
    const std::string primary = servers.primary->Source("shop");
    CompareLive("primary, defaults", program, primary, false, &tally);
    CompareLive("primary, everything", program, primary, true, &tally);
    CompareLive("standby, everything", program, servers.standby->Source("shop"), true, &tally);
  } else {
    std::printf("values not compared: no ../shared/peers on this machine\n");
  }
  return tally.Finish();
}

}  // namespace
}  // namespace vedette::exporters::postgres

int main() { return vedette::exporters::postgres::Main(); }
