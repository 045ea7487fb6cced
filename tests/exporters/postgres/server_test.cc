// The exporter against a real PostgreSQL: what the page shows, and what must not harm it.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/strings.h"
#include "tests/exporters/postgres/cluster.h"
#include "tests/exporters/postgres/page.h"
#include "tests/support/free_port.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::postgres {
namespace {

using base::Concat;

constexpr char kTables[] =
    "CREATE TABLE orders (id int PRIMARY KEY, note text); "
    "INSERT INTO orders SELECT g, 'x' FROM generate_series(1, 100) g; "
    "CREATE TABLE items (id int PRIMARY KEY)";

PostgresOptions OptionsFor(const std::string& sources) {
  PostgresOptions options;
  options.source.name = sources;
  return options;
}

// One cluster for all; a test that stops or freezes it leaves it as it was.
class PostgresServer : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!Cluster::IsAvailable()) return;
    cluster_ = Cluster::Start("shared_preload_libraries = 'pg_stat_statements'");
    if (cluster_ == nullptr) return;
    for (const char* const name : {"shop", "blog"}) {
      cluster_->Sql(Concat({"CREATE DATABASE ", name}));
      cluster_->Sql(kTables, name);
      AwaitStatistics(name);
    }
    cluster_->Sql("CREATE EXTENSION pg_stat_statements");
  }
  static void TearDownTestSuite() { cluster_ = nullptr; }

  void SetUp() override {
    if (!Cluster::IsAvailable()) GTEST_SKIP() << "PostgreSQL is not installed on this machine";
    ASSERT_NE(cluster_, nullptr) << "PostgreSQL did not start";
  }

  // A session's statistics come a moment after its end.
  static void AwaitStatistics(const char* database) {
    const char* const query = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'orders'";
    for (int i = 0; i < 300 && cluster_->Sql(query, database) != "100"; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  static std::string Connections() {
    return cluster_->Sql(
        "SELECT string_agg(n, ',' ORDER BY n) FROM (SELECT datname || '=' || count(*) AS n FROM "
        "pg_stat_activity WHERE application_name = 'vedette' GROUP BY datname) x");
  }

  static std::unique_ptr<Cluster> cluster_;
};

std::unique_ptr<Cluster> PostgresServer::cluster_;

TEST_F(PostgresServer, EveryDefaultCollectorSucceeds) {
  PageMaker maker(OptionsFor(cluster_->Source("shop")));
  const std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "pg_up"), "1");
  EXPECT_EQ(ValueOf(page, "pg_exporter_last_scrape_error"), "0");
  EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{});
  EXPECT_EQ(ValueOf(page,
                    "pg_stat_user_tables_n_tup_ins{datname=\"shop\",relname=\"orders\","
                    "schemaname=\"public\"}"),
            "100");
  EXPECT_EQ(ValueOf(page, Concat({"pg_settings_shared_buffers_bytes{server=\"", cluster_->Label(),
                                  "\"}"})),
            "1.6777216e+07");
  EXPECT_EQ(maker.logger.Count("failing"), 0) << maker.logger.Lines().front();
}

// As upstream, where the metric is of the half that has no success of its own.
TEST_F(PostgresServer, ACollectorThatFailsIsNoErrorOfTheScrape) {
  PostgresOptions options = OptionsFor(cluster_->Source("shop"));
  options.collectors["stat_statements"] = true;  // its extension is not there
  PageMaker maker(options);
  const std::string page = maker.Get();
  EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{"stat_statements"});
  EXPECT_EQ(ValueOf(page, "pg_exporter_last_scrape_error"), "0");
}

TEST_F(PostgresServer, EveryOptionalCollectorSucceeds) {
  PageMaker idle(OptionsFor(cluster_->Source("blog")));  // a session to be seen
  idle.Get();
  PostgresOptions options = OptionsFor(cluster_->Source("postgres"));
  for (const CollectorSpec& spec : AllCollectors()) options.collectors[spec.name] = true;
  options.stat_statements.include_query = true;
  PageMaker maker(options);
  const std::string page = maker.Get();
  EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{}) << maker.logger.Lines().front();
  const auto shapes = Shapes(page);
  for (const char* const name :
       {"pg_process_idle_seconds", "pg_stat_statements_query_id", "pg_long_running_transactions",
        "pg_postmaster_start_time_seconds", "pg_database_wraparound_age_datfrozenxid_seconds"}) {
    EXPECT_EQ(shapes.count(name), 1u) << name;
  }
}

