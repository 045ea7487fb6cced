#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/strings.h"
#include "model/otlp/json_fields.h"
#include "model/otlp/json_point.h"
#include "model/otlp/logs.h"

namespace vedette::model::otlp {
namespace json {
namespace {

// SeverityNumber by its number or its name, SEVERITY_NUMBER_ERROR2.
int64_t SeverityField(const object& from, Reading* reading) {
  constexpr std::string_view kPrefix = "SEVERITY_NUMBER_";
  constexpr std::string_view kLevels[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
  const auto found = Find(from, "severityNumber");
  if (!found) return 0;
  std::string_view text;
  if (found->get(text) != simdjson::SUCCESS || !base::StartsWith(text, kPrefix)) {
    return WholeField<int64_t>(from, "severityNumber", reading);
  }
  text.remove_prefix(kPrefix.size());
  if (text == "UNSPECIFIED") return 0;
  int64_t number = 1;
  for (const std::string_view level : kLevels) {
    for (const std::string_view step : {"", "2", "3", "4"}) {
      if (text == base::Concat({level, step})) return number;
      ++number;
    }
  }
  reading->Fail("severityNumber", "a number or a name such as SEVERITY_NUMBER_ERROR");
  return 0;
}

// An id stays in hexadecimal, in lower case as from the wire.
std::string HexField(const object& from, std::string_view name, Reading* reading) {
  const std::string hex = base::ToLowerAscii(TextField(from, name, reading));
  if (!hex.empty() && (hex.size() % 2 != 0 || !base::IsHex(hex, hex.size()))) {
    reading->Fail(name, "bytes in hexadecimal");
  }
  return hex;
}

LogRecord ReadRecord(const object& from, Reading* reading) {
  LogRecord record;
  record.time_ns = WholeField<uint64_t>(from, "timeUnixNano", reading);
  record.observed_ns = WholeField<uint64_t>(from, "observedTimeUnixNano", reading);
  record.severity_number = SeverityField(from, reading);
  record.severity_text = TextField(from, "severityText", reading);
  record.body = ValueField(from, "body", reading);
  record.attributes = FlatAttributesField(from, "attributes", reading);
  record.dropped_attributes =
      static_cast<uint32_t>(WholeField<uint64_t>(from, "droppedAttributesCount", reading));
  record.flags = static_cast<uint32_t>(WholeField<uint64_t>(from, "flags", reading));
  record.trace_id = HexField(from, "traceId", reading);
  record.span_id = HexField(from, "spanId", reading);
  return record;
}

// Walks the request; the visitor's own errors end it too.
class LogsWalk {
 public:
  explicit LogsWalk(LogsVisitor* visitor) : visitor_(visitor) {}

  base::Status Go(const object& request) {
    EachObject(request, "resourceLogs", kNoLimit, &reading_,
               [this](const object& item) { WalkResource(item); });
    return reading_.status();
  }

 private:
  void WalkResource(const object& item) {
    Resource resource;
    if (const auto fields = ObjectField(item, "resource", &reading_)) {
      resource.attributes = FlatAttributesField(*fields, "attributes", &reading_);
    }
    if (!reading_.ok() || !reading_.Took(visitor_->OnResource(resource))) return;
    EachObject(item, "scopeLogs", kNoLimit, &reading_,
               [this](const object& scope) { WalkScope(scope); });
  }

  void WalkScope(const object& item) {
    Scope scope;
    if (const auto fields = ObjectField(item, "scope", &reading_)) {
      scope.name = TextField(*fields, "name", &reading_);
      scope.version = TextField(*fields, "version", &reading_);
      scope.attributes = FlatAttributesField(*fields, "attributes", &reading_);
    }
    if (!reading_.ok() || !reading_.Took(visitor_->OnScope(scope))) return;
    EachObject(item, "logRecords", kNoLimit, &reading_, [this](const object& from) {
      const LogRecord record = ReadRecord(from, &reading_);
      if (reading_.ok()) reading_.Took(visitor_->OnRecord(record));
    });
  }

  LogsVisitor* const visitor_;
  Reading reading_{"OTLP logs"};
};

}  // namespace
}  // namespace json

base::Status DecodeLogsJson(std::string_view body, LogsVisitor* visitor) {
  return json::ReadBody(body, "OTLP logs", [visitor](const json::object& request) {
    return json::LogsWalk(visitor).Go(request);
  });
}

}  // namespace vedette::model::otlp
