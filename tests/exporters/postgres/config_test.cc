// What the flags and files say, without a server.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/fs.h"
#include "exporters/postgres/auth_modules.h"
#include "exporters/postgres/catalog.h"
#include "exporters/postgres/custom_queries.h"
#include "exporters/postgres/flags.h"
#include "exporters/postgres/plan.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::postgres {
namespace {

base::Status Set(PostgresOptions* options, std::string_view name, std::string_view value) {
  for (const PostgresFlag& flag : PostgresFlags()) {
    if (flag.name == name) return flag.set(options, value);
  }
  return base::NotFound(name);
}

std::string EnvOf(std::string_view name) {
  for (const PostgresFlag& flag : PostgresFlags()) {
    if (flag.name == name) return flag.env;
  }
  return "no such flag";
}

std::vector<std::string> Names(const PostgresOptions& options) {
  const auto fs = base::NewPosixFileSystem();
  const auto plan = MakePlan(options, fs.get());
  std::vector<std::string> names;
  if (!plan.ok()) return names;
  for (const CollectorSpec* const one : (*plan)->collectors) names.emplace_back(one->name);
  return names;
}

bool Has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TEST(PostgresFlags, HaveUpstreamsEnvironment) {
  EXPECT_EQ(EnvOf("data-source-name"), "DATA_SOURCE_NAME");
  EXPECT_EQ(EnvOf("data-source-uri"), "DATA_SOURCE_URI");
  EXPECT_EQ(EnvOf("data-source-pass-file"), "DATA_SOURCE_PASS_FILE");
  EXPECT_EQ(EnvOf("extend.query-path"), "PG_EXPORTER_EXTEND_QUERY_PATH");
  EXPECT_EQ(EnvOf("constantLabels"), "PG_EXPORTER_CONSTANT_LABELS");
  EXPECT_EQ(EnvOf("metric-prefix"), "PG_EXPORTER_METRIC_PREFIX");
  EXPECT_EQ(EnvOf("auto-discover-databases"), "PG_EXPORTER_AUTO_DISCOVER_DATABASES");
  EXPECT_EQ(EnvOf("include-databases"), "PG_EXPORTER_INCLUDE_DATABASES");
  EXPECT_EQ(EnvOf("exclude-databases"), "PG_EXPORTER_EXCLUDE_DATABASES");
  EXPECT_EQ(EnvOf("disable-default-metrics"), "PG_EXPORTER_DISABLE_DEFAULT_METRICS");
  EXPECT_EQ(EnvOf("disable-settings-metrics"), "PG_EXPORTER_DISABLE_SETTINGS_METRICS");
  EXPECT_EQ(EnvOf("collection-timeout"), "PG_EXPORTER_COLLECTION_TIMEOUT");
}

TEST(PostgresFlags, SetWhatTheySay) {
  PostgresOptions options;
  ASSERT_TRUE(Set(&options, "collector.wal", "false").ok());
  ASSERT_TRUE(Set(&options, "exclude-databases", "a, b,,c").ok());
  ASSERT_TRUE(Set(&options, "metric-names", "0.20").ok());
  ASSERT_TRUE(Set(&options, "collection-timeout", "5s").ok());
  ASSERT_TRUE(Set(&options, "collector.stat_statements.limit", "7").ok());
  EXPECT_EQ(options.collectors.at("wal"), false);
  EXPECT_EQ(options.discovery.exclude, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(options.names, MetricNames::k020);
  EXPECT_EQ(options.timeouts.collection.count(), 5000);
  EXPECT_EQ(options.stat_statements.limit, 7);
  EXPECT_FALSE(Set(&options, "metric-names", "0.21").ok());
  EXPECT_FALSE(Set(&options, "collector.stat_statements.limit", "0").ok());
}

TEST(Plan, CollectorsFollowTheFlags) {
  PostgresOptions options;
  const auto defaults = Names(options);
  EXPECT_EQ(defaults.size(), 17u);
  EXPECT_TRUE(Has(defaults, "stat_user_tables"));
  EXPECT_FALSE(Has(defaults, "stat_statements"));
  options.collectors = {{"wal", false}, {"stat_statements", true}};
  EXPECT_FALSE(Has(Names(options), "wal"));
  EXPECT_TRUE(Has(Names(options), "stat_statements"));
  options.collectors = {{"nothing", true}};
  EXPECT_TRUE(Names(options).empty());
}

TEST(Plan, NamesOfOneGenerationLeaveTheOthersOut) {
  PostgresOptions options;
  options.names = MetricNames::k019;
  EXPECT_TRUE(Has(Names(options), "replication_slot"));
  EXPECT_TRUE(Has(Names(options), "replication_slots"));
  options.names = MetricNames::k020;
  EXPECT_FALSE(Has(Names(options), "replication_slot"));
  EXPECT_TRUE(Has(Names(options), "replication_slots"));
}

TEST(Plan, DefaultMetricsHaveTheirSwitches) {
  PostgresOptions options;
  options.disable_default_metrics = true;
  EXPECT_FALSE(Has(Names(options), "stat_activity"));
  EXPECT_FALSE(Has(Names(options), "stat_database_conflicts"));
  EXPECT_TRUE(Has(Names(options), "settings"));
  EXPECT_TRUE(Has(Names(options), "stat_database"));
  options.disable_settings_metrics = true;
  EXPECT_FALSE(Has(Names(options), "settings"));
  options.names = MetricNames::k020;
  EXPECT_TRUE(Has(Names(options), "stat_activity"));
}

TEST(Plan, ConstantLabelsAreCheckedAndBadQueriesHarmOnlyThemselves) {
  const auto fs = base::NewPosixFileSystem();
  const test::TempDir dir;
  PostgresOptions options;
  options.constant_labels = "a=b, c = d";
  options.extend_query_path = dir.Write("q.yaml", "pg_x: {querry: select}\n");
  const auto plan = MakePlan(options, fs.get());
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ((*plan)->constant_labels.size(), 2u);
  EXPECT_EQ((*plan)->constant_labels[1].second, "d");
  EXPECT_NE((*plan)->custom_status.ToString().find("q.yaml:1:"), std::string::npos)
      << (*plan)->custom_status;
  EXPECT_EQ((*plan)->custom_hash.size(), 64u);
  options.constant_labels = "a";
  EXPECT_FALSE(MakePlan(options, fs.get()).ok());
}

// A query must not be asked of a server that lacks its columns, and each supported version must get
// exactly one of the forms that exclude each other.
TEST(Catalog, EveryVersionFrom13To17HasItsQueries) {
  struct {
    const char* collector;
    int server;
    size_t queries;
  } const cases[] = {
      {"stat_checkpointer", 160004, 0},       {"stat_checkpointer", 170000, 1},
      {"buffercache_summary", 150018, 0},     {"buffercache_summary", 160000, 1},
      {"stat_bgwriter", 130000, 1},           {"stat_bgwriter", 170002, 1},
      {"stat_database", 130011, 1},           {"stat_database", 140000, 1},
      {"stat_database_conflicts", 150018, 1}, {"stat_database_conflicts", 160000, 1},
      {"xlog_location", 130000, 0},           {"stat_statements", 130000, 1},
      {"stat_user_tables", 170000, 2},
  };
  for (const auto& c : cases) {
    size_t found = 0;
    for (const CollectorSpec& spec : AllCollectors()) {
      if (std::string_view(spec.name) != c.collector) continue;
      for (const QuerySpec& query : spec.queries()) {
        if (c.server >= query.from && c.server < query.until) ++found;
      }
    }
    EXPECT_EQ(found, c.queries) << c.collector << " " << c.server;
  }
}

TEST(Catalog, StandsInOrderAndEachQueryIsWhole) {
  std::string_view last;
  for (const CollectorSpec& spec : AllCollectors()) {
    EXPECT_LT(last, spec.name);
    last = spec.name;
    for (const QuerySpec& query : spec.queries()) {
      EXPECT_NE(query.sql == nullptr, query.make_sql == nullptr) << spec.name;
      EXPECT_TRUE(query.read != nullptr || !query.metrics.empty()) << spec.name;
    }
  }
}

TEST(Catalog, StatementsFollowVersionAndOptions) {
  PostgresOptions options;
  const QuerySpec& query = StatStatementsQueries().front();
  const std::string plain = query.make_sql(options, 150000);
  EXPECT_NE(plain.find("s.blk_read_time"), std::string::npos);
  EXPECT_NE(plain.find("pg_stat_statements(false) s"), std::string::npos);
  EXPECT_NE(query.make_sql(options, 170000).find("s.shared_blk_read_time"), std::string::npos);
  options.stat_statements.include_query = true;
  options.stat_statements.exclude_users = {"o'brien"};
  const std::string full = query.make_sql(options, 150000);
  EXPECT_NE(full.find("left(s.query, 120)"), std::string::npos);
  EXPECT_NE(full.find("ARRAY['o''brien']"), std::string::npos);
}

TEST(CustomQueries, AreReadWithAllTheirKeys) {
  const auto queries = ParseCustomQueries(R"(
pg_lag:
  query: "SELECT 1 AS lag"
  master: true
  cache_seconds: 30
  runonserver: ">=10.0.0"
  metrics:
    - lag:
        usage: "GAUGE"
        description: "Lag"
    - state:
        usage: MAPPEDMETRIC
        description: "State"
        metric_mapping: {up: 1, down: 0}
)",
                                          "q.yaml");
  ASSERT_TRUE(queries.ok()) << queries.status();
  ASSERT_EQ(queries->size(), 1u);
  const CustomQuery& query = queries->front();
  EXPECT_EQ(query.name, "pg_lag");
  EXPECT_TRUE(query.primary_only);
  EXPECT_EQ(query.cache_seconds, 30);
  EXPECT_FALSE(query.servers.Contains({9, 6, 0}));
  EXPECT_EQ(query.Find("lag")->usage, ColumnUsage::kGauge);
  EXPECT_EQ(query.Find("state")->mapping.size(), 2u);
  EXPECT_EQ(query.Find("other"), nullptr);
}

TEST(CustomQueries, ErrorsGiveThePlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"a:\n  metrics: []\n", "q.yaml:2"},
      {"a:\n  query: x\n  metrics:\n    - b: {usage: GUAGE}\n", "GUAGE"},
      {"a:\n  query: x\n  runonserver: '>10 x'\n", "runonserver"},
      {"a-b:\n  query: x\n", "is no metric name"},
      {"- x\n", "q.yaml:1"},
  };
  for (const auto& [text, part] : cases) {
    const auto queries = ParseCustomQueries(text, "q.yaml");
    ASSERT_FALSE(queries.ok()) << text;
    EXPECT_NE(queries.status().ToString().find(part), std::string::npos) << queries.status();
  }
}

