#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/codec/compress.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/page_series.h"
#include "collector/api/push_group.h"
#include "collector/api/push_metrics.h"
#include "collector/api/push_route.h"
#include "model/exposition/format.h"
#include "model/wire_batch.h"

namespace vedette::api {
namespace {

using base::Concat;
using base::http::Request;
using base::http::Responder;
using base::http::Response;
using model::exposition::Format;

Response PushAnswer(const base::Status& status) {
  if (status.ok()) return Response::Text(200, "");
  const std::string text = Concat({base::Message(status), "\n"});
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:
      return Response::Text(400, text);
    case absl::StatusCode::kNotFound:
      return Response::Text(404, text);
    case absl::StatusCode::kResourceExhausted:
      return Response::Text(413, text);
    default: {
      Response response = Response::Text(503, text);
      response.headers.Set("Retry-After", "1");
      return response;
    }
  }
}

// curl's own type for what it posts is that of a form, and most scripts leave it at that.
Format FormatOf(const Request& request) {
  const std::string_view type = request.headers.Get("Content-Type");
  return model::exposition::FormatOfContentType(type).value_or(Format::kText);
}

// A script that forgot the last line's end is not to be told so.
void EndLastLine(Format format, std::string* page) {
  if (format == Format::kText && !page->empty() && page->back() != '\n') *page += '\n';
}

// Every series is looked at before any is stored.
base::Status CheckLabels(const model::WireBatch& batch) {
  for (size_t i = 0; i < batch.size(); ++i) {
    const auto labels = batch.LabelsOf(i);
    if (!labels.ok()) return base::InvalidArgument(base::Message(labels.status()));
  }
  return {};
}

base::Status StatusOf(const model::AppendStats& stats) {
  if (stats.refused > 0) return base::Unavailable(stats.first_error);
  if (stats.never() == 0) return {};
  return base::InvalidArgument(Concat({std::to_string(stats.never()), " of ",
                                       std::to_string(stats.accepted + stats.rejected()),
                                       " samples are not stored; first: ", stats.first_error}));
}

base::Status StorePage(const TextPushDeps& deps, const PushMetrics& metrics, const Request& request,
                       const PushGroup& group) {
  VEDETTE_ASSIGN_OR_RETURN(
      std::string page, base::DecodeContent(request.headers.Get("Content-Encoding"), request.body,
                                            deps.max_decoded_bytes));
  metrics.NoteBody(page.size());
  const Format format = FormatOf(request);
  EndLastLine(format, &page);
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<model::WireSeries> series,
                           ReadPushedPage(page, format, group, deps.clock->WallMillis()));
  const std::string wire = model::EncodeRemoteWriteV2(series);
  VEDETTE_ASSIGN_OR_RETURN(const model::WireBatch batch, model::WireBatch::ParseV2(wire));
  VEDETTE_RETURN_IF_ERROR(CheckLabels(batch));
  VEDETTE_ASSIGN_OR_RETURN(const model::AppendStats stats, deps.sink->Append(batch));
  metrics.NoteStored(stats);
  if (deps.note_metadata && batch.metadata_count() > 0) deps.note_metadata(batch);
  return StatusOf(stats);
}

// An escaped slash parts no label from its value, so the path is read as it was sent.
void TakePage(const TextPushDeps& deps, const PushMetrics& metrics, const Request& request,
              const Responder& respond) {
  const auto group =
      ParsePushPath(std::string_view(request.target).substr(0, request.target.find('?')));
  if (!group.ok()) return respond(PushAnswer(group.status()));
  const base::Status stored = StorePage(deps, metrics, request, *group);
  if (!stored.ok()) return respond(PushAnswer(stored));
  deps.sink->OnDurable([respond](const base::Status& durable) {
    respond(PushAnswer(durable.ok() ? durable : base::Unavailable(base::Message(durable))));
  });
}

// Says what is spoken here to who speaks another protocol.
Response RefuseInflux(const Request&) {
  constexpr std::string_view kMessage =
      "Influx line protocol is not taken. Send by Prometheus remote write to /api/v1/write "
      "(Telegraf: outputs.http with data_format = \\\"prometheusremotewrite\\\") or by OTLP to "
      "/api/v1/otlp/v1/metrics.";
  return Response::Json(404, Concat({"{\"code\":\"not found\",\"message\":\"", kMessage,
                                     "\",\"error\":\"", kMessage, "\"}"}));
}

}  // namespace

void RegisterTextPush(base::http::Router* router, const TextPushDeps& deps) {
  AddPushRoute(
      router, "/metrics/{group...}", deps.telemetry,
      {"vedette_text_push_requests_total", "Pages of Prometheus text pushed by scripts."},
      [deps, metrics = PushMetrics(deps.telemetry, "vedette_text_push")](const Request& request,
                                                                         const Responder& respond) {
        TakePage(deps, metrics, request, respond);
      },
      /*put_too=*/true);
  for (const char* const path : {"/write", "/api/v2/write"}) {
    router->Handle({"POST", path, base::http::Pool::kControl, base::http::Scope::kPush,
                    base::http::Sync(RefuseInflux)});
  }
}

}  // namespace vedette::api
