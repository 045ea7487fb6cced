#include <string>
#include <utility>
#include <vector>

#include "base/codec/compress.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/push_metrics.h"
#include "collector/api/push_route.h"
#include "model/wire_batch.h"

namespace vedette::api {
namespace {

using base::Concat;
using base::StatusOr;
using base::http::Request;
using base::http::Responder;
using base::http::Response;

constexpr std::string_view kWriteContentType = "application/x-protobuf";

enum class Version { kV1, kV2 };
constexpr std::string_view kMessageV1 = "prometheus.WriteRequest";
constexpr std::string_view kMessageV2 = "io.prometheus.write.v2.Request";

// "application/x-protobuf;proto=MESSAGE". Without the parameter, and without a type at all, it is
// 1.0, whose senders may know of neither.
StatusOr<Version> VersionOf(std::string_view content_type) {
  if (content_type.empty()) return Version::kV1;
  const std::vector<std::string_view> parts = base::Split(content_type, ';');
  bool known = base::EqualsIgnoreCase(base::Trim(parts.front()), kWriteContentType);
  Version version = Version::kV1;
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string_view parameter = base::Trim(parts[i]);
    if (!base::StartsWith(parameter, "proto=")) continue;
    const std::string_view message = parameter.substr(6);
    if (message == kMessageV2) version = Version::kV2;
    known = known && (message == kMessageV1 || message == kMessageV2);
  }
  if (known) return version;
  return base::InvalidArgument(Concat(
      {"found content type ", base::GoQuote(content_type), "; allowed are ", kWriteContentType,
       " with proto=", kMessageV1, " (remote write 1.0) or proto=", kMessageV2, " (2.0)"}));
}

base::Status CheckCoding(std::string_view coding) {
  if (coding.empty() || base::EqualsIgnoreCase(coding, "snappy")) return {};
  return base::InvalidArgument(
      Concat({"found content encoding ", base::GoQuote(coding), "; allowed is snappy"}));
}

Response Unavailable(std::string_view why) {
  Response response = Response::Text(503, Concat({why, "\n"}));
  response.headers.Set("Retry-After", "1");
  return response;
}

Response FromStatus(const base::Status& status) {
  const std::string text = Concat({base::Message(status), "\n"});
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:
      return Response::Text(400, text);
    case absl::StatusCode::kResourceExhausted:
      return Response::Text(413, text);
    default:
      return Unavailable(base::Message(status));
  }
}

// "stored 3 of 7 samples: 1 out of order, 2 invalid, 1 duplicate; first: ..."
std::string Explain(const model::AppendStats& stats) {
  std::string text = Concat({"stored ", std::to_string(stats.accepted), " of ",
                             std::to_string(stats.accepted + stats.rejected()), " samples"});
  char separator = ':';
  const auto add = [&](uint64_t count, std::string_view what) {
    if (count == 0) return;
    text += separator;
    text += Concat({" ", std::to_string(count), " ", what});
    separator = ',';
  };
  add(stats.refused, "refused for now");
  add(stats.out_of_order, "too old");
  add(stats.invalid, "invalid");
  add(stats.duplicate, "with another value stored for their time");
  return Concat({text, "; first: ", stats.first_error});
}

// A sender drops a batch that gets 400 and sends one again that gets 503. So samples that can never
// be stored are 400, though their good neighbours are kept; those over a cap are 503.
Response FromStats(const model::AppendStats& stats) {
  if (stats.refused > 0) return Unavailable(Explain(stats));
  if (stats.never() > 0) return Response::Text(400, Concat({Explain(stats), "\n"}));
  Response response;
  response.status = 204;
  return response;
}

// 2.0 asks for these in every answer; a sender takes a lack of them for a receiver of 1.0.
Response WithCounts(Response response, Version version, const model::AppendStats& stats) {
  if (version == Version::kV1) return response;
  const std::string prefix = "X-Prometheus-Remote-Write-";
  const uint64_t floats = stats.accepted - stats.histograms;
  response.headers.Set(prefix + "Samples-Written", std::to_string(floats));
  response.headers.Set(prefix + "Histograms-Written", std::to_string(stats.histograms));
  response.headers.Set(prefix + "Exemplars-Written", std::to_string(stats.exemplars));
  return response;
}

StatusOr<model::AppendStats> Store(const RemoteWriteDeps& deps, const PushMetrics& metrics,
                                   const Request& request, Version version) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string protobuf,
                           base::SnappyDecompress(request.body, deps.max_decoded_bytes));
  metrics.NoteBody(protobuf.size());
  VEDETTE_ASSIGN_OR_RETURN(const model::WireBatch batch, version == Version::kV1
                                                             ? model::WireBatch::ParseV1(protobuf)
                                                             : model::WireBatch::ParseV2(protobuf));
  StatusOr<model::AppendStats> stats = deps.sink->Append(batch);
  if (!stats.ok()) return stats;
  metrics.NoteStored(*stats);
  if (deps.note_metadata && batch.metadata_count() > 0) deps.note_metadata(batch);
  return stats;
}

void Write(const RemoteWriteDeps& deps, const PushMetrics& metrics, const Request& request,
           const Responder& respond) {
  const StatusOr<Version> version = VersionOf(request.headers.Get("Content-Type"));
  base::Status supported = version.status();
  if (supported.ok()) supported = CheckCoding(request.headers.Get("Content-Encoding"));
  if (!supported.ok()) {
    return respond(Response::Text(415, Concat({base::Message(supported), "\n"})));
  }
  StatusOr<model::AppendStats> stats = Store(deps, metrics, request, *version);
  if (!stats.ok()) return respond(WithCounts(FromStatus(stats.status()), *version, {}));
  deps.sink->OnDurable(
      [respond, version = *version, stats = *std::move(stats)](const base::Status& durable) {
        respond(durable.ok() ? WithCounts(FromStats(stats), version, stats)
                             : WithCounts(Unavailable(base::Message(durable)), version, {}));
      });
}

}  // namespace

void RegisterRemoteWrite(base::http::Router* router, const RemoteWriteDeps& deps) {
  AddPushRoute(router, "/api/v1/write", deps.telemetry,
               {"vedette_remote_write_requests_total", "Remote write requests received."},
               [deps, metrics = PushMetrics(deps.telemetry, "vedette_remote_write")](
                   const Request& request, const Responder& respond) {
                 Write(deps, metrics, request, respond);
               });
}

}  // namespace vedette::api
