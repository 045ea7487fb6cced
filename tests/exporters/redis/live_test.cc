// A real redis-server: logins, TLS, keys, replicas, clusters, sentinels, restarts.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "exporters/redis/cluster_nodes.h"
#include "tests/exporters/redis/page.h"
#include "tests/exporters/redis/redis_server.h"
#include "tests/support/free_port.h"

namespace vedette::exporters::redis {
namespace {

RedisServer::Options With(std::vector<std::string> arguments, std::string password = "") {
  RedisServer::Options options;
  options.arguments = std::move(arguments);
  options.password = std::move(password);
  return options;
}

std::string Up(const std::string& page) { return ValueOf(page, "redis_up"); }

TEST(RedisLive, PasswordUserAndUri) {
  VEDETTE_REDIS_OR_SKIP();
  const RedisServer server(With({"--requirepass", "hunter2"}, "hunter2"));
  server.Run({"ACL", "SETUSER", "bob", "on", ">bob5pass", "+info", "+ping", "+client|setname"});
  const std::string place = "@127.0.0.1:" + std::to_string(server.port());
  struct Case {
    std::vector<std::string> flags;
    const char* up;
  };
  for (const Case& c :
       {Case{{"redis.addr=" + server.Uri(), "redis.password=hunter2"}, "1"},
        Case{{"redis.addr=redis://:hunter2" + place}, "1"},
        Case{{"redis.addr=redis://bob:bob5pass" + place}, "1"},
        Case{{"redis.addr=redis://bob" + place, "redis.password=bob5pass"}, "1"},
        Case{{"redis.addr=" + server.Uri(), "redis.user=bob", "redis.password=bob5pass"}, "1"},
        Case{{"redis.addr=" + server.Uri(), "redis.password=bob5pass"}, "0"},
        Case{{"redis.addr=" + server.Uri()}, "0"}}) {
    SCOPED_TRACE(base::Join(c.flags, " "));
    const PageMaker maker(c.flags);
    const std::string page = maker.Get();
    EXPECT_EQ(Up(page), c.up);
    for (const char* secret : {"hunter2", "bob5pass"}) {
      EXPECT_EQ(page.find(secret), std::string::npos);
      EXPECT_EQ(maker.logger.Count(secret), 0);
    }
  }
}

TEST(RedisLive, WhatAUserMayNotAskIsLeftOut) {
  VEDETTE_REDIS_OR_SKIP();
  const RedisServer server;
  server.Run({"ACL", "SETUSER", "bob", "on", ">pw", "+info"});
  const PageMaker maker({"redis.addr=" + server.Uri(), "redis.user=bob", "redis.password=pw",
                         "check-single-keys=a", "count-keys=a*", "check-key-groups=.*"});
  const std::string page = maker.Get();
  EXPECT_EQ(Up(page), "1");
  EXPECT_EQ(ValueOf(page, "redis_exporter_last_scrape_error{err=\"\"}"), "0");
  EXPECT_EQ(page.find("redis_config_maxmemory"), std::string::npos);
  EXPECT_NE(ValueOf(page, "redis_connected_clients"), "");
}

TEST(RedisLive, TheNextScrapeUsesTheSameConnection) {
  VEDETTE_REDIS_OR_SKIP();
  const RedisServer server;
  const PageMaker maker({"redis.addr=" + server.Uri()});
  const std::string first = ValueOf(maker.Get(), "redis_connections_received_total");
  for (int i = 0; i < 20; ++i) maker.Get();
  EXPECT_EQ(ValueOf(maker.Get(), "redis_connections_received_total"), first);
  server.Run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  EXPECT_EQ(Up(maker.Get()), "1");
  EXPECT_EQ(maker.logger.Lines().size(), 0U);
}

TEST(RedisLive, AKilledServerIsDownAndComesBack) {
  VEDETTE_REDIS_OR_SKIP();
  RedisServer server;
  const PageMaker maker({"redis.addr=unix://" + server.unix_path()});
  EXPECT_EQ(Up(maker.Get()), "1");
  server.Kill();
  EXPECT_EQ(Up(maker.Get()), "0");
  EXPECT_EQ(Up(maker.Get()), "0");
  server.Start();
  EXPECT_EQ(Up(maker.Get()), "1");
  EXPECT_EQ(maker.logger.Count("collector fails"), 1);
  EXPECT_EQ(maker.logger.Count("collector works again"), 1);
  EXPECT_EQ(ValueOf(maker.Get(), "redis_exporter_scrapes_total"), "5");
}

TEST(RedisLive, AnotherDatabaseAndANewName) {
  VEDETTE_REDIS_OR_SKIP();
  const RedisServer server;
  const PageMaker maker({"redis.addr=valkey://127.0.0.1:" + std::to_string(server.port()) + "/3",
                         "export-client-list", "namespace=kv", "append-instance-role-label"});
  const std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "kv_up{instance_role=\"master\"}"), "1");
  EXPECT_NE(page.find("kv_connected_client_info{db=\"3\",flags=\"N\""), std::string::npos);
  EXPECT_NE(page.find("name=\"redis_exporter\""), std::string::npos);
  EXPECT_NE(ValueOf(page, "kv_exporter_scrapes_total"), "");
}

