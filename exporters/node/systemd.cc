// node_systemd_* by D-Bus: one list of units, then only the properties that a shown family needs,
// all calls under way together.
#include <re2/re2.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <map>
#include <optional>

#include "base/regex.h"
#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/dbus.h"
#include "exporters/node/family_table.h"

namespace vedette::exporters::node {
namespace {

constexpr char kPrivateSocket[] = "/run/systemd/private";
constexpr char kSystemdService[] = "org.freedesktop.systemd1";
constexpr char kSystemdManagerPath[] = "/org/freedesktop/systemd1";
constexpr char kSystemdManager[] = "org.freedesktop.systemd1.Manager";
// The first that knows its own state and when a timer went off.
constexpr double kVersionWithState = 212;
constexpr double kMicrosPerSecond = 1e6;

constexpr const char* kSystemdStates[] = {"activating", "active", "deactivating", "failed",
                                          "inactive"};

constexpr FamilySpec kVersion = {"node_systemd_version", Kind::kGauge, "Detected systemd version"};
constexpr FamilySpec kVirtualization = {"node_systemd_virtualization_info", Kind::kGauge,
                                        "Detected virtualization technology"};
constexpr FamilySpec kRunning = {
    "node_systemd_system_running", Kind::kGauge,
    "Whether the system is operational (see 'systemctl is-system-running')"};
constexpr FamilySpec kSystemdUnits = {"node_systemd_units", Kind::kGauge,
                                      "Summary of systemd unit states"};
constexpr FamilySpec kUnitState = {"node_systemd_unit_state", Kind::kGauge, "Systemd unit"};
constexpr FamilySpec kStartTime = {"node_systemd_unit_start_time_seconds", Kind::kGauge,
                                   "Start time of the unit since unix epoch in seconds."};
constexpr FamilySpec kLastTrigger = {"node_systemd_timer_last_trigger_seconds", Kind::kGauge,
                                     "Seconds since epoch of last trigger."};
// What systemd writes for an unknown number, and what a property holds that was not answered.
constexpr uint64_t kUnknown = std::numeric_limits<uint64_t>::max();
constexpr uint32_t kNotAnswered = std::numeric_limits<uint32_t>::max();

struct Manager {
  std::string version;
  std::string virtualization = "unknown";
  std::string state;
};

struct Unit {
  std::string name;
  std::string state;
  std::string path;

  // Properties asked for where a shown family needs them.
  std::vector<DbusProperty> type_properties;
  std::vector<DbusProperty> unit_properties;
  std::string type;
  uint64_t entered_micros = kUnknown;
  uint64_t tasks_current = kUnknown;
  uint64_t tasks_max = kUnknown;
  uint64_t last_trigger_micros = kUnknown;
  uint32_t restarts = kNotAnswered;
  uint32_t accepted = kNotAnswered;
  uint32_t connections = kNotAnswered;
  uint32_t refused = kNotAnswered;

  bool Is(std::string_view suffix) const { return base::EndsWith(name, suffix); }
};

// Numbers of a unit that are shown as they are, where systemd knows them.
struct TaskRow {
  FamilySpec family;
  uint64_t Unit::*value;
};
constexpr TaskRow kTasks[] = {
    {{"node_systemd_unit_tasks_current", Kind::kGauge, "Current number of tasks per Systemd unit"},
     &Unit::tasks_current},
    {{"node_systemd_unit_tasks_max", Kind::kGauge, "Maximum number of tasks per Systemd unit"},
     &Unit::tasks_max},
};
// And where it was asked for them.
struct CountRow {
  FamilySpec family;
  uint32_t Unit::*value;
};
constexpr CountRow kCounts[] = {
    {{"node_systemd_service_restart_total", Kind::kCounter,
      "Service unit count of Restart triggers"},
     &Unit::restarts},
    {{"node_systemd_socket_accepted_connections_total", Kind::kCounter,
      "Total number of accepted socket connections"},
     &Unit::accepted},
    {{"node_systemd_socket_current_connections", Kind::kGauge,
      "Current number of socket connections"},
     &Unit::connections},
    {{"node_systemd_socket_refused_connections_total", Kind::kGauge,
      "Total number of refused socket connections"},
     &Unit::refused},
};

// "252.39-1~deb12u2" is 252.39: the first three or more digits, with decimals if there are any.
std::optional<double> ParseVersion(const std::string& text) {
  static const re2::RE2 kPattern("([0-9]{3,}(?:\\.[0-9]+)?)");
  std::string number;
  if (!re2::RE2::PartialMatch(text, kPattern, &number)) return std::nullopt;
  return base::ParseDouble(number);
}

base::StatusOr<std::shared_ptr<const re2::RE2>> WholeName(const std::string& pattern,
                                                          const std::string& flag) {
  auto regex = base::CompileRegex(base::Concat({"^(?:", pattern, ")$"}));
  if (!regex.ok()) return base::Annotate(regex.status(), flag);
  return *std::move(regex);
}

// Which units to show. The verdict on a name is kept: units are many and their names few.
class UnitFilter {
 public:
  static base::StatusOr<UnitFilter> Make(const NodeOptions::Systemd& options) {
    UnitFilter filter;
    VEDETTE_ASSIGN_OR_RETURN(filter.include_,
                             WholeName(options.unit_include, "--collector.systemd.unit-include"));
    VEDETTE_ASSIGN_OR_RETURN(filter.exclude_,
                             WholeName(options.unit_exclude, "--collector.systemd.unit-exclude"));
    return filter;
  }

