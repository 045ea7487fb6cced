#include "app/collector_parts.h"

#include <utility>

#include "app/free_heap.h"

namespace vedette::app {
namespace {

// How often what queries left of the heap is given back.
constexpr int64_t kHeapEveryNs = 60'000'000'000;

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

void CollectorParts::ShowConfig(const std::optional<std::string>& text) {
  if (!status_view_) return;
  if (text) {
    status_view_->Loaded(*text);
  } else {
    status_view_->LoadFailed();
  }
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
  const int64_t now_ns = world_.clock->MonotonicNanos();
  if (now_ns >= heap_due_ns_) {
    ReturnFreeHeap();
    heap_due_ns_ = now_ns + kHeapEveryNs;
  }
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