TEST(RedisLive, ConfigMayBeRenamedOrLeftAlone) {
  VEDETTE_REDIS_OR_SKIP();
  const RedisServer server(With({"--rename-command", "CONFIG", "SETTINGS"}));
  const std::string address = "redis.addr=" + server.Uri();
  EXPECT_EQ(ValueOf(PageMaker({address}).Get(), "redis_config_maxclients"), "");
  EXPECT_EQ(
      ValueOf(PageMaker({address, "config-command=SETTINGS"}).Get(), "redis_config_maxclients"),
      "10000");
  server.Run({"SETTINGS", "RESETSTAT"});
  const std::string page = PageMaker({address, "config-command=-"}).Get();
  EXPECT_EQ(Up(page), "1");
  EXPECT_EQ(page.find("redis_errors_total"), std::string::npos);
}

class RedisKeys : public ::testing::Test {
 protected:
  void SetUp() override {
    VEDETTE_REDIS_OR_SKIP();
    server_ = std::make_unique<RedisServer>();
    for (const Command& command :
         std::vector<Command>{{"SET", "str", "hello"},
                              {"SET", "num", "42.5"},
                              {"PFADD", "hll", "a", "b", "c"},
                              {"LPUSH", "lst", "1", "2", "3"},
                              {"HSET", "hsh", "a", "1"},
                              {"SADD", "st", "1", "2"},
                              {"ZADD", "zs", "1", "a"},
                              {"XADD", "strm", "5-0", "a", "1"},
                              {"XGROUP", "CREATE", "strm", "g", "0"},
                              {"XREADGROUP", "GROUP", "g", "c", "STREAMS", "strm", ">"},
                              {"SETRANGE", "long", "20000", "x"},
                              {"SET", "bin\xff", "\xff\"\n"}}) {
      EXPECT_FALSE(server_->Run(command).is_error()) << command[0];
    }
    server_->Run({"CONFIG", "RESETSTAT"});
  }
  std::string Page(std::vector<std::string> flags) {
    flags.push_back("redis.addr=" + server_->Uri());
    return PageMaker(flags).Get();
  }

  std::unique_ptr<RedisServer> server_;
};

