#include "exporters/redis/flags.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "tests/exporters/redis/page.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::redis {
namespace {

// redis_exporter 1.86's own, without those of the web server and the log.
const std::set<std::string> kUpstream = {"append-instance-role-label",
                                         "basic-auth-hash-password",
                                         "basic-auth-password",
                                         "basic-auth-username",
                                         "check-key-groups",
                                         "check-keys",
                                         "check-keys-batch-size",
                                         "check-search-indexes",
                                         "check-single-keys",
                                         "check-single-streams",
                                         "check-streams",
                                         "cluster-discover-hostnames",
                                         "config-command",
                                         "connection-timeout",
                                         "count-keys",
                                         "disable-exporting-key-values",
                                         "disable-scrape-endpoint",
                                         "exclude-latency-histogram-metrics",
                                         "export-client-list",
                                         "export-client-port",
                                         "include-config-metrics",
                                         "include-go-runtime-metrics",
                                         "include-metrics-for-empty-databases",
                                         "include-modules-metrics",
                                         "include-rdb-file-size-metric",
                                         "include-search-indexes-metrics",
                                         "include-sentinel-peer-info",
                                         "include-system-metrics",
                                         "is-cluster",
                                         "is-tile38",
                                         "lua-script-read-only",
                                         "max-distinct-key-groups",
                                         "namespace",
                                         "ping-on-connect",
                                         "redact-config-metrics",
                                         "redis-only-metrics",
                                         "redis.addr",
                                         "redis.password",
                                         "redis.password-file",
                                         "redis.user",
                                         "script",
                                         "set-client-name",
                                         "skip-checkkeys-for-role-master",
                                         "skip-tls-verification",
                                         "streams-exclude-consumer-metrics",
                                         "tls-ca-cert-file",
                                         "tls-client-cert-file",
                                         "tls-client-key-file",
                                         "tls-server-ca-cert-file",
                                         "tls-server-cert-file",
                                         "tls-server-key-file",
                                         "tls-server-min-version"};

TEST(RedisFlags, AreUpstreamsWithTheirVariables) {
  std::set<std::string> names;
  std::set<std::string> variables;
  for (const RedisFlag& flag : RedisFlags()) {
    EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
    EXPECT_TRUE(variables.insert(flag.env).second) << flag.env;
    EXPECT_TRUE(base::StartsWith(flag.env, "REDIS_")) << flag.name;
    EXPECT_FALSE(flag.help.empty()) << flag.name;
  }
  for (const std::string& name : kUpstream) EXPECT_TRUE(names.contains(name)) << name;
}

TEST(RedisFlags, DefaultsAreWhatTheySay) {
  for (const RedisFlag& flag : RedisFlags()) {
    if (flag.default_value.empty()) continue;
    RedisOptions options;
    EXPECT_TRUE(flag.set(&options, flag.default_value).ok()) << flag.name;
    EXPECT_EQ(options.client_name, RedisOptions().client_name) << flag.name;
    EXPECT_EQ(options.scrape_endpoint, RedisOptions().scrape_endpoint) << flag.name;
    EXPECT_EQ(options.include.latency_histogram, true) << flag.name;
    EXPECT_EQ(options.keys.values, true) << flag.name;
  }
}

TEST(RedisFlags, ANamespaceBeginsMetricNames) {
  const auto flags = RedisFlags();
  const auto flag = std::find_if(flags.begin(), flags.end(),
                                 [](const RedisFlag& f) { return f.name == "namespace"; });
  ASSERT_NE(flag, flags.end());
  RedisOptions options;
  EXPECT_TRUE(flag->set(&options, "valkey").ok());
  EXPECT_EQ(options.name_space, "valkey");
  for (const char* bad : {"my redis", "9redis", ""}) {
    const base::Status status = flag->set(&options, bad);
    EXPECT_NE(base::Message(status).find("allowed are letters"), std::string_view::npos) << bad;
  }
  EXPECT_EQ(options.name_space, "valkey");
}

TEST(RedisFlags, SwitchesThatTurnThingsOffDo) {
  const RedisOptions options = OptionsOf(
      {"disable-exporting-key-values", "exclude-latency-histogram-metrics",
       "streams-exclude-consumer-metrics", "disable-scrape-endpoint", "set-client-name=false"});
  EXPECT_FALSE(options.keys.values || options.include.latency_histogram ||
               options.keys.stream_consumers || options.scrape_endpoint);
  EXPECT_EQ(options.client_name, "");
}

TEST(RedisExporter, RefusesSettingsThatMakeNoSense) {
  const test::TempDir folder;
  const std::string bad_json = folder.Write("bad.json", "{");
  for (const auto& [flag, named] : std::vector<std::pair<std::string, std::string>>{
           {"redis.addr=http://x", "redis.addr"},
           {"check-keys=dbx=a", "check-keys"},
           {"count-keys=a=b=c", "count-keys"},
           {"check-key-groups=\"a", "check-key-groups"},
           {"check-search-indexes=(", "check-search-indexes"},
           {"redis.password-file=" + bad_json, "bad.json"},
           {"redis.password-file=" + folder.Join("none"), "redis.password-file"},
           {"script=" + folder.Join("none.lua"), "none.lua"},
           {"tls-ca-cert-file=" + bad_json, "bad.json"},
           {"tls-client-cert-file=" + bad_json, "tls"},
           {"basic-auth-username=x", "basic-auth-password"}}) {
    SCOPED_TRACE(flag);
    const PageMaker maker({flag});
    ASSERT_FALSE(maker.status.ok());
    EXPECT_NE(base::Message(maker.status).find(named), std::string_view::npos) << maker.status;
  }
}

TEST(RedisFlags, TlsOfOurOwnPagesIsRefusedWithAHint) {
  for (const RedisFlag& flag : RedisFlags()) {
    if (!base::StartsWith(flag.name, "tls-server-") || flag.name == "tls-server-name") continue;
    RedisOptions options;
    const base::Status status = flag.set(&options, "x");
    EXPECT_NE(base::Message(status).find("web.config.file"), std::string_view::npos) << flag.name;
  }
}

}  // namespace
}  // namespace vedette::exporters::redis
