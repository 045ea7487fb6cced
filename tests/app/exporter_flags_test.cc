#include "app/exporter_flags.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

#include "app/exporters.h"
#include "app/upstream_flags.h"

namespace vedette::app {
namespace {

const ExporterSpec& Node() { return AllExporters().front(); }

exporters::Environment Parsed(const std::string& prefix, const std::string& arguments) {
  CLI::App verb;
  const auto flags = Node().flags(Node(), &verb, prefix);
  verb.parse(arguments);
  exporters::Environment environment;
  flags->Set(&environment);
  return environment;
}

TEST(ExporterFlags, ScrapeLimitsReachTheExporter) {
  using std::chrono::milliseconds;
  const exporters::Environment standing = Parsed("", "");
  EXPECT_EQ(standing.limits.collector_timeout, milliseconds(5'000));
  EXPECT_EQ(standing.limits.timeout_offset, milliseconds(500));
  const exporters::Environment set =
      Parsed("", "--scrape.collector-timeout=1m --scrape.timeout-offset=250ms");
  EXPECT_EQ(set.limits.collector_timeout, milliseconds(60'000));
  EXPECT_EQ(set.limits.timeout_offset, milliseconds(250));
  EXPECT_EQ(Parsed("x.", "--x.scrape.collector-timeout=0").limits.collector_timeout,
            milliseconds(0));
}

TEST(ExporterFlags, WrongValuesNameTheFlagAndWhatIsAllowed) {
  struct {
    const char* argument;
    const char* text;
  } const cases[] = {
      {"--scrape.collector-timeout=soon", "--scrape.collector-timeout: found \"soon\""},
      {"--scrape.timeout-offset=-1s", "allowed is a duration"},
      {"--web.max-requests=-1", "--web.max-requests"},
      {"--web.telemetry-path=page", "--web.telemetry-path: found \"page\"; allowed is a path"},
      {"--collector.cpu=maybe", "--collector.cpu: found \"maybe\"; allowed are true and false"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.argument);
    try {
      Parsed("", c.argument);
      ADD_FAILURE() << "was taken";
    } catch (const CLI::ParseError& error) {
      EXPECT_NE(std::string(error.what()).find(c.text), std::string::npos) << error.what();
    }
  }
}

const ExporterSpec& Redis() {
  const auto all = AllExporters();
  return *std::find_if(all.begin(), all.end(),
                       [](const ExporterSpec& spec) { return spec.name == std::string("redis"); });
}

// Sets a variable of the environment for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }

 private:
  const char* const name_;
};

TEST(ExporterFlags, AWrongEnvironmentIsNamedAndHarmsOnlyTheVerbThatReadsIt) {
  const struct {
    const char* variable;
    const char* value;
    const char* text;
  } cases[] = {
      {"REDIS_EXPORTER_CONNECTION_TIMEOUT", "soon",
       "found \"soon\"; allowed is a duration such as 5s (REDIS_EXPORTER_CONNECTION_TIMEOUT in the "
       "environment)"},
      {"REDIS_EXPORTER_INCL_SYSTEM_METRICS", "maybe",
       "allowed are true and false (REDIS_EXPORTER_INCL_SYSTEM_METRICS in the environment)"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.variable);
    const Variable set(c.variable, c.value);
    CLI::App root;
    const auto redis = Redis().flags(Redis(), root.add_subcommand("redis"), "");
    root.add_subcommand("other");
    EXPECT_NO_THROW(root.parse("other"));
    try {
      root.parse("redis");
      ADD_FAILURE() << "was taken";
    } catch (const CLI::ParseError& error) {
      EXPECT_NE(std::string(error.what()).find(c.text), std::string::npos) << error.what();
    }
  }
}

TEST(ExporterFlags, APasswordInAnAddressIsNotShown) {
  const Variable address("REDIS_ADDR", "redis://ali:hunter2@127.0.0.1:1");
  CLI::App verb;
  const auto redis = Redis().flags(Redis(), &verb, "");
  verb.parse("");
  const auto fs = base::NewPosixFileSystem();
  EXPECT_EQ(redis->Detect(fs.get()), "redis://127.0.0.1:1");
  redis->Aim(redis->Detect(fs.get()));
  EXPECT_EQ(redis->Detect(fs.get()), "redis://127.0.0.1:1");
}

TEST(UpstreamFlags, RedisTakesItsOwnLoggingAndEnvironment) {
  const Variable path("REDIS_EXPORTER_WEB_TELEMETRY_PATH", "/m");
  const Variable level("REDIS_EXPORTER_LOG_LEVEL", "WARN");
  CLI::App root;
  CLI::App* const verb = root.add_subcommand("redis");
  const auto redis = Redis().flags(Redis(), verb, "");
  LogFlags log(verb);
  AddUpstreamFlags("redis", verb, &log);
  root.parse("redis --log-format=json --include-go-runtime-metrics");
  exporters::Environment environment;
  redis->Set(&environment);
  EXPECT_EQ(environment.metrics_path, "/m");
  EXPECT_EQ(log.choice().level, base::LogLevel::kWarn);
  EXPECT_TRUE(log.choice().json);
  root.parse("redis --log-level=INFO --debug");
  EXPECT_EQ(log.choice().level, base::LogLevel::kDebug);
  EXPECT_THROW(root.parse("redis --log-level=loud"), CLI::ParseError);
}

TEST(ExporterFlags, SocketsOfSystemdAreForAnExporterAlone) {
  CLI::App alone;
  const auto flags = Node().flags(Node(), &alone, "");
  EXPECT_FALSE(flags->takes_systemd_sockets());
  alone.parse("--web.systemd-socket");
  EXPECT_TRUE(flags->takes_systemd_sockets());
  CLI::App among;
  const auto other = Node().flags(Node(), &among, "x.");
  EXPECT_THROW(among.parse("--x.web.systemd-socket"), CLI::ParseError);
}

}  // namespace
}  // namespace vedette::app
