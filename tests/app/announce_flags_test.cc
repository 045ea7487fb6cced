#include "app/announce_flags.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <string>

#include "app/ship_flags.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/telemetry.h"

namespace vedette::app {
namespace {

class AnnounceFlagsTest : public ::testing::Test {
 protected:
  base::StatusOr<announcer::Announcer::Options> Parse(const std::string& line) {
    CLI::App app;
    ShipFlags ship(&app);
    AnnounceFlags flags(&app);
    app.parse(line);
    const World world{fs_.get(), &clock_, &logger_, &telemetry_};
    const auto checked = ship.Check(world);
    if (!checked.ok()) return checked.status();
    return flags.Check(world, *checked);
  }

  base::SystemClock clock_;
  base::Logger logger_{base::LogLevel::kError, &clock_};
  base::Telemetry telemetry_;
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
};

TEST_F(AnnounceFlagsTest, UrlAndTokenAreThoseOfTheLogs) {
  const auto options = Parse(
      "--push.url=https://c:3100/below --push.token-file=/t --agent.host=web1 "
      "--agent.label=zone=b --agent.label=rack=a=b --announce.address=10.0.0.1");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->url, "https://c:3100/below");
  ASSERT_TRUE(options->http.authorization.has_value());
  EXPECT_EQ(options->http.authorization->credentials.file, "/t");
  EXPECT_FALSE(options->http.follow_redirects);
  EXPECT_EQ(options->announcement.host, "web1");
  EXPECT_EQ(options->announcement.address, "10.0.0.1");
  EXPECT_EQ(options->announcement.labels,
            (std::vector<std::pair<std::string, std::string>>{{"rack", "a=b"}, {"zone", "b"}}));
  EXPECT_EQ(options->interval, std::chrono::seconds(30));
}

TEST_F(AnnounceFlagsTest, WrongUseNamesTheFlagAndWhatIsAllowed) {
  for (const auto& [line, says] : std::vector<std::pair<std::string, std::string>>{
           {"--announce.interval=soon", "--announce.interval: found \"soon\""},
           {"--announce.interval=0s", "--announce.interval: found \"0s\""},
           {"--announce.interval=2h", "--announce.interval: found \"2h\""},
           {"--announce.address=web1", "--announce.address: found \"web1\""},
           {"--announce.address=10.0.0.0/8", "--announce.address: found \"10.0.0.0/8\""},
           {"--agent.host=a/b", "--agent.host: found \"a/b\""},
           {"--agent.label=rack", "--agent.label: found \"rack\"; allowed: NAME=VALUE"},
           {"--agent.label=job=x", "--agent.label: labels: found \"job\""},
           {"--agent.label=a=1 --agent.label=a=2", "--agent.label: found \"a\"; allowed: each"}}) {
    const auto options = Parse(line);
    ASSERT_FALSE(options.ok()) << line;
    EXPECT_NE(base::Message(options.status()).find(says), std::string_view::npos)
        << line << ": " << options.status();
  }
}

}  // namespace
}  // namespace vedette::app