TEST_F(RedisKeys, EveryTypeIsAskedWhatItKnows) {
  const std::string page = Page({"check-keys=*", "check-single-keys=nosuch"});
  for (const auto& [key, size] : std::map<std::string, std::string>{{"str", "5"},
                                                                    {"num", "4"},
                                                                    {"hll", "3"},
                                                                    {"lst", "3"},
                                                                    {"hsh", "1"},
                                                                    {"st", "2"},
                                                                    {"zs", "1"},
                                                                    {"strm", "1"},
                                                                    {"long", "20001"},
                                                                    {"nosuch", "0"}}) {
    EXPECT_EQ(ValueOf(page, "redis_key_size{db=\"db0\",key=\"" + key + "\"}"), size) << key;
  }
  EXPECT_EQ(ValueOf(page, "redis_key_value{db=\"db0\",key=\"num\"}"), "42.5");
  EXPECT_EQ(ValueOf(page, "redis_key_value_as_string{db=\"db0\",key=\"str\",val=\"hello\"}"), "1");
  EXPECT_EQ(page.find("HYLL"), std::string::npos);
  EXPECT_EQ(page.find("key_value_as_string{db=\"db0\",key=\"long\""), std::string::npos);
  EXPECT_EQ(ValueOf(page, "redis_key_memory_usage_bytes{db=\"db0\",key=\"nosuch\"}"), "");
  EXPECT_TRUE(base::IsValidUtf8(page));
  // What was asked has made no error; the next page would show it.
  EXPECT_EQ(Page({}).find("redis_errors_total"), std::string::npos);
}

TEST_F(RedisKeys, ValuesAndAbsentKeysCanBeLeftOut) {
  const std::string page = Page({"check-keys=*", "check-single-keys=nosuch",
                                 "disable-exporting-key-values", "check-keys-skip-absent"});
  EXPECT_EQ(page.find("redis_key_value"), std::string::npos);
  EXPECT_EQ(page.find("nosuch"), std::string::npos);
  EXPECT_EQ(ValueOf(page, "redis_key_size{db=\"db0\",key=\"hll\"}"), "3");
}

TEST_F(RedisKeys, StreamsAndTheirGroups) {
  const std::string page = Page({"check-streams=st*"});
  EXPECT_EQ(ValueOf(page, "redis_stream_length{db=\"db0\",stream=\"strm\"}"), "1");
  EXPECT_EQ(ValueOf(page, "redis_stream_first_entry_id{db=\"db0\",stream=\"strm\"}"), "5");
  EXPECT_EQ(ValueOf(page,
                    "redis_stream_group_messages_pending{db=\"db0\",group=\"g\","
                    "stream=\"strm\"}"),
            "1");
  EXPECT_EQ(ValueOf(page,
                    "redis_stream_group_consumer_messages_pending{consumer=\"c\",db=\"db0\","
                    "group=\"g\",stream=\"strm\"}"),
            "1");
  const std::string less = Page({"check-single-streams=strm", "streams-exclude-consumer-metrics"});
  EXPECT_EQ(less.find("consumer_messages"), std::string::npos);
  EXPECT_EQ(less.find("redis_errors_total"), std::string::npos);
}

TEST_F(RedisKeys, GroupsByLuaPatterns) {
  server_->Run({"MSET", "user:1", "a", "user:2", "b"});
  const std::string page = Page({"check-key-groups=^(user):,^(s)t", "max-distinct-key-groups=2"});
  EXPECT_EQ(ValueOf(page, "redis_key_group_count{db=\"db0\",key_group=\"overflow\"}"), "2");
  EXPECT_EQ(ValueOf(page, "redis_number_of_distinct_key_groups{db=\"db0\"}"), "3");
  EXPECT_EQ(ValueOf(page, "redis_number_of_distinct_key_groups{db=\"db15\"}"), "0");
}

TEST_F(RedisKeys, ScriptsGiveValuesOrSayThatTheyFail) {
  const std::string good = server_->folder().Write("good.lua", "return {'a', '1', 'b', '2.5'}");
  const std::string bad = server_->folder().Write("bad.lua", "return {'a', 'x'}");
  const std::string none = server_->folder().Write("none.lua", "return {}");
  const std::string page = Page({"script=" + good + "," + bad + "," + none});
  const auto result = [&page](const std::string& file) {
    return ValueOf(page, "redis_script_result{filename=\"" + file + "\"}");
  };
  EXPECT_EQ(result(good), "1");
  EXPECT_EQ(result(bad), "0");
  EXPECT_EQ(result(none), "2");
  EXPECT_EQ(ValueOf(page, "redis_script_values{filename=\"" + good + "\",key=\"b\"}"), "2.5");
  EXPECT_EQ(Up(page), "1");
}

