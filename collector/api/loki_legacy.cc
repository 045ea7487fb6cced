#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json_writer.h"
#include "collector/api/loki_json.h"
#include "collector/api/time_text.h"
#include "model/labels.h"

// Answers of Loki's first API, which promtail's time knew.

namespace vedette::api {

std::string LokiLegacyReply(const logql::Lines& lines, const logql::QueryStats& stats,
                            double exec_seconds) {
  std::string body;
  base::JsonWriter json(&body);
  json.BeginObject().Key("streams").BeginArray();
  for (logql::LineGroup& group : logql::GroupFolded(lines)) {
    json.BeginObject().Key("labels");
    json.String(model::Labels::FromPairs(std::move(group.labels)).ToString());
    json.Key("entries").BeginArray();
    for (const size_t index : group.lines) {
      json.BeginObject().Key("ts").String(FormatRfc3339Nanos(lines[index].timestamp_ns));
      json.Key("line").String(lines[index].line).EndObject();
    }
    json.EndArray().EndObject();
  }
  json.EndArray();
  WriteLokiStats(stats, lines.size(), exec_seconds, &json);
  json.EndObject();
  return body;
}

}  // namespace vedette::api
