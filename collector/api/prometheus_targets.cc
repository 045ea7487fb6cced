#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/http/url.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/prometheus_params.h"
#include "collector/api/prometheus_reply.h"
#include "collector/api/time_text.h"
#include "collector/promql/parser.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;
using base::http::Url;

// The URL with another scheme, host or port in place of localhost's.
std::string GlobalUrl(const TargetsDeps& deps, const std::string& text) {
  const base::StatusOr<Url> url = base::http::ParseUrl(text);
  const base::StatusOr<Url> external = base::http::ParseUrl(deps.external_url);
  if (!url.ok() || !external.ok()) return text;
  if (url->host != "localhost" && url->host != "127.0.0.1" && url->host != "::1") return text;
  Url shown = *external;
  if (url->port != deps.own_port) {
    shown.scheme = url->scheme;
    shown.port = url->port;
  }
  return shown.Origin() + url->target;
}

void WriteTarget(const TargetsDeps& deps, const TargetInfo& target, JsonWriter* json) {
  json->BeginObject().Key("discoveredLabels");
  WriteLabels(target.discovered, json);
  json->Key("labels");
  WriteLabels(target.labels, json);
  json->Key("scrapePool").String(target.pool);
  json->Key("scrapeUrl").String(target.url);
  json->Key("globalUrl").String(GlobalUrl(deps, target.url));
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

// The jobs by name, each with the number of its targets that were dropped.
std::map<std::string, uint64_t> Pools(const TargetsDeps& deps) {
  std::map<std::string, uint64_t> pools;
  for (const PoolInfo& pool : deps.targets->Pools()) pools[pool.name] = pool.dropped;
  return pools;
}

void WriteCounts(const std::map<std::string, uint64_t>& counts, JsonWriter* json) {
  json->BeginObject();
  for (const auto& [name, count] : counts) json->Key(name).Uint(count);
  json->EndObject();
}

Response Targets(const TargetsDeps& deps, const Request& request) {
  const std::string state = base::ToLowerAscii(request.query.Get("state"));
  const std::string_view pool = request.query.Get("scrapePool");
  const bool any = state.empty() || state == "any";
  const std::vector<TargetInfo> active = deps.targets->Active();
  const std::vector<DroppedTargetInfo> dropped = deps.targets->Dropped();
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("activeTargets").BeginArray();
    for (const TargetInfo& target : active) {
      if (!any && state != "active") break;
      if (pool.empty() || target.pool == pool) WriteTarget(deps, target, json);
    }
    json->EndArray().Key("droppedTargets").BeginArray();
    const bool show_dropped = any || state == "dropped";
    for (const DroppedTargetInfo& target : dropped) {
      if (!show_dropped) break;
      if (pool.empty() || target.pool == pool) WriteDropped(target, json);
    }
    json->EndArray().Key("droppedTargetCounts");
    if (show_dropped) {
      WriteCounts(Pools(deps), json);
    } else {
      json->Null();
    }
    json->EndObject();
  });
}

Response ScrapePools(const TargetsDeps& deps, const Request&) {
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("scrapePools").BeginArray();
    for (const auto& [pool, dropped] : Pools(deps)) {
      json->String(pool);
    }
    json->EndArray().EndObject();
  });
}

// There is no discovery of Alertmanagers, so none is dropped.
Response Alertmanagers(const TargetsDeps& deps, const Request&) {
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("activeAlertmanagers").BeginArray();
    for (const std::string& url : deps.alertmanagers) {
      json->BeginObject().Key("url").String(url).EndObject();
    }
    json->EndArray().Key("droppedAlertmanagers").BeginArray().EndArray().EndObject();
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

void WriteMetadata(const model::Metadata& metadata, JsonWriter* json) {
  json->Key("type").String(metadata.type).Key("unit").String(metadata.unit);
  json->Key("help").String(metadata.help);
}

// What `metric` and `match_target` leave over. As upstream the limit is looked at between targets.
Response TargetMetadata(const TargetsDeps& deps, const Request& request) {
  bool bad = false;
  const std::optional<size_t> limit = OptionalLimit(request.query.Get("limit"), &bad);
  if (bad) return BadData("limit must be a number");
  std::vector<model::Matcher> matchers;
  if (const std::string_view text = request.query.Get("match_target"); !text.empty()) {
    base::StatusOr<std::vector<model::Matcher>> parsed = promql::ParseMetricSelector(text);
    if (!parsed.ok()) return BadData(base::Message(parsed.status()));
    matchers = *std::move(parsed);
  }
  const std::string_view metric = request.query.Get("metric");
  return Success([&](JsonWriter* json) {
    json->BeginArray();
    size_t count = 0;
    const model::Labels* last = nullptr;
    const std::vector<MetadataInfo> all = deps.targets->Metadata();
    for (const MetadataInfo& info : all) {
      if (info.target.empty()) continue;
      if (limit && count >= *limit && (last == nullptr || *last != info.target)) break;
      if (!metric.empty() && info.family != metric) continue;
      if (!model::MatchesAll(matchers, info.target)) continue;
      last = &info.target;
      ++count;
      json->BeginObject().Key("target");
      WriteLabels(info.target, json);
      if (metric.empty()) json->Key("metric").String(info.family);
      WriteMetadata(info.metadata, json);
      json->EndObject();
    }
    json->EndArray();
  });
}

Response Metadata(const TargetsDeps& deps, const Request& request) {
  bool bad = false;
  const std::optional<size_t> limit = OptionalLimit(request.query.Get("limit"), &bad);
  const std::optional<size_t> per_metric =
      OptionalLimit(request.query.Get("limit_per_metric"), &bad);
  if (bad) return BadData("limit must be a number");
  const Families families = Collect(deps.targets, request.query.Get("metric"), per_metric);
  return Success([&](JsonWriter* json) {
    json->BeginObject();
    size_t count = 0;
    for (const auto& [family, all] : families) {
      if (limit && count++ >= *limit) break;
      json->Key(family).BeginArray();
      for (const model::Metadata& metadata : all) {
        json->BeginObject();
        WriteMetadata(metadata, json);
        json->EndObject();
      }
      json->EndArray();
    }
    json->EndObject();
  });
}

}  // namespace

void RegisterPrometheusTargets(base::http::Router* router, const TargetsDeps& deps) {
  const auto get = [&](const std::string& path,
                       Response (*handle)(const TargetsDeps&, const Request&)) {
    router->Handle({"GET", "/api/v1/" + path, Pool::kQuery, Scope::kRead,
                    base::http::Sync(
                        [deps, handle](const Request& request) { return handle(deps, request); })});
  };
  get("targets", Targets);
  get("targets/metadata", TargetMetadata);
  get("scrape_pools", ScrapePools);
  get("metadata", Metadata);
  get("alertmanagers", Alertmanagers);
}

}  // namespace vedette::api
