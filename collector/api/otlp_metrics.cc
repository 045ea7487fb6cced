#include <optional>
#include <string>
#include <utility>

#include "base/codec/compress.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/otlp_reply.h"
#include "collector/api/push_metrics.h"
#include "collector/api/push_route.h"
#include "model/otlp/translator.h"
#include "model/wire_append.h"

namespace vedette::api {
namespace {

using base::Concat;
using base::http::Request;
using base::http::Responder;
using base::http::Response;
using model::otlp::Translated;

base::StatusOr<Translated> Translate(const OtlpDeps& deps, const PushMetrics& metrics,
                                     const Request& request, OtlpEncoding encoding) {
  const bool is_json = encoding == OtlpEncoding::kJson;
  VEDETTE_ASSIGN_OR_RETURN(
      const std::string body,
      base::DecodeContent(request.headers.Get("Content-Encoding"), request.body,
                          OtlpBodyLimit(encoding, deps.max_decoded_bytes)));
  metrics.NoteBody(body.size());
  model::otlp::Translator translator(deps.options(), request.stop);
  VEDETTE_RETURN_IF_ERROR(is_json ? model::otlp::DecodeJson(body, &translator)
                                  : model::otlp::DecodeProtobuf(body, &translator));
  Translated translated = translator.Take();
  metrics.NoteUnusable(translated.refused_points);
  return translated;
}

// What of a request cannot be stored: points that could not be made samples of, and samples that
// the store refused, of which a point may make several.
struct Refused {
  uint64_t count = 0;
  std::string why;
};

Refused RefusedOf(const Translated& translated, const model::AppendStats& stats) {
  Refused refused{translated.refused_points + stats.never(), translated.first_problem};
  if (stats.never() > 0) {
    refused.why += Concat({refused.why.empty() ? "" : "; ", stats.first_error});
  }
  return refused;
}

Response ReplyTo(OtlpEncoding encoding, const Translated& translated,
                 const model::AppendStats& stats) {
  if (stats.refused > 0) return OtlpFailure(encoding, base::Unavailable(stats.first_error));
  const Refused refused = RefusedOf(translated, stats);
  if (refused.count > 0 && stats.accepted == 0) {
    return OtlpFailure(encoding, base::InvalidArgument(refused.why));
  }
  return OtlpSuccess(encoding, OtlpSignal::kMetrics, refused.count, refused.why);
}

void StoreOtlp(const OtlpDeps& deps, const PushMetrics& metrics, const Request& request,
               OtlpEncoding encoding, const Responder& respond) {
  auto translated = Translate(deps, metrics, request, encoding);
  if (!translated.ok()) return respond(OtlpFailure(encoding, translated.status()));
  if (translated->series.empty()) return respond(ReplyTo(encoding, *translated, {}));
  const auto stats = model::AppendSeries(translated->series, deps.sink);
  if (!stats.ok()) return respond(OtlpFailure(encoding, stats.status()));
  metrics.NoteStored(*stats);
  if (deps.note_families) deps.note_families(translated->families);
  Response reply = ReplyTo(encoding, *translated, *stats);
  deps.sink->OnDurable([respond, encoding, reply = std::move(reply)](const base::Status& durable) {
    respond(durable.ok() ? reply
                         : OtlpFailure(encoding, base::Unavailable(base::Message(durable))));
  });
}

void TakeOtlp(const OtlpDeps& deps, const PushMetrics& metrics, const Request& request,
              const Responder& respond) {
  const auto encoding = OtlpEncodingOf(request);
  if (!encoding) return respond(OtlpWrongType(request));
  StoreOtlp(deps, metrics, request, *encoding, respond);
}

}  // namespace

void RegisterOtlpMetrics(base::http::Router* router, const OtlpDeps& deps) {
  AddPushRoute(router, "/api/v1/otlp/v1/metrics", deps.telemetry,
               {"vedette_otlp_requests_total", "OTLP metrics requests received."},
               [deps, metrics = PushMetrics(deps.telemetry, "vedette_otlp")](
                   const Request& request, const Responder& respond) {
                 TakeOtlp(deps, metrics, request, respond);
               });
}

}  // namespace vedette::api