  bool Shows(std::string_view name) {
    const auto known = verdicts_.find(name);
    if (known != verdicts_.end()) return known->second;
    if (verdicts_.size() >= kMaxVerdicts) verdicts_.clear();  // transient units come and go
    const re2::StringPiece piece(name.data(), name.size());
    const bool shows =
        re2::RE2::PartialMatch(piece, *include_) && !re2::RE2::PartialMatch(piece, *exclude_);
    return verdicts_[std::string(name)] = shows;
  }

 private:
  static constexpr size_t kMaxVerdicts = 4096;

  std::shared_ptr<const re2::RE2> include_;
  std::shared_ptr<const re2::RE2> exclude_;
  base::StringMap<bool> verdicts_;
};

class Systemd final : public Collector {
 public:
  Systemd(const NodeOptions::Systemd& options, UnitFilter filter)
      : options_(options), filter_(std::move(filter)) {}

  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::unique_ptr<DbusConnection> bus, Open(scrape));
    Manager manager;
    std::deque<Unit> units;  // a deque: properties are read into them
    std::map<std::string, uint64_t> counts;
    VEDETTE_RETURN_IF_ERROR(AskManager(bus.get(), &manager, &units, &counts));
    const double version = ParseVersion(manager.version).value_or(0);
    AddManager(manager, version, counts, sink);
    const base::Status status = AskUnits(bus.get(), &units);
    for (const Unit& unit : units) AddUnit(unit, version, sink);
    return status;
  }

 private:
  base::StatusOr<std::unique_ptr<DbusConnection>> Open(const Scrape& scrape) const {
    if (options_.use_private_socket) return DbusConnection::OpenPeer(kPrivateSocket, scrape);
    auto bus = DbusConnection::OpenSystem(scrape);
    // Systemd has a socket of its own for root, where no bus runs.
    if (!bus.ok() && ::geteuid() == 0) return DbusConnection::OpenPeer(kPrivateSocket, scrape);
    return bus;
  }

  base::Status AskManager(DbusConnection* bus, Manager* manager, std::deque<Unit>* units,
                          std::map<std::string, uint64_t>* counts) {
    const DbusConnection::Target target{kSystemdService, kSystemdManagerPath, kSystemdManager};
    const DbusProperty properties[] = {{"Version", 's', &manager->version},
                                       {"Virtualization", 's', &manager->virtualization},
                                       {"SystemState", 's', &manager->state}};
    // One by one: GetAll of the manager is a hundred properties.
    for (const DbusProperty& property : properties) {
      VEDETTE_RETURN_IF_ERROR(bus->GetProperties(target, &property, 1));
    }
    for (const char* state : kSystemdStates) (*counts)[state] = 0;
    VEDETTE_RETURN_IF_ERROR(bus->Call(target, "ListUnits", [&](sd_bus_message* reply) {
      return ReadUnits(reply, units, counts);
    }));
    return bus->Wait();
  }

