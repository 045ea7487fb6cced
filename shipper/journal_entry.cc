#include "shipper/journal_entry.h"

#include <optional>

#include "base/strings.h"
#include "model/log_level.h"

namespace vedette::shipper {
namespace {

constexpr std::string_view kServiceSuffix = ".service";

std::string_view FirstOf(std::string_view a, std::string_view b) { return a.empty() ? b : a; }

// The unit that logged; for what has none (the kernel, programs outside systemd's care) what it
// calls itself, so that every journal stream can be found by its unit.
std::string_view UnitName(const JournalRecord& record) {
  std::string_view name = FirstOf(record.fields[kUnit], record.fields[kUserUnit]);
  name = FirstOf(name, record.fields[kIdentifier]);
  name = FirstOf(name, record.fields[kComm]);
  return FirstOf(name, "unknown_service");
}

// What a person calls it.
std::string_view ServiceName(std::string_view unit) {
  if (base::EndsWith(unit, kServiceSuffix)) unit.remove_suffix(kServiceSuffix.size());
  return unit;
}

struct TimeAndLevel {
  int64_t timestamp_ns;
  std::string_view level;
};

TimeAndLevel ReadLine(const JournalRecord& record, TimeZone zone) {
  const std::string& line = record.fields[kMessage];
  TimeAndLevel result{record.realtime_ns, {}};
  if (record.fields[kTransport] == "stdout") {
    if (const std::optional<LeadingTime> time = ParseLeadingTime(line, zone)) {
      result.timestamp_ns = ChooseTime(record.realtime_ns, *time);
      result.level = time->level;
    }
  }
  result.level = FirstOf(result.level, model::LevelOfLine(line));
  result.level = FirstOf(result.level, model::LevelOfPriority(record.fields[kPriority]));
  result.level = FirstOf(result.level, "info");
  return result;
}

}  // namespace

Entry MakeJournalEntry(const JournalRecord& record, const std::string& host, TimeZone zone) {
  const TimeAndLevel line = ReadLine(record, zone);
  const std::string_view unit = UnitName(record);

  Entry entry;
  entry.timestamp_ns = line.timestamp_ns;
  entry.line = record.fields[kMessage];
  entry.position = record.seqnum;
  // Names of services and units are text; whatever else stands there must not refuse the entry.
  entry.labels =
      model::Labels::FromPairs({{"job", "journal"},
                                {"host", host},
                                {"service_name", base::RepairUtf8(ServiceName(unit))},
                                {"detected_level", std::string(line.level)},
                                {"unit", base::RepairUtf8(unit)},
                                {"transport", base::RepairUtf8(record.fields[kTransport])}});
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
