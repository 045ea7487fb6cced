#include "collector/api/prometheus_reply.h"

#include <utility>

#include "base/strings.h"
#include "collector/api/list_body.h"

namespace vedette::api {

using base::JsonWriter;
using base::http::Response;

Response Success(const std::function<void(JsonWriter*)>& write_data,
                 const std::vector<std::string>& warnings, const std::vector<std::string>& infos) {
  std::string body;
  JsonWriter json(&body);
  json.BeginObject().Key("status").String("success").Key("data");
  write_data(&json);
  if (!warnings.empty()) {
    json.Key("warnings");
    WriteStrings(warnings, &json);
  }
  if (!infos.empty()) {
    json.Key("infos");
    WriteStrings(infos, &json);
  }
  json.EndObject();
  return Response::Json(200, std::move(body));
}

Response SuccessStrings(std::vector<std::string> strings, std::vector<std::string> warnings,
                        base::MemoryPool::Hold hold) {
  return Streamed(std::make_shared<ListBody<std::string>>(
      std::move(strings),
      [](const std::string& text, std::string* out) { base::AppendJsonString(text, out); },
      std::move(warnings), std::move(hold)));
}

Response Streamed(std::shared_ptr<base::http::BodySource> source) {
  Response response = Response::Json(200, "");
  if (source->Next(&response.body)) response.rest = std::move(source);
  return response;
}

Response Failure(int http_status, std::string_view type, std::string_view message) {
  std::string body;
  JsonWriter json(&body);
  json.BeginObject();
  json.Key("status").String("error").Key("errorType").String(type).Key("error").String(message);
  json.EndObject();
  Response response = Response::Json(http_status, std::move(body));
  if (http_status == 503) response.headers.Set("Retry-After", "1");
  return response;
}

Response BadData(std::string_view message) { return Failure(400, "bad_data", message); }

Response BadParameter(std::string_view name, std::string_view why) {
  return BadData(base::Concat({"invalid parameter \"", name, "\": ", why}));
}

Response StorageFailure(const base::Status& status) {
  const std::string_view message = base::Message(status);
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return BadData(message);
    case absl::StatusCode::kDeadlineExceeded:
      return Failure(503, "timeout", message);
    case absl::StatusCode::kCancelled:
      return Failure(503, "canceled", message);
    case absl::StatusCode::kUnavailable:
      return Failure(503, "unavailable", message);
    case absl::StatusCode::kResourceExhausted:
      return Failure(422, "execution", message);
    default:
      return Failure(500, "internal", message);
  }
}

void WriteStrings(const std::vector<std::string>& strings, JsonWriter* json) {
  json->BeginArray();
  for (const std::string& text : strings) json->String(text);
  json->EndArray();
}

void WriteLabels(const model::Labels& labels, JsonWriter* json) {
  json->BeginObject();
  for (const model::LabelView& label : labels) json->Key(label.name).String(label.value);
  json->EndObject();
}

void WritePairs(const StringPairs& pairs, JsonWriter* json) {
  json->BeginObject();
  for (const auto& [name, value] : pairs) json->Key(name).String(value);
  json->EndObject();
}

}  // namespace vedette::api