TEST(AuthModules, SetUserPasswordAndOptions) {
  const auto fs = base::NewPosixFileSystem();
  const test::TempDir dir;
  const std::string pass = dir.Write("pass", "from file\n");
  const std::string file =
      dir.Write("c.yml",
                "auth_modules:\n  a:\n    type: userpass\n    userpass: "
                "{username: bob, password: pw}\n    options: {sslmode: disable}\n"
                "  b:\n    type: userpass\n    userpass: {username: al, "
                "password_file: " +
                    pass + "}\n");
  const auto modules = ReadAuthModules(fs.get(), file);
  ASSERT_TRUE(modules.ok()) << modules.status();
  DataSource source = *DataSource::ParseTarget("u:p@h/d");
  modules->at("a").ApplyTo(&source);
  EXPECT_EQ(source.Get("user"), "bob");
  EXPECT_EQ(source.Get("password"), "pw");
  EXPECT_EQ(source.Get("sslmode"), "disable");
  EXPECT_EQ(modules->at("b").password.Reveal(), "from file");
  EXPECT_FALSE(
      ReadAuthModules(fs.get(), dir.Write("d.yml", "auth_modules: {a: {type: token}}")).ok());
  EXPECT_FALSE(ReadAuthModules(fs.get(), dir.Join("absent")).ok());
}

TEST(AuthModules, WhatIsNoMapIsRefusedWithoutShowingIt) {
  const auto fs = base::NewPosixFileSystem();
  const test::TempDir dir;
  for (const char* text : {"auth_modules: hunter2", "auth_modules: [hunter2]",
                           "auth_modules: {a: {type: userpass, userpass: hunter2}}"}) {
    SCOPED_TRACE(text);
    const auto modules = ReadAuthModules(fs.get(), dir.Write("c.yml", text));
    ASSERT_FALSE(modules.ok());
    const std::string message(base::Message(modules.status()));
    EXPECT_NE(message.find("want a map"), std::string::npos) << message;
    EXPECT_EQ(message.find("hunter2"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace vedette::exporters::postgres
