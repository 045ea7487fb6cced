#include "model/otlp/any_value.h"

#include <cmath>
#include <map>
#include <string_view>

#include "base/json_writer.h"
#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::model::otlp {
namespace {

bool WriteJson(const AnyValue& value, base::JsonWriter* json);

// Sorted by key; of one that comes twice the last.
bool WriteMap(const AnyValue& value, base::JsonWriter* json) {
  std::map<std::string_view, const AnyValue*> sorted;
  for (const auto& [key, entry] : value.entries) sorted[key] = &entry;
  json->BeginObject();
  for (const auto& [key, entry] : sorted) {
    json->Key(key);
    if (!WriteJson(*entry, json)) return false;
  }
  json->EndObject();
  return true;
}

// False for what JSON cannot tell.
bool WriteJson(const AnyValue& value, base::JsonWriter* json) {
  switch (value.kind) {
    case AnyValue::Kind::kEmpty:
      json->Null();
      return true;
    case AnyValue::Kind::kString:
    case AnyValue::Kind::kBytes:
      json->String(value.text);
      return true;
    case AnyValue::Kind::kBool:
      json->Bool(value.flag);
      return true;
    case AnyValue::Kind::kInt:
      json->Int(value.integer);
      return true;
    case AnyValue::Kind::kDouble:
      if (!std::isfinite(value.number)) return false;
      json->Double(value.number);
      return true;
    case AnyValue::Kind::kArray:
      json->BeginArray();
      for (const AnyValue& item : value.items) {
        if (!WriteJson(item, json)) return false;
      }
      json->EndArray();
      return true;
    case AnyValue::Kind::kMap:
      return WriteMap(value, json);
  }
  return false;
}

// Go's JSON is fit for HTML. These characters stand within strings alone.
std::string EscapeHtml(std::string_view json) {
  std::string out;
  for (size_t i = 0; i < json.size(); ++i) {
    const std::string_view rest = json.substr(i);
    if (json[i] == '<') {
      out += "\\u003c";
    } else if (json[i] == '>') {
      out += "\\u003e";
    } else if (json[i] == '&') {
      out += "\\u0026";
    } else if (base::StartsWith(rest, "\u2028") || base::StartsWith(rest, "\u2029")) {
      out += base::StartsWith(rest, "\u2028") ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += json[i];
    }
  }
  return out;
}

std::string JsonOf(const AnyValue& value) {
  std::string text;
  base::JsonWriter json(&text);
  return WriteJson(value, &json) ? EscapeHtml(text) : std::string();
}

std::string NumberText(double number) {
  std::string text;
  if (std::isfinite(number)) {
    base::JsonWriter(&text).Double(number);
  } else {
    text = "json: unsupported value: ";  // what upstream's SDK says of these
    base::AppendFloatG(number, &text);
  }
  return text;
}

}  // namespace

AnyValue::AnyValue() = default;
AnyValue::AnyValue(const AnyValue&) = default;
AnyValue::AnyValue(AnyValue&&) noexcept = default;
AnyValue& AnyValue::operator=(const AnyValue&) = default;
AnyValue& AnyValue::operator=(AnyValue&&) noexcept = default;
AnyValue::~AnyValue() = default;

std::string TextOf(const AnyValue& value) {
  switch (value.kind) {
    case AnyValue::Kind::kEmpty:
      return {};
    case AnyValue::Kind::kString:
    case AnyValue::Kind::kBytes:
      return value.text;
    case AnyValue::Kind::kBool:
      return value.flag ? "true" : "false";
    case AnyValue::Kind::kInt:
      return std::to_string(value.integer);
    case AnyValue::Kind::kDouble:
      return NumberText(value.number);
    case AnyValue::Kind::kArray:
    case AnyValue::Kind::kMap:
      break;
  }
  return JsonOf(value);
}

std::string_view AddFlat(const std::string& key, const AnyValue& value, size_t limit,
                         Attributes* out) {
  if (key.size() > limit) return "bytes of an attribute's key";
  if (value.kind == AnyValue::Kind::kMap) {
    for (const auto& [name, entry] : value.entries) {
      const std::string_view excess = AddFlat(base::Concat({key, ".", name}), entry, limit, out);
      if (!excess.empty()) return excess;
    }
    return {};
  }
  if (out->size() >= limit) return "attributes";
  out->push_back({key, TextOf(value)});
  return {};
}

}  // namespace vedette::model::otlp
