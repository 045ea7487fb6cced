#include "app/exporter_flags.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "app/exporters.h"

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
