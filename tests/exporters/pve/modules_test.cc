#include "exporters/pve/modules.h"

#include <gtest/gtest.h>

#include "exporters/pve/flags.h"
#include "exporters/pve/target.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::pve {
namespace {

class PveModules : public ::testing::Test {
 protected:
  base::StatusOr<Modules> Load(std::string_view yaml) {
    return LoadModules(fs_.get(), dir_.Write("pve.yml", yaml));
  }
  std::string Error(std::string_view yaml) {
    const auto modules = Load(yaml);
    return modules.ok() ? "" : std::string(base::Message(modules.status()));
  }

  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  test::TempDir dir_;
};

TEST_F(PveModules, UpstreamsKeysAndOursAreRead) {
  const auto modules = Load(
      "default:\n  user: prometheus@pve\n  password: geheim\n  verify_ssl: false\n"
      "lab:\n  user: a@pam\n  token_name: t\n  token_value_file: /run/token\n  port: 443\n"
      "  timeout: 3\n  ca_file: /etc/ca.pem\n  targets: [pve1, pve2]\n");
  ASSERT_TRUE(modules.ok()) << modules.status();
  const Module& first = modules->at("default");
  EXPECT_EQ(first.password.Reveal(), "geheim");
  EXPECT_FALSE(first.verify_ssl);
  EXPECT_FALSE(first.uses_token());
  EXPECT_EQ(first.port, 8006);
  const Module& second = modules->at("lab");
  EXPECT_TRUE(second.uses_token());
  EXPECT_TRUE(second.verify_ssl);
  EXPECT_EQ(second.token_value_file, "/run/token");
  EXPECT_EQ(second.timeout_ms, 3000);
  EXPECT_EQ(second.port, 443);
  EXPECT_EQ(second.targets.size(), 2u);
}

TEST_F(PveModules, EveryProblemHasItsPlaceAndNoSecret) {
  const struct {
    const char* yaml;
    const char* said;
  } cases[] = {
      {"default:\n  user: u@pve\n  password: geheim\n  passwort: geheim\n", "pve.yml:4:"},
      {"default:\n  user: u@pve\n  password: geheim\n  otp: geheim\n", "not supported"},
      {"default:\n  user: u@pve\n", "token_name and token_value"},
      {"default:\n  password: geheim\n", "needs user"},
      {"default:\n  user: u@pve\n  password: geheim\n  token_name: t\n  token_value: geheim\n",
       "needs user"},
      {"default: 7\n", "pve.yml:1"},
      {"{}\n", "map of module names"},
      {"[1]\n", "map of module names"},
      {"default:\n  user: u@pve\n  password: geheim\n  port: 70000\n", "port"},
      {"default:\n  user: u@pve\n  password: geheim\n  user: twice\n", "user"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.yaml);
    const std::string error = Error(c.yaml);
    EXPECT_NE(error.find(c.said), std::string::npos) << error;
    EXPECT_EQ(error.find("geheim"), std::string::npos) << error;
  }
  EXPECT_FALSE(LoadModules(fs_.get(), dir_.Join("missing.yml")).ok());
}

TEST_F(PveModules, TheEnvironmentStandsInPlaceOfTheFile) {
  const std::map<std::string, std::string> environment = {
      {"PVE_USER", "root@pam"}, {"PVE_PASSWORD", "p"},       {"PVE_TOKEN_NAME", "t"},
      {"PVE_TOKEN_VALUE", "v"}, {"PVE_VERIFY_SSL", "False"}, {"PVE_MODULE", "home"}};
  PveOptions options;
  size_t read = 0;
  for (const PveFlag& flag : PveFlags()) {
    const auto found = environment.find(flag.env);
    if (found == environment.end()) continue;
    ++read;
    EXPECT_TRUE(flag.is_hidden) << flag.name;
    ASSERT_TRUE(flag.set(&options, found->second).ok());
  }
  EXPECT_EQ(read, environment.size());
  options.config_file = dir_.Join("missing.yml");
  const auto modules = ModulesOf(options, fs_.get());
  ASSERT_TRUE(modules.ok()) << modules.status();
  const Module& module = modules->at("home");
  EXPECT_EQ(module.user, "root@pam");
  EXPECT_TRUE(module.uses_token());
  EXPECT_TRUE(module.password.empty());
  EXPECT_FALSE(module.verify_ssl);

  options.environment.token_value = base::Secret();
  options.environment.password = base::Secret();
  EXPECT_FALSE(ModulesOf(options, fs_.get()).ok());
}

TEST(PveTarget, NamesAndAddressesWithAndWithoutPort) {
  const struct {
    const char* target;
    const char* origin;
  } cases[] = {
      {"pve1", "https://pve1:8006"},
      {"pve1.lan:443", "https://pve1.lan:443"},
      {"10.0.0.1", "https://10.0.0.1:8006"},
      {"::1", "https://[::1]:8006"},
      {"https://pve1:1", "https://pve1:1"},
      {"[fd00::1]", "https://[fd00::1]:8006"},
      {"[fd00::1]:99", "https://[fd00::1]:99"},
  };
  for (const auto& c : cases) {
    const auto origin = TargetOrigin(c.target, 8006);
    ASSERT_TRUE(origin.ok()) << c.target << ": " << origin.status();
    EXPECT_EQ(*origin, c.origin);
  }
}

TEST(PveTarget, PlainTextStaysOnThisMachineAndMustBeAllowed) {
  EXPECT_EQ(*TargetOrigin("http://127.0.0.1:80", 8006, true), "http://127.0.0.1:80");
  EXPECT_EQ(*TargetOrigin("http://[::1]", 8006, true), "http://[::1]:8006");
  EXPECT_FALSE(TargetOrigin("http://127.0.0.1:80", 8006, false).ok());
  EXPECT_FALSE(TargetOrigin("http://pve1", 8006, true).ok());
  EXPECT_FALSE(TargetOrigin("http://10.0.0.1", 8006, true).ok());
}

TEST(PveTarget, AnythingElseIsRefused) {
  for (const char* target :
       {"", "user:pw@host", "host/path", "http://host", "host:0", "host:70000", "host:", "a b",
        "[::1", "[::1]x", "host:80:90x", "h\nost", "[host]:80", "host?x=1", "host#a"}) {
    EXPECT_FALSE(TargetOrigin(target, 8006).ok()) << target;
  }
  EXPECT_FALSE(TargetOrigin(std::string(400, 'a'), 8006).ok());
}

}  // namespace
}  // namespace vedette::exporters::pve
