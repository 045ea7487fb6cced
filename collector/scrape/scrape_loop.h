#ifndef VEDETTE_COLLECTOR_SCRAPE_SCRAPE_LOOP_H_
#define VEDETTE_COLLECTOR_SCRAPE_SCRAPE_LOOP_H_

#include <array>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "collector/scrape/cache_budget.h"
#include "collector/scrape/failure_log.h"
#include "collector/scrape/fetcher.h"
#include "collector/scrape/metadata_cache.h"
#include "collector/scrape/rich_batch.h"
#include "collector/scrape/sample_batch.h"
#include "collector/scrape/scrape_cache.h"
#include "collector/scrape/scrape_metrics.h"
#include "collector/scrape/target.h"
#include "model/exposition/reader.h"
#include "model/sinks.h"

namespace vedette::scrape {

enum class Health { kUnknown, kUp, kDown };

// A target as /api/v1/targets shows it.
struct TargetStatus {
  std::string job;
  model::Labels labels;
  model::Labels discovered;
  std::string url;
  Health health = Health::kUnknown;
  std::string last_error;
  int64_t last_scrape_ms = 0;  // 0: never
  double last_duration_seconds = 0;
  int64_t interval_ms = 0;
  int64_t timeout_ms = 0;
};

// What all loops share; outlives them.
struct LoopContext {
  model::SampleSink* sink = nullptr;
  model::WireSink* rich_sink = nullptr;  // native histograms and exemplars; without it: left out
  // created-timestamp-zero-ingestion: numbers are stored with the time their counter began.
  bool start_timestamps = false;
  CacheBudget* caches = nullptr;  // null: without bound
  MetadataPool* texts = nullptr;
  base::Clock* clock = nullptr;
  base::Logger* logger = nullptr;
  ScrapeMetrics* metrics = nullptr;
};

// What the targets of a job share.
struct JobTools {
  std::shared_ptr<const Fetcher> fetcher;
  std::shared_ptr<FailureLog> failures;  // null: none
};

// One target through time: fetches, reads, stores, reports, and marks what has gone. Scrape and End
// are called by one thread at a time; the rest by any.
class ScrapeLoop {
 public:
  ScrapeLoop(Target target, JobTools tools, const LoopContext* context);

  // One scrape, whatever comes of it. Blocks for the target's timeout at most.
  void Scrape(std::stop_token stop);
  // The same target under a new configuration, from the next scrape on: caches and health stay.
  void SetNext(Target target, JobTools tools) VEDETTE_EXCLUDES(status_mutex_);
  // The target is gone: its series and its synthetic ones go stale now.
  void End();

  TargetStatus Status() const VEDETTE_EXCLUDES(status_mutex_);
  std::vector<std::pair<std::string, model::Metadata>> Metadata() const {
    return metadata_.Snapshot();
  }

 private:
  static constexpr size_t kReports = 8;  // the last three only with extra_scrape_metrics
  struct Counts {
    uint64_t scraped = 0;
    uint64_t kept = 0;
    uint64_t added = 0;
    uint64_t metadata = 0;  // lines of it that were read
    double body_bytes = 0;  // -1: over the limit
    Failure failure = Failure::kNone;
  };

  void TakeNext() VEDETTE_EXCLUDES(status_mutex_);
  base::Status FetchAndRead(int64_t now_ms, std::stop_token stop, Exposition* exposition,
                            Counts* counts);
  // Ends early when `stop` is requested or the scrape takes longer than the target's timeout.
  base::Status Read(const Exposition& exposition, int64_t now_ms, int64_t deadline_ns,
                    std::stop_token stop, Counts* counts);
  model::exposition::ReaderOptions HowToRead() const;
  base::Status ReadSample(model::exposition::EntryKind kind, model::exposition::Reader* page,
                          int64_t now_ms, Counts* counts);
  // A series of the page, with its labels where they are needed.
  struct Found {
    CachedSeries* series = nullptr;  // null: relabelling drops it
    model::Labels labels;
  };
  base::Status KeepSample(model::exposition::EntryKind kind, model::exposition::Reader* page,
                          Found found, int64_t now_ms, Counts* counts);
  base::StatusOr<Found> FindSeries(model::exposition::EntryKind kind,
                                   model::exposition::Reader* page, Counts* counts);
  bool NeedsLabels(model::exposition::EntryKind kind, const model::exposition::Reader& page,
                   const CachedSeries& series);
  RichSeries* RichOf(const Found& found);
  base::StatusOr<model::Labels> LabelsOf(model::exposition::Reader* page) const;
  base::Status AddSample(model::exposition::EntryKind kind, const model::exposition::Reader& page,
                         Found found, int64_t time_ms, bool track);
  void AddExemplars(model::exposition::EntryKind kind, model::exposition::Reader* page,
                    RichSeries* rich, int64_t time_ms);
  // Stores of the page that was just read what could not be stored without its series' labels.
  base::Status StoreLeftOut(const Exposition& exposition, int64_t now_ms);
  void AddLeftOut(model::exposition::EntryKind kind, model::exposition::Reader* page,
                  int64_t now_ms);
  void EndMetadata(const Counts& counts, const Exposition& exposition);
  void AddStaleMarkers(const std::vector<StaleMarker>& markers);
  base::Status CheckSampleLimit(const Counts& counts) const;
  // Counts what is kept for the next scrape and gathered in this one against the budget.
  base::Status HoldCaches();
  void HoldOrForget();
  void AddReports(bool up, double seconds, const Counts& counts, int64_t now_ms);
  base::Status Store();
  base::Status StoreNumbers();
  base::Status StoreRich();
  void Count(const model::AppendStats& stats);
  int64_t AlignedNow();
  void ResetReports();
  size_t ReportCount() const;
  // Why it failed with `status`, before its page was read and after.
  Failure WhyNotFetched(const base::Status& status) const;
  Failure WhyNotRead(const base::Status& status) const;
  void Remember(const base::Status& status, Failure failure, int64_t now_ms, double seconds);

  const LoopContext* const context_;
  std::unique_ptr<const Target> target_;
  JobTools tools_;
  ScrapeCache cache_;
  SampleBatch batch_;
  RichBatch rich_;
  std::vector<model::exposition::Exemplar> exemplars_;
  struct Report {
    model::Labels labels;
    model::SeriesRef ref;
  };
  std::array<Report, kReports> reports_;
  bool lacks_exemplars_ = false;  // some of the page could not be stored without labels
  size_t reported_ = 0;           // how many of them the last scrape had
  int64_t last_ms_ = 0;
  size_t last_samples_ = 0;
  model::exposition::Format last_format_ = model::exposition::Format::kText;
  MetadataCache metadata_;
  CacheShare share_;

  mutable base::Mutex status_mutex_;
  TargetStatus status_ VEDETTE_GUARDED_BY(status_mutex_);
  std::unique_ptr<const Target> next_target_ VEDETTE_GUARDED_BY(status_mutex_);
  JobTools next_tools_ VEDETTE_GUARDED_BY(status_mutex_);
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_SCRAPE_LOOP_H_
