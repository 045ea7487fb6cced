#include "app/collector_parts.h"

#include "app/build_info.h"
#include "base/http/listen_address.h"
#include "collector/api/admin_view.h"
#include "collector/api/api.h"

namespace vedette::app {
namespace {

// Says which flag switches a receiver on that is off.
void RefuseFor(const std::string& flag, const std::string& path, base::http::Router* router) {
  router->Handle({"POST", path, base::http::Pool::kControl, base::http::Scope::kPush,
                  base::http::Sync([flag](const base::http::Request&) {
                    return base::http::Response::Text(
                        404, base::Concat({"this receiver is off; ", flag, " switches it on\n"}));
                  })});
}

}  // namespace

void CollectorParts::RegisterRoutes(base::http::Router* router, const CollectorOptions& options,
                                    const std::string& external_url) {
  const api::BuildInfo build = OwnBuildInfo();
  if (metrics_) {
    RegisterMetrics(router, options);
    RegisterTargets(router, options, external_url);
  }
  if (rules_) api::RegisterPrometheusRules(router, rules_view_.get());
  if (logs_ || logs_elsewhere_) api::RegisterLokiRules(router, rules_view_.get());
  if (logs_) api::RegisterLokiRuleFiles(router, rules_view_.get());
  if (logs_) RegisterLogs(router, options);
  if (logs_elsewhere_) logs_elsewhere_->RegisterRoutes(router);
  if (alerting_) {
    api::RegisterAlertmanager(router,
                              {alerts_view_.get(), world_.clock, build, kAlertmanagerVersion});
  }
}

void CollectorParts::RegisterMetrics(base::http::Router* router, const CollectorOptions& options) {
  if (elsewhere_.Get() != nullptr) {
    api::RegisterRemoteQueries(router, [this](const base::http::Request& request) {
      return elsewhere_.Get()->PassOn(request);
    });
  } else {
    RegisterQueries(router, options);
  }
  api::RegisterPrometheusParse(router, promql_->options().parser);
  api::RegisterPrometheusStatus(router, status_view_.get(), world_.clock);
  if (options.admin_api) {
    tsdb_admin_ = std::make_unique<TsdbAdminJoin>(
        metrics_.get(), world_, base::JoinPath(options.storage_path, "snapshots"));
  }
  api::RegisterTsdbAdmin(router, tsdb_admin_.get());
  api::RegisterPrometheusBuildInfo(router, OwnBuildInfo(), kPrometheusVersion);
  RegisterReceivers(router, options);
}

void CollectorParts::RegisterQueries(base::http::Router* router, const CollectorOptions& options) {
  api::QueryDeps query;
  query.engine = promql_.get();
  query.storage = queryable_.get();
  query.clock = world_.clock;
  query.caution = [this] { return ReplayCaution(*metrics_); };
  query.memory = query_memory_;
  query.cache = result_cache_;
  query.telemetry = world_.telemetry;
  api::RegisterPrometheusQuery(router, query);
  api::RegisterPrometheusExemplars(router, exemplars_view_.get(), promql_->options().parser);
  api::RegisterPrometheusLabels(router, {metrics_view_.get(), world_.clock, query_memory_});
  api::RemoteReadDeps read;
  read.metrics = queryable_.get();
  read.external_labels = [this] { return external_labels_.Get(); };
  read.max_bytes = one_query_bytes_;
  api::RegisterRemoteRead(router, read);
  api::FederateDeps federate;
  federate.storage = queryable_.get();
  federate.clock = world_.clock;
  federate.lookback_ms = options.query_lookback_ms;
  federate.external_labels = [this] { return external_labels_.Get(); };
  federate.memory = query_memory_;
  api::RegisterFederate(router, federate);
}

void CollectorParts::RegisterReceivers(base::http::Router* router,
                                       const CollectorOptions& options) {
  if (!options.remote_write_receiver) {
    RefuseFor("--web.enable-remote-write-receiver", "/api/v1/write", router);
  } else {
    api::RemoteWriteDeps write;
    write.sink = metrics_.get();
    write.telemetry = world_.telemetry;
    write.note_metadata = [this](const model::WireBatch& batch) { written_metadata_.Note(batch); };
    api::RegisterRemoteWrite(router, write);
  }
  api::TextPushDeps text;
  text.sink = metrics_.get();
  text.clock = world_.clock;
  text.telemetry = world_.telemetry;
  text.note_metadata = [this](const model::WireBatch& batch) { written_metadata_.Note(batch); };
  api::RegisterTextPush(router, text);
  if (!options.otlp_receiver) {
    RefuseFor("--web.enable-otlp-receiver", "/api/v1/otlp/v1/metrics", router);
  } else {
    api::OtlpDeps otlp;
    otlp.sink = metrics_.get();
    model::otlp::TranslatorOptions how;
    how.lookback_ms = options.query_lookback_ms;
    how.with_starts = options.features.created_timestamps();
    how.takes_delta = options.features.otlp_native_delta();
    otlp.options = [this, how] {
      model::otlp::TranslatorOptions now = how;
      now.settings = otlp_settings_.Get();
      return now;
    };
    otlp.telemetry = world_.telemetry;
    otlp.note_families = [this](const std::vector<model::otlp::FamilyMetadata>& families) {
      written_metadata_.Note(families);
    };
    api::RegisterOtlpMetrics(router, otlp);
  }
}

void CollectorParts::RegisterTargets(base::http::Router* router, const CollectorOptions& options,
                                     const std::string& external_url) {
  api::TargetsDeps deps;
  deps.targets = targets_view_.get();
  deps.external_url = external_url;
  const auto listen = base::http::ParseListenAddress(options.listen.front());
  if (listen.ok()) deps.own_port = listen->port;
  if (alerting_) deps.alertmanagers.push_back(external_url + "/api/v2/alerts");
  api::RegisterPrometheusTargets(router, deps);
  api::RegisterAgents(router, {agents_.get(), targets_view_.get(), world_.telemetry});
  api::RegisterRelabelSteps(router, targets_view_.get());
}

void CollectorParts::RegisterLogs(base::http::Router* router, const CollectorOptions& options) {
  api::LokiPushDeps push;
  push.sink = tail_hub_.get();
  push.telemetry = world_.telemetry;
  push.default_level = options.logs_default_level;
  push.clock = world_.clock;
  api::RegisterLokiPush(router, push);
  api::RegisterOtlpLogs(router, push);
  api::LokiQueryDeps query;
  query.engine = logql_.get();
  query.clock = world_.clock;
  query.limits.max_memory_bytes = one_query_bytes_;
  query.limits.memory = query_memory_;
  query.timeout_ms = options.query_timeout_ms;
  api::RegisterLokiQuery(router, query);
  api::RegisterLokiTail(router, {tail_hub_.get(), query});
  const api::LokiLabelsDeps labels{logs_view_.get(), world_.clock};
  api::RegisterLokiLabels(router, labels);
  api::RegisterLokiVolume(router, labels);
  if (options.admin_api) log_admin_ = std::make_unique<LogAdminJoin>(logs_.get());
  api::RegisterLokiDelete(router, log_admin_.get(), world_.clock);
  api::RegisterLokiDetectedLabels(router, labels);
  api::RegisterLokiDetectedFields(router, query);
  api::RegisterLokiPatterns(router, {log_source_.get(), world_.clock});
  api::RegisterLokiInfo(router, {query.max_entries, options.logs_retention_ms, kLokiVersion});
  api::RegisterLokiBuildInfo(router, OwnBuildInfo(), kLokiVersion);
}

}  // namespace vedette::app
