#include <algorithm>
#include <memory>
#include <utility>

#include "collector/tsdb/append_source.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/store_impl.h"
#include "model/histogram.h"

namespace vedette::tsdb {
namespace {

// Bounds what one series costs registry, log and index.
constexpr size_t kMaxLabelBytes = 64 << 10;
constexpr std::string_view kBeyondRetention = "older than the retention";

std::string Describe(const base::StatusOr<model::Labels>& labels) {
  if (!labels.ok()) return std::string(base::Message(labels.status()));
  return labels->bytes().size() <= kMaxLabelBytes
             ? labels->ToString()
             : std::string(labels->MetricName().substr(0, 256));
}

// One that no counter can have is as good as none.
int64_t KnownStart(int64_t start_ms) {
  return start_ms >= -kMaxTimeMs && start_ms <= kMaxTimeMs ? start_ms : 0;
}

// Of samples i and on, how many neighbours have the time of the first.
template <typename Source>
size_t RunLength(const Source& source, size_t first) {
  size_t i = first + 1;
  while (i < source.size() && source.time_ms(i) == source.time_ms(first)) ++i;
  return i - first;
}

// From the oldest to the newest of its samples, each taken as if within [oldest_ms, newest_ms].
template <typename Source>
int64_t SpanOf(const Source& source, int64_t oldest_ms, int64_t newest_ms) {
  int64_t first = newest_ms;
  int64_t last = oldest_ms;
  for (size_t i = 0; i < source.size(); ++i) {
    const int64_t time_ms = std::max(oldest_ms, std::min(source.time_ms(i), newest_ms));
    first = std::min(first, time_ms);
    last = std::max(last, time_ms);
  }
  return std::max<int64_t>(last - first, 0);
}

}  // namespace

base::StatusOr<model::AppendStats> Store::Impl::Append(std::span<const model::LentSample> samples) {
  return AppendFrom(LentSource(samples), nullptr);
}

base::StatusOr<model::AppendStats> Store::Impl::Append(const model::WireBatch& batch) {
  const WireHistograms histograms(batch);
  return AppendFrom(WireSource(batch), histograms.size() == 0 ? nullptr : &histograms);
}

template <typename Source>
base::StatusOr<model::AppendStats> Store::Impl::AppendFrom(const Source& source,
                                                           const WireHistograms* histograms) {
  VEDETTE_RETURN_IF_ERROR(guard_.Check());
  model::AppendStats stats;
  {
    base::MutexLock lock(mutex_);
    if (stopped_) return base::Unavailable("metrics store is stopping");
    if (wal() == nullptr) return NotReplayed();
    head_->Begin(&batch_);
    Head::Run run;
    run.now_ms = options_.clock->WallMillis();
    const TimeBounds bounds{OldestMs(), run.now_ms + kMaxAheadMs};
    for (size_t first = 0; first < source.size(); first += run.length) {
      run.time_ms = source.time_ms(first);
      run.length = RunLength(source, first);
      run.own = run.row_of = run.no_row = nullptr;
      TakeRun(source, first, bounds, &run, &stats);
    }
    if (histograms != nullptr) {
      late_histogram_ms_ =
          options_.out_of_order_window_ms +
          SpanOf(source, std::max(bounds.oldest_ms, -kMaxTimeMs), bounds.newest_ms);
      TakeHistograms(*histograms, bounds, &stats);
    }
    if (const base::Status status = WriteLog(); !status.ok()) {
      head_->Undo(batch_);
      return status;
    }
    CheckHistory();
  }
  Count(stats);
  return stats;
}

std::string_view Store::Impl::BadTime(int64_t time_ms, const TimeBounds& bounds) {
  if (time_ms > kMaxTimeMs || time_ms < -kMaxTimeMs) return "time beyond what the store holds";
  // One sample far ahead would keep its series' others out until that time comes.
  if (time_ms > bounds.newest_ms) return "more than 10 minutes in the future";
  return time_ms < bounds.oldest_ms ? kBeyondRetention : std::string_view();
}

template <typename Source>
void Store::Impl::Refuse(uint64_t* count, const Source& source, size_t i, int64_t time_ms,
                         std::string_view why, model::AppendStats* stats) {
  ++*count;
  if (!stats->first_error.empty()) return;
  const model::SeriesRef* const ref = source.RefAlone(i);
  const HeadSeries* const known = ref == nullptr ? nullptr : head_->FindRef(*ref);
  const std::string series = Describe(known == nullptr ? source.LabelsOf(i) : known->labels);
  stats->first_error = base::Concat({series, " at ", std::to_string(time_ms), ": ", why});
}

template <typename Source>
void Store::Impl::TakeRun(const Source& source, size_t first, const TimeBounds& bounds,
                          Head::Run* run, model::AppendStats* stats) {
  const size_t end = first + run->length;
  const std::string_view why = BadTime(run->time_ms, bounds);
  uint64_t* const count = why == kBeyondRetention ? &stats->out_of_order : &stats->invalid;
  // Whose sample is refused is no neighbour: the next one's series is not to be guessed from it.
  if (!why.empty()) run->last = nullptr;
  for (size_t i = first; i < end; ++i) {
    if (why.empty()) {
      TakeSample(source, i, run, stats);
    } else {
      Refuse(count, source, i, run->time_ms, why, stats);
    }
  }
}

bool Store::Impl::MemoryIsFull() { return MemoryBytes() >= options_.head_bytes; }

template <typename Source>
void Store::Impl::RefuseForMemory(const Source& source, size_t i, Head::Run* run,
                                  model::AppendStats* stats) {
  run->last = nullptr;
  Refuse(&stats->refused, source, i, run->time_ms,
         base::Concat({"memory limit of ", std::to_string(options_.head_bytes), " bytes reached"}),
         stats);
}

template <typename Source>
void Store::Impl::NoteRefusal(Verdict verdict, const Source& source, size_t i, const Head::Run& run,
                              model::AppendStats* stats) {
  if (verdict == Verdict::kOther) {
    Refuse(&stats->duplicate, source, i, run.time_ms, "another value is stored for this time",
           stats);
  } else {
    Refuse(&stats->out_of_order, source, i, run.time_ms,
           "older than the newest sample of its series by more than the out-of-order window",
           stats);
  }
}

template <typename Source>
void Store::Impl::TakeSample(const Source& source, size_t i, Head::Run* run,
                             model::AppendStats* stats) {
  if (MemoryIsFull()) return RefuseForMemory(source, i, run, stats);
  HeadSeries* const series = FindOrAdd(source, i, run, stats);
  if (series == nullptr) return;
  const Verdict verdict =
      head_->Insert(series, source.value(i), options_.out_of_order_window_ms, run, &batch_);
  switch (verdict) {
    case Verdict::kStored:
      ++stats->accepted;
      if (const int64_t start = KnownStart(source.start_ms(i)); start != 0 || series->has_starts) {
        head_->SetStart(series, run->time_ms, start, &batch_);
      }
      break;
    case Verdict::kSame:
      ++stats->accepted;
      // Sent again by one who was not told OK: in memory since then, on disk perhaps not.
      if (!LogLacksSome()) break;
      head_->Repeat(series, source.value(i), *run, &batch_);
      if (const int64_t start = KnownStart(source.start_ms(i)); start != 0) batch_.SetStart(start);
      break;
    case Verdict::kOther:
    case Verdict::kTooOld:
      NoteRefusal(verdict, source, i, *run, stats);
  }
  source.Remember(i, *series, *head_);
}

void Store::Impl::TakeHistograms(const WireHistograms& source, const TimeBounds& bounds,
                                 model::AppendStats* stats) {
  Head::Run run;
  run.length = 1;
  run.now_ms = bounds.newest_ms - kMaxAheadMs;
  for (size_t i = 0; i < source.size(); ++i) {
    base::StatusOr<model::TimedHistogram> timed = source.Get(i);
    run.time_ms = timed.ok() ? timed->time_ms : 0;
    const std::string_view why =
        timed.ok() ? BadTime(run.time_ms, bounds) : base::Message(timed.status());
    if (why.empty()) {
      TakeHistogram(source, i, *std::move(timed), &run, stats);
      continue;
    }
    run.last = nullptr;
    uint64_t* const count = why == kBeyondRetention ? &stats->out_of_order : &stats->invalid;
    Refuse(count, source, i, run.time_ms, why, stats);
  }
}

void Store::Impl::TakeHistogram(const WireHistograms& source, size_t i, model::TimedHistogram timed,
                                Head::Run* run, model::AppendStats* stats) {
  if (MemoryIsFull()) return RefuseForMemory(source, i, run, stats);
  HeadSeries* const series = FindOrAdd(source, i, run, stats);
  if (series == nullptr) return;
  const model::HistogramSample sample{
      timed.time_ms, KnownStart(timed.start_ms),
      std::make_shared<const model::Histogram>(std::move(timed.histogram))};
  const Verdict verdict = head_->Insert(series, sample, late_histogram_ms_, run->now_ms, &batch_);
  if (verdict == Verdict::kOther || verdict == Verdict::kTooOld) {
    return NoteRefusal(verdict, source, i, *run, stats);
  }
  ++stats->accepted;
  ++stats->histograms;
  if (verdict == Verdict::kSame && LogLacksSome()) head_->Repeat(series, sample, &batch_);
}

// Null when the sample was refused.
template <typename Source>
HeadSeries* Store::Impl::FindOrAdd(const Source& source, size_t i, Head::Run* run,
                                   model::AppendStats* stats) {
  HeadSeries* series = FindKnown(source, i, *run);
  if (series == nullptr) {
    model::SeriesRef* const ref = source.RefAlone(i);
    series = ref != nullptr ? FindByRef(ref) : FindByLabels(source, i, run, stats);
  }
  if (series != nullptr && run->last != nullptr) Head::Learn(run->last, series);
  run->last = series;
  return series;
}

// Without a look-up: the series that came next last time.
template <typename Source>
HeadSeries* Store::Impl::FindKnown(const Source& source, size_t i, const Head::Run& run) {
  if (run.last == nullptr) return nullptr;
  if (source.SameAsBefore(i)) return run.last;
  HeadSeries* const guess = Head::Guess(run.last);
  return guess != nullptr && source.IsOf(i, *guess) ? guess : nullptr;
}

// Null when the series is not there any more; whoever sends it says its labels then.
HeadSeries* Store::Impl::FindByRef(model::SeriesRef* ref) {
  HeadSeries* const series = head_->FindRef(*ref);
  if (series == nullptr) *ref = {};
  return series;
}

template <typename Source>
HeadSeries* Store::Impl::FindByLabels(const Source& source, size_t i, Head::Run* run,
                                      model::AppendStats* stats) {
  const base::StatusOr<model::Labels> labels = source.LabelsOf(i);
  std::string_view why;
  if (!labels.ok()) {
    why = "its labels are not valid";
  } else if (labels->empty()) {
    why = "sample without labels";
  } else if (labels->bytes().size() > kMaxLabelBytes) {
    why = "labels of more than 64 KiB";
  }
  if (!why.empty()) {
    Refuse(&stats->invalid, source, i, run->time_ms, why, stats);
    return nullptr;
  }
  if (HeadSeries* const known = head_->FindLabels(*labels); known != nullptr) return known;
  if (head_->series() < options_.max_series) return head_->Add(*labels, run, &batch_);
  Refuse(&stats->refused, source, i, run->time_ms,
         base::Concat({"new series refused, limit of ", std::to_string(options_.max_series),
                       " series reached"}),
         stats);
  return nullptr;
}

bool Store::Impl::LogLacksSome() { return wal()->losses() != repaired_losses_; }

// Epochs grow with the segments' numbers, which are never used twice: also one of whose records
// none could be replayed is never taken for a later one.
void Store::Impl::StartEpoch(uint64_t segment) {
  segment_ = segment;
  log_writer_.StartEpoch(std::max(log_writer_.epoch() + 1, segment << kEpochsOfSegmentBits));
}

base::StatusOr<base::WalPosition> Store::Impl::WriteRecord() {
  const base::StatusOr<std::string_view> record = log_writer_.Encode(batch_);
  base::StatusOr<base::WalPosition> position =
      record.ok() ? wal()->Append(log_writer_.type(), *record) : record.status();
  // What a failed write left in the log is unknown: say all again in what follows.
  if (!position.ok()) StartEpoch(segment_);
  return position;
}

base::Status Store::Impl::WriteLog() {
  if (batch_.empty()) return {};
  base::StatusOr<base::WalPosition> position = WriteRecord();
  if (position.ok() && position->segment != segment_) {
    // The log went on in another segment, full or after a failure; the names may lie in one that is
    // lost. Say all again there: rows that come twice are one.
    StartEpoch(position->segment);
    position = WriteRecord();
    if (position.ok() && position->segment != segment_) StartEpoch(position->segment);
  }
  if (position.ok()) return {};
  const base::Status& failure = position.status();
  if (base::IsNoSpace(failure)) guard_.NoteNoSpace();
  if (base::IsNoSpace(failure) || absl::IsInvalidArgument(failure) ||
      absl::IsResourceExhausted(failure)) {
    return base::Annotate(failure, "metrics store: log");
  }
  return base::Unavailable("metrics store: log: " + std::string(base::Message(failure)));
}

void Store::Impl::Count(const model::AppendStats& stats) {
  appended_->Add(stats.accepted);
  histograms_->Add(stats.histograms);
  out_of_order_->Add(stats.out_of_order);
  invalid_->Add(stats.invalid);
  duplicate_->Add(stats.duplicate);
  refused_->Add(stats.refused);
}

int64_t Store::Impl::OldestMs() {
  const int64_t newest_ms = std::max(head_->max_ms(), parts_max_ms_);
  if (newest_ms == INT64_MIN) return INT64_MIN;
  // Relative to the newest sample where the clock is ahead of it: a store that nobody fills throws
  // nothing away.
  return std::min(believed_clock_.WallMillis(), newest_ms) - options_.retention_ms;
}

uint64_t Store::Impl::MemoryBytes() {
  return head_->bytes() + (frozen_ == nullptr ? 0 : frozen_->bytes());
}

}  // namespace vedette::tsdb
