#ifndef VEDETTE_MODEL_OTLP_LOG_STREAMS_H_
#define VEDETTE_MODEL_OTLP_LOG_STREAMS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/log_push.h"
#include "model/log_push_builder.h"
#include "model/otlp/logs.h"

namespace vedette::model::otlp {

// Makes pushed streams of OTLP logs as Loki does: of a resource its service, deployment, cloud,
// container and Kubernetes names become the stream's labels; its other attributes, the scope's and
// the record's become structured metadata, under names with '_' for what no label name may hold.
// The line is the body as text. A bad record is left out. One thread, one request.
class LogStreams final : public LogsVisitor {
 public:
  // `now_ns` is the time of records that tell none.
  explicit LogStreams(int64_t now_ns) : now_ns_(now_ns) {}
  LogStreams(const LogStreams&) = delete;
  LogStreams& operator=(const LogStreams&) = delete;

  base::Status OnResource(const Resource& resource) override;
  base::Status OnScope(const Scope& scope) override;
  base::Status OnRecord(const LogRecord& record) override;

  LogPush Take() { return builder_.Take(); }
  const LogPushRefusals& refused() const { return refused_; }

 private:
  // By label name; what comes later counts: resource, scope, record.
  using Metadata = std::map<std::string, std::string>;
  static void Add(const Attributes& attributes, Metadata* out);
  static Metadata MetadataOf(const LogRecord& record);
  base::Status TooMuchMetadata() const;

  const int64_t now_ns_;
  const LogPushLimits limits_;
  LogPushRefusals refused_;
  LogPushBuilder builder_{limits_, &refused_};
  Metadata of_resource_;
  Metadata of_scope_;
};

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_LOG_STREAMS_H_
