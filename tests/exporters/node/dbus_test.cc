// The collectors that ask D-Bus, against a stand-in fed from what upstream said of a real systemd.
#include <gtest/gtest.h>

#include <cmath>

#include "base/strings.h"
#include "tests/exporters/node/bus_stand_in.h"
#include "tests/exporters/node/page.h"
#include "tests/support/shared_dir.h"

namespace vedette::exporters::node {
namespace {

constexpr char kSystemd[] = "org.freedesktop.systemd1";
constexpr char kSystemdPath[] = "/org/freedesktop/systemd1";
constexpr char kLogind[] = "org.freedesktop.login1";

struct FakeUnit {
  std::string name;
  std::string load = "loaded";
  std::string state;
  std::string path;
};

// The value of `label` in a line of the text format.
std::string LabelOf(std::string_view line, std::string_view label) {
  const std::string start = base::Concat({label, "=\""});
  const size_t at = line.find(start);
  if (at == std::string_view::npos) return "";
  const size_t begin = at + start.size();
  return std::string(line.substr(begin, line.find('"', begin) - begin));
}

double NumberOf(std::string_view line) {
  return base::ParseDouble(line.substr(line.rfind(' ') + 1)).value_or(0);
}

// Turns a page of upstream's into the answers that make it.
class SystemdStandIn {
 public:
  explicit SystemdStandIn(const std::map<std::string, std::string>& page) : bus_(kSystemd) {
    bus_.SetText(kSystemdPath, "Version", "252.39-1~deb12u2");
    bus_.SetText(kSystemdPath, "Virtualization", "container-other");
    bus_.SetText(kSystemdPath, "SystemState", "degraded");
    for (const auto line : Lines(page, "node_systemd_unit_state")) AddUnit(line);
    for (const auto line : Lines(page, "node_systemd_units")) AddOthers(line);
    SetNumbers(page, "node_systemd_service_restart_total", "NRestarts", false, 1);
    SetNumbers(page, "node_systemd_unit_tasks_max", "TasksMax", true, 1);
    SetNumbers(page, "node_systemd_unit_start_time_seconds", "ActiveEnterTimestamp", true, 1e6);
    SetNumbers(page, "node_systemd_timer_last_trigger_seconds", "LastTriggerUSec", true, 1e6);
    SetNumbers(page, "node_systemd_socket_accepted_connections_total", "NAccepted", false, 1);
    SetNumbers(page, "node_systemd_socket_current_connections", "NConnections", false, 1);
    SetNumbers(page, "node_systemd_socket_refused_connections_total", "NRefused", false, 1);
    bus_.OnCall("ListUnits", [this](sd_bus_message* reply) { return ListUnits(reply); });
  }

  BusStandIn& bus() { return bus_; }
  void AddUnit(const FakeUnit& unit) { units_.push_back(unit); }

 private:
  static std::vector<std::string_view> Lines(const std::map<std::string, std::string>& page,
                                             const std::string& family) {
    std::vector<std::string_view> lines;
    for (const std::string_view line : base::Split(page.at(family), '\n')) {
      if (!line.empty() && line[0] != '#') lines.push_back(line);
    }
    return lines;
  }

  static std::string PathOf(const std::string& name) {
    std::string path = base::Concat({kSystemdPath, "/unit/"});
    for (const char c : name) path += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    return path;
  }

  void AddUnit(std::string_view line) {
    if (NumberOf(line) != 1) return;
    const std::string name = LabelOf(line, "name");
    units_.push_back({name, "loaded", LabelOf(line, "state"), PathOf(name)});
    ++shown_[LabelOf(line, "state")];
    const std::string type = LabelOf(line, "type");
    if (!type.empty()) bus_.SetText(PathOf(name), "Type", type);
    if (base::EndsWith(name, ".service")) bus_.SetUint64(PathOf(name), "TasksMax", ~0ull);
    bus_.SetUint64(PathOf(name), "TasksCurrent", ~0ull);
  }

