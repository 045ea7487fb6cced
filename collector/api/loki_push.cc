#include <string>
#include <utility>

#include "base/codec/compress.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/loki_ingest.h"
#include "collector/api/loki_params.h"
#include "collector/api/push_route.h"
#include "model/log_push.h"
#include "model/source_header.h"

namespace vedette::api {
namespace {

using base::StatusOr;
using base::http::Request;
using base::http::Responder;
using base::http::Response;

// The media type without parameters; empty when there is none.
std::string MediaType(const Request& request) {
  const std::string_view header = request.headers.Get("Content-Type");
  return base::ToLowerAscii(base::Trim(header.substr(0, header.find(';'))));
}

// JSON as the Content-Encoding has it; everything else is protobuf in raw snappy. A push that names
// its source is taken whole or not at all: its sender looks for what is bad, and keeps it.
StatusOr<model::LogPush> Decode(const LokiPushDeps& deps, const Request& request,
                                model::LogPushRefusals* refused) {
  if (request.headers.Has(model::kSourceHeader)) refused = nullptr;
  if (MediaType(request) == "application/json") {
    VEDETTE_ASSIGN_OR_RETURN(const std::string json,
                             base::DecodeContent(request.headers.Get("Content-Encoding"),
                                                 request.body, deps.max_decoded_bytes));
    return model::DecodeLogPushJson(json, {}, refused);
  }
  const StatusOr<std::string> protobuf =
      base::SnappyDecompress(request.body, deps.max_decoded_bytes);
  if (absl::IsInvalidArgument(protobuf.status())) {
    return base::InvalidArgument("snappy: corrupt input");  // Loki's words
  }
  VEDETTE_RETURN_IF_ERROR(protobuf.status());
  return model::DecodeLogPush(*protobuf, {}, refused);
}

base::Status ReadSource(const Request& request, model::LogPush* push) {
  const std::string_view header = request.headers.Get(model::kSourceHeader);
  if (header.empty()) return base::Status();
  uint64_t entries = 0;
  for (const model::LogStream& stream : push->streams) entries += stream.entries.size();
  VEDETTE_ASSIGN_OR_RETURN(model::SourcePositions source,
                           model::ParseSourceHeader(header, entries));
  push->sources.push_back(std::move(source));
  return base::Status();
}

void Push(const LokiPushDeps& deps, const Request& request, const Responder& respond) {
  if (MediaType(request).empty()) return respond(LokiFailure(400, "mime: no media type\n"));
  model::LogPushRefusals refused;
  StatusOr<model::LogPush> push = Decode(deps, request, &refused);
  if (!push.ok()) {
    const int code = absl::IsResourceExhausted(push.status()) ? 413 : 400;
    return respond(LokiFailure(code, base::Concat({base::Message(push.status()), "\n"})));
  }
  if (push->streams.empty() && !refused.first.empty()) {
    return respond(LokiPushReply(base::InvalidArgument(refused.first)));
  }
  if (push->streams.empty()) {
    return respond(LokiFailure(422, "error at least one valid stream is required for ingestion\n"));
  }
  if (const base::Status source = ReadSource(request, &*push); !source.ok()) {
    return respond(LokiPushReply(source));
  }
  CompletePush(deps.default_level, &*push);
  deps.sink->Push(
      *std::move(push), [respond, why = std::move(refused.first)](const base::Status& status) {
        respond(LokiPushReply(status.ok() && !why.empty() ? base::InvalidArgument(why) : status));
      });
}

}  // namespace

void RegisterLokiPush(base::http::Router* router, const LokiPushDeps& deps) {
  const auto push = [deps](const Request& request, const Responder& respond) {
    Push(deps, request, respond);
  };
  const PushCounter counter{"vedette_loki_push_requests_total", "Log push requests received."};
  AddPushRoute(router, "/loki/api/v1/push", deps.telemetry, counter, push);
  // The name that promtail's first versions and old libraries push to.
  AddPushRoute(router, "/api/prom/push", deps.telemetry, counter, push);
}

}  // namespace vedette::api
