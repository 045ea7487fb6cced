#include "collector/api/alert_json.h"

#include <boost/json/error.hpp>
#include <boost/json/parse.hpp>
#include <optional>
#include <utility>

#include "base/http/message.h"
#include "base/strings.h"
#include "collector/api/prometheus_reply.h"
#include "collector/api/time_text.h"
#include "model/match_operator.h"

namespace vedette::api {
namespace {

namespace json = boost::json;

// Codes of go-openapi's validation.
constexpr int kWrongType = 601;
constexpr int kRequired = 602;
constexpr size_t kMaxDepth = 16;

std::string_view View(const json::string& text) { return {text.data(), text.size()}; }
std::string_view View(boost::core::string_view text) { return {text.data(), text.size()}; }

ShapeError BadJson(std::string_view why) {
  return {400, 400, base::Concat({"parsing alerts body from \"\" failed, because ", why})};
}

ShapeError WrongField(size_t index, std::string_view field, std::string_view type) {
  return {422, kWrongType,
          base::Concat({std::to_string(index), ".", field, " in body must be of type ", type})};
}

// The object's string members as labels; false when one is no string.
bool ReadLabels(const json::value& value, model::Labels* labels) {
  const json::object* object = value.if_object();
  if (object == nullptr) return value.is_null();
  StringPairs pairs;
  for (const auto& member : *object) {
    const json::string* text = member.value().if_string();
    if (text == nullptr) return false;
    pairs.emplace_back(View(member.key()), View(*text));
  }
  *labels = model::Labels::FromPairs(std::move(pairs));
  return true;
}

// The year 1 stands for "not given": amtool sends it.
bool ReadTime(const json::value& value, int64_t* ms) {
  if (value.is_null()) return true;
  const json::string* text = value.if_string();
  if (text == nullptr) return false;
  if (text->empty()) return true;
  const std::optional<UnixTime> time = ParseRfc3339(View(*text));
  if (!time) return false;
  constexpr int64_t kYear1 = -62'135'596'800;
  *ms = time->seconds <= kYear1 ? 0 : time->ToMillis();
  return true;
}

// What Go's url parser takes: no control characters, no space, every % an escape.
bool IsUri(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c <= ' ' || c == 0x7f) return false;
    if (c == '%' &&
        (i + 2 >= text.size() || base::http::PercentDecode(text.substr(i, 3)).size() != 1)) {
      return false;
    }
  }
  return true;
}

ShapeError ReadAlert(size_t index, const json::value& value, model::Alert* alert) {
  const json::object* object = value.if_object();
  if (object == nullptr) return BadJson("an alert is not an object");
  const json::value* labels = object->if_contains("labels");
  if (labels == nullptr || labels->is_null()) {
    return {422, kRequired, base::Concat({std::to_string(index), ".labels in body is required"})};
  }
  if (!ReadLabels(*labels, &alert->labels)) return BadJson("labels are not all strings");
  if (const json::value* annotations = object->if_contains("annotations")) {
    if (!ReadLabels(*annotations, &alert->annotations)) {
      return BadJson("annotations are not all strings");
    }
  }
  if (const json::value* starts = object->if_contains("startsAt")) {
    if (!ReadTime(*starts, &alert->starts_at_ms)) return WrongField(index, "startsAt", "date-time");
  }
  if (const json::value* ends = object->if_contains("endsAt")) {
    if (!ReadTime(*ends, &alert->ends_at_ms)) return WrongField(index, "endsAt", "date-time");
  }
  if (const json::value* url = object->if_contains("generatorURL"); url && !url->is_null()) {
    const json::string* text = url->if_string();
    if (text == nullptr || !IsUri(View(*text))) {
      const std::string found = text ? base::GoQuote(View(*text)) : "no string";
      return WrongField(index, "generatorURL", base::Concat({"uri: ", found}));
    }
    alert->generator_url = View(*text);
  }
  return {};
}

base::Status BadMatcher(std::string_view text) {
  return base::InvalidArgument(base::Concat({"bad matcher format: ", text}));
}

// Takes a name or value from the front: quoted with backslash escapes, or bare up to `stops`.
std::optional<std::string> TakeText(std::string_view* rest, std::string_view stops) {
  std::string out;
  if (!base::StartsWith(*rest, "\"")) {
    const size_t end = std::min(rest->find_first_of(stops), rest->size());
    out = base::Trim(rest->substr(0, end));
    rest->remove_prefix(end);
    return out;
  }
  for (size_t i = 1; i < rest->size(); ++i) {
    char c = (*rest)[i];
    if (c == '"') {
      *rest = base::Trim(rest->substr(i + 1));
      return out;
    }
    if (c == '\\') {
      if (++i == rest->size()) return std::nullopt;
      c = (*rest)[i] == 'n' ? '\n' : (*rest)[i];
    }
    out += c;
  }
  return std::nullopt;
}

}  // namespace

ShapeError ParsePostedAlerts(std::string_view body, std::vector<model::Alert>* alerts) {
  if (base::Trim(body).empty()) return {422, kRequired, "alerts in body is required"};
  json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code error;
  const json::value parsed =
      json::parse(boost::core::string_view(body.data(), body.size()), error, {}, options);
  if (error) return BadJson(error.message());
  const json::array* list = parsed.if_array();
  if (list == nullptr) return BadJson("the body is not a list of alerts");
  for (const json::value& value : *list) {
    model::Alert alert;
    ShapeError wrong = ReadAlert(alerts->size(), value, &alert);
    if (wrong.http_status != 0) return wrong;
    alerts->push_back(std::move(alert));
  }
  return {};
}

void WriteAlertInfo(const AlertInfo& info, base::JsonWriter* out) {
  const model::Alert& alert = info.alert;
  out->BeginObject().Key("annotations");
  WriteLabels(alert.annotations, out);
  out->Key("endsAt").String(FormatRfc3339Millis(alert.ends_at_ms));
  out->Key("fingerprint").String(model::FingerprintHex(alert.labels));
  out->Key("receivers").BeginArray();
  for (const std::string& name : info.receivers) {
    out->BeginObject().Key("name").String(name).EndObject();
  }
  out->EndArray().Key("startsAt").String(FormatRfc3339Millis(alert.starts_at_ms));
  out->Key("status").BeginObject().Key("inhibitedBy");
  WriteStrings(info.inhibited_by, out);
  out->Key("mutedBy").BeginArray().EndArray().Key("silencedBy").BeginArray().EndArray();
  out->Key("state").String(info.inhibited_by.empty() ? "active" : "suppressed").EndObject();
  out->Key("updatedAt").String(FormatRfc3339Millis(info.updated_at_ms));
  if (!alert.generator_url.empty()) out->Key("generatorURL").String(alert.generator_url);
  out->Key("labels");
  WriteLabels(alert.labels, out);
  out->EndObject();
}

base::StatusOr<model::Matcher> ParseFilterMatcher(std::string_view text) {
  if (base::StartsWith(text, "{") || base::EndsWith(text, "}")) {
    return base::InvalidArgument(base::Concat({"unexpected open or close brace: ", text}));
  }
  std::string_view rest = base::Trim(text);
  std::optional<std::string> name = TakeText(&rest, "=!");
  if (!name || name->empty()) return BadMatcher(text);
  const std::optional<model::MatchType> type = model::TakeOperator(&rest);
  if (!type) return BadMatcher(text);
  rest = base::Trim(rest);
  std::optional<std::string> value = TakeText(&rest, "");
  if (!value || !rest.empty()) return BadMatcher(text);
  return model::Matcher::Make(*type, std::move(*name), std::move(*value));
}

}  // namespace vedette::api
