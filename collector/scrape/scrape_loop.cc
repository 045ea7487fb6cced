#include "collector/scrape/scrape_loop.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/strings.h"
#include "collector/scrape/histogram_limits.h"
#include "collector/scrape/sample_labels.h"

namespace vedette::scrape {
namespace {

using model::exposition::EntryKind;
using model::exposition::Reader;

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

// The comment lines of a text, one behind the other.
std::string CommentsOf(std::string_view page) {
  std::string comments;
  while (!page.empty()) {
    const size_t end = std::min(page.find('\n'), page.size() - 1) + 1;
    const size_t begin = page.find_first_not_of(" \t");
    if (begin < end && page[begin] == '#') comments.append(page.substr(0, end));
    page.remove_prefix(end);
  }
  return comments;
}

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

base::Status ScrapeLoop::Read(const Exposition& exposition, int64_t now_ms, int64_t deadline_ns,
                              std::stop_token stop, Counts* counts) {
  // How many entries are read between two looks at the clock.
  constexpr uint64_t kLookEvery = 1000;
  const auto page = model::exposition::NewReader(exposition.body, exposition.format, HowToRead());
  if (std::exchange(last_format_, exposition.format) != exposition.format) cache_.ForgetLines();
  batch_.Reserve(last_samples_);
  for (uint64_t entry = 1;; ++entry) {
    if (entry % kLookEvery == 0) {
      if (stop.stop_requested()) return base::Cancelled("stopped while reading the page");
      if (context_->clock->MonotonicNanos() > deadline_ns) {
        return base::DeadlineExceeded(
            base::Concat({"scrape timed out while reading entry ", std::to_string(entry)}));
      }
      VEDETTE_RETURN_IF_ERROR(HoldCaches());
    }
    VEDETTE_ASSIGN_OR_RETURN(const bool is_expected, page->NextIf(cache_.Expected()));
    if (is_expected) {
      VEDETTE_RETURN_IF_ERROR(KeepSample(EntryKind::kSeries, page.get(),
                                         {cache_.TakeExpected(page->lead()), {}}, now_ms, counts));
      continue;
    }
    VEDETTE_ASSIGN_OR_RETURN(const EntryKind kind, page->Next());
    switch (kind) {
      case EntryKind::kEnd:
        VEDETTE_RETURN_IF_ERROR(HoldCaches());
        return CheckSampleLimit(*counts);
      case EntryKind::kComment:
      case EntryKind::kGathered:
        break;
      case EntryKind::kHelp:
      case EntryKind::kType:
      case EntryKind::kUnit:
        ++counts->metadata;
        metadata_.Set(kind, page->family(), page->text());
        break;
      case EntryKind::kSeries:
      case EntryKind::kHistogram:
        VEDETTE_RETURN_IF_ERROR(ReadSample(kind, page.get(), now_ms, counts));
        break;
    }
  }
}

model::exposition::ReaderOptions ScrapeLoop::HowToRead() const {
  const HistogramConfig& histograms = target_->job->histograms;
  const bool has_place = context_->rich_sink != nullptr;
  model::exposition::ReaderOptions options;
  options.native_histograms = histograms.scrape_native && has_place;
  options.convert_classic = histograms.convert_classic && has_place;
  options.keep_classic = histograms.keep_classic;
  options.fold_created = context_->start_timestamps;
  return options;
}

base::Status ScrapeLoop::ReadSample(EntryKind kind, Reader* page, int64_t now_ms, Counts* counts) {
  VEDETTE_ASSIGN_OR_RETURN(Found found, FindSeries(kind, page, counts));
  return KeepSample(kind, page, std::move(found), now_ms, counts);
}

base::Status ScrapeLoop::KeepSample(EntryKind kind, Reader* page, Found found, int64_t now_ms,
                                    Counts* counts) {
  ++counts->scraped;
  if (found.series == nullptr) return {};
  ++counts->kept;
  const JobConfig& job = *target_->job;
  const bool own_time = job.honor_timestamps && page->timestamp_ms().has_value();
  const int64_t time_ms = own_time ? *page->timestamp_ms() : now_ms;
  const bool track = !own_time || job.track_timestamps_staleness;
  if (!page->has_exemplars() || context_->rich_sink == nullptr) {
    return AddSample(kind, *page, std::move(found), time_ms, track);
  }
  RichSeries* const rich = RichOf(found);
  VEDETTE_RETURN_IF_ERROR(AddSample(kind, *page, std::move(found), time_ms, track));
  if (rich != nullptr) AddExemplars(kind, page, rich, time_ms);
  lacks_exemplars_ = lacks_exemplars_ || rich == nullptr;
  return {};
}

// Null where nothing is kept of the series and its labels are not known.
RichSeries* ScrapeLoop::RichOf(const Found& found) {
  return found.labels.empty() ? cache_.RichOf(found.series)
                              : cache_.KeepRich(found.series, found.labels);
}

base::StatusOr<model::Labels> ScrapeLoop::LabelsOf(Reader* page) const {
  model::Labels exposed;
  VEDETTE_RETURN_IF_ERROR(page->ReadLabels(&exposed));
  return SampleLabels(*target_, exposed, page->empty_labels());
}

bool ScrapeLoop::NeedsLabels(EntryKind kind, const Reader& page, const CachedSeries& series) {
  const bool is_histogram = kind == EntryKind::kHistogram;
  if (!is_histogram && !series.ref.known()) return true;
  return (is_histogram || page.has_exemplars()) && cache_.RichOf(&series) == nullptr;
}

base::StatusOr<ScrapeLoop::Found> ScrapeLoop::FindSeries(EntryKind kind, Reader* page,
                                                         Counts* counts) {
  const std::optional<CachedSeries*> known = cache_.Find(page->lead(), page->series());
  if (known && (*known == nullptr || !NeedsLabels(kind, *page, **known))) return Found{*known, {}};
  base::StatusOr<model::Labels> labels = LabelsOf(page);
  if (!labels.ok()) {
    if (absl::IsResourceExhausted(labels.status())) context_->metrics->exceeded_labels->Add();
    return labels.status();
  }
  if (known) return Found{*known, *std::move(labels)};
  const uint64_t added = cache_.added();
  CachedSeries* const series = cache_.Add(page->lead(), page->series(), *labels);
  const uint64_t limit = target_->job->limits.samples;
  if (limit == 0 || counts->kept < limit) counts->added += cache_.added() - added;
  VEDETTE_RETURN_IF_ERROR(HoldCaches());
  return Found{series, *std::move(labels)};
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

base::Status ScrapeLoop::AddSample(EntryKind kind, const Reader& page, Found found, int64_t time_ms,
                                   bool track) {
  const bool has_place = context_->rich_sink != nullptr;
  if (kind == EntryKind::kHistogram) {
    if (!has_place) return {};
    model::Histogram histogram = page.histogram();
    if (base::Status limited = LimitHistogram(target_->job->histograms, &histogram);
        !limited.ok()) {
      context_->metrics->exceeded_buckets->Add();
      return limited;
    }
    const RichSeries* const rich = RichOf(found);
    rich_.AddHistogram(found.series, *rich, time_ms, page.start_ms(), histogram, track);
    VEDETTE_RETURN_IF_ERROR(HoldCaches());
  } else {
    const int64_t start_ms = context_->start_timestamps ? page.start_ms() : 0;
    batch_.Add(found.series, std::move(found.labels), time_ms, page.value(), start_ms, track);
  }
  return {};
}

// An exemplar that cannot be read costs itself alone. Of a histogram those without a time are left
// out, as upstream: there is no saying which are new.
void ScrapeLoop::AddExemplars(EntryKind kind, Reader* page, RichSeries* rich, int64_t time_ms) {
  exemplars_.clear();
  page->ReadExemplars(&exemplars_).IgnoreError();
  if (kind == EntryKind::kHistogram) {
    std::erase_if(exemplars_, [](const auto& exemplar) { return !exemplar.timestamp_ms; });
  }
  rich_.AddExemplars(rich, time_ms, exemplars_);
}

base::Status ScrapeLoop::StoreLeftOut(const Exposition& exposition, int64_t now_ms) {
  batch_ = SampleBatch();
  rich_ = RichBatch();
  const auto page = model::exposition::NewReader(exposition.body, exposition.format, HowToRead());
  for (;;) {
    VEDETTE_ASSIGN_OR_RETURN(const EntryKind kind, page->Next());
    if (kind == EntryKind::kEnd) break;
    if (kind == EntryKind::kSeries) AddLeftOut(kind, page.get(), now_ms);
  }
  return Store();
}

// What cannot be read any more, though it could before, is left out.
void ScrapeLoop::AddLeftOut(EntryKind kind, Reader* page, int64_t now_ms) {
  base::StatusOr<model::Labels> labels = LabelsOf(page);
  if (!labels.ok() || labels->empty()) return;
  CachedSeries* const series = cache_.FindSeries(*labels);
  if (series == nullptr) return;
  const bool own_time = target_->job->honor_timestamps && page->timestamp_ms().has_value();
  const int64_t time_ms = own_time ? *page->timestamp_ms() : now_ms;
  if (lacks_exemplars_ && page->has_exemplars() && cache_.RichOf(series) == nullptr) {
    AddExemplars(kind, page, cache_.KeepRich(series, *labels), time_ms);
  }
  if (series->ref.known()) return;
  const int64_t start_ms = context_->start_timestamps ? page->start_ms() : 0;
  batch_.Add(series, *std::move(labels), time_ms, page->value(), start_ms, false);
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

// What the page said of its families where it was compared alone: nothing new, unless another line
// did. Then all is read, so that what is forgotten has really gone.
void ScrapeLoop::EndMetadata(const Counts& counts, const Exposition& exposition) {
  if (cache_.repeated() && counts.metadata == 0) return;
  if (cache_.has_unread_leads()) {
    const std::string comments = CommentsOf(exposition.body);
    const auto page = model::exposition::NewReader(comments, exposition.format);
    for (auto kind = page->Next(); kind.ok() && *kind != EntryKind::kEnd; kind = page->Next()) {
      if (*kind != EntryKind::kComment) metadata_.Set(*kind, page->family(), page->text());
    }
  }
  metadata_.EndScrape();
}

base::Status ScrapeLoop::CheckSampleLimit(const Counts& counts) const {
  const uint64_t limit = target_->job->limits.samples;
  if (limit == 0 || counts.kept <= limit) return {};
  context_->metrics->exceeded_samples->Add();
  return base::ResourceExhausted(
      base::Concat({"sample limit exceeded (", std::to_string(counts.kept), " samples, limit ",
                    std::to_string(limit), ")"}));
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