TEST_F(PostgresServer, OurOwnTimeoutsDoNotShowInTheSettings) {
  PageMaker maker(OptionsFor(cluster_->Source()));
  const std::string page = maker.Get();
  const std::string label = Concat({"{server=\"", cluster_->Label(), "\"}"});
  EXPECT_EQ(ValueOf(page, "pg_settings_statement_timeout_seconds" + label), "0");
  EXPECT_EQ(ValueOf(page, "pg_settings_lock_timeout_seconds" + label), "0");
  EXPECT_EQ(ValueOf(page, "pg_settings_jit" + label), "1");
}

TEST_F(PostgresServer, HoldsOneConnectionADatabaseThroughManyScrapes) {
  PostgresOptions options = OptionsFor(cluster_->Source());
  options.discovery.on = true;
  PageMaker maker(options);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(ValueOf(maker.Get(), "pg_up"), "1");
  EXPECT_EQ(Connections(), "blog=1,postgres=1,shop=1");
  EXPECT_EQ(ValueOf(maker.Get(), Concat({"vedette_exporter_postgres_connections{server=\"",
                                         cluster_->Label(), "\"}"})),
            "3");
}

TEST_F(PostgresServer, ScrapesAtTheSameTimeShareTheConnection) {
  PageMaker maker(OptionsFor(cluster_->Source()));
  std::vector<std::thread> threads;
  std::vector<std::string> pages(4);
  for (std::string& page : pages) {
    threads.emplace_back([&maker, &page] { page = maker.Get(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& page : pages) EXPECT_EQ(ValueOf(page, "pg_up"), "1");
  EXPECT_EQ(Connections(), "postgres=1");
}

TEST_F(PostgresServer, DiscoveryCoversTheTablesOfEveryDatabase) {
  PostgresOptions options = OptionsFor(cluster_->Source());
  options.discovery.on = true;
  options.collectors["statio_user_indexes"] = true;
  PageMaker maker(options);
  const std::string page = maker.Get();
  for (const char* const database : {"shop", "blog"}) {
    EXPECT_EQ(ValueOf(page, Concat({"pg_stat_user_tables_n_live_tup{datname=\"", database,
                                    "\",relname=\"orders\",schemaname=\"public\"}"})),
              "100");
    EXPECT_NE(
        ValueOf(page, Concat({"pg_statio_user_indexes_idx_blks_read_total{datname=\"", database,
                              "\",indexrelname=\"orders_pkey\",relname=\"orders\","
                              "schemaname=\"public\"}"})),
        "");
  }
  EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{});
}

TEST_F(PostgresServer, DiscoveryHeedsIncludeExcludeAndDroppedDatabases) {
  PostgresOptions options = OptionsFor(cluster_->Source());
  options.discovery.on = true;
  options.discovery.exclude = {"blog"};
  {
    PageMaker maker(options);
    cluster_->Sql("CREATE DATABASE shortlived");
    maker.Get();
    EXPECT_EQ(Connections(), "postgres=1,shop=1,shortlived=1");
    EXPECT_EQ(cluster_->Sql("DROP DATABASE shortlived WITH (FORCE)"), "");
    const std::string page = maker.Get();
    EXPECT_EQ(Connections(), "postgres=1,shop=1");
    EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{});
    EXPECT_EQ(ValueOf(page, "pg_database_size_bytes{datname=\"blog\"}"), "");
  }
  options.discovery.exclude.clear();
  options.discovery.include = {"blog"};
  PageMaker maker(options);
  maker.Get();
  EXPECT_EQ(Connections(), "blog=1,postgres=1");
}

TEST_F(PostgresServer, AnExclusiveLockCostsOneCollectorAndNotTheScrape) {
  cluster_->Background("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)",
                       "shop");
  for (int i = 0; i < 200; ++i) {
    if (cluster_->Sql("SELECT count(*) FROM pg_locks WHERE granted AND mode = "
                      "'AccessExclusiveLock' AND relation = 'orders'::regclass",
                      "shop") == "1") {
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  PageMaker maker(OptionsFor(cluster_->Source("shop")));
  const std::string page = maker.Get("/metrics", "10");
  EXPECT_EQ(ValueOf(page, "pg_up"), "1");
  EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{"stat_user_tables"});
  // The sizes wait for the lock, the counters do not.
  const std::string labels = "{datname=\"shop\",relname=\"orders\",schemaname=\"public\"}";
  EXPECT_EQ(ValueOf(page, "pg_stat_user_tables_n_tup_ins" + labels), "100");
  EXPECT_EQ(ValueOf(page, "pg_stat_user_tables_table_size_bytes" + labels), "");
  EXPECT_EQ(maker.logger.Count("lock timeout"), 1);
  EXPECT_EQ(Connections(), "shop=1");

  cluster_->Sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'");
  const std::string after = maker.Get("/metrics", "10");
  EXPECT_EQ(FailedCollectors(after), std::vector<std::string>{});
  EXPECT_EQ(maker.logger.Count("works again"), 1);
}

TEST_F(PostgresServer, AKilledBackendIsReplacedInTheNextScrape) {
  PageMaker maker(OptionsFor(cluster_->Source()));
  ASSERT_EQ(ValueOf(maker.Get(), "pg_up"), "1");
  cluster_->Sql(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = "
      "'vedette'");
  const std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "pg_up"), "1");
  EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{});
  EXPECT_EQ(Connections(), "postgres=1");
}

