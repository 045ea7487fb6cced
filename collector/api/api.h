#ifndef VEDETTE_COLLECTOR_API_API_H_
#define VEDETTE_COLLECTOR_API_API_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http/router.h"
#include "base/memory_pool.h"
#include "base/telemetry.h"
#include "collector/api/status_view.h"
#include "collector/api/views.h"
#include "collector/logql/engine.h"
#include "collector/promql/engine.h"
#include "collector/promql/result_cache.h"
#include "model/otlp/translator.h"
#include "model/sinks.h"

// The collector's HTTP API: each function adds one family of routes. What the structs point to
// outlives the server. A part that is off is simply not registered: its paths are 404.

namespace vedette::api {

class TailHub;

// What status/buildinfo and vedette_build_info say.
struct BuildInfo {
  std::string version;
  std::string revision;
  std::string branch;
  std::string build_user;
  std::string build_date;
  std::string compiler;
};

struct QueryDeps {
  const promql::Engine* engine = nullptr;
  const promql::Queryable* storage = nullptr;
  base::Clock* clock = nullptr;
  // What every answer has to warn of now, empty: nothing. May be null.
  std::function<std::string()> caution = {};
  // Of all queries that run and all answers on their way; null: no limit.
  std::shared_ptr<base::MemoryPool> memory = nullptr;
  std::shared_ptr<promql::ResultCache> cache = nullptr;  // of range queries; null: none
  base::Telemetry* telemetry = nullptr;                  // may be null
};
// /api/v1/query, /api/v1/query_range
void RegisterPrometheusQuery(base::http::Router* router, const QueryDeps& deps);

// Passes a request on to an engine elsewhere: any answer, or why there is none.
using AskRemote =
    std::function<base::StatusOr<base::http::Response>(const base::http::Request& request)>;
// What asks for samples and what is said of them, in place of RegisterPrometheusQuery, -Labels and
// -Exemplars and of /api/v1/metadata, which is registered later.
void RegisterRemoteQueries(base::http::Router* router, const AskRemote& ask);

// /api/v1/format_query, /api/v1/parse_query
void RegisterPrometheusParse(base::http::Router* router, const promql::ParserOptions& options);

// /api/v1/query_exemplars; null: there are none.
void RegisterPrometheusExemplars(base::http::Router* router, const ExemplarsView* exemplars,
                                 const promql::ParserOptions& parser = {});

struct LabelsDeps {
  const MetricsView* metrics = nullptr;
  const base::Clock* clock = nullptr;  // for deadlines; null: none are kept
  // As in QueryDeps.
  std::shared_ptr<base::MemoryPool> memory = nullptr;
};
// /api/v1/labels, /api/v1/label/{name}/values, /api/v1/series
void RegisterPrometheusLabels(base::http::Router* router, const LabelsDeps& deps);

struct TargetsDeps {
  const TargetsView* targets = nullptr;
  // How others reach this host, "http://host:9090": targets on localhost are shown under its name.
  std::string external_url = {};
  uint16_t own_port = 0;                        // ours on localhost; 0: unknown
  std::vector<std::string> alertmanagers = {};  // where alerts are sent to
};
// /api/v1/targets, /api/v1/scrape_pools, /api/v1/targets/metadata, /api/v1/metadata,
// /api/v1/alertmanagers
void RegisterPrometheusTargets(base::http::Router* router, const TargetsDeps& deps);

// /api/v1/targets/relabel_steps
void RegisterRelabelSteps(base::http::Router* router, const TargetsView* targets);

// /api/v1/rules, /api/v1/alerts
void RegisterPrometheusRules(base::http::Router* router, const RulesView* rules);

// /api/v1/status/{runtimeinfo,config,flags,tsdb,walreplay}, /api/v1/notifications
void RegisterPrometheusStatus(base::http::Router* router, const StatusView* view,
                              const base::Clock* clock);

// POST and PUT /-/reload and /-/quit; null: they are 403.
void RegisterLifecycle(base::http::Router* router, Lifecycle* lifecycle);

// /api/v1/status/buildinfo, /version; `prometheus_version` is the version whose API this
// is ("3.5.3"): Grafana decides by it what to ask.
void RegisterPrometheusBuildInfo(base::http::Router* router, const BuildInfo& build,
                                 const std::string& prometheus_version);

struct RemoteWriteDeps {
  model::WireSink* sink = nullptr;
  uint64_t max_decoded_bytes = 128ull << 20;
  base::Telemetry* telemetry = nullptr;  // may be null
  // Called with each request that was taken and says something of metric families. May be null.
  std::function<void(const model::WireBatch& batch)> note_metadata = {};
};
// POST /api/v1/write, 1.0 and 2.0; register only when the receiver is enabled.
void RegisterRemoteWrite(base::http::Router* router, const RemoteWriteDeps& deps);

struct OtlpDeps {
  model::WireSink* sink = nullptr;
  // Asked at each request: a reload may change the settings. May not be null.
  std::function<model::otlp::TranslatorOptions()> options;
  uint64_t max_decoded_bytes = 64ull << 20;  // JSON: a quarter of it
  base::Telemetry* telemetry = nullptr;      // may be null
  // Called with what a request that was taken says of metric families. May be null.
  std::function<void(const std::vector<model::otlp::FamilyMetadata>& families)> note_families = {};
};
// POST /api/v1/otlp/v1/metrics; register only when the receiver is enabled.
void RegisterOtlpMetrics(base::http::Router* router, const OtlpDeps& deps);

struct TextPushDeps {
  model::WireSink* sink = nullptr;
  const base::Clock* clock = nullptr;
  uint64_t max_decoded_bytes = 32ull << 20;
  base::Telemetry* telemetry = nullptr;  // may be null
  // As in RemoteWriteDeps.
  std::function<void(const model::WireBatch& batch)> note_metadata = {};
};
// POST and PUT /metrics/job/NAME{/LABEL/VALUE}, Pushgateway's path: a page whose samples are stored
// once, at the time of the push where it tells none. No group is kept, so nothing is there to be
// deleted, and nothing repeats itself. Also what Influx clients ask for, /write and /api/v2/write:
// refused by name.
void RegisterTextPush(base::http::Router* router, const TextPushDeps& deps);

struct RemoteReadDeps {
  const promql::Queryable* metrics = nullptr;
  // What is added to every series that has no such label of its own. May not be null.
  std::function<model::Labels()> external_labels;
  // Of all queries of a request together; more is 413.
  uint64_t max_samples = 50'000'000;
  uint64_t max_bytes = 64ull << 20;  // of the answer before it is compressed
};
// POST /api/v1/read: sampled and streamed
void RegisterRemoteRead(base::http::Router* router, const RemoteReadDeps& deps);

struct FederateDeps {
  const promql::Queryable* storage = nullptr;
  const base::Clock* clock = nullptr;
  int64_t lookback_ms = 5 * 60 * 1000;  // older samples are no longer there, as for queries
  // What is added to every series that has no such label of its own. May not be null.
  std::function<model::Labels()> external_labels;
  // As in QueryDeps.
  std::shared_ptr<base::MemoryPool> memory = nullptr;
};
// /federate: the newest samples of series as a page to scrape
void RegisterFederate(base::http::Router* router, const FederateDeps& deps);

struct HealthDeps {
  std::function<bool()> ready;  // false while starting or stopping
};
// /-/healthy, /-/ready, and Loki's /ready
void RegisterHealth(base::http::Router* router, const HealthDeps& deps);

// /metrics
void RegisterMetricsPage(base::http::Router* router, const base::Telemetry* telemetry);

struct AlertmanagerDeps {
  AlertsView* alerts = nullptr;
  base::Clock* clock = nullptr;
  BuildInfo build;
  std::string alertmanager_version;  // whose API this is ("0.33.1"): amtool compares it
};
// /api/v2/status, /api/v2/alerts, /api/v2/receivers
void RegisterAlertmanager(base::http::Router* router, const AlertmanagerDeps& deps);

struct LokiPushDeps {
  model::LogSink* sink = nullptr;
  uint64_t max_decoded_bytes = 64ull << 20;
  base::Telemetry* telemetry = nullptr;  // may be null
  // The level of an entry whose labels, metadata and line tell none.
  std::string default_level = "unknown";
  const base::Clock* clock = nullptr;  // the time of OTLP's records without one
};
// POST /loki/api/v1/push, /api/prom/push
void RegisterLokiPush(base::http::Router* router, const LokiPushDeps& deps);
// POST /otlp/v1/logs
void RegisterOtlpLogs(base::http::Router* router, const LokiPushDeps& deps);

// The log store is an engine elsewhere: what is pushed goes there, what is asked is answered there.
struct RemoteLogsDeps {
  // Called on a thread that may wait. The answer goes back to who pushed, so that a line counts as
  // taken when the engine has it.
  AskRemote push;
  // Hands on a push to such a thread; false: too many wait.
  std::function<bool(std::function<void()> task)> later;
  AskRemote query;
  base::Telemetry* telemetry = nullptr;  // may be null
};
// In place of RegisterLokiPush, -Query, -Labels and -BuildInfo. Without tail: a WebSocket is not
// passed on.
void RegisterRemoteLogs(base::http::Router* router, const RemoteLogsDeps& deps);

struct LokiQueryDeps {
  const logql::Engine* engine = nullptr;
  base::Clock* clock = nullptr;
  logql::QueryContext limits;   // its stop and deadline are set by request
  uint32_t max_entries = 5000;  // of one answer
  int64_t timeout_ms = 0;       // of a query; 0: as long as the request has
};
// /loki/api/v1/query, /loki/api/v1/query_range, /api/prom/query
void RegisterLokiQuery(base::http::Router* router, const LokiQueryDeps& deps);

struct LokiLabelsDeps {
  const LogView* logs = nullptr;
  base::Clock* clock = nullptr;
};
// /loki/api/v1/labels, /loki/api/v1/label, /loki/api/v1/label/{name}/values, /loki/api/v1/series,
// /loki/api/v1/index/stats, /api/prom/label, /api/prom/label/{name}/values, /api/prom/series
void RegisterLokiLabels(base::http::Router* router, const LokiLabelsDeps& deps);

// /loki/api/v1/index/volume, /loki/api/v1/index/volume_range
void RegisterLokiVolume(base::http::Router* router, const LokiLabelsDeps& deps);

// /loki/api/v1/detected_labels
void RegisterLokiDetectedLabels(base::http::Router* router, const LokiLabelsDeps& deps);
// /loki/api/v1/detected_fields, /loki/api/v1/detected_field/{name}/values
void RegisterLokiDetectedFields(base::http::Router* router, const LokiQueryDeps& deps);

struct LokiTailDeps {
  TailHub* hub = nullptr;  // pushes go through it
  LokiQueryDeps query;     // of the lines that are there before
};
// /loki/api/v1/tail: a WebSocket
void RegisterLokiTail(base::http::Router* router, const LokiTailDeps& deps);

struct LokiPatternsDeps {
  const logql::LogSource* source = nullptr;
  base::Clock* clock = nullptr;
  uint64_t max_lines = 500'000;  // read by one request, the newest
};
// /loki/api/v1/patterns
void RegisterLokiPatterns(base::http::Router* router, const LokiPatternsDeps& deps);

struct LokiLimits {
  uint32_t max_entries = 5000;
  int64_t retention_ms = 0;
  std::string version;  // of Loki, whose API this is
};
// /loki/api/v1/format_query, /loki/api/v1/drilldown-limits
void RegisterLokiInfo(base::http::Router* router, const LokiLimits& limits);

// The rules that are written in LogQL, as Loki's ruler shows them; null: there are none.
// /prometheus/api/v1/rules, /prometheus/api/v1/alerts
void RegisterLokiRules(base::http::Router* router, const RulesView* rules);
// As YAML: /loki/api/v1/rules[/{namespace}[/{group}]], /api/prom/rules; a namespace is a rule file.
void RegisterLokiRuleFiles(base::http::Router* router, const RulesView* rules);

// /loki/api/v1/status/buildinfo; `loki_version` as above ("3.5.0").
void RegisterLokiBuildInfo(base::http::Router* router, const BuildInfo& build,
                           const std::string& loki_version);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_API_H_
