#include "shipper/journal_entry.h"

#include <optional>

#include "base/strings.h"
#include "model/log_level.h"

namespace vedette::shipper {
namespace {

constexpr std::string_view kServiceSuffix = ".service";
// Unit of what systemd runs no unit for, so that every journal stream can be found by its unit.
// What such a program calls itself is its own choice, and has as many values as it likes: no label.
constexpr std::string_view kNoUnit = "none";

std::string_view FirstOf(std::string_view a, std::string_view b) { return a.empty() ? b : a; }

std::string_view UnitName(const JournalRecord& record) {
  return FirstOf(FirstOf(record.fields[kUnit], record.fields[kUserUnit]), kNoUnit);
}

// What a person calls it: the unit, else the program, as journald itself found it out.
std::string_view ServiceName(const JournalRecord& record) {
  std::string_view name = FirstOf(record.fields[kUnit], record.fields[kUserUnit]);
  if (base::EndsWith(name, kServiceSuffix)) name.remove_suffix(kServiceSuffix.size());
  if (name.empty() && record.fields[kTransport] == "kernel") return "kernel";
  return FirstOf(FirstOf(name, record.fields[kComm]), "unknown_service");
}

// "caddy.service", Debian's "caddy-api.service", instances "caddy@site.service", and a Caddy that
// runs in some other unit.
bool IsCaddy(const JournalRecord& record) {
  std::string_view name = ServiceName(record);
  name = name.substr(0, name.find('@'));
  return name == "caddy" || name == "caddy-api" || record.fields[kComm] == "caddy";
}

// What the line tells by the rules of its source; the logger and the status are Caddy's alone.
CaddyFacts ReadLine(const JournalRecord& record, TimeZone zone, CaddyLineReader* caddy) {
  const std::string& line = record.fields[kMessage];
  if (IsCaddy(record)) return caddy->Read(line);
  CaddyFacts facts;
  if (record.fields[kTransport] == "stdout") facts.time = ParseLeadingTime(line, zone);
  if (facts.time) facts.level = facts.time->level;
  if (facts.level.empty()) facts.level = model::LevelOfLine(line);
  return facts;
}

model::Labels StreamLabels(const JournalRecord& record, const std::string& host,
                           const CaddyFacts& facts) {
  const std::string_view level =
      FirstOf(FirstOf(facts.level, model::LevelOfPriority(record.fields[kPriority])), "info");
  // Names of services and units are text; whatever else stands there must not refuse the entry.
  return model::Labels::FromPairs({{"job", "journal"},
                                   {"host", host},
                                   {"service_name", base::RepairUtf8(ServiceName(record))},
                                   {"detected_level", std::string(level)},
                                   {"unit", base::RepairUtf8(UnitName(record))},
                                   {"transport", base::RepairUtf8(record.fields[kTransport])},
                                   {"logger", base::RepairUtf8(facts.logger)},
                                   {"status", facts.status}});
}

}  // namespace

Entry MakeJournalEntry(const JournalRecord& record, const std::string& host, TimeZone zone,
                       CaddyLineReader* caddy) {
  const CaddyFacts facts = ReadLine(record, zone, caddy);
  Entry entry;
  entry.timestamp_ns =
      facts.time ? ChooseTime(record.realtime_ns, *facts.time) : record.realtime_ns;
  entry.line = record.fields[kMessage];
  entry.position = record.seqnum;
  entry.labels = StreamLabels(record, host, facts);
  entry.metadata =
      model::Labels::FromPairs({{"pid", base::RepairUtf8(record.fields[kPid])},
                                {"uid", base::RepairUtf8(record.fields[kUid])},
                                {"identifier", base::RepairUtf8(record.fields[kIdentifier])},
                                {"comm", base::RepairUtf8(record.fields[kComm])},
                                {"boot_id", base::RepairUtf8(record.fields[kBootId])},
                                {"priority", base::RepairUtf8(record.fields[kPriority])},
                                {"message_id", base::RepairUtf8(record.fields[kMessageId])}});
  return entry;
}

}  // namespace vedette::shipper
