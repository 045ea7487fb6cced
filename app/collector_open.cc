#include "app/collector_parts.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "app/remote_join.h"

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

}  // namespace

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
  OpenQueries(options, budget, config);
  VEDETTE_RETURN_IF_ERROR(OpenAgents(options));
  OpenScraper(options, budget);
  OpenSender(options);
  return base::Status();
}

void CollectorParts::OpenQueries(const CollectorOptions& options, const MemoryBudget& budget,
                                 const CollectorConfig& config) {
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
}

void CollectorParts::OpenScraper(const CollectorOptions& options, const MemoryBudget& budget) {
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
  if (!query_memory_) query_memory_ = std::make_shared<base::MemoryPool>(budget.queries);
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
    log_querier_ = std::make_unique<LogEngineQuerier>(logql_.get(), world_.clock, one_query_bytes_,
                                                      query_memory_);
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

}  // namespace vedette::app
