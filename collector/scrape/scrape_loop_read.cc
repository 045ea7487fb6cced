#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "collector/scrape/histogram_limits.h"
#include "collector/scrape/sample_labels.h"
#include "collector/scrape/scrape_loop.h"

// How a scrape reads its page: lines that are known, series whose labels are needed, exemplars.

namespace vedette::scrape {
namespace {

using model::exposition::EntryKind;
using model::exposition::Reader;

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

}  // namespace vedette::scrape
