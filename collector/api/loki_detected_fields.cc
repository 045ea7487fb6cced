#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json_writer.h"
#include "collector/api/api.h"
#include "collector/api/field_table.h"
#include "collector/api/loki_params.h"
#include "collector/api/prometheus_reply.h"
#include "collector/logql/parse/parser.h"

// What Grafana offers to filter lines by: /loki/api/v1/detected_fields and
// detected_field/{name}/values. The replies have no envelope.

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::StatusOr;
using base::http::Params;
using base::http::Request;
using base::http::Response;

constexpr uint32_t kDefaultLines = 100;
constexpr uint32_t kDefaultFields = 1000;

struct FieldsAsked {
  logql::RangeQuery query;
  uint32_t limit = kDefaultFields;  // of fields, or of values
};

class DetectedFieldsApi {
 public:
  explicit DetectedFieldsApi(const LokiQueryDeps& deps) : deps_(deps) {}

  Response Fields(const Request& request) const {
    const auto asked = Read(request);
    if (!asked.ok()) return LokiFailure(asked.status());
    const auto table = Table(*asked, asked->limit, request);
    if (!table.ok()) return LokiFailure(table.status());
    std::string body;
    JsonWriter json(&body);
    json.BeginObject().Key("fields").BeginArray();
    for (const auto& [name, field] : table->fields()) WriteField(name, field, &json);
    json.EndArray().Key("limit").Uint(asked->limit).EndObject();
    return Response::Json(200, std::move(body));
  }

  Response Values(const Request& request) const {
    const auto asked = Read(request);
    if (!asked.ok()) return LokiFailure(asked.status());
    const auto table = Table(*asked, kDefaultFields, request);
    if (!table.ok()) return LokiFailure(table.status());
    std::vector<std::string> values;
    if (const auto found = table->fields().find(request.path_args.at(0));
        found != table->fields().end()) {
      values.assign(found->second.values.begin(), found->second.values.end());
    }
    if (values.size() > asked->limit) values.resize(asked->limit);
    std::string body;
    JsonWriter json(&body);
    json.BeginObject().Key("values");
    WriteStrings(values, &json);
    json.Key("limit").Uint(asked->limit).EndObject();
    return Response::Json(200, std::move(body));
  }

 private:
  StatusOr<FieldsAsked> Read(const Request& request) const {
    const Params params = request.FormParams();
    FieldsAsked asked;
    VEDETTE_ASSIGN_OR_RETURN(const LokiRange range,
                             ReadLokiRange(params, deps_.clock->WallNanos()));
    asked.query.query = params.Get("query");
    VEDETTE_ASSIGN_OR_RETURN(const logql::ExprPtr expr, logql::Parse(asked.query.query));
    if (!expr->IsLog()) return base::InvalidArgument("only log queries have detected fields");
    asked.query.start_ns = range.start_ns;
    asked.query.end_ns = range.end_ns;
    asked.query.step_ns = 1;
    VEDETTE_ASSIGN_OR_RETURN(asked.query.limit, ReadLokiCount(params, "line_limit", kDefaultLines));
    asked.query.limit = std::min(asked.query.limit, deps_.max_entries);
    const bool is_old_name = params.Has("field_limit");
    VEDETTE_ASSIGN_OR_RETURN(
        asked.limit, ReadLokiCount(params, is_old_name ? "field_limit" : "limit", kDefaultFields));
    return asked;
  }

  StatusOr<FieldTable> Table(const FieldsAsked& asked, uint32_t max_fields,
                             const Request& request) const {
    logql::QueryContext context = deps_.limits;
    context.stop = request.stop;
    context.deadline_monotonic_ns = LokiDeadline(request, deps_.timeout_ms);
    VEDETTE_ASSIGN_OR_RETURN(const logql::Result result,
                             deps_.engine->QueryRange(asked.query, context));
    FieldTable table(max_fields);
    for (const logql::ResultLine& line : std::get<logql::Lines>(result.value)) table.Add(line);
    return table;
  }

  static void WriteField(const std::string& name, const DetectedField& field, JsonWriter* json) {
    json->BeginObject().Key("label").String(name).Key("type").String(field.type);
    json->Key("cardinality").Uint(field.values.size()).Key("parsers");
    if (field.parsers.empty()) {
      json->Null();
    } else {
      WriteStrings({field.parsers.begin(), field.parsers.end()}, json);
    }
    if (!field.json_path.empty()) {
      json->Key("jsonPath");
      WriteStrings(field.json_path, json);
    }
    json->EndObject();
  }

  const LokiQueryDeps deps_;
};

}  // namespace

void RegisterLokiDetectedFields(base::http::Router* router, const LokiQueryDeps& deps) {
  const DetectedFieldsApi api(deps);
  const auto add = [&](const std::string& path, base::http::Handler handler) {
    router->HandleGetPost(path, base::http::Pool::kQuery, base::http::Scope::kRead, handler);
  };
  add("/loki/api/v1/detected_fields",
      base::http::Sync([api](const Request& request) { return api.Fields(request); }));
  add("/loki/api/v1/detected_field/{name}/values",
      base::http::Sync([api](const Request& request) { return api.Values(request); }));
}

}  // namespace vedette::api
