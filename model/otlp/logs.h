#ifndef VEDETTE_MODEL_OTLP_LOGS_H_
#define VEDETTE_MODEL_OTLP_LOGS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/otlp/any_value.h"
#include "model/otlp/metrics.h"

// OTLP logs on the wire: opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest. Resources
// and scopes are those of metrics; maps among attributes are taken apart, "a.b".

namespace vedette::model::otlp {

struct LogRecord {
  uint64_t time_ns = 0;      // 0: unknown
  uint64_t observed_ns = 0;  // 0: unknown
  int64_t severity_number = 0;
  std::string severity_text;
  AnyValue body;
  Attributes attributes;
  uint32_t dropped_attributes = 0;
  uint32_t flags = 0;
  std::string trace_id;  // in hexadecimal
  std::string span_id;
};

// Takes a request piece by piece; an error ends the reading.
class LogsVisitor {
 public:
  virtual ~LogsVisitor() = default;
  virtual base::Status OnResource(const Resource& resource) = 0;
  virtual base::Status OnScope(const Scope& scope) = 0;
  virtual base::Status OnRecord(const LogRecord& record) = 0;
};

// As DecodeProtobuf and DecodeJson do for metrics.
base::Status DecodeLogsProtobuf(std::string_view body, LogsVisitor* visitor);
base::Status DecodeLogsJson(std::string_view body, LogsVisitor* visitor);

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_LOGS_H_
