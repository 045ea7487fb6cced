#include "model/remote_write.h"

#include <string>
#include <utility>

#include "base/codec/compress.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/push_route.h"

namespace vedette::api {
namespace {

using base::StatusOr;
using base::http::Request;
using base::http::Responder;
using base::http::Response;

constexpr std::string_view kProtobuf = "application/x-protobuf";
constexpr std::string_view kVersion1 = "prometheus.WriteRequest";

// "application/x-protobuf;proto=prometheus.WriteRequest", the parameter optional.
bool IsVersion1(std::string_view content_type) {
  const std::vector<std::string_view> parts = base::Split(content_type, ';');
  if (!base::EqualsIgnoreCase(base::Trim(parts.front()), kProtobuf)) return false;
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string_view parameter = base::Trim(parts[i]);
    if (base::StartsWith(parameter, "proto=") && parameter.substr(6) != kVersion1) return false;
  }
  return true;
}

Response Unavailable(std::string_view why) {
  Response response = Response::Text(503, base::Concat({why, "\n"}));
  response.headers.Set("Retry-After", "1");
  return response;
}

Response FromStatus(const base::Status& status) {
  const std::string text = base::Concat({base::Message(status), "\n"});
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

// A sender drops a batch that gets 400 and sends one again that gets 503. So samples that can never
// be stored are 400, though their good neighbours are kept; those over a cap are 503.
Response FromStats(const model::AppendStats& stats) {
  if (stats.refused > 0) return Unavailable(stats.first_error);
  if (stats.never() > 0) {
    return Response::Text(400, base::Concat({stats.first_error, "\n"}));
  }
  Response response;
  response.status = 204;
  return response;
}

StatusOr<model::RemoteWriteRequest> Decode(const RemoteWriteDeps& deps, const Request& request) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string protobuf,
                           base::SnappyDecompress(request.body, deps.max_decoded_bytes));
  return model::DecodeRemoteWrite(protobuf);
}

void Write(const RemoteWriteDeps& deps, const Request& request, const Responder& respond) {
  const std::string_view type = request.headers.Get("Content-Type");
  if (!IsVersion1(type)) {
    return respond(
        Response::Text(415, base::Concat({"found content type ", base::GoQuote(type),
                                          "; allowed is ", kProtobuf, " (remote write 1.0)\n"})));
  }
  const std::string_view coding = request.headers.Get("Content-Encoding");
  if (!coding.empty() && !base::EqualsIgnoreCase(coding, "snappy")) {
    return respond(Response::Text(
        415,
        base::Concat({"found content encoding ", base::GoQuote(coding), "; allowed is snappy\n"})));
  }
  StatusOr<model::RemoteWriteRequest> write = Decode(deps, request);
  if (!write.ok()) return respond(FromStatus(write.status()));
  StatusOr<model::AppendStats> stats = deps.sink->Append(write->rows);
  if (!stats.ok()) return respond(FromStatus(stats.status()));
  deps.sink->OnDurable([respond, stats = *std::move(stats)](const base::Status& durable) {
    respond(durable.ok() ? FromStats(stats) : Unavailable(base::Message(durable)));
  });
}

}  // namespace

void RegisterRemoteWrite(base::http::Router* router, const RemoteWriteDeps& deps) {
  AddPushRoute(
      router, "/api/v1/write", deps.telemetry,
      {"vedette_remote_write_requests_total", "Remote write requests received."},
      [deps](const Request& request, const Responder& respond) { Write(deps, request, respond); });
}

}  // namespace vedette::api