// 20,000 keys in slices: no scrape waits for the whole, and the whole comes in the end.
TEST_F(RedisKeys, ALargeKeyspaceIsScannedInSlices) {
  ASSERT_EQ(server_->Run({"DEBUG", "POPULATE", "20000", "big"}).text, "OK");
  const PageMaker maker({"redis.addr=" + server_->Uri(), "count-keys=big:*", "check-keys=big:*9",
                         "check-keys-scan-time=1ms", "check-keys-batch-size=1000",
                         "check-keys-max-keys=300"});
  const std::string complete = "vedette_exporter_redis_scan_complete{db=\"db0\",pattern=\"big:*\"}";
  std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, complete), "0");
  EXPECT_EQ(ValueOf(page, "redis_keys_count{db=\"db0\",key=\"big:*\"}"), "");
  ASSERT_TRUE(WaitUntil([&] {
    page = maker.Get();
    return ValueOf(page, complete) == "1";
  }));
  EXPECT_EQ(ValueOf(page, "redis_keys_count{db=\"db0\",key=\"big:*\"}"), "20000");
  size_t shown = 0;
  for (const auto& [series, value] : ParsedPage::Parse(page).values) {
    shown += base::StartsWith(series, "redis_key_size{") ? 1 : 0;
  }
  EXPECT_EQ(shown, 300U);
  EXPECT_EQ(ValueOf(page, "vedette_exporter_redis_scan_complete{db=\"db0\",pattern=\"big:*9\"}"),
            "0");
}

TEST_F(RedisKeys, OtherTargetsAreScrapedWithThePasswordFile) {
  server_->Run({"CONFIG", "SET", "requirepass", "hunter2"});
  const std::string file =
      server_->folder().Write("passwords.json", "{\"" + server_->Uri() + "\": \"wrong\"}");
  const PageMaker maker({"redis.addr=", "redis.password-file=" + file});
  const std::string target = "/scrape?target=" + server_->Uri() + "&check-single-keys=num";
  EXPECT_EQ(Up(maker.Get(target)), "0");
  EXPECT_EQ(Up(maker.Get(target)), "0");
  EXPECT_EQ(maker.logger.Count("scraping the target failed"), 1) << "once, not at each scrape";
  server_->folder().Write("passwords.json", "{\"" + server_->Uri() + "\": \"hunter2\"}");
  EXPECT_EQ(maker.Get("/-/reload"), "ok");
  const std::string page = maker.Get(target);
  EXPECT_EQ(Up(page), "1");
  EXPECT_EQ(ValueOf(page, "redis_key_value{db=\"db0\",key=\"num\"}"), "42.5");
  EXPECT_EQ(ValueOf(page, "redis_exporter_scrapes_total"), "1");
  EXPECT_EQ(maker.logger.Count("the target answers again"), 1);
  EXPECT_NE(page.find("redis_exporter_build_info"), std::string::npos);
  // A password in the URL is not used.
  const std::string place = "127.0.0.1:" + std::to_string(server_->port());
  EXPECT_EQ(Up(PageMaker({"redis.addr="}).Get("/scrape?target=redis://:hunter2@" + place)), "0");
  server_->folder().Write("passwords.json", "{");
  EXPECT_EQ(maker.Fetch("/-/reload").status, 500);
  EXPECT_EQ(Up(maker.Get(target)), "1");
  EXPECT_EQ(maker.logger.Count("hunter2"), 0);
}

