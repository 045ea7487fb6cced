#include "app/collector_parts.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "app/build_info.h"
#include "app/remote_join.h"
#include "base/http/listen_address.h"
#include "collector/api/admin_view.h"
#include "collector/api/api.h"

namespace vedette::app {
namespace {

// About what one sample of a query costs while it is evaluated: time and value.
constexpr uint64_t kBytesPerSample = 16;
// What a live series takes of the metrics store's head, samples aside: with fewer bytes there are
// none, and where the memory allows more of them than the store's own bound, it may have them.
constexpr uint64_t kLeastBytesPerSeries = 250;
// Of what queries may hold, the share that the cache of their answers has by default: 1 / this.
constexpr uint64_t kCacheShare = 8;

// With storage.remote the store is what remote_write sends from, and keeps no more than that needs:
// samples wait in its log for as long as a receiver is away.
constexpr int64_t kRetentionElsewhereMs = 2 * 3'600'000;

// Threads that read for one log query, and what waits for those that help with others.
constexpr size_t kLogScanWorkers = 8;
constexpr size_t kLogScansWaiting = 64;

// Says which flag switches a receiver on that is off.
void RefuseFor(const std::string& flag, const std::string& path, base::http::Router* router) {
  router->Handle({"POST", path, base::http::Pool::kControl, base::http::Scope::kPush,
                  base::http::Sync([flag](const base::http::Request&) {
                    return base::http::Response::Text(
                        404, base::Concat({"this receiver is off; ", flag, " switches it on\n"}));
                  })});
}

}  // namespace

base::StatusOr<std::unique_ptr<CollectorParts>> CollectorParts::Open(
    const World& world, const CollectorOptions& options, const MemoryBudget& budget,
    const std::string& external_url, CollectorConfig* config) {
  const std::string& path = options.storage_path;
  std::unique_ptr<CollectorParts> parts(new CollectorParts(world, path));
  parts->one_query_bytes_ = budget.one_query;
  VEDETTE_RETURN_IF_ERROR(parts->TakeLock());
  if (options.parts.tsdb) VEDETTE_RETURN_IF_ERROR(parts->OpenMetrics(options, budget, *config));
  if (options.parts.logs && config->remote.logs) {
    parts->logs_elsewhere_ = std::make_unique<LogsElsewhere>(world, *config->remote.logs);
  } else if (options.parts.logs) {
    VEDETTE_RETURN_IF_ERROR(parts->OpenLogs(options, budget));
  }
  if (options.parts.alertmanager) {
    VEDETTE_ASSIGN_OR_RETURN(parts->alerting_,
                             AlertingPart::Open(world, base::JoinPath(path, "alerting"),
                                                std::move(config->routing), external_url));
    parts->alerts_view_ = std::make_unique<AlertsJoin>(parts->alerting_->router());
  }
  if (options.parts.rules) VEDETTE_RETURN_IF_ERROR(parts->OpenRules(options, external_url, config));
  return parts;
}

base::Status CollectorParts::OpenMetrics(const CollectorOptions& options,
                                         const MemoryBudget& budget,
                                         const CollectorConfig& config) {
  tsdb::Options store;
  store.dir = base::JoinPath(options.storage_path, "metrics");
  store.retention_ms = options.metrics_retention_ms;
  if (config.remote.query) {
    SetElsewhere(*config.remote.query);
    store.retention_ms = std::min(store.retention_ms, kRetentionElsewhereMs);
  }
  store.retention_bytes = options.metrics_retention_bytes;
  store.flush_interval_ms = options.metrics_flush_ms;
  if (config.scrape.storage.out_of_order_window_ms) {
    store.out_of_order_window_ms = *config.scrape.storage.out_of_order_window_ms;
  }
  store.head_bytes = budget.tsdb_head;
  store.max_series = std::max<uint64_t>(store.max_series, budget.tsdb_head / kLeastBytesPerSeries);
  store.query_bytes = budget.one_query;
  store.page_cache_bytes = budget.rest / 4;
  store.selection_cache_bytes = budget.rest / 16;
  store.fs = world_.fs;
  store.clock = world_.clock;
  store.log = world_.logger;
  store.telemetry = world_.telemetry;
  VEDETTE_ASSIGN_OR_RETURN(metrics_, tsdb::Store::Open(store));
  exemplars_view_ = std::make_unique<ExemplarsJoin>(metrics_.get());
  queryable_ = std::make_unique<MetricsQueryable>(metrics_.get());
  metrics_view_ = std::make_unique<MetricsJoin>(metrics_.get());
  status_view_ = std::make_unique<StatusJoin>(world_, options, metrics_.get());

  promql::Engine::Options engine;
  engine.max_samples =
      std::min(options.query_max_samples, static_cast<int64_t>(budget.one_query / kBytesPerSample));
  engine.timeout = std::chrono::milliseconds(options.query_timeout_ms);
  engine.lookback_ms = options.query_lookback_ms;
  engine.max_bytes = budget.one_query;
  engine.default_subquery_step_ms = config.scrape.evaluation_interval_ms;
  options.features.ApplyTo(&engine);
  for (const std::string& name : options.features.Unknown()) {
    world_.logger->Warn("--enable-feature: a name that is not known here", {{"name", name}});
  }
  promql_ = std::make_unique<promql::Engine>(engine, world_.clock);
  // What is kept of answers is part of what queries may hold.
  const uint64_t cache = std::min(options.query_cache_bytes.value_or(budget.queries / kCacheShare),
                                  budget.queries / 2);
  if (cache > 0) result_cache_ = std::make_shared<promql::ResultCache>(cache);
  query_memory_ = std::make_shared<base::MemoryPool>(budget.queries - cache);

  VEDETTE_RETURN_IF_ERROR(OpenAgents(options));
  scrape::Manager::Options scraper;
  scraper.announced = agents_.get();
  scraper.sink = metrics_.get();
  scraper.rich_sink = metrics_.get();
  scraper.start_timestamps = options.features.created_timestamps();
  scraper.cache_bytes = budget.scrape;
  scraper.fs = world_.fs;
  scraper.clock = world_.clock;
  scraper.logger = world_.logger;
  scraper.telemetry = world_.telemetry;
  scraper_ = std::make_unique<scrape::Manager>(std::move(scraper));
  targets_view_ = std::make_unique<TargetsJoin>(scraper_.get(), &written_metadata_);
  OpenSender(options);
  return base::Status();
}

base::Status CollectorParts::OpenAgents(const CollectorOptions& options) {
  AgentsPart::Options agents;
  agents.dir = base::JoinPath(options.storage_path, "agents");
  agents.silent_after_ms = options.agents_silent_ms;
  agents.forget_after_ms = options.agents_forget_ms;
  agents.allowed = options.agents_allowed;
  agents.has_own_node = options.config_file.empty();
  VEDETTE_ASSIGN_OR_RETURN(agents_, AgentsPart::Open(world_, agents));
  return {};
}

void CollectorParts::OpenSender(const CollectorOptions& options) {
  sender_ = std::make_unique<remote::Manager>(
      SenderOptions(world_, base::JoinPath(options.storage_path, "remote_write"), metrics_.get(),
                    targets_view_.get()));
}

base::Status CollectorParts::OpenLogs(const CollectorOptions& options, const MemoryBudget& budget) {
  logstore::Options store;
  store.dir = base::JoinPath(options.storage_path, "logs");
  store.retention_ms = options.logs_retention_ms;
  store.retention_bytes = options.logs_retention_bytes;
  // Two can be in memory: the one being filled and the one being flushed.
  store.memtable_bytes = std::min<uint64_t>(store.memtable_bytes, budget.logs / 4);
  store.delete_parser = ParseLogDelete;
  store.fs = world_.fs;
  store.clock = world_.clock;
  store.logger = world_.logger;
  store.telemetry = world_.telemetry;
  VEDETTE_ASSIGN_OR_RETURN(logs_, logstore::Store::Open(store));
  log_source_ = std::make_unique<LogStoreSource>(logs_.get());
  // A query's own thread and one a core beside it.
  const size_t cores = std::max(1u, std::thread::hardware_concurrency());
  log_scanners_ = std::make_unique<base::ThreadPool>("log-scan", cores, kLogScansWaiting);
  logql_ = std::make_unique<logql::Engine>(
      log_source_.get(), world_.clock,
      logql::EngineOptions{log_scanners_.get(), std::min(cores, kLogScanWorkers)});
  logs_view_ = std::make_unique<LogsJoin>(logs_.get());
  tail_hub_ = std::make_unique<api::TailHub>(logs_.get(), world_.clock);
  return base::Status();
}

base::Status CollectorParts::OpenRules(const CollectorOptions& options,
                                       const std::string& external_url, CollectorConfig* config) {
  base::DurableMap::Options state;
  state.name = "rules";
  state.log = world_.logger;
  state.telemetry = world_.telemetry;
  state.dir = base::JoinPath(options.storage_path, "rules");
  state.fs = world_.fs;
  state.clock = world_.clock;
  VEDETTE_ASSIGN_OR_RETURN(rule_state_, base::DurableMap::Open(state));
  SayDamage(world_, *rule_state_, state.dir);
  if (elsewhere_.Get() != nullptr) {
    querier_ = std::make_unique<RemoteQuerier>(&elsewhere_, promql_->options().parser);
  } else {
    querier_ = std::make_unique<EngineQuerier>(promql_.get(), queryable_.get(), query_memory_);
  }
  if (alerting_) {
    alert_sink_ = std::make_unique<RouterAlertSink>(alerting_->router());
  } else {
    alert_sink_ = std::make_unique<NoAlertSink>();
  }
  rules::Manager::Options manager;
  if (logql_) {
    log_querier_ = std::make_unique<LogEngineQuerier>(logql_.get(), world_.clock, one_query_bytes_);
  } else if (logs_elsewhere_) {
    log_querier_ = std::make_unique<RemoteLogQuerier>(logs_elsewhere_.get());
  }
  manager.querier = querier_.get();
  manager.log_querier = log_querier_.get();
  manager.samples = metrics_.get();
  manager.histograms = metrics_.get();
  manager.alerts = alert_sink_.get();
  manager.state = rule_state_.get();
  manager.clock = world_.clock;
  manager.log = world_.logger;
  manager.telemetry = world_.telemetry;
  manager.evaluation_interval_ms = config->scrape.evaluation_interval_ms;
  manager.external_labels = model::Labels::FromPairs(config->scrape.external_labels);
  manager.external_url = external_url;
  rules_ = std::make_unique<rules::Manager>(manager);
  rules_view_ = std::make_unique<RulesJoin>(rules_.get());
  return rules_->SetGroups(std::move(config->rule_groups));
}

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

void CollectorParts::ShowConfig(const std::optional<std::string>& text) {
  if (!status_view_) return;
  if (text) {
    status_view_->Loaded(*text);
  } else {
    status_view_->LoadFailed();
  }
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

void CollectorParts::Start() {
  if (alerting_) alerting_->Start();
  if (metrics_) {
    metrics_->OnReplayed([this] { Begin(); });
  } else {
    Begin();
  }
}

void CollectorParts::Begin() {
  base::MutexLock lock(begin_mutex_);
  if (ended_) return;
  begun_ = true;
  // Who sends on comes first: nothing that is made from here on is to be missed.
  if (scraper_ && waiting_) ApplyScraping(waiting_->scrape, waiting_->remote);
  if (rules_) rules_->Start();
  waiting_.reset();
}

void CollectorParts::Scrape(const scrape::Config& config, const remote::Config& sending) {
  external_labels_.Set(model::Labels::FromPairs(config.external_labels));
  otlp_settings_.Set(config.otlp.value_or(model::otlp::Settings()));
  if (!scraper_) return;
  base::MutexLock lock(begin_mutex_);
  if (begun_) {
    ApplyScraping(config, sending);
  } else {
    waiting_ = Waiting{config, sending};
  }
}

void CollectorParts::ApplyScraping(const scrape::Config& config, const remote::Config& sending) {
  const base::Status status =
      sender_->ApplyConfig(sending, model::Labels::FromPairs(config.external_labels));
  if (!status.ok()) {
    world_.logger->Error("remote write: nothing is sent", {{"reason", base::Message(status)}});
  }
  scraper_->ApplyConfig(config);
}

void CollectorParts::Stop() {
  {
    base::MutexLock lock(begin_mutex_);
    ended_ = true;
  }
  if (scraper_) scraper_->Stop();
  if (rules_) rules_->Stop();
  if (alerting_) alerting_->Stop();
  if (sender_) sender_->Stop();
  if (logs_elsewhere_) logs_elsewhere_->Stop();
  if (metrics_) metrics_->Stop();
}

void CollectorParts::SetElsewhere(const remote::QueryConfig& config) {
  elsewhere_.Set(std::make_shared<const remote::QueryClient>(config, "storage.remote", world_.fs,
                                                             world_.clock));
}

// Where queries go, or how, changes at once; whether they go there is a matter of how all was
// built.
void CollectorParts::ApplyElsewhere(const remote::Config& config) {
  const auto warn = [this](const char* field) {
    world_.logger->Warn(field, {{"reason", "another store takes effect at the next start"}});
  };
  const bool is_elsewhere = elsewhere_.Get() != nullptr;
  if (config.query && is_elsewhere) SetElsewhere(*config.query);
  if (config.query.has_value() != is_elsewhere) warn("storage.remote");
  if (logs_elsewhere_ && config.logs) return logs_elsewhere_->SetConfig(*config.logs);
  if (logs_elsewhere_ ? !config.logs : logs_ && config.logs) warn("logs.remote");
}

base::Status CollectorParts::Apply(CollectorConfig* config) {
  ApplyElsewhere(config->remote);
  if (alerting_) alerting_->SetConfig(std::move(config->routing));
  if (rules_) VEDETTE_RETURN_IF_ERROR(rules_->SetGroups(std::move(config->rule_groups)));
  Scrape(config->scrape, config->remote);
  return base::Status();
}

void CollectorParts::Maintain() {
  if (alerting_) alerting_->Maintain();
  if (agents_) agents_->Maintain();
  KeepLock();
}

base::Status CollectorParts::TakeLock() {
  VEDETTE_RETURN_IF_ERROR(base::Annotate(world_.fs->CreateDirs(path_), "--storage.tsdb.path"));
  base::StatusOr<std::unique_ptr<base::FileLock>> lock =
      world_.fs->Lock(base::JoinPath(path_, "lock"));
  if (!lock.ok()) {
    return base::Annotate(lock.status(), absl::IsUnavailable(lock.status())
                                             ? "--storage.tsdb.path: another collector has it"
                                             : "--storage.tsdb.path");
  }
  lock_ = *std::move(lock);
  return base::Status();
}

void CollectorParts::KeepLock() {
  if (!absl::IsNotFound(lock_->StillNamed())) return;
  const base::Status taken = TakeLock();
  const std::string problem(base::Message(taken));
  if (taken.ok()) {
    world_.logger->Error("the data folder was removed while in use and is made again",
                         {{"dir", path_}});
  } else if (problem != lock_problem_) {
    world_.logger->Error("the data folder was removed while in use", {{"reason", problem}});
  }
  lock_problem_ = problem;
}

}  // namespace vedette::app