  // name, description, load state, active state, sub state, following, path, job id, type, path.
  int ReadUnits(sd_bus_message* reply, std::deque<Unit>* units,
                std::map<std::string, uint64_t>* counts) {
    int r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
    const char* text[6];
    const char* path = nullptr;
    while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'r', "ssssssouso")) > 0) {
      r = sd_bus_message_read(reply, "sssssso", &text[0], &text[1], &text[2], &text[3], &text[4],
                              &text[5], &path);
      if (r >= 0) r = sd_bus_message_skip(reply, "uso");
      if (r >= 0) r = sd_bus_message_exit_container(reply);
      if (r < 0) return r;
      ++(*counts)[text[3]];
      if (std::string_view(text[2]) != "loaded" || !filter_.Shows(text[0])) continue;
      Unit& unit = units->emplace_back();
      unit.name = text[0];
      unit.state = text[3];
      unit.path = path;
    }
    return r;
  }

  base::Status AskUnits(DbusConnection* bus, std::deque<Unit>* units) const {
    for (Unit& unit : *units) {
      const char* const interface = ChooseProperties(&unit);
      VEDETTE_RETURN_IF_ERROR(Ask(bus, unit, interface, unit.type_properties));
      VEDETTE_RETURN_IF_ERROR(
          Ask(bus, unit, "org.freedesktop.systemd1.Unit", unit.unit_properties));
    }
    return bus->Wait();
  }

  // A few properties one by one cost PID 1 less than all of a unit's two hundred.
  static base::Status Ask(DbusConnection* bus, const Unit& unit, const char* interface,
                          const std::vector<DbusProperty>& properties) {
    const DbusConnection::Target target{kSystemdService, unit.path.c_str(), interface};
    for (const DbusProperty& property : properties) {
      VEDETTE_RETURN_IF_ERROR(bus->GetProperties(target, &property, 1));
    }
    return base::Status();
  }

  // Fills in what to ask `unit` for and says which interface its own properties are of.
  const char* ChooseProperties(Unit* unit) const {
    if (options_.start_time_metrics && unit->state == "active") {
      unit->unit_properties = {{"ActiveEnterTimestamp", 't', &unit->entered_micros}};
    }
    if (unit->Is(".mount")) {
      unit->type_properties = {{"Type", 's', &unit->type}};
      return "org.freedesktop.systemd1.Mount";
    }
    if (unit->Is(".timer")) {
      unit->type_properties = {{"LastTriggerUSec", 't', &unit->last_trigger_micros}};
      return "org.freedesktop.systemd1.Timer";
    }
    if (unit->Is(".socket")) {
      unit->type_properties = {{"NAccepted", 'u', &unit->accepted},
                               {"NConnections", 'u', &unit->connections},
                               {"NRefused", 'u', &unit->refused}};
      return "org.freedesktop.systemd1.Socket";
    }
    if (!unit->Is(".service")) return "";
    unit->type_properties = {{"Type", 's', &unit->type}};
    if (options_.restarts_metrics) {
      unit->type_properties.push_back({"NRestarts", 'u', &unit->restarts});
    }
    if (options_.task_metrics) {
      unit->type_properties.push_back({"TasksCurrent", 't', &unit->tasks_current});
      unit->type_properties.push_back({"TasksMax", 't', &unit->tasks_max});
    }
    return "org.freedesktop.systemd1.Service";
  }

  static void AddManager(const Manager& manager, double version,
                         const std::map<std::string, uint64_t>& counts, FamilySink* sink) {
    OpenFamily(kVersion, sink).Add(version, {{"version", version == 0 ? "" : manager.version}});
    const std::string& machine = manager.virtualization;
    OpenFamily(kVirtualization, sink)
        .Add(1, {{"virtualization_type", machine.empty() ? "none" : machine}});
    FamilyRef units = OpenFamily(kSystemdUnits, sink);
    for (const auto& [state, count] : counts) {
      units.Add(static_cast<double>(count), {{"state", state}});
    }
    if (version < kVersionWithState) return;
    OpenFamily(kRunning, sink).Add(manager.state == "running" ? 1 : 0);
  }

  void AddUnit(const Unit& unit, double version, FamilySink* sink) const {
    FamilyRef states = OpenFamily(kUnitState, sink);
    for (const char* const state : kSystemdStates) {
      states.Add(unit.state == state ? 1 : 0,
                 {{"name", unit.name}, {"state", state}, {"type", unit.type}});
    }
    const LabelRef name = {"name", unit.name};
    if (options_.start_time_metrics) {
      const uint64_t micros = unit.state == "active" ? unit.entered_micros : 0;
      AddKnown(kStartTime, micros, kMicrosPerSecond, name, sink);
    }
    for (const TaskRow& row : kTasks) AddKnown(row.family, unit.*row.value, 1, name, sink);
    if (version >= kVersionWithState) {
      AddKnown(kLastTrigger, unit.last_trigger_micros, kMicrosPerSecond, name, sink);
    }
    for (const CountRow& row : kCounts) {
      const uint32_t count = unit.*row.value;
      if (count != kNotAnswered) OpenFamily(row.family, sink).Add(count, {name});
    }
  }

  static void AddKnown(const FamilySpec& spec, uint64_t value, double unit, const LabelRef& name,
                       FamilySink* sink) {
    if (value != kUnknown) OpenFamily(spec, sink).Add(static_cast<double>(value) / unit, {name});
  }

  const NodeOptions::Systemd options_;
  UnitFilter filter_;
};

}  // namespace

MadeCollector MakeSystemd(const CollectorContext& context) {
  VEDETTE_ASSIGN_OR_RETURN(UnitFilter filter, UnitFilter::Make(context.options->systemd));
  return std::make_unique<Systemd>(context.options->systemd, std::move(filter));
}

}  // namespace vedette::exporters::node