  // Units that count but are not shown: of types left out, or not loaded.
  void AddOthers(std::string_view line) {
    const std::string state = LabelOf(line, "state");
    for (int i = shown_[state]; i < static_cast<int>(NumberOf(line)); ++i) {
      const std::string number = base::Concat({state, std::to_string(i)});
      if (i % 2 == 0) units_.push_back({number + ".device", "loaded", state, "/"});
      if (i % 2 != 0) units_.push_back({number + ".service", "not-found", state, "/"});
    }
  }

  void SetNumbers(const std::map<std::string, std::string>& page, const std::string& family,
                  const std::string& property, bool is_wide, double unit) {
    for (const auto line : Lines(page, family)) {
      const std::string path = PathOf(LabelOf(line, "name"));
      const auto value = static_cast<uint64_t>(std::llround(NumberOf(line) * unit));
      if (is_wide) bus_.SetUint64(path, property, value);
      if (!is_wide) bus_.SetUint32(path, property, static_cast<uint32_t>(value));
    }
  }

  int ListUnits(sd_bus_message* reply) const {
    int r = sd_bus_message_open_container(reply, 'a', "(ssssssouso)");
    for (const FakeUnit& unit : units_) {
      if (r < 0) return r;
      r = sd_bus_message_append(reply, "(ssssssouso)", unit.name.c_str(), "A unit",
                                unit.load.c_str(), unit.state.c_str(), "running", "",
                                unit.path.c_str(), 0u, "", "/");
    }
    return r < 0 ? r : sd_bus_message_close_container(reply);
  }

