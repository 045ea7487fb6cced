#include "model/otlp/json_fields.h"

namespace vedette::model::otlp::json {

constexpr size_t kMaxBodyDepth = 64;

base::Status ReadBody(std::string_view body, std::string_view signal,
                      const std::function<base::Status(const object&)>& read) {
  simdjson::dom::parser parser;
  if (parser.allocate(body.size(), kMaxBodyDepth) != simdjson::SUCCESS) {
    return base::ResourceExhausted(base::Concat({signal, ": no memory for the JSON"}));
  }
  element root;
  if (const auto error = parser.parse(body.data(), body.size()).get(root)) {
    return base::InvalidArgument(
        base::Concat({signal, ": not JSON: ", simdjson::error_message(error)}));
  }
  object request;
  if (root.get(request) != simdjson::SUCCESS) {
    return base::InvalidArgument(base::Concat({signal, ": the body must be an object"}));
  }
  return read(request);
}

std::optional<element> Find(const object& from, std::string_view camel) {
  element found;
  if (from.at_key(camel).get(found) != simdjson::SUCCESS) {
    std::string snake;
    for (const char c : camel) {
      const bool is_upper = c >= 'A' && c <= 'Z';
      if (is_upper) snake += '_';
      snake += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    if (from.at_key(snake).get(found) != simdjson::SUCCESS) return std::nullopt;
  }
  if (found.is_null()) return std::nullopt;
  return found;
}

std::string TextField(const object& from, std::string_view name, Reading* reading) {
  const auto found = Find(from, name);
  std::string_view text;
  if (!found) return {};
  if (found->get(text) != simdjson::SUCCESS) reading->Fail(name, "a string");
  return std::string(text);
}

bool BoolField(const object& from, std::string_view name, Reading* reading) {
  const auto found = Find(from, name);
  bool value = false;
  if (found && found->get(value) != simdjson::SUCCESS) reading->Fail(name, "true or false");
  return value;
}

std::optional<double> Number(const element& value) {
  double number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
  return base::ParseDouble(text);
}

std::optional<double> NumberField(const object& from, std::string_view name, Reading* reading) {
  const auto found = Find(from, name);
  if (!found) return std::nullopt;
  const auto number = Number(*found);
  if (!number) reading->Fail(name, "a number");
  return number;
}

std::optional<object> ObjectField(const object& from, std::string_view name, Reading* reading) {
  const auto found = Find(from, name);
  object value;
  if (!found) return std::nullopt;
  if (found->get(value) != simdjson::SUCCESS) {
    reading->Fail(name, "an object");
    return std::nullopt;
  }
  return value;
}

}  // namespace vedette::model::otlp::json
