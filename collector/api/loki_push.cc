#include <string>
#include <utility>

#include "base/codec/compress.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/loki_params.h"
#include "collector/api/push_route.h"
#include "model/log_level.h"
#include "model/log_push.h"
#include "model/source_header.h"

namespace vedette::api {
namespace {

using base::StatusOr;
using base::http::Request;
using base::http::Responder;
using base::http::Response;

// Where a stream's service_name comes from when the sender gives none, in this order.
constexpr std::string_view kServiceLabels[] = {"service",
                                               "app",
                                               "application",
                                               "app_name",
                                               "name",
                                               "app_kubernetes_io_name",
                                               "container",
                                               "container_name",
                                               "k8s_container_name",
                                               "component",
                                               "workload",
                                               "job",
                                               "k8s_job_name"};

model::Labels WithServiceName(const model::Labels& labels) {
  if (labels.Has("service_name")) return labels;
  std::string_view service = "unknown_service";
  for (const std::string_view name : kServiceLabels) {
    if (!labels.Has(name)) continue;
    service = labels.Get(name);
    break;
  }
  return model::LabelsBuilder(labels).Set("service_name", service).Build();
}

constexpr std::string_view kLevelLabel = "detected_level";

// The entry's metadata with its level: in the canonical spelling where the sender names one, else
// by Loki's rule, else `default_level`.
model::Labels WithLevel(const model::Labels& stream, const model::LogEntry& entry,
                        std::string_view default_level) {
  std::string_view level;
  if (const std::string_view given = entry.metadata.Get(kLevelLabel); !given.empty()) {
    level = model::NormaliseLevel(given);
    if (level.empty() || level == given) return entry.metadata;
  } else {
    level = model::DetectLevel(stream, entry);
  }
  return model::LabelsBuilder(entry.metadata)
      .Set(kLevelLabel, level.empty() ? default_level : level)
      .Build();
}

// What Loki adds at ingest. A stream that has its level as a label is our shipper's: complete.
void Complete(std::string_view default_level, model::LogStream* stream) {
  stream->labels = WithServiceName(stream->labels);
  if (stream->labels.Has(kLevelLabel)) return;
  for (model::LogEntry& entry : stream->entries) {
    entry.metadata = WithLevel(stream->labels, entry, default_level);
  }
}

// The media type without parameters; empty when there is none.
std::string MediaType(const Request& request) {
  const std::string_view header = request.headers.Get("Content-Type");
  return base::ToLowerAscii(base::Trim(header.substr(0, header.find(';'))));
}

// JSON as the Content-Encoding has it; everything else is protobuf in raw snappy.
StatusOr<model::LogPush> Decode(const LokiPushDeps& deps, const Request& request) {
  if (MediaType(request) == "application/json") {
    VEDETTE_ASSIGN_OR_RETURN(const std::string json,
                             base::DecodeContent(request.headers.Get("Content-Encoding"),
                                                 request.body, deps.max_decoded_bytes));
    return model::DecodeLogPushJson(json);
  }
  VEDETTE_ASSIGN_OR_RETURN(const std::string protobuf,
                           base::SnappyDecompress(request.body, deps.max_decoded_bytes));
  return model::DecodeLogPush(protobuf);
}

base::Status ReadSource(const Request& request, model::LogPush* push) {
  const std::string_view header = request.headers.Get(model::kSourceHeader);
  if (header.empty()) return base::Status();
  uint64_t entries = 0;
  for (const model::LogStream& stream : push->streams) entries += stream.entries.size();
  StatusOr<model::SourcePositions> source = model::ParseSourceHeader(header, entries);
  if (!source.ok()) return base::Annotate(source.status(), model::kSourceHeader);
  push->sources.push_back(*std::move(source));
  return base::Status();
}

Response PushReply(const base::Status& status) {
  if (status.ok()) {
    Response response;
    response.status = 204;
    return response;
  }
  const std::string text = base::Concat({base::Message(status), "\n"});
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:
      return LokiFailure(400, text);
    case absl::StatusCode::kResourceExhausted:
      return LokiFailure(429, text);
    default:
      return LokiFailure(503, text);
  }
}

void Push(const LokiPushDeps& deps, const Request& request, const Responder& respond) {
  if (MediaType(request).empty()) return respond(LokiFailure(400, "mime: no media type\n"));
  StatusOr<model::LogPush> push = Decode(deps, request);
  if (!push.ok()) {
    const int code = absl::IsResourceExhausted(push.status()) ? 413 : 400;
    return respond(LokiFailure(code, base::Concat({base::Message(push.status()), "\n"})));
  }
  if (push->streams.empty()) {
    return respond(LokiFailure(422, "error at least one valid stream is required for ingestion\n"));
  }
  if (const base::Status source = ReadSource(request, &*push); !source.ok()) {
    return respond(PushReply(source));
  }
  for (model::LogStream& stream : push->streams) Complete(deps.default_level, &stream);
  deps.sink->Push(*std::move(push),
                  [respond](const base::Status& status) { respond(PushReply(status)); });
}

}  // namespace

void RegisterLokiPush(base::http::Router* router, const LokiPushDeps& deps) {
  AddPushRoute(
      router, "/loki/api/v1/push", deps.telemetry,
      {"vedette_loki_push_requests_total", "Log push requests received."},
      [deps](const Request& request, const Responder& respond) { Push(deps, request, respond); });
}

}  // namespace vedette::api
