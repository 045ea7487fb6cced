// Which group a process is in.
#include "exporters/process/name_rules.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace vedette::exporters::process {
namespace {

ProcessAttributes Process(const std::string& comm, std::vector<std::string> command_line) {
  ProcessAttributes process;
  process.comm = comm;
  process.command_line = std::move(command_line);
  process.pid = 42;
  process.start_seconds = 1795246648;
  process.username = "www-data";
  process.cgroups = {"/system.slice/caddy.service"};
  return process;
}

std::shared_ptr<const NameRules> Rules(const std::string& yaml) {
  auto rules = NameRules::FromYaml(yaml, "process.yml");
  EXPECT_TRUE(rules.ok()) << rules.status();
  return rules.ok() ? *rules : nullptr;
}

TEST(NameRules, FirstRuleThatFitsDecides) {
  const auto rules = Rules(
      "process_names:\n"
      "  - comm: [bash, dash]\n"
      "  - exe: [postgres, /usr/local/bin/app]\n"
      "  - name: \"{{.ExeFull}}:{{.Matches.Cfgfile}}\"\n"
      "    exe: [/usr/sbin/daemon]\n"
      "    cmdline: ['-config.path\\s+(?P<Cfgfile>\\S+)']\n"
      "  - name: \"{{.Comm}}\"\n"
      "    cmdline: ['.+']\n");
  struct {
    ProcessAttributes process;
    std::optional<std::string> name;
  } const cases[] = {
      {Process("bash", {"/bin/bash", "-c", "x"}), "bash"},
      {Process("bash", {}), "bash"},
      {Process("postgres", {"/usr/lib/postgresql/15/bin/postgres", "-D"}), "postgres"},
      {Process("app", {"/usr/local/bin/app"}), "app"},
      {Process("app", {"/opt/app"}), "app"},  // by the last rule: its path is another one
      {Process("daemon", {"/usr/sbin/daemon", "-config.path", "/etc/d.yml"}),
       "/usr/sbin/daemon:/etc/d.yml"},
      {Process("daemon", {"/usr/sbin/daemon"}), "daemon"},
      {Process("kworker/0:1", {}), std::nullopt},  // a kernel thread has no command line
      {Process("odd", {"\xff\xfe"}), "odd"},
  };
  for (const auto& c : cases) EXPECT_EQ(rules->Name(c.process), c.name) << c.process.comm;
}

TEST(NameRules, TemplatesKnowUpstreamsFields) {
  struct {
    const char* name;
    const char* expected;
  } const cases[] = {
      {"{{.Comm}}", "caddy"},
      {"{{.ExeBase}}", "caddy"},
      {"{{.ExeFull}}", "/usr/bin/caddy"},
      {"{{.Username}}", "www-data"},
      {"{{.PID}}", "42"},
      {"{{.PID}};{{.StartTime}}", "42;2026-11-21 07:37:28 +0000 UTC"},
      {"{{index .Cgroups 0}}", "/system.slice/caddy.service"},
      {"{{.Matches.missing}}x", "x"},
      {"{{with .Matches}}{{.verb}}{{end}}", "run"},
  };
  for (const auto& c : cases) {
    const auto rules = Rules(base::Concat(
        {"process_names:\n  - name: \"", c.name, "\"\n    cmdline: ['caddy (?P<verb>\\w+)']\n"}));
    EXPECT_EQ(rules->Name(Process("caddy", {"/usr/bin/caddy", "run"})), c.expected) << c.name;
  }
  EXPECT_TRUE(Rules("process_names: [{name: '{{.Username}}', comm: [a]}]")->uses_username());
  EXPECT_TRUE(Rules("process_names: [{name: '{{range .Cgroups}}{{.}}{{end}}', comm: [a]}]")
                  ->uses_cgroups());
  EXPECT_FALSE(Rules("process_names: [{comm: [a]}]")->uses_cgroups());
}

TEST(NameRules, EveryProblemOfAFileIsToldWithItsPlace) {
  const auto rules = NameRules::FromYaml(
      "process_names:\n"
      "  - name: '{{.Nope}}'\n"
      "    comm: [a]\n"
      "  - name: '{{'\n"
      "    comm: [a]\n"
      "  - cmdline: ['(']\n"
      "  - name: x\n"
      "  - comms: [a]\n",
      "process.yml");
  ASSERT_FALSE(rules.ok());
  const std::string message(base::Message(rules.status()));
  for (const char* part : {"process.yml:2:", "process_names[0].name", "Nope",
                           "process.yml:4:", "process.yml:6:", "process_names[2].cmdline",
                           "process_names[3]", "needs one of comm, exe, cmdline", "comms"}) {
    EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
  }
  EXPECT_FALSE(NameRules::FromYaml("{}", "f").ok());
  EXPECT_FALSE(NameRules::FromYaml("process_names: 3", "f").ok());
}

TEST(NameRules, ListsOfNamesAndMappings) {
  const auto rules = NameRules::FromLists("bash,python3", "python3,([^/ ]+\\.py),java,-jar (\\S+)");
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ((*rules)->Name(Process("bash", {"bash"})), "bash");
  EXPECT_EQ((*rules)->Name(Process("python3", {"python3", "/srv/a.py"})), "python3:a.py");
  // A name with a mapping is in no group where the pattern catches nothing.
  EXPECT_EQ((*rules)->Name(Process("python3", {"python3"})), std::nullopt);
  EXPECT_EQ((*rules)->Name(Process("java", {"java", "-jar", "x.jar"})), "java:x.jar");
  EXPECT_EQ((*rules)->Name(Process("caddy", {"caddy"})), std::nullopt);
  for (const char* mapping : {"a", "a,b,c", "a,(", ",x", "a,"}) {
    EXPECT_FALSE(NameRules::FromLists("", mapping).ok()) << mapping;
  }
}

TEST(NameRules, WithoutAnythingEveryProcessIsGroupedByItsName) {
  const auto rules = NameRules::FromLists("", "");
  ASSERT_TRUE(rules.ok());
  EXPECT_EQ((*rules)->Name(Process("caddy", {"/usr/bin/caddy"})), "caddy");
  EXPECT_EQ((*rules)->Name(Process("kthreadd", {})), std::nullopt);
}

}  // namespace
}  // namespace vedette::exporters::process
