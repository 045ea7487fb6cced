#include <functional>
#include <string>
#include <utility>

#include "base/json_writer.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/loki_ingest.h"
#include "collector/api/prometheus_reply.h"
#include "collector/logql/parse/parser.h"
#include "collector/logql/parse/indented_printer.h"
#include "model/log_level.h"

// What Grafana and Logs Drilldown ask beside lines.

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

constexpr uint32_t kMaxVolumeSeries = 5000;  // what Drilldown asks for at once

// Errors are JSON here, alone in Loki's API.
Response FormatQuery(const Request& request) {
  const auto expr = logql::Parse(request.FormParams().Get("query"));
  if (expr.ok()) {
    return Success([&](JsonWriter* json) { json->String(logql::PrintIndented(**expr)); });
  }
  std::string body;
  JsonWriter json(&body);
  json.BeginObject().Key("status").String("invalid-query").Key("error");
  json.String(base::Message(expr.status())).EndObject();
  return Response::Json(400, std::move(body));
}

// What Logs Drilldown reads of Loki's limits_config; zeros: no such limit.
Response DrilldownLimits(const LokiLimits& limits) {
  std::string body;
  JsonWriter json(&body);
  json.BeginObject().Key("limits").BeginObject();
  json.Key("discover_log_levels").Bool(true).Key("discover_service_name");
  const auto services = LokiServiceLabels();
  WriteStrings({services.begin(), services.end()}, &json);
  json.Key("log_level_fields");
  const auto levels = model::LevelKeys();
  WriteStrings({levels.begin(), levels.end()}, &json);
  json.Key("max_entries_limit_per_query").Uint(limits.max_entries);
  json.Key("max_line_size_truncate").Bool(false).Key("max_query_bytes_read").String("0B");
  for (const std::string_view length :
       {"max_query_length", "max_query_lookback", "max_query_range"}) {
    json.Key(length).String("0s");
  }
  json.Key("max_query_series").Uint(logql::QueryContext().max_series);
  json.Key("metric_aggregation_enabled").Bool(false);
  json.Key("pattern_persistence_enabled").Bool(false);
  json.Key("retention_period");
  json.String(base::Concat({std::to_string(limits.retention_ms / 1000), "s"}));
  json.Key("volume_enabled").Bool(true).Key("volume_max_series").Uint(kMaxVolumeSeries);
  json.EndObject().Key("pattern_ingester_enabled").Bool(true);
  json.Key("version").String(limits.version).EndObject();
  return Response::Json(200, std::move(body));
}

}  // namespace

void RegisterLokiInfo(base::http::Router* router, const LokiLimits& limits) {
  router->HandleGetPost("/loki/api/v1/format_query", Pool::kQuery, Scope::kRead,
                        base::http::Sync(FormatQuery));
  const auto get = [&](const std::string& path, std::function<Response()> answer) {
    router->Handle({"GET", path, Pool::kQuery, Scope::kRead,
                    base::http::Sync([answer](const Request&) { return answer(); })});
  };
  get("/loki/api/v1/drilldown-limits", [limits] { return DrilldownLimits(limits); });
}

}  // namespace vedette::api
