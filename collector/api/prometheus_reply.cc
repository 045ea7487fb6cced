#include "collector/api/prometheus_reply.h"

#include <cmath>
#include <utility>

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::http::Response;

void WriteStrings(const std::vector<std::string>& strings, JsonWriter* json) {
  json->BeginArray();
  for (const std::string& text : strings) json->String(text);
  json->EndArray();
}

}  // namespace

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

Response SuccessStrings(const std::vector<std::string>& strings,
                        const std::vector<std::string>& warnings) {
  return Success([&](JsonWriter* json) { WriteStrings(strings, json); }, warnings);
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

void WritePoint(int64_t timestamp_ms, double value, JsonWriter* json) {
  std::string text = "[";
  base::AppendSeconds(timestamp_ms, &text);
  text += ",\"";
  AppendSampleValue(value, &text);
  text += "\"]";
  json->Raw(text);
}

void AppendSampleValue(double value, std::string* out) {
  const double magnitude = std::abs(value);
  if (magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21)) {
    base::AppendFloatG(value, out);
  } else {
    base::AppendFloatF(value, out);
  }
}

}  // namespace vedette::api
