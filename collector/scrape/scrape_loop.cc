#include "collector/scrape/scrape_loop.h"

#include <array>
#include <cstdlib>
#include <utility>

namespace vedette::scrape {
namespace {

constexpr size_t kUsualReports = 5;
constexpr std::array<std::string_view, 8> kReportNames = {"up",
                                                          "scrape_duration_seconds",
                                                          "scrape_samples_scraped",
                                                          "scrape_samples_post_metric_relabeling",
                                                          "scrape_series_added",
                                                          "scrape_timeout_seconds",
                                                          "scrape_sample_limit",
                                                          "scrape_body_size_bytes"};

// Timestamps this near to a whole interval after the last one are put there: steady times compress.
constexpr int64_t kAlignToleranceMs = 2;

}  // namespace

ScrapeLoop::ScrapeLoop(Target target, JobTools tools, const LoopContext* context)
    : context_(context), metadata_(context->texts), share_(context->caches) {
  SetNext(std::move(target), std::move(tools));
  TakeNext();
}

void ScrapeLoop::SetNext(Target target, JobTools tools) {
  const base::MutexLock lock(status_mutex_);
  status_.job = target.job->name;
  status_.labels = target.labels;
  status_.discovered = target.discovered;
  status_.url = target.url;
  status_.interval_ms = target.interval_ms;
  status_.timeout_ms = target.timeout_ms;
  next_target_ = std::make_unique<Target>(std::move(target));
  next_tools_ = std::move(tools);
}

void ScrapeLoop::TakeNext() {
  bool is_same_job = false;
  {
    const base::MutexLock lock(status_mutex_);
    if (next_target_ == nullptr) return;
    is_same_job = target_ != nullptr && target_->job == next_target_->job;
    target_ = std::move(next_target_);
    tools_ = std::move(next_tools_);
  }
  if (is_same_job) return;  // discovery found it again
  cache_.ForgetLines();     // under other relabelling a line means another series
  ResetReports();
}

void ScrapeLoop::ResetReports() {
  for (size_t i = 0; i < kReports; ++i) {
    model::LabelsBuilder labels(target_->labels);
    labels.Set(model::kMetricName, kReportNames[i]);
    reports_[i] = {labels.Build(), {}};
  }
}

int64_t ScrapeLoop::AlignedNow() {
  const int64_t now = context_->clock->WallMillis();
  const int64_t expected = last_ms_ + target_->interval_ms;
  const bool near = last_ms_ != 0 && target_->interval_ms > 100 * kAlignToleranceMs &&
                    std::abs(now - expected) <= kAlignToleranceMs;
  last_ms_ = near ? expected : now;
  return last_ms_;
}

void ScrapeLoop::Scrape(std::stop_token stop) {
  TakeNext();
  const int64_t now_ms = AlignedNow();
  const int64_t start = context_->clock->MonotonicNanos();
  Counts counts;
  Exposition exposition;
  cache_.Begin();
  lacks_exemplars_ = false;
  base::Status status = FetchAndRead(now_ms, stop, &exposition, &counts);
  if (stop.stop_requested()) return;  // cut short by our own end: says nothing about the target
  const double seconds =
      static_cast<double>(context_->clock->MonotonicNanos() - start) / 1'000'000'000;
  if (status.ok()) {
    batch_.TouchAll(&cache_);
    rich_.TouchAll(&cache_);
  } else {
    batch_ = SampleBatch();
    rich_ = RichBatch();
  }
  AddReports(status.ok(), seconds, counts, now_ms);
  AddStaleMarkers(status.ok() ? cache_.EndScrape(now_ms) : cache_.FailScrape(now_ms));
  if (status.ok()) EndMetadata(counts, exposition);
  base::Status stored = Store();
  last_samples_ = batch_.size();
  if (status.ok() && stored.ok() && (lacks_exemplars_ || batch_.HasForgotten())) {
    stored = StoreLeftOut(exposition, now_ms);
  }
  HoldOrForget();
  if (!stored.ok() && status.ok()) counts.failure = Failure::kStore;
  Remember(status.ok() ? stored : status, counts.failure, now_ms, seconds);
}

base::Status ScrapeLoop::FetchAndRead(int64_t now_ms, std::stop_token stop, Exposition* exposition,
                                      Counts* counts) {
  if (!target_->refused.empty()) {
    counts->failure = Failure::kLimit;
    return base::ResourceExhausted(target_->refused);
  }
  const int64_t deadline_ns =
      context_->clock->MonotonicNanos() + target_->timeout_ms * int64_t{1'000'000};
  auto fetched = tools_.fetcher->Fetch(*target_, stop);
  if (!fetched.ok()) {
    counts->failure = WhyNotFetched(fetched.status());
    if (counts->failure == Failure::kBodySize) counts->body_bytes = -1;
    return fetched.status();
  }
  *exposition = *std::move(fetched);
  counts->body_bytes = static_cast<double>(exposition->body.size());
  context_->metrics->NoteBody(exposition->body.size());
  const base::Status status = Read(*exposition, now_ms, deadline_ns, std::move(stop), counts);
  if (!status.ok()) counts->failure = WhyNotRead(status);
  return status;
}

Failure ScrapeLoop::WhyNotFetched(const base::Status& status) const {
  if (absl::IsDeadlineExceeded(status)) return Failure::kTimeout;
  if (absl::IsResourceExhausted(status)) return Failure::kBodySize;
  if (absl::IsFailedPrecondition(status)) return Failure::kStatus;
  return absl::IsInvalidArgument(status) ? Failure::kContentType : Failure::kConnection;
}

Failure ScrapeLoop::WhyNotRead(const base::Status& status) const {
  if (absl::IsDeadlineExceeded(status)) return Failure::kTimeout;
  if (!absl::IsResourceExhausted(status)) return Failure::kMalformed;
  return share_.refused() ? Failure::kMemory : Failure::kLimit;
}

base::Status ScrapeLoop::HoldCaches() {
  return share_.Hold(cache_.bytes() + batch_.bytes() + rich_.bytes() + metadata_.bytes());
}

// What does not fit is not kept: the next scrape starts from nothing.
void ScrapeLoop::HoldOrForget() {
  batch_ = SampleBatch();
  rich_ = RichBatch();
  if (!share_.refused() && HoldCaches().ok()) return;
  cache_.Clear();
  metadata_.Clear();
  HoldCaches().IgnoreError();
}

void ScrapeLoop::AddStaleMarkers(const std::vector<StaleMarker>& markers) {
  for (const StaleMarker& marker : markers) {
    if (marker.ref.known()) {
      batch_.AddGone(marker.ref, marker.timestamp_ms);
    } else {
      rich_.AddStale(marker.histogram, marker.timestamp_ms);
    }
  }
}

void ScrapeLoop::AddReports(bool up, double seconds, const Counts& counts, int64_t now_ms) {
  const std::array<double, kReports> values = {up ? 1.0 : 0.0,
                                               seconds,
                                               static_cast<double>(counts.scraped),
                                               static_cast<double>(counts.kept),
                                               static_cast<double>(counts.added),
                                               static_cast<double>(target_->timeout_ms) / 1000,
                                               static_cast<double>(target_->job->limits.samples),
                                               counts.body_bytes};
  const size_t count = ReportCount();
  for (size_t i = 0; i < count; ++i) {
    batch_.AddOwn(&reports_[i].labels, &reports_[i].ref, now_ms, values[i]);
  }
  // Those that a new configuration asks for no more.
  for (size_t i = count; i < reported_; ++i) {
    batch_.AddOwn(&reports_[i].labels, &reports_[i].ref, now_ms, model::StaleNan());
  }
  reported_ = count;
}

size_t ScrapeLoop::ReportCount() const {
  return target_->job->extra_metrics ? kReports : kUsualReports;
}

base::Status ScrapeLoop::Store() {
  if (batch_.size() > 0) VEDETTE_RETURN_IF_ERROR(StoreNumbers());
  return StoreRich();
}

base::Status ScrapeLoop::StoreNumbers() {
  const auto stats = context_->sink->Append(batch_.Finish());
  if (!stats.ok()) {
    context_->metrics->NoteNotStored(batch_.size());
    return base::Annotate(stats.status(), "the samples were not stored");
  }
  Count(*stats);
  return {};
}

base::Status ScrapeLoop::StoreRich() {
  if (rich_.empty() || context_->rich_sink == nullptr) return {};
  const auto stats = rich_.Append(context_->rich_sink);
  if (!stats.ok()) {
    return base::Annotate(stats.status(), "native histograms and exemplars were not stored");
  }
  Count(*stats);
  return {};
}

void ScrapeLoop::Count(const model::AppendStats& stats) {
  context_->metrics->NoteStored(stats);
  const uint64_t rejected = stats.rejected();
  if (rejected == 0) return;
  context_->logger->Warn("the store rejected samples of a scrape",
                         {{"target", target_->url},
                          {"job", target_->labels.Get("job")},
                          {"instance", target_->labels.Get("instance")},
                          {"samples", rejected},
                          {"first", stats.first_error}});
}

void ScrapeLoop::Remember(const base::Status& status, Failure failure, int64_t now_ms,
                          double seconds) {
  context_->metrics->NoteScrape(failure, seconds);
  if (!status.ok() && tools_.failures != nullptr) {
    tools_.failures->Write(base::Message(status), target_->job->name, target_->url);
  }
  bool changed = false;
  {
    const base::MutexLock lock(status_mutex_);
    const Health health = status.ok() ? Health::kUp : Health::kDown;
    changed = status_.health != health;
    status_.health = health;
    status_.last_error = std::string(base::Message(status));
    status_.last_scrape_ms = now_ms;
    status_.last_duration_seconds = seconds;
  }
  if (!changed) return;
  if (status.ok()) {
    context_->logger->Info("target is up", {{"target", target_->url}});
  } else {
    context_->logger->Warn("target is down",
                           {{"target", target_->url}, {"error", base::Message(status)}});
  }
}

void ScrapeLoop::End() {
  const int64_t now_ms = context_->clock->WallMillis();
  cache_.Begin();
  batch_ = SampleBatch();
  rich_ = RichBatch();
  if (last_ms_ == 0) return;  // nothing was ever stored
  for (size_t i = 0; i < reported_; ++i) {
    batch_.AddOwn(&reports_[i].labels, &reports_[i].ref, now_ms, model::StaleNan());
  }
  AddStaleMarkers(cache_.FailScrape(now_ms));
  if (const base::Status status = Store(); !status.ok()) {
    context_->logger->Warn("a removed target's series could not be ended",
                           {{"target", target_->url}, {"error", base::Message(status)}});
  }
}

TargetStatus ScrapeLoop::Status() const {
  const base::MutexLock lock(status_mutex_);
  return status_;
}

}  // namespace vedette::scrape