TEST_F(PostgresServer, AStoppedServerIsDownAndThenUpAgain) {
  PageMaker maker(OptionsFor(cluster_->Source()));
  ASSERT_EQ(ValueOf(maker.Get(), "pg_up"), "1");
  cluster_->Stop();
  for (int i = 0; i < 2; ++i) {
    const std::string down = maker.Get();
    EXPECT_EQ(ValueOf(down, "pg_up"), "0");
    EXPECT_EQ(ValueOf(down, "pg_exporter_last_scrape_error"), "1");
    EXPECT_EQ(FailedCollectors(down).size(), 17u);
  }
  EXPECT_EQ(maker.logger.Count("database postgres"), 1) << "said once, not at each scrape";
  ASSERT_TRUE(cluster_->StartAgain());
  const std::string up = maker.Get();
  EXPECT_EQ(ValueOf(up, "pg_up"), "1");
  EXPECT_EQ(FailedCollectors(up), std::vector<std::string>{});
}

TEST_F(PostgresServer, AWrongPasswordShowsNowhere) {
  PageMaker maker(OptionsFor(Concat({"host=127.0.0.1 port=", std::to_string(cluster_->port()),
                                     " user=metrics password=hunter2x dbname=postgres"})));
  const std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "pg_up"), "0");
  EXPECT_EQ(maker.logger.Count("password authentication failed"), 1);
  EXPECT_EQ(maker.logger.Count("hunter2x"), 0);
  EXPECT_EQ(page.find("hunter2x"), std::string::npos);
}

TEST_F(PostgresServer, TheMonitoringRoleNeedsNoMore) {
  PostgresOptions options;
  options.source.uri =
      Concat({"127.0.0.1:", std::to_string(cluster_->port()), "/shop?sslmode=disable"});
  options.source.user = "metrics";
  options.source.pass = "s3cret word";
  PageMaker maker(options);
  const std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "pg_up"), "1");
  EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{});
}

TEST_F(PostgresServer, AnswersOverItsUnixSocket) {
  PageMaker maker(OptionsFor(Concat({"host=", cluster_->socket_folder(), " port=",
                                     std::to_string(cluster_->port()), " user=postgres"})));
  const std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "pg_up"), "1");
  EXPECT_NE(page.find(Concat({"server=\"", cluster_->socket_folder(), ":"})), std::string::npos);
}

