#include <functional>
#include <string>
#include <utility>

#include "base/json_writer.h"
#include "collector/api/api.h"
#include "collector/api/loki_params.h"
#include "collector/api/prometheus_reply.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::StatusOr;
using base::http::Params;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

// What the label endpoints take: a time range and one selector, which may be missing.
struct Asked {
  LokiRange range;
  std::vector<model::Matcher> matchers;
};

StatusOr<Asked> ReadAsked(const Params& params, const base::Clock& clock) {
  Asked asked;
  VEDETTE_ASSIGN_OR_RETURN(asked.range, ReadLokiRange(params, clock.WallNanos()));
  VEDETTE_ASSIGN_OR_RETURN(asked.matchers, ParseStreamSelector(params.Get("query")));
  return asked;
}

Response Labels(const LokiLabelsDeps& deps, const Request& request) {
  const StatusOr<Asked> asked = ReadAsked(request.FormParams(), *deps.clock);
  if (!asked.ok()) return LokiFailure(asked.status());
  return SuccessStrings(
      deps.logs->LabelNames(asked->matchers, asked->range.start_ns, asked->range.end_ns));
}

Response Values(const LokiLabelsDeps& deps, const Request& request) {
  const StatusOr<Asked> asked = ReadAsked(request.FormParams(), *deps.clock);
  if (!asked.ok()) return LokiFailure(asked.status());
  return SuccessStrings(deps.logs->LabelValues(request.path_args.at(0), asked->matchers,
                                               asked->range.start_ns, asked->range.end_ns));
}

Response Series(const LokiLabelsDeps& deps, const Request& request) {
  const Params params = request.FormParams();
  const StatusOr<LokiRange> range = ReadLokiRange(params, deps.clock->WallNanos());
  if (!range.ok()) return LokiFailure(range.status());
  std::vector<std::vector<model::Matcher>> selectors;
  // logcli says match, everybody else match[].
  for (const std::string_view name : {"match[]", "match"}) {
    for (const std::string_view text : params.GetAll(name)) {
      StatusOr<std::vector<model::Matcher>> matchers = ParseStreamSelector(text);
      if (!matchers.ok()) return LokiFailure(matchers.status());
      selectors.push_back(*std::move(matchers));
    }
  }
  return Success([&](JsonWriter* json) {
    json->BeginArray();
    for (const model::Labels& labels :
         deps.logs->Series(selectors, range->start_ns, range->end_ns)) {
      WriteLabels(labels, json);
    }
    json->EndArray();
  });
}

// Loki's first API: without an envelope.
Response LegacyLabels(const LokiLabelsDeps& deps, const Request& request) {
  const StatusOr<Asked> asked = ReadAsked(request.FormParams(), *deps.clock);
  if (!asked.ok()) return LokiFailure(asked.status());
  const auto [start, end] = asked->range;
  std::string body;
  JsonWriter json(&body);
  json.BeginObject().Key("values");
  WriteStrings(request.path_args.empty()
                   ? deps.logs->LabelNames(asked->matchers, start, end)
                   : deps.logs->LabelValues(request.path_args[0], asked->matchers, start, end),
               &json);
  json.EndObject();
  return Response::Json(200, std::move(body));
}

// Bare: this one has no envelope.
Response IndexStats(const LokiLabelsDeps& deps, const Request& request) {
  const Params params = request.FormParams();
  if (const auto query = ReadLokiQuery(params); !query.ok()) return LokiFailure(query.status());
  const StatusOr<Asked> asked = ReadAsked(params, *deps.clock);
  if (!asked.ok()) return LokiFailure(asked.status());
  const LogVolume volume =
      deps.logs->Volume(asked->matchers, asked->range.start_ns, asked->range.end_ns);
  std::string body;
  JsonWriter json(&body);
  json.BeginObject().Key("streams").Uint(volume.streams).Key("chunks").Uint(volume.chunks);
  json.Key("bytes").Uint(volume.bytes).Key("entries").Uint(volume.entries).EndObject();
  return Response::Json(200, std::move(body));
}

}  // namespace

void RegisterLokiLabels(base::http::Router* router, const LokiLabelsDeps& deps) {
  const auto add = [&](const std::string& path,
                       Response (*handle)(const LokiLabelsDeps&, const Request&)) {
    router->HandleGetPost(
        path, Pool::kQuery, Scope::kRead,
        base::http::Sync([deps, handle](const Request& request) { return handle(deps, request); }));
  };
  add("/loki/api/v1/labels", Labels);
  add("/loki/api/v1/label", Labels);
  add("/loki/api/v1/label/{name}/values", Values);
  add("/loki/api/v1/series", Series);
  add("/api/prom/series", Series);
  add("/api/prom/label", LegacyLabels);
  add("/api/prom/label/{name}/values", LegacyLabels);
  add("/loki/api/v1/index/stats", IndexStats);
}

}  // namespace vedette::api
