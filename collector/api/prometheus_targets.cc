#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/prometheus_params.h"
#include "collector/api/prometheus_reply.h"
#include "collector/api/time_text.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::http::Params;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

void WriteTarget(const TargetInfo& target, JsonWriter* json) {
  json->BeginObject().Key("discoveredLabels");
  WriteLabels(target.discovered, json);
  json->Key("labels");
  WriteLabels(target.labels, json);
  json->Key("scrapePool").String(target.pool);
  json->Key("scrapeUrl").String(target.url).Key("globalUrl").String(target.url);
  json->Key("lastError").String(target.last_error);
  json->Key("lastScrape").String(FormatRfc3339(target.last_scrape_ms));
  json->Key("lastScrapeDuration").Double(target.last_duration_seconds);
  json->Key("health").String(target.health);
  json->Key("scrapeInterval").String(base::FormatDurationMs(target.interval_ms));
  json->Key("scrapeTimeout").String(base::FormatDurationMs(target.timeout_ms));
  json->EndObject();
}

void WriteDropped(const DroppedTargetInfo& target, JsonWriter* json) {
  json->BeginObject().Key("discoveredLabels");
  WriteLabels(target.discovered, json);
  json->Key("scrapePool").String(target.pool).EndObject();
}

Response Targets(const TargetsView* view, const Request& request) {
  const std::string_view state = request.query.Get("state");
  const std::string_view pool = request.query.Get("scrapePool");
  const bool show_active = state.empty() || state == "any" || state == "active";
  const bool show_dropped = state.empty() || state == "any" || state == "dropped";
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("activeTargets").BeginArray();
    if (show_active) {
      for (const TargetInfo& target : view->Active()) {
        if (pool.empty() || target.pool == pool) WriteTarget(target, json);
      }
    }
    json->EndArray().Key("droppedTargets").BeginArray();
    std::map<std::string, int64_t> dropped_counts;
    if (show_dropped) {
      for (const DroppedTargetInfo& target : view->Dropped()) {
        ++dropped_counts[target.pool];
        if (pool.empty() || target.pool == pool) WriteDropped(target, json);
      }
    }
    json->EndArray().Key("droppedTargetCounts").BeginObject();
    for (const auto& [name, count] : dropped_counts) json->Key(name).Int(count);
    json->EndObject().EndObject();
  });
}

// A limit of the metadata endpoint: negative or absent is none.
std::optional<size_t> OptionalLimit(std::string_view text, bool* bad) {
  if (text.empty()) return std::nullopt;
  const std::optional<int64_t> limit = base::ParseInt(text);
  *bad = *bad || !limit;
  if (!limit || *limit < 0) return std::nullopt;
  return static_cast<size_t>(*limit);
}

using Families = std::map<std::string, std::vector<model::Metadata>>;

Families Collect(const TargetsView* view, std::string_view metric,
                 std::optional<size_t> per_metric) {
  Families families;
  for (MetadataInfo& info : view->Metadata()) {
    if (!metric.empty() && info.family != metric) continue;
    std::vector<model::Metadata>& known = families[info.family];
    bool seen = false;
    for (const model::Metadata& other : known) seen = seen || other == info.metadata;
    if (!seen && (!per_metric || *per_metric == 0 || known.size() < *per_metric)) {
      known.push_back(std::move(info.metadata));
    }
  }
  return families;
}

Response Metadata(const TargetsView* view, const Request& request) {
  bool bad = false;
  const std::optional<size_t> limit = OptionalLimit(request.query.Get("limit"), &bad);
  const std::optional<size_t> per_metric =
      OptionalLimit(request.query.Get("limit_per_metric"), &bad);
  if (bad) return BadData("limit must be a number");
  const Families families = Collect(view, request.query.Get("metric"), per_metric);
  return Success([&](JsonWriter* json) {
    json->BeginObject();
    size_t count = 0;
    for (const auto& [family, all] : families) {
      if (limit && count++ >= *limit) break;
      json->Key(family).BeginArray();
      for (const model::Metadata& metadata : all) {
        json->BeginObject().Key("type").String(metadata.type).Key("help").String(metadata.help);
        json->Key("unit").String(metadata.unit).EndObject();
      }
      json->EndArray();
    }
    json->EndObject();
  });
}

}  // namespace

void RegisterPrometheusTargets(base::http::Router* router, const TargetsView* targets) {
  const auto bind = [targets](Response (*handle)(const TargetsView*, const Request&)) {
    return base::http::Sync(
        [targets, handle](const Request& request) { return handle(targets, request); });
  };
  router->Handle({"GET", "/api/v1/targets", Pool::kQuery, Scope::kRead, bind(Targets)});
  router->Handle({"GET", "/api/v1/metadata", Pool::kQuery, Scope::kRead, bind(Metadata)});
}

}  // namespace vedette::api
