#include "collector/api/otlp_reply.h"

#include <string>
#include <utility>

#include "base/json_writer.h"
#include "base/strings.h"
#include "model/otlp/response_wire.h"

namespace vedette::api {
namespace {

using base::http::Response;

// Codes of google.rpc.Code, with HTTP's.
struct Codes {
  int http;
  int rpc;
};

Codes CodesOf(const base::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:
      return {400, 3};
    case absl::StatusCode::kResourceExhausted:
      return {413, 8};
    default:
      return {503, 14};
  }
}

Response Encoded(OtlpEncoding encoding, int http_status, std::string body) {
  Response response;
  response.status = http_status;
  response.headers.Set("Content-Type", encoding == OtlpEncoding::kJson ? "application/json"
                                                                       : "application/x-protobuf");
  response.body = std::move(body);
  if (http_status == 503) response.headers.Set("Retry-After", "1");
  return response;
}

}  // namespace

std::optional<OtlpEncoding> OtlpEncodingOf(const base::http::Request& request) {
  const std::string_view header = request.headers.Get("Content-Type");
  const std::string_view media = base::Trim(header.substr(0, header.find(';')));
  if (base::EqualsIgnoreCase(media, "application/json")) return OtlpEncoding::kJson;
  if (base::EqualsIgnoreCase(media, "application/x-protobuf")) return OtlpEncoding::kProtobuf;
  return std::nullopt;
}

Response OtlpWrongType(const base::http::Request& request) {
  return Response::Text(
      415, base::Concat({"found content type ", base::GoQuote(request.headers.Get("Content-Type")),
                         "; allowed are application/x-protobuf and application/json\n"}));
}

uint64_t OtlpBodyLimit(OtlpEncoding encoding, uint64_t max_decoded_bytes) {
  return encoding == OtlpEncoding::kJson ? max_decoded_bytes / 4 : max_decoded_bytes;
}

Response OtlpSuccess(OtlpEncoding encoding, OtlpSignal signal, uint64_t refused,
                     std::string_view why) {
  if (encoding == OtlpEncoding::kProtobuf) {
    return Encoded(encoding, 200, model::otlp::EncodeResponse(refused, why));
  }
  std::string body;
  base::JsonWriter json(&body);
  json.BeginObject();
  if (refused > 0 || !why.empty()) {
    json.Key("partialSuccess").BeginObject();
    json.Key(signal == OtlpSignal::kLogs ? "rejectedLogRecords" : "rejectedDataPoints");
    json.String(std::to_string(refused));
    json.Key("errorMessage").String(why).EndObject();
  }
  json.EndObject();
  return Encoded(encoding, 200, std::move(body));
}

Response OtlpFailure(OtlpEncoding encoding, const base::Status& status) {
  const Codes codes = CodesOf(status);
  const std::string_view message = base::Message(status);
  if (encoding == OtlpEncoding::kProtobuf) {
    return Encoded(encoding, codes.http, model::otlp::EncodeStatus(codes.rpc, message));
  }
  std::string body;
  base::JsonWriter json(&body);
  json.BeginObject().Key("code").Int(codes.rpc).Key("message").String(message).EndObject();
  return Encoded(encoding, codes.http, std::move(body));
}

}  // namespace vedette::api