TEST(RedisPages, AnswerAsUpstreams) {
  const PageMaker maker({"redis.addr=redis://127.0.0.1:1"});
  EXPECT_EQ(maker.Get("/health"), "ok");
  EXPECT_EQ(maker.Fetch("/scrape").status, 400);
  EXPECT_EQ(maker.Fetch("/scrape?target=http://x").status, 400);
  EXPECT_EQ(maker.Fetch("/scrape?target=x&check-keys=a=b=c").status, 400);
  EXPECT_EQ(maker.Fetch("/discover-cluster-nodes").status, 400);
  EXPECT_EQ(maker.Fetch("/-/reload").status, 400);
  EXPECT_EQ(maker.Fetch("/nosuch").status, 404);
  EXPECT_EQ(ValueOf(maker.Get(), "redis_target_scrape_request_errors_total"), "3");
  EXPECT_EQ(PageMaker({"disable-scrape-endpoint"}).Fetch("/scrape?target=x").status, 404);
  const std::string nobody = PageMaker({"redis.addr="}).Get();
  EXPECT_EQ(Up(nobody), "");
  EXPECT_EQ(ValueOf(nobody, "redis_exporter_scrapes_total"), "0");
}

TEST(RedisPages, BasicAuthAsksForItsCredentials) {
  for (const std::string& secret :
       {std::string("basic-auth-password=secret"),
        // bcrypt of "secret"
        std::string("basic-auth-hash-password="
                    "$2b$04$Vn0Dl1Oq/zBXgJ4NGVKfOuK9zR0wG2nI3n0pXrJmBqA4HcZ2n8S9e")}) {
    const PageMaker maker({"redis.addr=", "basic-auth-username=bob", secret});
    ASSERT_TRUE(maker.status.ok()) << maker.status;
    EXPECT_EQ(maker.Fetch("/metrics").status, 401);
    base::http::Request request;
    request.method = "GET";
    request.path = "/metrics";
    request.headers.Set("Authorization", "Basic Ym9iOndyb25n");  // bob:wrong
    EXPECT_EQ(maker.exporter->handler()(request).status, 401);
  }
  const PageMaker maker({"redis.addr=", "basic-auth-username=bob", "basic-auth-password=secret"});
  base::http::Request request;
  request.method = "GET";
  request.path = "/metrics";
  request.headers.Set("Authorization", "Basic Ym9iOnNlY3JldA==");  // bob:secret
  EXPECT_EQ(maker.exporter->handler()(request).status, 200);
}

TEST(RedisLive, AReplicaAndItsMaster) {
  VEDETTE_REDIS_OR_SKIP();
  const RedisServer master(With({"--repl-diskless-sync-delay", "0"}));
  const std::string port = std::to_string(master.port());
  const RedisServer replica(With({"--replicaof", "127.0.0.1 " + port}));
  const std::string labels = "{master_host=\"127.0.0.1\",master_port=\"" + port + "\"";
  const PageMaker maker(
      {"redis.addr=" + replica.Uri(), "check-single-keys=a", "skip-checkkeys-for-role-master"});
  ASSERT_TRUE(WaitUntil(
      [&] { return ValueOf(maker.Get(), "redis_master_link_up" + labels + "}") == "1"; }));
  EXPECT_EQ(ValueOf(maker.Get(), "redis_slave_info" + labels + ",read_only=\"1\"}"), "1");
  EXPECT_NE(maker.Get().find("redis_key_size"), std::string::npos);
  const std::string page = PageMaker({"redis.addr=" + master.Uri(), "check-single-keys=a",
                                      "skip-checkkeys-for-role-master"})
                               .Get();
  EXPECT_NE(page.find("redis_connected_slave_offset_bytes{slave_ip=\"127.0.0.1\""),
            std::string::npos);
  EXPECT_EQ(page.find("redis_key_size"), std::string::npos);
}