  BusStandIn bus_;
  std::vector<FakeUnit> units_;
  std::map<std::string, int> shown_;
};

NodeOptions SystemdOptions() {
  NodeOptions options = TreeOptions("/nonexistent", {"systemd", "uname"});
  options.systemd.unit_exclude = R"(.+\.(automount|device|mount|scope|slice|target))";
  options.systemd.restarts_metrics = true;
  options.systemd.task_metrics = true;
  options.systemd.start_time_metrics = true;
  return options;
}

class DbusCollectors : public ::testing::Test {
 protected:
  void SetUp() override {
    VEDETTE_SHARED_OR_SKIP(file, "reference/exporters/node-systemd.prom");
    page_ = SplitFamilies(test::ReadWholeFile(file));
  }
  std::map<std::string, std::string> page_;
};

TEST_F(DbusCollectors, SystemdIsUpstreamsByteByByte) {
  SystemdStandIn systemd(page_);
  if (!systemd.bus().Start()) GTEST_SKIP() << "no dbus-daemon here";
  const std::string page = PageMaker(SystemdOptions()).Get();
  EXPECT_EQ(ValueOf(page, "node_scrape_collector_success{collector=\"systemd\"}"), "1") << page;
  const auto ours = SplitFamilies(page);
  int compared = 0;
  for (const auto& [family, text] : page_) {
    if (!base::StartsWith(family, "node_systemd_")) continue;
    ++compared;
    ASSERT_EQ(ours.count(family), 1u) << family;
    EXPECT_EQ(ours.at(family), text) << family;
  }
  EXPECT_EQ(compared, 12);
}

TEST_F(DbusCollectors, SystemdAsksOnlyWhatIsShown) {
  SystemdStandIn systemd(page_);
  if (!systemd.bus().Start()) GTEST_SKIP() << "no dbus-daemon here";
  NodeOptions options = SystemdOptions();
  options.systemd.unit_include = "dbus.*";
  options.systemd.restarts_metrics = false;
  options.systemd.task_metrics = false;
  options.systemd.start_time_metrics = false;
  const auto page = PageMaker(options).Get();
  EXPECT_NE(page.find("name=\"dbus.service\""), std::string::npos);
  EXPECT_EQ(page.find("name=\"emergency.service\""), std::string::npos);
  // Version, virtualization, state and the list; one property of the service, three of the socket.
  EXPECT_EQ(systemd.bus().calls(), 8);
}

TEST_F(DbusCollectors, UnitThatWentAwayCostsItsPropertiesAlone) {
  SystemdStandIn systemd(page_);
  systemd.AddUnit({"gone.service", "loaded", "active", "/org/freedesktop/systemd1/unit/gone"});
  if (!systemd.bus().Start()) GTEST_SKIP() << "no dbus-daemon here";
  const std::string page = PageMaker(SystemdOptions()).Get();
  EXPECT_EQ(ValueOf(page, "node_scrape_collector_success{collector=\"systemd\"}"), "1");
  EXPECT_EQ(
      ValueOf(page, "node_systemd_unit_state{name=\"gone.service\",state=\"active\",type=\"\"}"),
      "1");
  EXPECT_EQ(page.find("restart_total{name=\"gone.service\"}"), std::string::npos);
}

TEST_F(DbusCollectors, SilentSystemdEndsWithTheScrape) {
  SystemdStandIn systemd(page_);
  if (!systemd.bus().Start()) GTEST_SKIP() << "no dbus-daemon here";
  systemd.bus().FallSilent();
  PageMaker maker(SystemdOptions());
  base::http::Request request;
  request.method = "GET";
  request.path = "/metrics";
  request.headers.Set("X-Prometheus-Scrape-Timeout-Seconds", "1");
  const std::string page = maker.exporter->handler()(request).body;
  EXPECT_EQ(ValueOf(page, "node_scrape_collector_success{collector=\"systemd\"}"), "0");
  EXPECT_EQ(ValueOf(page, "node_scrape_collector_success{collector=\"uname\"}"), "1");
}

TEST_F(DbusCollectors, AbsentBusIsAnErrorOfItsCollectorAlone) {
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
  const std::string page = PageMaker(TreeOptions("/nonexistent", {"logind", "uname"})).Get();
  ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
  EXPECT_EQ(ValueOf(page, "node_scrape_collector_success{collector=\"logind\"}"), "0");
  EXPECT_EQ(ValueOf(page, "node_scrape_collector_success{collector=\"uname\"}"), "1");
}

TEST_F(DbusCollectors, LogindCountsEveryCombination) {
  BusStandIn logind(kLogind);
  logind.OnCall("ListSeats", [](sd_bus_message* reply) {
    return sd_bus_message_append(reply, "a(so)", 1, "seat0", "/seat0");
  });
  logind.OnCall("ListSessions", [](sd_bus_message* reply) {
    return sd_bus_message_append(reply, "a(susso)", 3, "1", 1000u, "ada", "seat0", "/s1", "2",
                                 1001u, "bob", "", "/s2", "3", 1002u, "eve", "", "/gone");
  });
  logind.SetBool("/s1", "Remote", false);
  logind.SetText("/s1", "Type", "x11");
  logind.SetText("/s1", "Class", "user");
  logind.SetBool("/s2", "Remote", true);
  logind.SetText("/s2", "Type", "hologram");
  logind.SetText("/s2", "Class", "user");
  if (!logind.Start()) GTEST_SKIP() << "no dbus-daemon here";
  const std::string page = PageMaker(TreeOptions("/nonexistent", {"logind"})).Get();
  const auto count = [&](const char* labels) {
    return ValueOf(page, base::Concat({"node_logind_sessions{", labels, "}"}));
  };
  EXPECT_EQ(count("class=\"user\",remote=\"false\",seat=\"seat0\",type=\"x11\""), "1");
  EXPECT_EQ(count("class=\"user\",remote=\"true\",seat=\"\",type=\"other\""), "1");
  EXPECT_EQ(count("class=\"greeter\",remote=\"true\",seat=\"seat0\",type=\"web\""), "0");
  const std::string family = SplitFamilies(page)["node_logind_sessions"];
  EXPECT_EQ(std::count(family.begin(), family.end(), '\n'), 2 + 2 * 7 * 5 * 2);
}

}  // namespace
}  // namespace vedette::exporters::node
