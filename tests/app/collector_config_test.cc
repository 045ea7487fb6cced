#include "app/collector_config.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/temp_dir.h"

namespace vedette::app {
namespace {

CollectorOptions Options() {
  CollectorOptions options;
  options.metrics_retention_ms = options.logs_retention_ms = 3'600'000;
  return options;
}

std::set<std::string> AlertNames(const CollectorConfig& config) {
  std::set<std::string> names;
  for (const rules::GroupSpec& group : config.rule_groups) {
    for (const rules::RuleSpec& rule : group.rules) names.insert(rule.name());
  }
  return names;
}

TEST(CollectorConfig, WithoutFilesWatchesThisHost) {
  const auto fs = base::NewPosixFileSystem();
  const auto config = LoadCollectorConfig(fs.get(), Options());
  ASSERT_TRUE(config.ok()) << config.status();
  std::vector<std::string> jobs;
  for (const auto& job : config->scrape.jobs) jobs.push_back(job->name);
  EXPECT_EQ(jobs, (std::vector<std::string>{"node", "process", "caddy", "postgres", "redis", "pve",
                                            "vedette"}));
  EXPECT_EQ(config->scrape.jobs[0]->discovery.static_groups[0].targets[0], "localhost:9100");
  EXPECT_EQ(config->scrape.jobs[4]->discovery.agents[0].config.job, "redis");
  EXPECT_EQ(config->scrape.jobs[6]->discovery.static_groups[0].targets[0], "127.0.0.1:9090");
  EXPECT_EQ(AlertNames(*config),
            (std::set<std::string>{"DiskSpaceCritical", "HighCPUUsage", "HighMemoryUsage",
                                   "HostDown", "ServiceDown"}));
  EXPECT_FALSE(config->routing.receivers.empty());
}

TEST(CollectorConfig, NamedRuleFilesReplaceTheBuiltInRules) {
  test::TempDir dir;
  dir.Write("r.yml", "groups: [{name: g, rules: [{alert: Mine, expr: up == 0}]}]\n");
  CollectorOptions options = Options();
  options.config_file = dir.Write("p.yml", "rule_files: [r.yml]\n");
  const auto fs = base::NewPosixFileSystem();
  const auto config = LoadCollectorConfig(fs.get(), options);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(AlertNames(*config), std::set<std::string>{"Mine"});
}

TEST(CollectorConfig, ListsWhatIsWrongInEveryFile) {
  test::TempDir dir;
  CollectorOptions options = Options();
  options.config_file = dir.Write("p.yml", "globl: {}\n");
  options.alertmanager_config_file = dir.Write("a.yml", "route: {receiver: x}\n");
  options.web_config_file = dir.Write("w.yml", "tokens: 7\n");
  const auto fs = base::NewPosixFileSystem();
  const auto config = LoadCollectorConfig(fs.get(), options);
  ASSERT_FALSE(config.ok());
  const std::string message(config.status().message());
  for (const char* file : {"p.yml:1:", "a.yml:1:", "w.yml:1:"}) {
    EXPECT_NE(message.find(file), std::string::npos) << file << " in " << message;
  }
}

TEST(CollectorConfig, RefusesAnOpenListenerWithoutCredentials) {
  CollectorOptions options = Options();
  options.listen = {"0.0.0.0:9090"};
  const auto fs = base::NewPosixFileSystem();
  EXPECT_FALSE(LoadCollectorConfig(fs.get(), options).ok());
  options.allow_plaintext = {"10.0.0.0/8"};
  EXPECT_TRUE(LoadCollectorConfig(fs.get(), options).ok());
  options.allow_plaintext = {"ten"};
  EXPECT_FALSE(LoadCollectorConfig(fs.get(), options).ok());
}

TEST(CollectorConfig, RulesInLogqlNeedAnEngineThatSpeaksIt) {
  test::TempDir dir;
  dir.Write("r.yml", "groups: [{name: g, rules: [{record: 'n', logql: 'rate({a=\"b\"}[5m])'}]}]\n");
  CollectorOptions options = Options();
  const auto fs = base::NewPosixFileSystem();
  const auto load = [&](const std::string& logs) {
    options.config_file = dir.Write("p.yml", "rule_files: [r.yml]\n" + logs);
    return LoadCollectorConfig(fs.get(), options);
  };
  EXPECT_TRUE(load("").ok());
  EXPECT_TRUE(load("logs: {remote: {url: 'http://localhost:1'}}\n").ok());
  const auto refused = load("logs: {remote: {url: 'http://localhost:1', engine: victorialogs}}\n");
  ASSERT_FALSE(refused.ok());
  const std::string message(refused.status().message());
  EXPECT_NE(message.find("r.yml: group \"g\", rule \"n\": `logql` needs"), std::string::npos)
      << message;
}

TEST(CollectorConfig, RuleFilesThatCannotBeReadAreToldWithTheirPlace) {
  test::TempDir dir;
  CollectorOptions options = Options();
  options.config_file = dir.Write("p.yml", "rule_files:\n  - .\n  - '*/r.yml'\n");
  const auto fs = base::NewPosixFileSystem();
  const auto config = LoadCollectorConfig(fs.get(), options);
  ASSERT_FALSE(config.ok());
  const std::string message(config.status().message());
  for (const char* place : {"p.yml:2:5: rule_files[0]: ", "p.yml:3:5: rule_files[1]: "}) {
    EXPECT_NE(message.find(place), std::string::npos) << message;
  }
}

TEST(CollectorConfig, RuleFilesThatAreNotThereAreWarnedOfWithTheirPlace) {
  test::TempDir dir;
  dir.Write("r.yml", "groups: []\n");
  CollectorOptions options = Options();
  options.config_file =
      dir.Write("p.yml", "rule_files: [r.yml, mistyped.yml, 'x/*.yml', 'r*.yml']\n");
  const auto fs = base::NewPosixFileSystem();
  const auto config = LoadCollectorConfig(fs.get(), options);
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_EQ(config->warnings.size(), 2u);
  EXPECT_NE(config->warnings[0].find("p.yml:1:21: rule_files[1]: no file is "), std::string::npos)
      << config->warnings[0];
  EXPECT_NE(config->warnings[0].find("mistyped.yml"), std::string::npos);
  EXPECT_NE(config->warnings[1].find("rule_files[2]"), std::string::npos);
}

TEST(CollectorParts, AreNamedOneByOne) {
  const auto logs = ParseParts("logs");
  ASSERT_TRUE(logs.ok());
  EXPECT_TRUE(logs->logs);
  EXPECT_FALSE(logs->tsdb || logs->rules || logs->alertmanager);
  EXPECT_FALSE(ParseParts("").ok());
  EXPECT_FALSE(ParseParts("logs,everything").ok());
  EXPECT_FALSE(ParseParts("rules").ok()) << "rules need tsdb";
}

}  // namespace
}  // namespace vedette::app
