#include "app/ship_flags.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/telemetry.h"

namespace vedette::app {
namespace {

class ShipFlagsTest : public ::testing::Test {
 protected:
  base::StatusOr<shipper::Shipper::Options> Parse(const std::string& line) {
    CLI::App app;
    ShipFlags flags(&app);
    app.parse(line);
    return flags.Check({fs_.get(), &clock_, &logger_, &telemetry_});
  }

  base::SystemClock clock_;
  base::Logger logger_{base::LogLevel::kError, &clock_};
  base::Telemetry telemetry_;
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
};

TEST_F(ShipFlagsTest, UrlsAreTakenByWhatTheyMean) {
  const struct {
    const char* given;
    const char* url;
  } kCases[] = {
      {"http://127.0.0.1:3100", "http://127.0.0.1:3100"},
      {"http://127.0.0.1:3100/", "http://127.0.0.1:3100"},
      {"HTTPS://logs.example.org", "https://logs.example.org:443"},
      {"https://[::1]:3100", "https://[::1]:3100"},
      {"https://example.org/below/", "https://example.org:443/below"},
      {"http://h:3100/loki/api/v1/push", "http://h:3100"},
      {"http://h:3100/below/loki/api/v1/push/", "http://h:3100/below"},
  };
  for (const auto& c : kCases) {
    const auto options = Parse(std::string("--push.url=") + c.given);
    ASSERT_TRUE(options.ok()) << c.given << ": " << options.status();
    EXPECT_EQ(options->url, c.url) << c.given;
  }
}

TEST_F(ShipFlagsTest, WrongUseNamesTheFlagAndWhatIsAllowed) {
  const struct {
    const char* line;
    const char* says;
  } kCases[] = {
      {"--push.url=127.0.0.1:3100", "--push.url: found \"127.0.0.1:3100\""},
      {"--push.url=ftp://h", "must begin with http:// or https://"},
      {"--push.url=http://", "no host"},
      {"--push.url=http://h:0", "bad port"},
      {"--push.url=http://h:port", "bad port"},
      {"--push.url=http://http://h", "an empty part in its path"},
      {"--push.url=http://h{x}", "no host name"},
      {"--push.url=http://h/?tenant=a", "a query or a fragment"},
      {"--push.url=http://me:secret@h", "--push.basic-auth.password-file"},
      {"--push.basic-auth.username=me", "only both together"},
      {"--push.basic-auth.password-file=/p", "only both together"},
      {"--push.basic-auth.username=a:b --push.basic-auth.password-file=/p", "cannot hold ':'"},
      {"--push.token-file=/t --push.basic-auth.username=me --push.basic-auth.password-file=/p",
       "--push.token-file: cannot be had with --push.basic-auth.username"},
      {"--push.url=https://h --push.cert-file=/c", "only both together"},
      {"--push.ca-file=/c", "--push.ca-file"},
      {"--logs.file=/var/*/a.log", "--logs.file: found \"/var/*/a.log\""},
      {"--logs.file=/var/log/", "--logs.file: found"},
      {"--logs.time-zone=CET", "--logs.time-zone: found \"CET\"; allowed: Local, UTC"},
  };
  for (const auto& c : kCases) {
    const auto options = Parse(c.line);
    ASSERT_FALSE(options.ok()) << c.line;
    const std::string message(base::Message(options.status()));
    EXPECT_NE(message.find(c.says), std::string::npos) << c.line << ": " << message;
    EXPECT_EQ(message.find("secret"), std::string::npos) << message;
  }
}

TEST_F(ShipFlagsTest, CredentialsAreFilesAndReachTheShipper) {
  const auto options = Parse(
      "--push.url=https://h --push.basic-auth.username=me --push.basic-auth.password-file=/p "
      "--push.ca-file=/ca --push.cert-file=/c --push.key-file=/k");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->basic_auth_user, "me");
  EXPECT_EQ(options->basic_auth_password_file, "/p");
  EXPECT_EQ(options->tls.ca_file, "/ca");
  EXPECT_EQ(options->tls.cert_file, "/c");
  EXPECT_EQ(options->tls.key_file, "/k");
}

}  // namespace
}  // namespace vedette::app
