#include <optional>
#include <string>
#include <utility>

#include "base/codec/compress.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/loki_ingest.h"
#include "collector/api/otlp_reply.h"
#include "collector/api/push_route.h"
#include "model/otlp/log_streams.h"

namespace vedette::api {
namespace {

using base::http::Request;
using base::http::Responder;
using base::http::Response;

base::Status ReadLogs(const LokiPushDeps& deps, const Request& request, OtlpEncoding encoding,
                      model::otlp::LogStreams* streams) {
  const uint64_t limit = OtlpBodyLimit(encoding, deps.max_decoded_bytes);
  VEDETTE_ASSIGN_OR_RETURN(
      const std::string body,
      base::DecodeContent(request.headers.Get("Content-Encoding"), request.body, limit));
  return encoding == OtlpEncoding::kJson ? model::otlp::DecodeLogsJson(body, streams)
                                         : model::otlp::DecodeLogsProtobuf(body, streams);
}

// As Loki 204 where all was taken; where some was left out what OTLP has for that.
Response LogsReply(OtlpEncoding encoding, const model::LogPushRefusals& refused, bool any_stored,
                   const base::Status& stored) {
  if (!stored.ok()) return OtlpFailure(encoding, stored);
  if (refused.first.empty()) return LokiPushReply(stored);
  if (!any_stored) return OtlpFailure(encoding, base::InvalidArgument(refused.first));
  return OtlpSuccess(encoding, OtlpSignal::kLogs, refused.entries, refused.first);
}

void TakeLogs(const LokiPushDeps& deps, const Request& request, const Responder& respond) {
  const std::optional<OtlpEncoding> encoding = OtlpEncodingOf(request);
  if (!encoding) return respond(OtlpWrongType(request));
  model::otlp::LogStreams streams(deps.clock->WallNanos());
  if (const base::Status read = ReadLogs(deps, request, *encoding, &streams); !read.ok()) {
    return respond(OtlpFailure(*encoding, read));
  }
  model::LogPush push = streams.Take();
  std::erase_if(push.streams, [](const model::LogStream& s) { return s.entries.empty(); });
  if (push.streams.empty()) {
    return respond(LogsReply(*encoding, streams.refused(), /*any_stored=*/false, base::Status()));
  }
  CompletePush(deps.default_level, &push);
  deps.sink->Push(std::move(push), [respond, encoding = *encoding,
                                    refused = streams.refused()](const base::Status& stored) {
    respond(LogsReply(encoding, refused, /*any_stored=*/true, stored));
  });
}

}  // namespace

void RegisterOtlpLogs(base::http::Router* router, const LokiPushDeps& deps) {
  AddPushRoute(router, "/otlp/v1/logs", deps.telemetry,
               {"vedette_otlp_logs_requests_total", "OTLP logs requests received."},
               [deps](const Request& request, const Responder& respond) {
                 TakeLogs(deps, request, respond);
               });
}

}  // namespace vedette::api
