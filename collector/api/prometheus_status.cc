#include <functional>
#include <string>
#include <utility>

#include "collector/api/api.h"
#include "collector/api/prometheus_params.h"
#include "collector/api/prometheus_reply.h"
#include "collector/api/time_text.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

constexpr size_t kDefaultTop = 10;
constexpr int64_t kMostTop = 10'000;

Response Runtime(const StatusView& view, int64_t now_ms) {
  const RuntimeInfo info = view.Runtime();
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("startTime").String(FormatRfc3339(info.start_ms));
    json->Key("CWD").String(info.working_directory).Key("hostname").String(info.host_name);
    json->Key("serverTime").String(FormatRfc3339(now_ms));
    json->Key("reloadConfigSuccess").Bool(info.reload_succeeded);
    json->Key("lastConfigTime").String(FormatRfc3339(info.last_config_ms));
    json->Key("corruptionCount").Uint(info.corruptions);
    // Threads here. What tunes Go's runtime is empty.
    json->Key("goroutineCount").Uint(info.threads).Key("GOMAXPROCS").Uint(info.cpus);
    json->Key("GOMEMLIMIT").Uint(info.memory_limit_bytes).Key("GOGC").String("");
    json->Key("GODEBUG").String("").Key("storageRetention").String(info.retention).EndObject();
  });
}

Response Config(const StatusView& view) {
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("yaml").String(view.ConfigText()).EndObject();
  });
}

Response Flags(const StatusView& view) {
  return Success([&](JsonWriter* json) { WritePairs(view.Flags(), json); });
}

void WriteCounts(std::string_view key, const NamedCounts& counts, JsonWriter* json) {
  json->Key(key).BeginArray();
  for (const auto& [name, count] : counts) {
    json->BeginObject().Key("name").String(name).Key("value").Uint(count).EndObject();
  }
  json->EndArray();
}

Response Tsdb(const StatusView& view, const Request& request) {
  size_t top = kDefaultTop;
  if (const std::string_view text = request.query.Get("limit"); !text.empty()) {
    const base::StatusOr<int64_t> limit = ParseGoInt(text);
    if (!limit.ok() || *limit < 1) return BadData("limit must be a positive number");
    if (*limit > kMostTop) {
      return BadParameter("limit", "limit must be less than or equal to 10000");
    }
    top = static_cast<size_t>(*limit);
  }
  const base::StatusOr<TsdbInfo> info = view.Tsdb(top);
  if (!info.ok()) return StorageFailure(info.status());
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("headStats").BeginObject().Key("numSeries").Uint(info->series);
    json->Key("numLabelPairs").Uint(info->label_pairs).Key("chunkCount").Uint(info->chunks);
    json->Key("minTime").Int(info->min_ms).Key("maxTime").Int(info->max_ms).EndObject();
    WriteCounts("seriesCountByMetricName", info->series_by_metric, json);
    WriteCounts("labelValueCountByLabelName", info->values_by_label, json);
    WriteCounts("memoryInBytesByLabelName", info->bytes_by_label, json);
    WriteCounts("seriesCountByLabelValuePair", info->series_by_pair, json);
    json->EndObject();
  });
}

Response Replay(const StatusView& view) {
  const ReplayInfo info = view.Replay();
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("min").Uint(info.first).Key("max").Uint(info.last);
    json->Key("current").Uint(info.current).EndObject();
  });
}

Response Notifications(const StatusView& view) {
  return Success([&](JsonWriter* json) {
    json->BeginArray();
    for (const NotificationInfo& info : view.Notifications()) {
      json->BeginObject().Key("text").String(info.text);
      json->Key("date").String(FormatRfc3339(info.date_ms)).Key("active").Bool(true).EndObject();
    }
    json->EndArray();
  });
}

}  // namespace

void RegisterPrometheusStatus(base::http::Router* router, const StatusView* view,
                              const base::Clock* clock) {
  const auto add = [router](const std::string& path, Pool pool,
                            std::function<Response(const Request&)> handle) {
    router->Handle(
        {"GET", "/api/v1/" + path, pool, Scope::kRead, base::http::Sync(std::move(handle))});
  };
  add("status/runtimeinfo", Pool::kControl,
      [view, clock](const Request&) { return Runtime(*view, clock->WallMillis()); });
  add("status/config", Pool::kControl, [view](const Request&) { return Config(*view); });
  add("status/flags", Pool::kControl, [view](const Request&) { return Flags(*view); });
  add("status/walreplay", Pool::kControl, [view](const Request&) { return Replay(*view); });
  add("notifications", Pool::kControl, [view](const Request&) { return Notifications(*view); });
  add("status/tsdb", Pool::kQuery, [view](const Request& request) { return Tsdb(*view, request); });
}

}  // namespace vedette::api