TEST_F(PostgresServer, AFrozenServerHoldsNeitherScrapeNorMoreThanItsConnection) {
  PageMaker maker(OptionsFor(cluster_->Source()));
  ASSERT_EQ(ValueOf(maker.Get(), "pg_up"), "1");
  cluster_->Freeze();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ValueOf(maker.Get("/metrics", "0.4"), "pg_up"), "0");
  cluster_->Thaw();
  const std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "pg_up"), "1");
  EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{});
  EXPECT_EQ(Connections(), "postgres=1");
}

TEST_F(PostgresServer, TwoServersAndTwoDatabasesOfOneAreToldApart) {
  const auto other = Cluster::Start();
  ASSERT_NE(other, nullptr);
  PageMaker maker(OptionsFor(
      Concat({cluster_->Source("shop"), ",", cluster_->Source("blog"), ",", other->Source()})));
  const std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "pg_up"), "1");
  EXPECT_NE(ValueOf(page, "pg_stat_database_numbackends{datid=\"5\",datname=\"postgres\"}"), "");
  EXPECT_NE(ValueOf(page, Concat({"pg_stat_database_numbackends{datid=\"5\",datname=\"postgres\","
                                  "server=\"",
                                  other->Label(), "\"}"})),
            "");
  for (const char* const database : {"shop", "blog"}) {
    EXPECT_NE(ValueOf(page, Concat({"pg_stat_user_tables_seq_scan{datname=\"", database,
                                    "\",relname=\"orders\",schemaname=\"public\"}"})),
              "");
  }
  other->Stop();
  const std::string half = maker.Get();
  EXPECT_EQ(ValueOf(half, "pg_up"), "1");
  EXPECT_EQ(ValueOf(half, Concat({"vedette_exporter_postgres_server_up{server=\"", other->Label(),
                                  "\"}"})),
            "0");
  EXPECT_EQ(FailedCollectors(half), std::vector<std::string>{});
}

TEST_F(PostgresServer, NamesOfBothGenerationsAreSwitchable) {
  cluster_->Sql("SELECT pg_create_physical_replication_slot('s1')");
  PostgresOptions options = OptionsFor(cluster_->Source());
  const std::string with_server = Concat({"pg_settings_jit{server=\"", cluster_->Label(), "\"}"});
  struct {
    MetricNames names;
    bool slot;
    bool slots;
    bool server;
  } const cases[] = {{MetricNames::kBoth, true, true, true},
                     {MetricNames::k019, true, false, true},
                     {MetricNames::k020, false, true, false}};
  for (const auto& c : cases) {
    options.names = c.names;
    PageMaker maker(options);
    const std::string page = maker.Get();
    const auto shapes = Shapes(page);
    EXPECT_EQ(shapes.count("pg_replication_slot_slot_is_active") > 0, c.slot);
    EXPECT_EQ(shapes.count("pg_replication_slots_slot_is_active") > 0, c.slots);
    EXPECT_EQ(shapes.count("pg_replication_slots_active"), 1u);
    EXPECT_EQ(ValueOf(page, c.server ? with_server : "pg_settings_jit"), "1");
    EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{});
  }
  cluster_->Sql("SELECT pg_drop_replication_slot('s1')");
}

TEST_F(PostgresServer, PrefixAndConstantLabelsTouchTheLegacyHalf) {
  PostgresOptions options = OptionsFor(cluster_->Source());
  options.metric_prefix = "db";
  options.constant_labels = "env=test";
  PageMaker maker(options);
  const auto shapes = Shapes(maker.Get());
  EXPECT_EQ(shapes.at("db_stat_archiver_failed_count").label_sets,
            std::set<std::string>{"env,server"});
  EXPECT_EQ(shapes.at("pg_settings_jit").label_sets, std::set<std::string>{"env,server"});
  EXPECT_EQ(shapes.at("pg_up").label_sets, std::set<std::string>{"env"});
  EXPECT_EQ(shapes.at("pg_stat_database_xact_commit").label_sets,
            std::set<std::string>{"datid,datname"});
}

