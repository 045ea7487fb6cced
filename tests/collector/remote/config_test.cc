#include "collector/remote/config.h"

#include <gtest/gtest.h>

#include "base/fs.h"
#include "collector/remote/config_text.h"
#include "tests/support/shared_dir.h"

namespace vedette::remote {
namespace {

TEST(RemoteConfig, DefaultsAreUpstreamsSaveThatNothingIsDroppedForHaste) {
  const auto config = ParseConfig("remote_write: [{url: 'http://h/w'}]", "p.yml");
  ASSERT_TRUE(config.ok()) << config.status();
  const WriteConfig& write = config->writes.at(0);
  EXPECT_EQ(write.name.size(), 6u);
  EXPECT_EQ(write.timeout_ms, 30'000);
  EXPECT_FALSE(write.is_v2);
  EXPECT_EQ(write.queue.capacity, 10'000);
  EXPECT_EQ(write.queue.shards(), QueueConfig::kShards);
  EXPECT_EQ(write.queue.max_samples_per_send, 2'000);
  EXPECT_EQ(write.queue.batch_send_deadline_ms, 5'000);
  EXPECT_TRUE(write.queue.retry_on_429);
  EXPECT_TRUE(write.metadata.send);
  EXPECT_EQ(write.metadata.send_interval_ms, 60'000);
}

TEST(RemoteConfig, ShardsAreAsManyAsSaid) {
  const auto shards = [](const std::string& keys) {
    const auto config =
        ParseConfig("remote_write: [{url: 'http://h/w', queue_config: {" + keys + "}}]", "p.yml");
    return config.ok() ? config->writes.at(0).queue.shards() : -1;
  };
  EXPECT_EQ(shards("max_shards: 2"), 2);
  EXPECT_EQ(shards("min_shards: 9"), 9);
  EXPECT_EQ(shards("min_shards: 1, max_shards: 1"), 1);
}

TEST(RemoteConfig, NamesLastAsLongAsTheUrl) {
  const auto name = [](const std::string& more, size_t i = 0) {
    const auto config = ParseConfig(
        "remote_write: [{url: 'http://h/w'}, {url: 'http://h/w', " + more + "}]", "p.yml");
    return config.ok() ? config->writes.at(i).name : std::string();
  };
  EXPECT_EQ(name("remote_timeout: 3s", 0), name("remote_timeout: 4s", 0));
  EXPECT_EQ(name("remote_timeout: 3s", 1), name("remote_timeout: 4s", 1));
  EXPECT_NE(name("remote_timeout: 3s", 0), name("remote_timeout: 3s", 1));
  EXPECT_EQ(name("name: mine", 1), "mine");
}

TEST(RemoteConfig, QueriesMayGoElsewhere) {
  const auto config = ParseConfig(
      "remote_write: [{url: 'http://h/w'}]\n"
      "storage:\n"
      "  remote: {url: 'http://u:p@h/prometheus', timeout: 5s, max_response_size: 1MB,\n"
      "           http_headers: {X-Scope-OrgID: {values: [me]}}}\n",
      "p.yml");
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_TRUE(config->query.has_value());
  EXPECT_EQ(config->query->url, "http://u:p@h/prometheus");
  EXPECT_EQ(config->query->timeout_ms, 5'000);
  EXPECT_EQ(config->query->max_response_bytes, 1u << 20);
  EXPECT_EQ(config->query->http.headers.at(0).name, "X-Scope-OrgID");
  EXPECT_NE(ConfigText(*config).find("storage:\n  remote:\n    url: http://<secret>@h/prometheus\n"
                                     "    timeout: 5s\n    max_response_size: 1MiB\n"),
            std::string::npos)
      << ConfigText(*config);
  EXPECT_FALSE(ParseConfig("storage: {tsdb: {}}", "p.yml")->query.has_value());
}

TEST(RemoteConfig, LogsMayGoElsewhere) {
  const auto config = ParseConfig(
      "logs:\n  remote: {url: 'http://u:p@h/x', engine: victorialogs, timeout: 5s, bearer_token: "
      "t}\n",
      "p.yml");
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_TRUE(config->logs.has_value());
  EXPECT_EQ(config->logs->engine, LogsConfig::Engine::kVictoriaLogs);
  EXPECT_EQ(config->logs->client.url, "http://u:p@h/x");
  EXPECT_EQ(config->logs->client.timeout_ms, 5'000);
  EXPECT_NE(ConfigText(*config).find("logs:\n  remote:\n    engine: victorialogs\n"
                                     "    url: http://<secret>@h/x\n    timeout: 5s\n"),
            std::string::npos)
      << ConfigText(*config);
  EXPECT_FALSE(ParseConfig("logs: {remote: }", "p.yml")->logs.has_value());
  EXPECT_EQ(ParseConfig("logs: {remote: {url: 'http://h'}}", "p.yml")->logs->engine,
            LogsConfig::Engine::kLoki);
}

TEST(RemoteConfig, OtherSectionsAreOthersToRead) {
  EXPECT_TRUE(ParseConfig("", "p.yml").ok());
  const auto config = ParseConfig("scrape_configs: {what: ever}\n", "p.yml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(config->writes.empty());
}

TEST(RemoteConfig, WhatIsWrongIsSaidWithItsPlace) {
  const struct {
    const char* yaml;
    const char* says;
  } cases[] = {
      {"storage: {remote: {url: 'http://h'}}",
       "p.yml:1:19: storage.remote: needs remote_write: nothing would keep the samples"},
      {"remote_write: [{url: 'http://h/w'}]\nstorage: {remote: {}}",
       "p.yml:2:19: storage.remote.url: url for storage.remote is empty"},
      {"remote_write: [{url: 'http://h/w'}]\nstorage: {remote: {url: 'http://h', key: 1}}",
       "storage.remote"},
      {"logs: {remote: {}}", "p.yml:1:16: logs.remote.url: url for logs.remote is empty"},
      {"logs: {remote: {url: 'http://h', engine: loco}}",
       "logs.remote.engine: \"loco\"; allowed are loki and victorialogs"},
      {"logs: {remote: {url: 'http://h', key: 1}}", "logs.remote.key: unknown key"},
      {"logs: {elsewhere: 1}", "logs.elsewhere: unknown key, want one of remote"},
      {"remote_write: [{}]", "p.yml:1:16: remote_write[0].url: url for remote_write is empty"},
      {"remote_write: [{url: x}]", "remote_write[0].url"},
      {"remote_write:\n- url: http://a\n  colour: red\n", "p.yml:3"},
      {"remote_write:\n-\n", "empty or null remote write config section"},
      {"remote_write: [{url: 'http://a', name: q}, {url: 'http://b', name: q}]",
       "found multiple remote write configs with job name \"q\""},
      {"remote_write: [{url: 'http://a', sigv4: {}}]", "sigv4: not supported"},
      {"remote_write: [{url: 'http://a', azuread: {cloud: x}}]", "azuread: not supported"},
      {"remote_write: [{url: 'http://a', round_robin_dns: true}]",
       "round_robin_dns: not supported"},
      {"remote_write: [{url: 'http://a', headers: {'X A': b}}]",
       "remote_write[0].headers: bad header name \"X A\""},
      {"remote_write: [{url: 'http://a', headers: {X-A: \"b\\nc\"}}]",
       "header X-A contains a line break"},
      {"remote_read: [{url: 'http://a'}]", "remote_read: not supported"},
  };
  for (const auto& one : cases) {
    const auto config = ParseConfig(one.yaml, "p.yml");
    ASSERT_FALSE(config.ok()) << one.yaml;
    EXPECT_NE(config.status().message().find(one.says), absl::string_view::npos) << config.status();
  }
}

TEST(RemoteConfig, WhatIsNotSupportedIsLeftOutWhenAsked) {
  const auto config = ParseConfig(
      "remote_write: [{url: 'http://a', sigv4: {}}, {url: 'http://b'}]\n"
      "remote_read: [{url: 'http://a'}]",
      "p.yml", true);
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_EQ(config->writes.size(), 1u);
  EXPECT_EQ(config->writes[0].url, "http://b");
  EXPECT_EQ(config->skipped.size(), 2u);
}

TEST(RemoteConfig, TheTextSaysWhatAppliesAndIsReadAgain) {
  const auto config = ParseConfig(
      "remote_write: [{url: 'http://me:word@h/w', headers: {X-Key: word}, sample: 1}]", "p.yml");
  EXPECT_FALSE(config.ok());
  const auto good = ParseConfig(
      "remote_write: [{url: 'http://me:word@h/w', headers: {X-Key: word}, write_relabel_configs: "
      "[{regex: a, action: labeldrop}], queue_config: {sample_age_limit: 1h}}]",
      "p.yml");
  ASSERT_TRUE(good.ok()) << good.status();
  const std::string text = ConfigText(*good);
  EXPECT_EQ(text.find("word"), text.npos) << text;
  for (const char* line : {"- url: http://<secret>@h/w\n", "remote_timeout: 30s\n",
                           "capacity: 10000\n", "min_shards: 4\n", "sample_age_limit: 1h\n",
                           "retry_on_http_429: true\n", "send_interval: 1m\n",
                           "action: labeldrop\n", "protobuf_message: prometheus.WriteRequest\n"}) {
    EXPECT_NE(text.find(line), text.npos) << line << text;
  }
  const auto again = ParseConfig(text, "again.yml");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(ConfigText(*again), text);
  EXPECT_EQ(ConfigText(Config()), "");
}

TEST(RemoteConfig, FilesThatPrometheusRefusesAreRefused) {
  VEDETTE_SHARED_OR_SKIP(dir, "reference/promql/config-testdata");
  const auto fs = base::NewPosixFileSystem();
  const auto names = fs->List(dir);
  ASSERT_TRUE(names.ok());
  int bad = 0;
  for (const std::string& name : *names) {
    if (name.find("remote_write") == name.npos && name.find("_rw_") == name.npos) continue;
    const bool good = name.find(".good.") != name.npos;
    const auto config = LoadConfig(fs.get(), dir + "/" + name);
    if (name.find(".bad.") == name.npos && !good) continue;
    // Prometheus takes "localhost:9090" for a URL and fails at each request.
    const bool no_scheme =
        good && !config.ok() &&
        config.status().message().find("must begin with http:") != absl::string_view::npos;
    EXPECT_EQ(config.ok() || no_scheme, good) << name << ": " << config.status();
    bad += good ? 0 : 1;
  }
  EXPECT_GT(bad, 10);
}

}  // namespace
}  // namespace vedette::remote
