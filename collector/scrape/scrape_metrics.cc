#include "collector/scrape/scrape_metrics.h"

#include <string_view>

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::scrape {
namespace {

constexpr std::array<const char*, 10> kFailureNames = {
    "",          "timeout",   "connection", "status", "content_type",
    "body_size", "malformed", "limit",      "memory", "store"};
constexpr std::array<const char*, 2> kMissedNames = {"running", "queue"};
constexpr std::array<const char*, 5> kRejectedNames = {"out_of_order", "duplicate", "out_of_bounds",
                                                       "refused", "not_stored"};

struct Upstream {
  const char* name;
  const char* help;
};
constexpr std::array<Upstream, 4> kUpstreamRejected = {{
    {"prometheus_target_scrapes_sample_out_of_order_total",
     "Scraped samples that were older than the newest of their series."},
    {"prometheus_target_scrapes_sample_duplicate_timestamp_total",
     "Scraped samples with another value than the one that is stored for their time."},
    {"prometheus_target_scrapes_sample_out_of_bounds_total",
     "Scraped samples whose time, or whose labels, the store does not take."},
    {"prometheus_target_scrapes_exemplar_out_of_order_total",
     "Scraped exemplars that were invalid, older than their series' newest, or there already."},
}};

// As Go prints a duration, which is upstream's label: "15s", "1m0s", "1h0m0s", "1.5s".
std::string GoDuration(int64_t ms) {
  if (ms < 1000) return std::to_string(ms) + "ms";
  std::string out;
  if (ms >= 3'600'000) out += std::to_string(ms / 3'600'000) + "h";
  if (ms >= 60'000) out += std::to_string(ms / 60'000 % 60) + "m";
  base::AppendFloatF(static_cast<double>(ms % 60'000) / 1000, &out);
  return out + "s";
}

double Seconds(int64_t ns) { return static_cast<double>(ns) / 1'000'000'000; }

}  // namespace

ScrapeMetrics::ScrapeMetrics(base::Telemetry* telemetry)
    : exceeded_samples(
          telemetry->NewCounter("prometheus_target_scrapes_exceeded_sample_limit_total",
                                "Scrapes that failed because they were over sample_limit.")),
      exceeded_body_size(
          telemetry->NewCounter("prometheus_target_scrapes_exceeded_body_size_limit_total",
                                "Scrapes that failed because they were over body_size_limit.")),
      exceeded_labels(
          telemetry->NewCounter("prometheus_target_scrape_pool_exceeded_label_limits_total",
                                "Scrapes that failed because a series was over a limit of "
                                "labels.")),
      exceeded_buckets(telemetry->NewCounter(
          "prometheus_target_scrapes_exceeded_native_histogram_bucket_limit_total",
          "Scrapes that failed because a histogram could not be brought within "
          "native_histogram_bucket_limit.")),
      exceeded_targets(
          telemetry->NewCounter("prometheus_target_scrape_pool_exceeded_target_limit_total",
                                "How often a job was found to have more targets than "
                                "target_limit.")),
      telemetry_(telemetry),
      scrapes_(telemetry->NewCounter("vedette_scrape_scrapes_total", "Scrapes done.")),
      samples_(
          telemetry->NewCounter("vedette_scrape_samples_total", "Samples stored by scraping.")),
      rejected_exemplars_(telemetry->NewCounter("vedette_scrape_exemplars_rejected_total",
                                                "Scraped exemplars that the store rejected.")),
      body_bytes_(telemetry->NewCounter("vedette_scrape_body_bytes_total",
                                        "Bytes of the pages that were read, unpacked.")),
      lag_(base::Distribution::Register(telemetry, "vedette_scrape_lag_seconds",
                                        "How long after its time a scrape began.")),
      duration_(base::Distribution::Register(telemetry, "vedette_scrape_duration_seconds",
                                             "How long a scrape took.")) {
  for (size_t i = 1; i < failures_.size(); ++i) {
    failures_[i] = telemetry->NewCounter("vedette_scrape_failures_total", "Scrapes that failed.",
                                         {{"reason", kFailureNames[i]}});
  }
  for (size_t i = 0; i < missed_.size(); ++i) {
    missed_[i] = telemetry->NewCounter(
        "vedette_scrape_missed_total",
        "Scrapes left out because the one before, or the queue, was not done in time.",
        {{"reason", kMissedNames[i]}});
  }
  for (size_t i = 0; i < rejected_.size(); ++i) {
    rejected_[i] = telemetry->NewCounter("vedette_scrape_samples_rejected_total",
                                         "Scraped samples that were not stored.",
                                         {{"reason", kRejectedNames[i]}});
  }
  for (size_t i = 0; i < upstream_rejected_.size(); ++i) {
    upstream_rejected_[i] =
        telemetry->NewCounter(kUpstreamRejected[i].name, kUpstreamRejected[i].help);
  }
}

void ScrapeMetrics::NoteBegin(int64_t lag_ns, int64_t since_last_ns, int64_t interval_ms) {
  lag_->Observe(Seconds(lag_ns));
  if (since_last_ns < 0) return;
  std::shared_ptr<base::Distribution> lengths;
  {
    const base::MutexLock lock(mutex_);
    std::shared_ptr<base::Distribution>& known = intervals_[interval_ms];
    if (known == nullptr) {
      known = base::Distribution::Register(telemetry_, "prometheus_target_interval_length_seconds",
                                           "How long after the one before a scrape began.",
                                           {{"interval", GoDuration(interval_ms)}});
    }
    lengths = known;
  }
  lengths->Observe(Seconds(since_last_ns));
}

void ScrapeMetrics::NoteScrape(Failure failure, double seconds) const {
  scrapes_->Add();
  duration_->Observe(seconds);
  if (failure != Failure::kNone) failures_[static_cast<size_t>(failure)]->Add();
  if (failure == Failure::kBodySize) exceeded_body_size->Add();
}

void ScrapeMetrics::NoteStored(const model::AppendStats& stats) const {
  samples_->Add(stats.accepted);
  const std::array<uint64_t, 4> rejected = {stats.out_of_order, stats.duplicate, stats.invalid,
                                            stats.refused};
  for (size_t i = 0; i < rejected.size(); ++i) rejected_[i]->Add(rejected[i]);
  for (size_t i = 0; i < 3; ++i) upstream_rejected_[i]->Add(rejected[i]);
  rejected_exemplars_->Add(stats.exemplars_dropped);
  upstream_rejected_[3]->Add(stats.exemplars_dropped);
}

PoolMetrics::PoolMetrics(base::Telemetry* telemetry, const std::string& job)
    : targets(telemetry->NewGauge("prometheus_target_scrape_pool_targets",
                                  "Targets that a job scrapes.", {{"scrape_job", job}})),
      limit(telemetry->NewGauge("prometheus_target_scrape_pool_target_limit",
                                "A job's target_limit, 0 for none.", {{"scrape_job", job}})),
      discovered(telemetry->NewGauge("prometheus_sd_discovered_targets",
                                     "Targets that were found for a job.",
                                     {{"name", "scrape"}, {"config", job}})),
      syncs(telemetry->NewCounter("prometheus_target_scrape_pool_sync_total",
                                  "How often a job was given the targets that were found for it.",
                                  {{"scrape_job", job}})) {}

void PoolMetrics::NoteTargets(uint64_t active, uint64_t dropped, uint64_t most) const {
  targets->Set(static_cast<double>(active));
  limit->Set(static_cast<double>(most));
  discovered->Set(static_cast<double>(active + dropped));
  syncs->Add();
}

void PoolMetrics::NoteEnd() const {
  targets->Set(0);
  limit->Set(0);
  discovered->Set(0);
}

}  // namespace vedette::scrape