TEST_F(PostgresServer, CustomQueriesAreShownAndFailAlone) {
  const test::TempDir dir;
  PostgresOptions options = OptionsFor(cluster_->Source("shop"));
  options.extend_query_path = dir.Write("q.yaml", R"(
pg_mine:
  query: "SELECT current_database() AS db, 5 AS five, true AS yes, NULL::int AS nothing, 'x' AS junk,
    '90s' AS took, 'up' AS state, 7 AS extra, timestamptz '1970-01-01 00:01:00+00' AS at,
    '{1,2}'::int[] AS h, '{1,3}'::int[] AS h_bucket, 9 AS h_sum, 4 AS h_count"
  metrics:
    - db: {usage: LABEL, description: d}
    - five: {usage: GAUGE, description: d}
    - yes: {usage: COUNTER, description: d}
    - nothing: {usage: GAUGE, description: d}
    - junk: {usage: GAUGE, description: d}
    - took: {usage: DURATION, description: d}
    - state: {usage: MAPPEDMETRIC, description: d, metric_mapping: {up: 3}}
    - at: {usage: GAUGE, description: d}
    - h: {usage: HISTOGRAM, description: d}
pg_broken:
  query: "SELECT nonsense"
pg_old:
  query: "SELECT 1 AS one"
  runonserver: "<13.0.0"
)");
  PageMaker maker(options);
  const std::string page = maker.Get();
  const std::string labels = Concat({"{db=\"shop\",server=\"", cluster_->Label(), "\"}"});
  EXPECT_EQ(ValueOf(page, "pg_mine_five" + labels), "5");
  EXPECT_EQ(ValueOf(page, "pg_mine_yes" + labels), "1");
  EXPECT_EQ(ValueOf(page, "pg_mine_nothing" + labels), "NaN");
  EXPECT_EQ(ValueOf(page, "pg_mine_junk" + labels), "");
  EXPECT_EQ(ValueOf(page, "pg_mine_took_milliseconds" + labels), "90000");
  EXPECT_EQ(ValueOf(page, "pg_mine_state" + labels), "3");
  EXPECT_EQ(ValueOf(page, "pg_mine_extra" + labels), "7");
  EXPECT_EQ(ValueOf(page, "pg_mine_at" + labels), "60");
  EXPECT_EQ(ValueOf(page, "pg_mine_h_count" + labels), "4");
  EXPECT_EQ(Shapes(page).at("pg_mine_h").type, "histogram");
  EXPECT_EQ(Shapes(page).count("pg_old_one"), 0u);
  EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{});
  EXPECT_EQ(ValueOf(page, "pg_exporter_last_scrape_error"), "1");
  EXPECT_EQ(maker.logger.Count("query pg_broken"), 1);
}

TEST_F(PostgresServer, ReloadTakesNewQueriesAndKeepsTheOldOnesOverBadOnes) {
  const test::TempDir dir;
  PostgresOptions options = OptionsFor(cluster_->Source());
  options.extend_query_path = dir.Write("q.yaml", "pg_a: {query: SELECT 1 AS one}\n");
  PageMaker maker(options);
  EXPECT_EQ(Shapes(maker.Get()).count("pg_a_one"), 1u);
  dir.Write("q.yaml", "pg_b: {query: SELECT 1 AS one}\n");
  EXPECT_TRUE(maker.exporter->Reload().ok());
  EXPECT_EQ(Shapes(maker.Get()).count("pg_b_one"), 1u);
  dir.Write("q.yaml", "pg_c: {qeury: SELECT 1 AS one}\n");
  EXPECT_FALSE(maker.exporter->Reload().ok());
  EXPECT_EQ(Shapes(maker.Get()).count("pg_b_one"), 1u);
}

TEST_F(PostgresServer, CollectAndExcludeNarrowThePage) {
  PageMaker maker(OptionsFor(cluster_->Source()));
  const auto one = Shapes(maker.Get("/metrics?collect[]=wal"));
  EXPECT_EQ(one.count("pg_wal_segments"), 1u);
  EXPECT_EQ(one.count("pg_locks_count"), 0u);
  const auto rest = Shapes(maker.Get("/metrics?exclude[]=wal"));
  EXPECT_EQ(rest.count("pg_wal_segments"), 0u);
  EXPECT_EQ(rest.count("pg_locks_count"), 1u);
  EXPECT_EQ(maker.Get("/metrics?collect[]=nonsense").substr(0, 3), "400");
  EXPECT_EQ(maker.Get("/metrics?collect[]=wal&exclude[]=wal").substr(0, 3), "400");
}

