#include "app/histogram_json.h"

#include <cmath>
#include <string>

#include "base/number_text.h"
#include "model/sample.h"

namespace vedette::app {
namespace {

void WriteSide(std::string_view name, const model::HistogramBuckets& side, bool is_float,
               base::JsonWriter* json) {
  if (side.empty()) return;
  json->Key(name).BeginObject().Key("spans").BeginArray();
  for (const model::HistogramSpan& span : side.spans) {
    json->BeginArray().Int(span.offset).Uint(span.length).EndArray();
  }
  json->EndArray().Key("counts").BeginArray();
  if (is_float) {
    for (const double count : side.counts) WriteJsonNumber(count, json);
  } else {
    int64_t count = 0;
    for (const int64_t delta : side.deltas) json->Int(count += delta);
  }
  json->EndArray().EndObject();
}

std::string_view NameOf(model::CounterReset reset) {
  switch (reset) {
    case model::CounterReset::kReset:
      return "reset";
    case model::CounterReset::kNotReset:
      return "not reset";
    case model::CounterReset::kGauge:
      return "gauge";
    default:
      return "unknown";
  }
}

}  // namespace

void WriteJsonNumber(double value, base::JsonWriter* json) {
  if (std::isfinite(value)) {
    json->Double(value);
    return;
  }
  std::string text;
  base::AppendFloatG(value, &text);
  json->String(model::IsStaleNan(value) ? "StaleNaN" : text);
}

void WriteHistogramJson(const model::Histogram& histogram, base::JsonWriter* json) {
  json->BeginObject().Key("count");
  if (histogram.is_float) {
    WriteJsonNumber(histogram.count_float, json);
  } else {
    json->Uint(histogram.count);
  }
  json->Key("sum");
  WriteJsonNumber(histogram.sum, json);
  json->Key("schema").Int(histogram.schema).Key("float").Bool(histogram.is_float);
  json->Key("counter_reset").String(NameOf(histogram.reset)).Key("zero_threshold");
  WriteJsonNumber(histogram.zero_threshold, json);
  json->Key("zero_count");
  if (histogram.is_float) {
    WriteJsonNumber(histogram.zero_count_float, json);
  } else {
    json->Uint(histogram.zero_count);
  }
  WriteSide("positive", histogram.positive, histogram.is_float, json);
  WriteSide("negative", histogram.negative, histogram.is_float, json);
  if (!histogram.custom_bounds.empty()) {
    json->Key("custom_bounds").BeginArray();
    for (const double bound : histogram.custom_bounds) WriteJsonNumber(bound, json);
    json->EndArray();
  }
  json->EndObject();
}

}  // namespace vedette::app
