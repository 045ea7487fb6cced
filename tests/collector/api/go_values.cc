#include "tests/collector/api/go_values.h"

#include <cctype>
#include <cmath>
#include <map>
#include <stdexcept>

#include "collector/api/sample_json.h"

namespace vedette::test {
namespace {

namespace json = boost::json;

std::string GoText(const json::value& value) {
  return {value.as_string().data(), value.as_string().size()};
}

const json::value* GoMember(const json::value& value, const char* key) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

json::value SampleText(double value) {
  std::string text;
  api::AppendSampleValue(value, &text);
  return json::value(text);
}

json::value Seconds(int64_t ms) { return static_cast<double>(ms) / 1000; }

std::string JsonName(const std::string& field) {
  static const std::map<std::string, std::string> kNames = {
      {"YAML", "yaml"},           {"URL", "url"},
      {"GlobalURL", "globalUrl"}, {"ScrapeURL", "scrapeUrl"},
      {"MetricFamily", "metric"}, {"RuleGroups", "groups"}};
  const auto known = kNames.find(field);
  if (known != kNames.end()) return known->second;
  std::string name = field;
  name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
  return name;
}

json::value Series(const json::object& series, int64_t now_ms) {
  json::array points;
  for (const json::value& point : series.at("Floats").as_array()) {
    points.push_back(json::array{Seconds(GoMillis(point.at("T"), now_ms)),
                                 SampleText(point.at("F").to_number<double>())});
  }
  json::object out;
  out["metric"] =
      series.contains("Metric") ? GoToJson(series.at("Metric"), now_ms) : json::object();
  out["values"] = std::move(points);
  return out;
}

// {"Result":...,"ResultType":"parser.ValueTypeMatrix"}
json::value Query(const json::object& query, int64_t now_ms) {
  const json::value& result = query.at("Result");
  json::object out;
  if (GoText(query.at("ResultType")) == "parser.ValueTypeScalar") {
    out["resultType"] = "scalar";
    out["result"] = json::array{Seconds(GoMillis(result.at("T"), now_ms)),
                                SampleText(result.at("V").to_number<double>())};
    return out;
  }
  json::array all;
  for (const json::value& series : result.at("$elts").as_array()) {
    all.push_back(Series(series.as_object(), now_ms));
  }
  out["resultType"] = "matrix";
  out["result"] = std::move(all);
  return out;
}

json::value Exemplar(const json::object& exemplar, int64_t now_ms) {
  json::object out;
  out["labels"] = GoToJson(exemplar.at("Labels"), now_ms);
  out["value"] = SampleText(exemplar.at("Value").to_number<double>());
  out["timestamp"] = Seconds(GoMillis(exemplar.at("Ts"), now_ms));
  return out;
}

bool IsGoZero(const json::value& value) {
  if (value.is_null()) return true;
  if (const json::string* text = value.if_string()) {
    return text->empty() || *text == "0001-01-01T00:00:00Z";
  }
  if (const bool* flag = value.if_bool()) return !*flag;
  if (const json::array* list = value.if_array()) return list->empty();
  if (const json::object* object = value.if_object()) return object->empty();
  return value.to_number<double>() == 0;
}

}  // namespace

int64_t GoMillis(const json::value& value, int64_t now_ms) {
  if (value.is_number()) return value.to_number<int64_t>();
  if (value.is_string()) {
    const std::string name = GoText(value);
    if (name == "start") return 0;
    if (name == "time.Millisecond") return 1;
    if (name == "time.Second") return 1000;
    if (name == "time.Minute") return 60'000;
    throw std::invalid_argument(name);
  }
  if (const json::value* op = GoMember(value, "$op")) {
    const int64_t a = GoMillis(value.at("a"), now_ms);
    const int64_t b = GoMillis(value.at("b"), now_ms);
    return *op == "*" ? a * b : a + b;
  }
  const std::string call = GoText(value.at("$call"));
  if (call == "api.now") return now_ms;
  const json::array& args = value.at("args").as_array();
  if (call == "timestamp.FromTime" || call == "start.Add") return GoMillis(args.at(0), now_ms);
  if (call == "time.Unix") {
    return args.at(0).to_number<int64_t>() * 1000 + args.at(1).to_number<int64_t>() / 1'000'000;
  }
  throw std::invalid_argument(call);
}

json::value GoToJson(const json::value& value, int64_t now_ms) {
  if (const json::array* list = value.if_array()) {
    json::array out;
    for (const json::value& item : *list) out.push_back(GoToJson(item, now_ms));
    return out;
  }
  const json::object* object = value.if_object();
  if (object == nullptr) return value;
  if (object->contains("ResultType")) return Query(*object, now_ms);
  if (object->contains("Ts")) return Exemplar(*object, now_ms);
  if (object->contains("$call")) return GoToJson(object->at("args").at(0), now_ms);
  json::object out;
  for (const auto& member : *object) {
    out[JsonName(member.key())] = GoToJson(member.value(), now_ms);
  }
  return out;
}

bool SameJson(const json::value& wanted, const json::value& found, std::string* where) {
  if (wanted.is_number() && found.is_number()) {
    return std::abs(wanted.to_number<double>() - found.to_number<double>()) < 1e-9;
  }
  if (const json::array* list = wanted.if_array()) {
    const json::array* other = found.if_array();
    if (other == nullptr || other->size() != list->size()) return false;
    for (size_t i = 0; i < list->size(); ++i) {
      if (SameJson((*list)[i], (*other)[i], where)) continue;
      *where = "[" + std::to_string(i) + "]" + *where;
      return false;
    }
    return true;
  }
  const json::object* object = wanted.if_object();
  if (object == nullptr) return wanted == found;
  const json::object* other = found.if_object();
  if (other == nullptr) return false;
  for (const auto& member : *object) {
    const json::value* theirs = other->if_contains(member.key());
    if (theirs == nullptr && IsGoZero(member.value())) continue;  // omitempty
    if (theirs != nullptr && SameJson(member.value(), *theirs, where)) continue;
    *where = "." + std::string(member.key()) + *where;
    return false;
  }
  for (const auto& member : *other) {
    if (object->contains(member.key()) || IsGoZero(member.value())) continue;
    *where = "." + std::string(member.key()) + *where;
    return false;
  }
  return true;
}

}  // namespace vedette::test