TEST(RedisLive, AClusterOfThree) {
  VEDETTE_REDIS_OR_SKIP();
  std::vector<std::unique_ptr<RedisServer>> nodes;
  for (int i = 0; i < 3; ++i) {
    nodes.push_back(std::make_unique<RedisServer>(
        With({"--cluster-enabled", "yes", "--cluster-node-timeout", "2000"})));
  }
  const char* const bounds[] = {"0", "5460", "5461", "10922", "10923", "16383"};
  for (size_t i = 0; i < 3; ++i) {
    nodes[i]->Run({"CLUSTER", "ADDSLOTSRANGE", bounds[2 * i], bounds[2 * i + 1]});
    nodes[i]->Run({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
  }
  // A node that never heard of another one is introduced again: the first word may get lost.
  ASSERT_TRUE(WaitUntil([&] {
    bool agree = true;
    for (const auto& node : nodes) {
      const std::string info = node->Run({"CLUSTER", "INFO"}).text;
      if (node != nodes[0] && info.find("cluster_known_nodes:1\r") != info.npos) {
        node->Run({"CLUSTER", "MEET", "127.0.0.1", std::to_string(nodes[0]->port())});
      }
      agree = agree && info.find("cluster_state:ok") != info.npos &&
              info.find("cluster_known_nodes:3\r") != info.npos;
    }
    return agree;
  }));
  const PageMaker maker({"redis.addr=" + nodes[1]->Uri(), "is-cluster", "count-keys=*",
                         "check-keys=k*", "check-single-keys=k1,nosuch"});
  const std::string cluster = maker.Get();
  EXPECT_EQ(ValueOf(cluster, "redis_cluster_state"), "1");
  EXPECT_EQ(ValueOf(cluster, "redis_cluster_known_nodes"), "3");
  for (const std::string key : {"k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8"}) {
    for (const auto& node : nodes) node->Run({"SET", key, "1"});  // two of the three refuse
  }
  const std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "redis_keys_count{db=\"db0\",key=\"*\"}"), "8");
  for (const std::string key : {"k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8"}) {
    EXPECT_EQ(ValueOf(page, "redis_key_value{db=\"db0\",key=\"" + key + "\"}"), "1") << key;
  }
  EXPECT_EQ(ValueOf(page, "redis_key_size{db=\"db0\",key=\"nosuch\"}"), "0");
  EXPECT_EQ(page.find("db=\"db1\""), std::string::npos);
  const std::string targets = maker.Get("/discover-cluster-nodes");
  for (const auto& node : nodes) EXPECT_NE(targets.find(node->Uri()), std::string::npos);
}

TEST(RedisLive, ASentinel) {
  VEDETTE_REDIS_OR_SKIP();
  const RedisServer master;
  RedisServer::Options options;
  options.sentinel = true;
  const RedisServer sentinel(std::move(options));
  ASSERT_EQ(
      sentinel
          .Run({"SENTINEL", "MONITOR", "mymaster", "127.0.0.1", std::to_string(master.port()), "1"})
          .text,
      "OK");
  sentinel.Run({"SENTINEL", "SET", "mymaster", "auth-pass", "hunter2"});
  const std::string address = "127.0.0.1:" + std::to_string(master.port());
  const std::string labels = "{master_address=\"" + address + "\",master_name=\"mymaster\"}";
  const PageMaker maker({"redis.addr=" + sentinel.Uri(), "include-config-metrics",
                         "include-sentinel-peer-info", "check-single-keys=a"});
  const std::string page = maker.Get();
  EXPECT_EQ(Up(page), "1");
  EXPECT_EQ(ValueOf(page, "redis_exporter_last_scrape_error{err=\"\"}"), "0");
  EXPECT_EQ(ValueOf(page, "redis_sentinel_masters"), "1");
  EXPECT_EQ(ValueOf(page, "redis_sentinel_master_ok_sentinels" + labels), "1");
  EXPECT_EQ(ValueOf(page, "redis_sentinel_master_setting_down_after_milliseconds" + labels),
            "30000");
  EXPECT_EQ(ValueOf(page, "redis_sentinel_config_value{key=\"announce-port\"}"), "0");
  EXPECT_EQ(page.find("sentinel-pass"), std::string::npos);
  EXPECT_EQ(page.find("hunter2"), std::string::npos);
}

