// See README.md: our pages against upstream's, on a real PostgreSQL.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "base/strings.h"
#include "tests/exporters/postgres/cluster.h"
#include "tests/exporters/postgres/page.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::postgres {
namespace {

using base::Concat;

constexpr int kSkipped = 77;  // ctest's SKIP_RETURN_CODE

// Counts what passed, prints what did not.
class Report {
 public:
  void Check(bool passed, const std::string& name, const std::string& why) {
    ++(passed ? passed_ : failed_);
    if (!passed) std::printf("FAILED %s: %s\n", name.c_str(), why.c_str());
  }
  int Finish() const {
    std::printf("%d passed, %d failed\n", passed_, failed_);
    return failed_ == 0 ? 0 : 1;
  }

 private:
  int passed_ = 0;
  int failed_ = 0;
};

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
                   Report* report) {
  const auto mine = Shapes(ours);
  const auto reference = Shapes(theirs);
  for (const auto& [family, shape] : reference) {
    if (IsLeftOut(family)) continue;
    const auto found = mine.find(family);
    const bool is_there = found != mine.end();
    report->Check(is_there && found->second == shape, Concat({"page ", name, " family ", family}),
                  Concat({"upstream ", LabelText(shape), ", ours ",
                          is_there ? LabelText(found->second) : "absent"}));
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
      // A session, so that there is one to see.
      primary->Background("SELECT pg_sleep(300)", database);
    }
    primary->Sql("SELECT pg_create_logical_replication_slot('logi', 'pgoutput')", "shop");
    primary->Sql("SELECT pg_create_physical_replication_slot('standby1')");
    standby = Cluster::StartStandby(*primary);
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

void CompareInventories(const Servers& servers, const std::string& reference, Report* report) {
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
                  maker.Get(page.target), report);
  }
}

// Upstream's program on a server; ended when this goes.
class Peer {
 public:
  Peer(const std::string& program, const std::string& source) : port_(FreePort()) {
    pid_ = Output(Concat({"DATA_SOURCE_NAME=\"", source, "\" ", program,
                          " --config.file=/nonexistent --web.listen-address=127.0.0.1:",
                          std::to_string(port_), " >/dev/null 2>&1 & echo $!"}));
  }
  ~Peer() { Output("kill " + pid_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  std::string Get() const {
    return Output(
        Concat({"curl -s --retry 40 --retry-delay 1 --retry-connrefused http://127.0.0.1:",
                std::to_string(port_), "/metrics"}));
  }

 private:
  const uint16_t port_;
  std::string pid_;
};

// Values that tell of who asks, or of the moment at which it asks.
bool IsOfTheAsker(std::string_view family) {
  constexpr std::string_view kFamilies[] = {
      "pg_exporter_last_scrape_duration_seconds", "pg_exporter_scrapes_total", "pg_locks_count",
      "pg_scrape_collector_duration_seconds", "pg_stat_activity_count",
      "pg_stat_activity_max_tx_duration", "pg_stat_archiver_last_archive_age",
      "pg_stat_database_numbackends", "postgres_exporter_build_info",
      "pg_replication_last_replay_seconds", "pg_stat_replication_reply_time",
      // Go's driver sets it in its own session.
      "pg_settings_extra_float_digits"};
  for (const std::string_view one : kFamilies) {
    if (family == one) return true;
  }
  return base::StartsWith(family, "postgres_exporter_config");
}

bool IsWithin(const std::string& theirs, const std::string& before, const std::string& after,
              bool is_counter) {
  if (theirs == before || theirs == after) return true;
  const auto value = base::ParseDouble(theirs);
  const auto low = base::ParseDouble(before);
  const auto high = base::ParseDouble(after);
  return is_counter && value && low && high && *low <= *value && *value <= *high;
}

// Ours, theirs, ours again: what moves must stand between.
void CompareValues(const Servers& servers, const std::string& program, Report* report) {
  const Peer peer(program, servers.primary->Source("shop"));
  PageMaker maker(OptionsFor(servers.primary->Source("shop"), false));
  peer.Get();  // the first scrapes connect and read the catalogues
  maker.Get();
  const auto before = Samples(maker.Get());
  const std::string page = peer.Get();
  const auto after = Samples(maker.Get());
  const auto shapes = Shapes(page);
  std::map<std::string, std::string> wrong;
  std::set<std::string> families;
  for (const auto& [series, value] : Samples(page)) {
    const std::string family = series.substr(0, series.find('{'));
    if (IsLeftOut(family) || IsOfTheAsker(family)) continue;
    families.insert(family);
    const auto first = before.find(series);
    const auto second = after.find(series);
    const bool is_there = first != before.end() && second != after.end();
    const auto shape = shapes.find(family);
    // The log is written while we look: positions in it are counters called gauges.
    const bool moves = shape->second.type == "counter" ||
                       family.find("_lsn") != std::string::npos ||
                       family == "pg_database_size_bytes" || family == "pg_wal_size_bytes";
    if (is_there && IsWithin(value, first->second, second->second, moves)) continue;
    wrong[family] =
        Concat({series, " upstream ", value, ", ours ",
                is_there ? Concat({first->second, " and ", second->second}) : "absent"});
  }
  for (const std::string& family : families) {
    const auto found = wrong.find(family);
    report->Check(found == wrong.end(), "value " + family,
                  found == wrong.end() ? "" : found->second);
  }
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
  Report report;
  CompareInventories(servers, *reference, &report);
  const test::TempDir dir;
  if (const auto peers = test::UnpackPeers(dir.path(), "exporters")) {
    CompareValues(servers, *peers + "/prometheus-postgres-exporter", &report);
  } else {
    std::printf("values not compared: no ../shared/peers on this machine\n");
  }
  return report.Finish();
}

}  // namespace
}  // namespace vedette::exporters::postgres

int main() { return vedette::exporters::postgres::Main(); }
