// INFO and its sisters as metrics. info-7.0.txt was recorded from a Redis 7.0.15.
#include "exporters/redis/info_metrics.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "exporters/redis/config_metrics.h"
#include "exporters/redis/info_fields.h"
#include "exporters/redis/info_lines.h"
#include "exporters/redis/server_replies.h"
#include "exporters/runtime/family_text.h"
#include "tests/exporters/redis/page.h"
#include "tests/support/shared_dir.h"

namespace vedette::exporters::redis {
namespace {

std::string Text(MetricSet* metrics) {
  return WritePage(metrics->Take(), model::exposition::Format::kText);
}

std::string InfoPage(std::string_view info, InfoOptions options = {},
                     std::string_view name_space = "redis") {
  MetricSet metrics(name_space);
  CommandStats stats;
  AddInfo(info, options, &stats, &metrics);
  return Text(&metrics);
}

Reply String(std::string text) {
  Reply reply;
  reply.kind = Reply::Kind::kString;
  reply.text = std::move(text);
  return reply;
}
Reply Integer(int64_t value) {
  Reply reply;
  reply.kind = Reply::Kind::kInteger;
  reply.integer = value;
  return reply;
}
Reply Array(std::vector<Reply> items) {
  Reply reply;
  reply.kind = Reply::Kind::kArray;
  reply.items = std::move(items);
  return reply;
}

TEST(InfoFields, AreUpstreamsMap) {
  int gauges = 0;
  int counters = 0;
  for (const InfoField& field : AllInfoFields()) {
    ++(field.type == InfoField::kGauge ? gauges : counters);
  }
  EXPECT_EQ(gauges, 180);
  EXPECT_EQ(counters, 76);
}

TEST(InfoFields, WordsAreNumbers) {
  EXPECT_EQ(FieldValue("ok"), 1);
  EXPECT_EQ(FieldValue("true"), 1);
  EXPECT_EQ(FieldValue("err"), 0);
  EXPECT_EQ(FieldValue("fail"), 0);
  EXPECT_EQ(FieldValue("false"), 0);
  EXPECT_EQ(FieldValue("-1"), -1);
  EXPECT_FALSE(FieldValue("1.2M").has_value());
  EXPECT_FALSE(FieldValue("").has_value());
}

// Every line of the recording that is in the map, and nothing made up: counted, not listed.
TEST(Info, ARecordingBecomesItsMetrics) {
  const std::string info =
      test::ReadWholeFile(test::SourcePath("tests/testdata/redis/info-7.0.txt"));
  ASSERT_FALSE(info.empty());
  InfoOptions options;
  options.now_s = 1'700'001'554;
  const std::string page = InfoPage(info, options);
  size_t known = 0;
  for (InfoLines line(info); line.Next();) {
    for (const InfoField& field : AllInfoFields()) {
      if (field.field != line.field() || !FieldValue(line.value())) continue;
      ++known;
      EXPECT_NE(ValueOf(page, base::Concat({"redis_", field.metric})), "") << field.field;
    }
  }
  EXPECT_GT(known, 120U);
  EXPECT_EQ(ValueOf(page, "redis_start_time_seconds"), "1.7e+09");
  EXPECT_EQ(ValueOf(page, "redis_rdb_last_bgsave_status"), "1");
  EXPECT_EQ(ValueOf(page, "redis_db_keys{db=\"db0\"}"), "38");
  EXPECT_EQ(ValueOf(page, "redis_db_keys{db=\"db15\"}"), "0");
  EXPECT_EQ(ValueOf(page, "redis_db_avg_ttl_seconds{db=\"db0\"}"), "0");
  EXPECT_EQ(ValueOf(page, "redis_db_avg_ttl_seconds{db=\"db1\"}"), "");
  EXPECT_NE(ValueOf(page, "redis_commands_total{cmd=\"config|get\"}"), "");
  EXPECT_NE(ValueOf(page, "redis_latency_percentiles_usec{cmd=\"set\",quantile=\"99.9\"}"), "");
  EXPECT_NE(page.find("redis_instance_info{master_replid=\"f7a4"), std::string::npos);
}

TEST(Info, UnitsAreUpstreams) {
  const std::string page = InfoPage(
      "# Stats\r\nlatest_fork_usec:10558\r\nmigrate_cached_sockets:3\r\n"
      "# Commandstats\r\n"
      "cmdstat_get:calls=21,usec=175,usec_per_call=8.33,rejected_calls=1,failed_calls=2\r\n"
      "cmdstat_old:calls=1,usec=2000000,usec_per_call=8.33\r\n"
      "# Errorstats\r\nerrorstat_WRONGTYPE:count=5773\r\n"
      "# Latencystats\r\nlatency_percentiles_usec_get:p50=0.001,p99=1.003,p99.9=5.023\r\n"
      "latency_percentiles_usec_uncounted:p50=1\r\n"
      "# Keyspace\r\ndb0:keys=3,expires=1,avg_ttl=1500,subexpiry=2\r\n"
      "db3:keys=1,expires=0,avg_ttl=0,cached_keys=4\r\n");
  EXPECT_EQ(ValueOf(page, "redis_latest_fork_seconds"), "0.010558");
  EXPECT_NE(page.find("# TYPE redis_migrate_cached_sockets_total gauge"), std::string::npos);
  EXPECT_EQ(ValueOf(page, "redis_commands_duration_seconds_total{cmd=\"get\"}"), "0.000175");
  EXPECT_EQ(ValueOf(page, "redis_commands_rejected_calls_total{cmd=\"get\"}"), "1");
  EXPECT_EQ(ValueOf(page, "redis_commands_failed_calls_total{cmd=\"old\"}"), "");
  EXPECT_EQ(ValueOf(page, "redis_errors_total{err=\"WRONGTYPE\"}"), "5773");
  EXPECT_EQ(ValueOf(page, "redis_latency_percentiles_usec{cmd=\"get\",quantile=\"99.9\"}"),
            "5.023");
  EXPECT_EQ(ValueOf(page, "redis_latency_percentiles_usec_sum{cmd=\"get\"}"), "175");
  EXPECT_EQ(ValueOf(page, "redis_latency_percentiles_usec_count{cmd=\"get\"}"), "21");
  EXPECT_EQ(page.find("uncounted"), std::string::npos);
  EXPECT_EQ(ValueOf(page, "redis_db_avg_ttl_seconds{db=\"db0\"}"), "1.5");
  EXPECT_EQ(ValueOf(page, "redis_db_keys_with_expiring_items{db=\"db0\"}"), "2");
  EXPECT_EQ(ValueOf(page, "redis_db_keys_cached{db=\"db3\"}"), "4");
}

TEST(Info, ReplicationOfMastersReplicasAndKeyDb) {
  const std::string page = InfoPage(
      "# Replication\r\nrole:slave\r\nmaster_host:10.0.0.1\r\nmaster_port:6379\r\n"
      "master_link_status:up\r\nmaster_last_io_seconds_ago:4\r\nmaster_sync_in_progress:0\r\n"
      "slave_read_only:1\r\nslave_repl_offset:99\r\n"
      "master_1_host:10.0.0.2\r\nmaster_1_port:6380\r\nmaster_1_link_status:down\r\n"
      "slave0:ip=10.0.0.3,port=6381,state=online,offset=77,lag=1\r\n"
      "slave1:ip=10.0.0.4,port=6381,state=wait_bgsave,offset=0,lag=-1\r\n"
      "slave2:nonsense\r\n");
  EXPECT_EQ(ValueOf(page, "redis_master_link_up{master_host=\"10.0.0.1\",master_port=\"6379\"}"),
            "1");
  EXPECT_EQ(ValueOf(page, "redis_master_link_up{master_host=\"10.0.0.2\",master_port=\"6380\"}"),
            "0");
  EXPECT_EQ(ValueOf(page, "redis_slave_repl_offset{master_host=\"10.0.0.1\",master_port=\"6379\"}"),
            "99");
  EXPECT_EQ(ValueOf(page,
                    "redis_slave_info{master_host=\"10.0.0.1\",master_port=\"6379\","
                    "read_only=\"1\"}"),
            "1");
  EXPECT_EQ(ValueOf(page,
                    "redis_connected_slave_lag_seconds{slave_ip=\"10.0.0.3\","
                    "slave_port=\"6381\",slave_state=\"online\"}"),
            "1");
  EXPECT_EQ(ValueOf(page,
                    "redis_connected_slave_offset_bytes{slave_ip=\"10.0.0.4\","
                    "slave_port=\"6381\",slave_state=\"wait_bgsave\"}"),
            "0");
  EXPECT_EQ(ValueOf(page,
                    "redis_connected_slave_lag_seconds{slave_ip=\"10.0.0.4\","
                    "slave_port=\"6381\",slave_state=\"wait_bgsave\"}"),
            "");
}

TEST(Info, ValkeyShowsItsOwnVersion) {
  const std::string page = InfoPage(
      "# Server\nredis_version:7.2.4\nserver_mode:standalone\nvalkey_version:8.1.0\n"
      "valkey_release_stage:ga\n# Cluster Info\ncluster_state:ok\n# Cluster\ncluster_enabled:0\n");
  EXPECT_NE(page.find("redis_mode=\"standalone\""), std::string::npos);
  EXPECT_NE(page.find("valkey_version=\"8.1.0\""), std::string::npos);
  EXPECT_EQ(ValueOf(page, "redis_cluster_enabled"), "0");
  EXPECT_EQ(ValueOf(page, "redis_cluster_state"), "");
}

TEST(Info, TextsOfAnyKindDoNoHarm) {
  for (const std::string& text :
       {std::string(), std::string("# \n:\n:x\nx:\n"), std::string("\0:\0\n", 4),
        std::string("# Keyspace\ndb:keys,expires\ndb0:keys=x,expires=1\n"),
        std::string("# Replication\nslave0:offset=\nmaster__host:x\n"),
        std::string("# Commandstats\ncmdstat_:calls=,usec=\ncmdstat_x:calls=1\n"),
        std::string("# Sentinel\nmaster0:name\nmaster99999999999999999999:=\n"),
        std::string("# Clients\ncluster_\xff\"}:1\ncluster_new thing:2\n")}) {
    const std::string page = InfoPage(text);
    EXPECT_TRUE(base::IsValidUtf8(page));
    EXPECT_EQ(page.find("\xff"), std::string::npos);
  }
}

TEST(Info, DatabasesAreFilledUpWithinReason) {
  InfoOptions options;
  options.databases = 900'000'000;
  const std::string many = InfoPage("", options);
  EXPECT_NE(many.find("db9999"), std::string::npos);
  EXPECT_EQ(many.find("db10000"), std::string::npos);
  options.empty_databases = false;
  EXPECT_EQ(InfoPage("", options).find("db_keys"), std::string::npos);
}

TEST(Info, TheNamespaceIsTheUsers) {
  EXPECT_NE(InfoPage("role:master\n", {}, "kv").find("kv_instance_info"), std::string::npos);
  EXPECT_NE(InfoPage("role:master\n", {}, "").find("\ninstance_info"), std::string::npos);
}

TEST(CommandStats, HistogramsSumUpSubcommands) {
  MetricSet metrics("redis");
  CommandStats stats;
  stats.AddStats("cmdstat_config|get", "calls=2,usec=30", &metrics);
  stats.AddStats("cmdstat_config|set", "calls=1,usec=5", &metrics);
  stats.AddStats("cmdstat_configure", "calls=1,usec=1000", &metrics);
  stats.AddHistograms(Array({String("config"),
                             Array({String("calls"), Integer(3), String("histogram_usec"),
                                    Array({Integer(2), Integer(1), Integer(16), Integer(3)})}),
                             String("odd"), Integer(7), String("alone")}),
                      &metrics);
  const std::string page = Text(&metrics);
  EXPECT_EQ(ValueOf(page, "redis_commands_latencies_usec_bucket{cmd=\"config\",le=\"16\"}"), "3");
  EXPECT_EQ(ValueOf(page, "redis_commands_latencies_usec_bucket{cmd=\"config\",le=\"+Inf\"}"), "3");
  EXPECT_EQ(ValueOf(page, "redis_commands_latencies_usec_sum{cmd=\"config\"}"), "35");
  EXPECT_EQ(ValueOf(page, "redis_commands_latencies_usec_count{cmd=\"config\"}"), "3");
}

TEST(Config, ShowsNoSecrets) {
  const Reply reply =
      Array({String("requirepass"), String("hunter2"), String("masterauth"), String("hunter2"),
             String("tls-key-file-pass"), String("hunter2"), String("maxmemory"), String("100"),
             String("databases"), String("4"), String("client-output-buffer-limit"),
             String("normal 0 0 0 slave 256 64 60")});
  RedisOptions::Include include;
  include.config = true;
  MetricSet metrics("redis");
  const ConfigFacts facts = AddConfig(reply, include, &metrics);
  const std::string page = Text(&metrics);
  EXPECT_EQ(facts.databases, 4);
  EXPECT_EQ(page.find("hunter2"), std::string::npos);
  EXPECT_EQ(ValueOf(page, "redis_config_maxmemory"), "100");
  EXPECT_EQ(ValueOf(page, "redis_config_value{key=\"maxmemory\"}"), "100");
  EXPECT_EQ(ValueOf(page,
                    "redis_config_client_output_buffer_limit_bytes{class=\"slave\","
                    "limit=\"soft\"}"),
            "64");
}

TEST(Clients, NamesPortsAndV6Addresses) {
  MetricSet metrics("redis");
  AddClients(String("id=7 addr=fd40::1:44426 fd=19 name=web age=782 idle=2 flags=N db=1 sub=1 "
                    "psub=2 ssub=3 qbuf=26 qbuf-free=0 obl=0 oll=0 omem=5 tot-mem=61466 "
                    "user=bob resp=3\r\nnonsense\n\n"),
             true, 1000, &metrics);
  const std::string page = Text(&metrics);
  EXPECT_EQ(ValueOf(page,
                    "redis_connected_client_info{db=\"1\",flags=\"N\",host=\"fd40::1\","
                    "id=\"7\",name=\"web\",port=\"44426\",resp=\"3\",user=\"bob\"}"),
            "1");
  EXPECT_EQ(ValueOf(page, "redis_connected_client_created_at_timestamp{id=\"7\",name=\"web\"}"),
            "218");
  EXPECT_EQ(ValueOf(page,
                    "redis_connected_client_total_memory_consumed_bytes{id=\"7\","
                    "name=\"web\"}"),
            "61466");
}

TEST(Modules, AreShownWithTheirFields) {
  MetricSet metrics("redis");
  AddModules(
      "# Modules\r\nmodule:name=search,ver=21005,api=1,filters=0,usedby=[],using=[ReJSON],"
      "options=[]\r\n# search_memory\r\nsearch_used_memory_indexes:1024\r\n",
      &metrics);
  const std::string page = Text(&metrics);
  EXPECT_EQ(ValueOf(page,
                    "redis_module_info{api=\"1\",filters=\"0\",name=\"search\",usedby=\"[]\","
                    "using=\"[ReJSON]\",ver=\"21005\"}"),
            "1");
  EXPECT_EQ(ValueOf(page, "redis_search_used_memory_indexes_bytes"), "1024");
}

TEST(Tile38, FieldsGetItsPrefix) {
  MetricSet metrics("redis");
  AddTile38(Array({String("num_points"), String("9"), String("tile38_read_only"), String("false")}),
            &metrics);
  const std::string page = Text(&metrics);
  EXPECT_EQ(ValueOf(page, "redis_tile38_num_points_total"), "9");
  EXPECT_EQ(ValueOf(page, "redis_tile38_read_only"), "0");
}

}  // namespace
}  // namespace vedette::exporters::redis
