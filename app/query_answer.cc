#include "app/query_answer.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "base/strings.h"

namespace vedette::app {
namespace {

namespace json = boost::json;

std::string TextOf(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

// "{count:2, sum:3, [-1,1]:2}", the brackets by the number that says which bounds count.
std::string HistogramLine(const json::object& h) {
  const auto text = [&h](const char* key) {
    const json::value* found = h.if_contains(key);
    return found == nullptr ? std::string("?") : TextOf(*found);
  };
  std::string out = "{count:" + text("count") + ", sum:" + text("sum");
  const json::value* buckets = h.if_contains("buckets");
  if (buckets == nullptr || !buckets->is_array()) return out + "}";
  for (const json::value& item : buckets->as_array()) {
    if (!item.is_array() || item.as_array().size() != 4) continue;
    const json::array& bucket = item.as_array();
    const int64_t bounds = bucket[0].is_int64() ? bucket[0].as_int64() : 0;
    const bool low = bounds == 1 || bounds == 3;
    const bool high = bounds == 0 || bounds == 3;
    out += base::Concat({", ", low ? "[" : "(", TextOf(bucket[1]), ",", TextOf(bucket[2]),
                         high ? "]" : ")", ":", TextOf(bucket[3])});
  }
  return out + "}";
}

double NumberOf(std::string_view text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  return base::ParseDouble(text).value_or(std::numeric_limits<double>::quiet_NaN());
}

// [time, "value"] or [time, {histogram}]
bool ReadPoint(const json::value& value, AnswerPoint* point) {
  if (!value.is_array() || value.as_array().size() != 2) return false;
  const json::array& pair = value.as_array();
  if (!pair[0].is_number()) return false;
  point->time_ms = std::llround(pair[0].to_number<double>() * 1000);
  if (pair[1].is_object()) {
    point->text = HistogramLine(pair[1].as_object());
    point->number = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  point->text = TextOf(pair[1]);
  point->number = NumberOf(point->text);
  return true;
}

bool ReadPoints(const json::object& item, const char* one, const char* many,
                std::vector<AnswerPoint>* points) {
  if (const json::value* value = item.if_contains(one)) {
    return ReadPoint(*value, &points->emplace_back());
  }
  const json::value* values = item.if_contains(many);
  if (values == nullptr) return true;
  if (!values->is_array()) return false;
  for (const json::value& value : values->as_array()) {
    if (!ReadPoint(value, &points->emplace_back())) return false;
  }
  return true;
}

bool ReadSeries(const json::value& value, AnswerSeries* series) {
  if (!value.is_object()) return false;
  const json::object& item = value.as_object();
  if (const json::value* metric = item.if_contains("metric"); metric != nullptr) {
    if (!metric->is_object()) return false;
    for (const auto& label : metric->as_object()) {
      series->labels.emplace(label.key(), TextOf(label.value()));
    }
  }
  if (!ReadPoints(item, "value", "values", &series->points)) return false;
  if (!ReadPoints(item, "histogram", "histograms", &series->points)) return false;
  std::stable_sort(
      series->points.begin(), series->points.end(),
      [](const AnswerPoint& a, const AnswerPoint& b) { return a.time_ms < b.time_ms; });
  return true;
}

bool ReadData(const json::object& data, QueryAnswer* answer) {
  const json::value* type = data.if_contains("resultType");
  const json::value* result = data.if_contains("result");
  if (type == nullptr || !type->is_string() || result == nullptr || !result->is_array()) {
    return false;
  }
  answer->result_type = TextOf(*type);
  if (answer->result_type == "scalar" || answer->result_type == "string") {
    return ReadPoint(*result, &answer->series.emplace_back().points.emplace_back());
  }
  for (const json::value& item : result->as_array()) {
    if (!ReadSeries(item, &answer->series.emplace_back())) return false;
  }
  return true;
}

void ReadTexts(const json::object& root, const char* key, std::vector<std::string>* out) {
  const json::value* list = root.if_contains(key);
  if (list == nullptr || !list->is_array()) return;
  for (const json::value& item : list->as_array()) out->push_back(TextOf(item));
}

}  // namespace

base::StatusOr<QueryAnswer> ParseQueryAnswer(std::string body) {
  QueryAnswer answer;
  json::error_code error;
  const json::value root = json::parse(body, error);
  const base::Status strange = base::InvalidArgument("the answer is none of Prometheus' API");
  if (error || !root.is_object()) return strange;
  const json::object& fields = root.as_object();
  const json::value* status = fields.if_contains("status");
  if (status == nullptr) return strange;
  ReadTexts(fields, "warnings", &answer.warnings);
  ReadTexts(fields, "infos", &answer.infos);
  if (TextOf(*status) == "success") {
    const json::value* data = fields.if_contains("data");
    if (data == nullptr || !data->is_object() || !ReadData(data->as_object(), &answer)) {
      return strange;
    }
  } else {
    const json::value* text = fields.if_contains("error");
    answer.error = text == nullptr ? "refused without a reason" : TextOf(*text);
  }
  answer.body = std::move(body);
  return answer;
}

}  // namespace vedette::app
