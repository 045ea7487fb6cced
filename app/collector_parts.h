#ifndef VEDETTE_APP_COLLECTOR_PARTS_H_
#define VEDETTE_APP_COLLECTOR_PARTS_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/agents_part.h"
#include "app/alerting_part.h"
#include "app/api_join.h"
#include "app/collector_config.h"
#include "app/collector_options.h"
#include "app/log_admin.h"
#include "app/logs_elsewhere.h"
#include "app/memory_budget.h"
#include "app/remote_join.h"
#include "app/rules_join.h"
#include "app/status_join.h"
#include "app/store_join.h"
#include "app/tsdb_admin.h"
#include "app/world.h"
#include "app/written_metadata.h"
#include "base/durable_map/durable_map.h"
#include "base/http/router.h"
#include "base/memory_pool.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/thread_pool.h"
#include "collector/api/tail_hub.h"
#include "collector/logql/engine.h"
#include "collector/promql/engine.h"
#include "collector/promql/result_cache.h"
#include "collector/remote/manager.h"
#include "collector/remote/query_client.h"
#include "model/labels.h"
#include "model/otlp/settings.h"

namespace vedette::app {

// The collector's parts, those that --collector.parts names, joined. Owned by the collector verb.
// Not thread-safe itself; its parts are.
class CollectorParts {
 public:
  // Opens stores and state under options.storage_path. Nothing runs yet.
  static base::StatusOr<std::unique_ptr<CollectorParts>> Open(const World& world,
                                                              const CollectorOptions& options,
                                                              const MemoryBudget& budget,
                                                              const std::string& external_url,
                                                              CollectorConfig* config);

  // Registers what the parts answer. Before the server starts.
  // `external_url`: how others reach the collector.
  void RegisterRoutes(base::http::Router* router, const CollectorOptions& options,
                      const std::string& external_url);
  // What /api/v1/status/config shows from now on; none: a reload failed. Thread-safe.
  void ShowConfig(const std::optional<std::string>& text);

  // Alerts are sent from here on. Rules and scrapes wait until the metrics store has replayed its
  // log: before that what they see may end an alert, and what they bring is refused.
  void Start();
  // Begins to scrape and to send on, or does so by another configuration.
  void Scrape(const scrape::Config& config, const remote::Config& sending);
  // All is at work: false while the log is replayed.
  bool Ready() const { return !metrics_ || metrics_->Replay().done; }
  // Last in, first out: nobody new is scraped or told, then the stores close.
  void Stop();
  // Puts another configuration to work; the parts keep their state. On error the part named keeps
  // what it had.
  base::Status Apply(CollectorConfig* config);
  // Each time the collector says that it is alive.
  void Maintain();

 private:
  CollectorParts(const World& world, std::string path)
      : world_(world), path_(std::move(path)), written_metadata_(world.clock) {}
  // Of the folder of all parts, made if it is not there.
  base::Status TakeLock();
  // Takes it again where somebody removed the folder: the lock on it keeps nobody out any more.
  void KeepLock();
  // collector_open.cc: what each part is made with.
  base::Status OpenMetrics(const CollectorOptions& options, const MemoryBudget& budget,
                           const CollectorConfig& config);
  void OpenQueries(const CollectorOptions& options, const MemoryBudget& budget,
                   const CollectorConfig& config);
  base::Status OpenAgents(const CollectorOptions& options);
  void OpenScraper(const CollectorOptions& options, const MemoryBudget& budget);
  void OpenSender(const CollectorOptions& options);
  base::Status OpenLogs(const CollectorOptions& options, const MemoryBudget& budget);
  base::Status OpenRules(const CollectorOptions& options, const std::string& external_url,
                         CollectorConfig* config);

  // collector_routes.cc: the paths of each part.
  void RegisterMetrics(base::http::Router* router, const CollectorOptions& options);
  void RegisterQueries(base::http::Router* router, const CollectorOptions& options);
  // What takes samples by a request.
  void RegisterReceivers(base::http::Router* router, const CollectorOptions& options);
  void RegisterTargets(base::http::Router* router, const CollectorOptions& options,
                       const std::string& external_url);
  void RegisterLogs(base::http::Router* router, const CollectorOptions& options);

  void SetElsewhere(const remote::QueryConfig& config);
  void ApplyElsewhere(const remote::Config& config);
  // Runs on the store's thread, or in Start.
  void Begin() VEDETTE_EXCLUDES(begin_mutex_);
  void ApplyScraping(const scrape::Config& config, const remote::Config& sending)
      VEDETTE_REQUIRES(begin_mutex_);

  const World world_;
  const std::string path_;
  std::unique_ptr<base::FileLock> lock_;
  std::string lock_problem_;  // why it could not be taken again
  int64_t heap_due_ns_ = 0;   // when to look at the heap again; monotonic

  base::Mutex begin_mutex_;
  bool begun_ VEDETTE_GUARDED_BY(begin_mutex_) = false;
  bool ended_ VEDETTE_GUARDED_BY(begin_mutex_) = false;
  struct Waiting {
    scrape::Config scrape;
    remote::Config remote;
  };
  std::optional<Waiting> waiting_ VEDETTE_GUARDED_BY(begin_mutex_);  // for Begin

  uint64_t one_query_bytes_ = 0;
  // Of all queries together: what they hold and what their answers do.
  std::shared_ptr<base::MemoryPool> query_memory_;

  std::unique_ptr<tsdb::Store> metrics_;
  Shared<model::Labels> external_labels_;
  Shared<model::otlp::Settings> otlp_settings_;
  std::unique_ptr<ExemplarsJoin> exemplars_view_;
  std::unique_ptr<MetricsQueryable> queryable_;
  std::unique_ptr<promql::Engine> promql_;
  std::shared_ptr<promql::ResultCache> result_cache_;  // null: none
  std::unique_ptr<MetricsJoin> metrics_view_;
  WrittenMetadata written_metadata_;
  std::unique_ptr<AgentsPart> agents_;
  std::unique_ptr<scrape::Manager> scraper_;
  std::unique_ptr<TargetsJoin> targets_view_;
  std::unique_ptr<remote::Manager> sender_;
  ElsewhereSlot elsewhere_;
  std::unique_ptr<TsdbAdminJoin> tsdb_admin_;
  std::unique_ptr<LogAdminJoin> log_admin_;
  std::unique_ptr<StatusJoin> status_view_;

  std::unique_ptr<LogsElsewhere> logs_elsewhere_;  // in place of the log store; null: the store
  std::unique_ptr<logstore::Store> logs_;
  std::unique_ptr<LogStoreSource> log_source_;
  std::unique_ptr<base::ThreadPool> log_scanners_;  // help with queries
  std::unique_ptr<logql::Engine> logql_;
  std::unique_ptr<LogsJoin> logs_view_;
  std::unique_ptr<api::TailHub> tail_hub_;

  std::unique_ptr<AlertingPart> alerting_;
  std::unique_ptr<AlertsJoin> alerts_view_;

  std::unique_ptr<base::DurableMap> rule_state_;
  std::unique_ptr<rules::Querier> querier_;
  std::unique_ptr<rules::Querier> log_querier_;  // null: no log store
  std::unique_ptr<rules::AlertSink> alert_sink_;
  std::unique_ptr<rules::Manager> rules_;
  std::unique_ptr<RulesJoin> rules_view_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_COLLECTOR_PARTS_H_