class RedisTls : public ::testing::Test {
 protected:
  void SetUp() override {
    VEDETTE_REDIS_OR_SKIP();
    if (!IsInstalled("openssl")) GTEST_SKIP() << "no openssl on this machine";
    MakeCertificate("server");
    MakeCertificate("other");
    port_ = std::to_string(test::FreePort());
    server_ = std::make_unique<RedisServer>(
        With({"--tls-port", port_, "--tls-cert-file", File("server.crt"), "--tls-key-file",
              File("server.key"), "--tls-ca-cert-file", File("server.crt"), "--tls-auth-clients",
              "optional"}));
    if (server_->Run({"PING"}).text != "PONG") GTEST_SKIP() << "this redis-server has no TLS";
  }
  void MakeCertificate(const std::string& name) {
    Process openssl({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                     "-subj", "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1,DNS:" + name,
                     "-keyout", File(name + ".key"), "-out", File(name + ".crt")});
    ASSERT_EQ(openssl.Wait(), 0);
  }
  std::string File(const std::string& name) const { return folder_.Join(name); }
  std::string Page(std::vector<std::string> flags, const std::string& host = "127.0.0.1") const {
    flags.push_back("redis.addr=rediss://" + host + ":" + port_);
    return PageMaker(flags).Get();
  }

  const test::TempDir folder_;
  std::string port_;
  std::unique_ptr<RedisServer> server_;
};

TEST_F(RedisTls, TheCertificateIsChecked) {
  const std::string ca = "tls-ca-cert-file=" + File("server.crt");
  EXPECT_EQ(Up(Page({ca})), "1");
  EXPECT_EQ(Up(Page({ca, "tls-server-name=server"}, "localhost")), "1");
  const std::string stranger = Page({"tls-ca-cert-file=" + File("other.crt")});
  EXPECT_EQ(Up(stranger), "0");
  EXPECT_NE(stranger.find("the server's certificate: "), std::string::npos);
  EXPECT_EQ(Up(Page({ca, "tls-server-name=elsewhere"})), "0");
  EXPECT_EQ(Up(Page({"skip-tls-verification"})), "1");
  EXPECT_EQ(Up(Page({})), "0");
}

TEST_F(RedisTls, OurCertificateIsShownWhereItIsAskedFor) {
  server_->Run({"CONFIG", "SET", "tls-auth-clients", "yes"});
  const std::string ca = "tls-ca-cert-file=" + File("server.crt");
  EXPECT_EQ(Up(Page({ca})), "0");
  EXPECT_EQ(Up(Page({ca, "tls-client-cert-file=" + File("server.crt"),
                     "tls-client-key-file=" + File("server.key")})),
            "1");
}

TEST_F(RedisTls, ManyScrapesOnOneConnection) {
  const PageMaker maker({"redis.addr=rediss://127.0.0.1:" + port_, "skip-tls-verification"});
  const std::string first = ValueOf(maker.Get(), "redis_connections_received_total");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Up(maker.Get()), "1");
  EXPECT_EQ(ValueOf(maker.Get(), "redis_connections_received_total"), first);
}

TEST_F(RedisTls, PlainBytesOnATlsPortAndTheOtherWay) {
  EXPECT_EQ(Up(PageMaker({"redis.addr=redis://127.0.0.1:" + port_}).Get("/metrics", "2")), "0");
  EXPECT_EQ(Up(PageMaker({"redis.addr=rediss://127.0.0.1:" + std::to_string(server_->port()),
                          "skip-tls-verification"})
                   .Get("/metrics", "2")),
            "0");
}

}  // namespace
}  // namespace vedette::exporters::redis
