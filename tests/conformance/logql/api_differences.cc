#include "tests/conformance/logql/api_differences.h"

#include <algorithm>
#include <string_view>

#include "base/strings.h"

namespace vedette::logql {
namespace {

namespace json = boost::json;

bool PathBegins(const json::value& recorded, std::string_view with) {
  return base::StartsWith(RecordedText(recorded.at("path")), with);
}

bool BodyBegins(const json::value& recorded, std::string_view with) {
  return base::StartsWith(RecordedText(recorded.at("body")), with);
}

// The member "data" of a reply, or null.
json::object* DataOf(json::value* body) {
  auto* members = body->if_object();
  auto* data = members == nullptr ? nullptr : members->if_contains("data");
  return data == nullptr ? nullptr : data->if_object();
}

bool IsScalar(const json::value& recorded) {
  return BodyBegins(recorded, R"({"status":"success","data":{"resultType":"scalar")");
}

void MaskScalarTime(json::value* body) {
  auto* data = DataOf(body);
  if (data != nullptr) (*data)["result"].as_array().at(0) = 0;
}

bool IsEmptyIndex(const json::value& recorded) {
  return PathBegins(recorded, "/loki/api/v1/index/stats") &&
         BodyBegins(recorded, R"({"streams":0,"chunks":0,"bytes":0,"entries":0})");
}

void MaskCounts(json::value* body) {
  for (auto& member : body->as_object()) member.value() = 0;
}

bool IsVolume(const json::value& recorded) {
  return PathBegins(recorded, "/loki/api/v1/index/volume") &&
         BodyBegins(recorded, R"({"status":"success")");
}

// Series and times stay.
void MaskBytes(json::value* body) {
  auto* data = DataOf(body);
  if (data == nullptr) return;
  for (json::value& series : data->at("result").as_array()) {
    if (auto* value = series.as_object().if_contains("value")) value->as_array().at(1) = "";
    auto* values = series.as_object().if_contains("values");
    if (values == nullptr) continue;
    for (json::value& sample : values->as_array()) sample.as_array().at(1) = "";
  }
}

bool IsEmptyPatterns(const json::value& recorded) {
  return PathBegins(recorded, "/loki/api/v1/patterns") &&
         BodyBegins(recorded, R"({"status":"success","data":[]})");
}

void MaskPatterns(json::value* body) { body->as_object()["data"].as_array().clear(); }

constexpr ApiDifference kDifferences[] = {
    {"the words of Go's JSON readers about what they cannot read",
     [](const json::value& recorded) { return BodyBegins(recorded, "loghttp."); }, 0, nullptr},
    {"lines are taken up to 1 MiB, longer ones are cut",
     [](const json::value& recorded) { return BodyBegins(recorded, "max entry size"); }, 204,
     nullptr},
    {"a scalar has the time that was asked for, not one that has overflown", IsScalar, 0,
     MaskScalarTime},
    {"lines in memory are counted too", IsEmptyIndex, 0, MaskCounts},
    {"bytes are the lines' own, not what Loki's chunks take in memory", IsVolume, 0, MaskBytes},
    {"patterns are mined when asked for, of whatever range", IsEmptyPatterns, 0, MaskPatterns},
    {"there is no folder of rules that could be missing: there are none",
     [](const json::value& recorded) { return BodyBegins(recorded, "unable to read rule dir"); },
     200, nullptr},
};

}  // namespace

const ApiDifference* DifferenceOf(const json::value& recorded) {
  const auto* const found =
      std::find_if(std::begin(kDifferences), std::end(kDifferences),
                   [&recorded](const ApiDifference& one) { return one.applies(recorded); });
  return found == std::end(kDifferences) ? nullptr : found;
}

std::string RecordedText(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  return value.is_null() ? std::string() : json::serialize(value);
}

}  // namespace vedette::logql