TEST_F(PostgresServer, ProbesATargetWithAnAuthModule) {
  const test::TempDir dir;
  PostgresOptions options;
  options.config_file = dir.Write("c.yml",
                                  "auth_modules:\n  m:\n    type: userpass\n    userpass: "
                                  "{username: metrics, password: s3cret word}\n");
  PageMaker maker(options);
  const std::string target =
      Concat({"127.0.0.1:", std::to_string(cluster_->port()), "/shop?sslmode=disable"});
  for (int i = 0; i < 3; ++i) {
    const std::string page = maker.Get(
        Concat({"/probe?auth_module=m&target=127.0.0.1:", std::to_string(cluster_->port()),
                "/shop%3Fsslmode%3Ddisable"}));
    EXPECT_EQ(ValueOf(page, "pg_up"), "1");
    EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{});
    EXPECT_EQ(page.find("build_info"), std::string::npos);
  }
  EXPECT_EQ(Connections(), "shop=1");
  EXPECT_EQ(maker.Get("/probe"), "400 target is required\n");
  EXPECT_EQ(maker.Get("/probe?target=x&auth_module=no"), "400 auth_module no not found\n");
  EXPECT_EQ(
      ValueOf(maker.Get(Concat({"/probe?target=127.0.0.1:", std::to_string(test::FreePort())})),
              "pg_up"),
      "0");
  EXPECT_EQ(ValueOf(maker.Get(), "pg_up"), "0") << "no data source is named";
}

TEST_F(PostgresServer, AStandbyShowsItsReplication) {
  cluster_->Sql("SELECT pg_create_physical_replication_slot('standby1')");
  const auto standby = Cluster::StartStandby(*cluster_);
  ASSERT_NE(standby, nullptr);
  PostgresOptions options = OptionsFor(standby->Source());
  options.collectors["stat_wal_receiver"] = true;
  PageMaker maker(options);
  const std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "pg_replication_is_replica"), "1");
  EXPECT_EQ(FailedCollectors(page), std::vector<std::string>{});
  EXPECT_EQ(Shapes(page).at("pg_stat_wal_receiver_flushed_lsn").label_sets,
            std::set<std::string>{"slot_name,status,upstream_host"});
  PageMaker primary(OptionsFor(cluster_->Source()));
  const auto shapes = Shapes(primary.Get());
  EXPECT_EQ(shapes.at("pg_stat_replication_pg_wal_lsn_diff").label_sets,
            std::set<std::string>{"application_name,client_addr,server,slot_name,state"});
  EXPECT_EQ(shapes.at("pg_stat_replication_reply_time").type, "untyped");
}

// A listener that takes connections and never says a word.
class SilentListener {
 public:
  SilentListener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(fd_, 16);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~SilentListener() { ::close(fd_); }
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;
  uint16_t port() const { return port_; }

 private:
  const int fd_;
  uint16_t port_ = 0;
};

TEST_F(PostgresServer, AServerThatSaysNothingHoldsNeitherTheScrapeNorTheOtherServer) {
  const SilentListener silent;
  PageMaker maker(OptionsFor(Concat({"postgresql://u:hunter2x@127.0.0.1:",
                                     std::to_string(silent.port()), "/d,", cluster_->Source()})));
  const std::string page = maker.Get("/metrics", "1");
  EXPECT_EQ(ValueOf(page, "pg_up"), "1");
  EXPECT_EQ(ValueOf(page, Concat({"vedette_exporter_postgres_server_up{server=\"127.0.0.1:",
                                  std::to_string(silent.port()), "\"}"})),
            "0");
  EXPECT_NE(ValueOf(page, Concat({"pg_wal_segments{server=\"", cluster_->Label(), "\"}"})), "");
  EXPECT_EQ(maker.logger.Count("does not answer"), 1);
  EXPECT_EQ(maker.logger.Count("hunter2x"), 0);
}

}  // namespace
}  // namespace vedette::exporters::postgres
