#include "collector/logstore/store.h"

#include <cerrno>

#include "collector/logstore/filenames.h"

namespace vedette::logstore {
namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;
constexpr int64_t kSayAgainNs = 60'000'000'000;
// Of a push without a source so much is stored at a time: others are let in between.
constexpr uint64_t kPieceBytes = 1ull << 20;

base::Status TooManyStreams(const Options& options, const model::Labels& labels) {
  return base::ResourceExhausted(base::Concat(
      {"log store: more than ", std::to_string(options.max_streams),
       " streams, or streams whose labels take more than ",
       std::to_string(options.max_stream_bytes),
       " bytes, have lines that are not in parts yet; refused for ", labels.ToString()}));
}

}  // namespace

Store::Counters::Counters(base::Telemetry* t)
    : entries(t->NewCounter("vedette_logs_entries_total", "Log lines stored.")),
      bytes(t->NewCounter("vedette_logs_line_bytes_total", "Bytes of the log lines stored.")),
      skipped(t->NewCounter("vedette_logs_skipped_total",
                            "Log lines skipped because their source position was taken before.")),
      rejected(t->NewCounter("vedette_logs_rejected_total",
                             "Log lines refused: too old, too new, or of streams beyond the cap.")),
      cut(t->NewCounter("vedette_logs_cut_lines_total",
                        "Log lines that were too long, kept cut and marked.")),
      refused(t->NewCounter(
          "vedette_logs_refused_pushes_total",
          "Pushes refused whole: disk full or failing, memory full, a line too new.")),
      flushes(t->NewCounter("vedette_logs_flushes_total", "Memtables written to parts.")),
      flush_failures(t->NewCounter("vedette_logs_flush_failures_total",
                                   "Attempts to write a memtable that failed.")),
      corrupt_blocks(t->NewCounter("vedette_logs_corrupt_blocks_total",
                                   "Damaged blocks met by queries and left out.")),
      quarantined(t->NewCounter("vedette_logs_quarantined_files_total",
                                "Damaged files moved to the quarantine folder.")),
      rewrites(
          t->NewCounter("vedette_logs_rewrites_total", "Day parts written in the background.")),
      unfaithful(t->NewCounter("vedette_logs_unfaithful_granules_total",
                               "Granules kept as rows because their lines did not come back.")) {}

Store::Store(const Options& options)
    : options_(options),
      parts_dir_(base::JoinPath(options.dir, kPartsFolder)),
      counters_(options.telemetry != nullptr ? options.telemetry : &own_telemetry_),
      refusal_notice_(options.logger,
                      options.telemetry != nullptr ? options.telemetry : &own_telemetry_),
      granules_(options.cache_bytes),
      believed_clock_(options.clock) {}

base::StatusOr<std::unique_ptr<Store>> Store::Open(const Options& options) {
  auto store = std::unique_ptr<Store>(new Store(options));
  VEDETTE_RETURN_IF_ERROR(store->OpenFolder());
  {
    base::MutexLock lock(store->flush_mutex_);
    VEDETTE_RETURN_IF_ERROR(store->LoadManifest());
    VEDETTE_RETURN_IF_ERROR(store->OpenDeletes());
    VEDETTE_RETURN_IF_ERROR(store->OpenParts());
  }
  VEDETTE_RETURN_IF_ERROR(store->OpenLog());
  store->KeepReserve();
  if (options.background) {
    store->background_ =
        std::jthread([raw = store.get()](std::stop_token stop) { raw->RunBackground(stop); });
    store->rewriter_ =
        std::jthread([raw = store.get()](std::stop_token stop) { raw->RunRewrites(stop); });
  }
  return store;
}

Store::~Store() {
  {
    base::MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyAll();
  for (std::jthread* const thread : {&background_, &rewriter_}) {
    if (!thread->joinable()) continue;
    thread->request_stop();
    thread->join();
  }
  wal_.reset();
}

void Store::Push(model::LogPush push, std::function<void(const base::Status&)> done) {
  Verdict verdict;
  const uint64_t epoch = refusal_notice_.Epoch();
  const uint64_t losses = wal_->losses();
  base::Status status = AppendPush(push, &verdict);
  if (status.ok() && wal_->losses() != losses) {
    // Whoever asks the log from here on is told of what comes, not of what failed while the push
    // was under way.
    sync_failures_.fetch_add(1);
    wake_.NotifyAll();
    status = base::Unavailable("log store: a write to disk failed, try again");
  }
  if (!status.ok()) {
    counters_.refused->Add();
    if (!verdict.ahead) refusal_notice_.Refused(status);
    done(status);
    return;
  }
  wal_->OnDurable([this, done = std::move(done), left_out = std::move(verdict.left_out),
                   epoch](const base::Status& synced) {
    if (!synced.ok()) {
      const base::Status refused =
          base::IsNoSpace(synced) ? synced : base::Unavailable(base::Message(synced));
      counters_.refused->Add();
      refusal_notice_.Refused(refused);
      sync_failures_.fetch_add(1);
      wake_.NotifyAll();
      return done(refused);
    }
    refusal_notice_.Taken(epoch);
    done(left_out);
  });
}

base::Status Store::Check(const model::LogPush& push) const {
  if (push.sources.empty()) return {};
  if (push.sources.size() > 1) return base::InvalidArgument("a push has one source at most");
  size_t entries = 0;
  for (const model::LogStream& stream : push.streams) entries += stream.entries.size();
  if (push.sources[0].positions.size() != entries) {
    return base::InvalidArgument(
        base::Concat({"source positions: ", std::to_string(push.sources[0].positions.size()),
                      " for ", std::to_string(entries), " entries, one an entry is needed"}));
  }
  if (push.sources[0].source.empty()) return base::InvalidArgument("source without a name");
  return {};
}

int64_t Store::OldestNs() {
  const int64_t now_ns = believed_clock_.WallMillis() * kNanosPerMilli;
  // Also a clock that was wrong when we started must not drop what is there.
  const int64_t newest_ns = newest_ns_ == INT64_MIN ? now_ns : newest_ns_;
  return std::min(now_ns, newest_ns) - options_.retention_ms * kNanosPerMilli;
}

TakenTimes Store::Taken() {
  return {OldestNs(), options_.clock->WallNanos() + options_.max_future_ms * kNanosPerMilli};
}

// The shipper sends no time ahead of its own clock. So one that is ahead of ours says that either
// is wrong, and refusing it for good would make dead letters of all that comes until somebody sets
// it.
base::Status Store::CheckAhead(const TakenTimes& times, const model::LogPush& push) {
  for (const model::LogStream& stream : push.streams) {
    for (const model::LogEntry& entry : stream.entries) {
      if (entry.timestamp_ns <= times.newest_ns) continue;
      const std::string clock = UtcText(options_.clock->WallNanos());
      const int64_t now_mono_ns = options_.clock->MonotonicNanos();
      if (said_ahead_mono_ns_ == INT64_MIN || now_mono_ns - said_ahead_mono_ns_ >= kSayAgainNs) {
        said_ahead_mono_ns_ = now_mono_ns;
        options_.logger->Warn("log lines are ahead of the clock and wait at their source",
                              {{"source", push.sources[0].source},
                               {"timestamp", UtcText(entry.timestamp_ns)},
                               {"clock", clock}});
      }
      return base::Unavailable(base::Concat({WhyNotTaken(times, stream, entry),
                                             "; the collector's clock is ", clock, ", try again"}));
    }
  }
  return {};
}

base::Status Store::CheckRoom(bool begun) const {
  if (Recovering()) {
    return base::Unavailable(
        "log store: a write to disk failed, waiting to write what is in memory");
  }
  if (!begun && active_->bytes() >= 2 * options_.memtable_bytes) {
    return base::Unavailable("log store: memory is full, flushing to disk is behind");
  }
  const auto free = options_.fs->FreeSpace(options_.dir);
  if (free.ok() && *free < options_.min_free_bytes) {
    return base::FromErrno(
        ENOSPC, base::Concat({"log store: ", std::to_string(*free), " bytes free in ", options_.dir,
                              ", ", std::to_string(options_.min_free_bytes), " needed"}));
  }
  return {};
}

base::Status Store::CheckStream(const model::Labels& labels, uint64_t count, uint64_t bytes) {
  if (count >= options_.max_streams || bytes + labels.bytes().size() > options_.max_stream_bytes) {
    return TooManyStreams(options_, labels);
  }
  if (part_index_bytes_ + streams_.bytes() > options_.max_index_bytes && !streams_.Find(labels)) {
    return base::ResourceExhausted(base::Concat(
        {"log store: streams take more than ", std::to_string(options_.max_index_bytes),
         " bytes of memory; refused for ", labels.ToString()}));
  }
  return {};
}

base::Status Store::InternStreams(PushRecord* record, std::vector<StreamPtr>* streams,
                                  base::Status* over) {
  uint64_t count = active_->stream_count();
  uint64_t bytes = active_->stream_bytes();
  const auto refused =
      [&](const PushRecord::StreamEntries& stream) VEDETTE_NO_THREAD_SAFETY_ANALYSIS {
        StreamPtr known = streams_.Find(stream.labels);
        if (!known || !active_->HasStream(known.get())) {
          if (const base::Status room = CheckStream(stream.labels, count, bytes); !room.ok()) {
            if (over->ok()) *over = room;
            counters_.rejected->Add(stream.entries.size());
            return true;
          }
          ++count;
          bytes += stream.labels.bytes().size();
        }
        streams->push_back(known ? std::move(known) : streams_.Intern(stream.labels));
        return false;
      };
  std::erase_if(record->streams, refused);
  if (over->ok()) return {};
  // Streams count until their lines are in parts.
  if (count * 2 > options_.max_streams || bytes * 2 > options_.max_stream_bytes) {
    flush_asked_ = true;
    wake_.NotifyAll();
  }
  return record->source.empty() ? base::Status() : *over;
}

base::Status Store::AppendPush(const model::LogPush& push, Verdict* verdict) {
  VEDETTE_RETURN_IF_ERROR(Check(push));
  PushPlace at;
  do {
    VEDETTE_RETURN_IF_ERROR(AppendPiece(push, &at, verdict));
  } while (at.stream < push.streams.size());
  return {};
}

base::StatusOr<PickRules> Store::RulesOf(const model::LogPush& push, bool begun, Verdict* verdict) {
  VEDETTE_RETURN_IF_ERROR(CheckRoom(begun));
  PickRules rules{Taken(), std::nullopt, options_.max_line_bytes, kPieceBytes};
  if (push.sources.empty()) return rules;
  const base::Status ahead = CheckAhead(rules.times, push);
  verdict->ahead = !ahead.ok();
  VEDETTE_RETURN_IF_ERROR(ahead);
  rules.mark = marks_.Get(push.sources[0].source);
  if (!rules.mark.has_value() && marks_.size() >= SourceMarks::kMaxSources) {
    return base::ResourceExhausted("log store: too many sources");
  }
  // Taken whole or not at all: its mark is that of the last.
  rules.most_bytes = UINT64_MAX;
  return rules;
}

base::Status Store::AppendPiece(const model::LogPush& push, PushPlace* at, Verdict* verdict) {
  const bool begun = at->index > 0;
  std::optional<PickRules> rules;
  {
    base::MutexLock lock(mutex_);
    VEDETTE_ASSIGN_OR_RETURN(rules, RulesOf(push, begun, verdict));
  }
  // What costs most needs no lock.
  for (;;) {
    PickedPiece piece = Pick(push, *at, *rules);
    piece.record.wall_ms = options_.clock->WallMillis();
    std::string streams = piece.record.EncodeStreams();
    base::MutexLock lock(mutex_);
    VEDETTE_ASSIGN_OR_RETURN(const PickRules now, RulesOf(push, begun, verdict));
    if (now.mark == rules->mark) {
      *at = piece.next;
      return StorePiece(push, &piece, &streams, verdict);
    }
    rules = now;  // another push of the source came in between
  }
}

base::Status Store::StorePiece(const model::LogPush& push, PickedPiece* piece, std::string* streams,
                               Verdict* verdict) {
  PushRecord& record = piece->record;
  counters_.rejected->Add(piece->rejected);
  counters_.skipped->Add(piece->skipped);
  counters_.cut->Add(piece->cut.size());
  if (push.left_out) {
    push.left_out->insert(push.left_out->end(), piece->left_out.begin(), piece->left_out.end());
  }
  if (verdict->left_out.ok() && piece->rejected > 0) {
    verdict->left_out = base::InvalidArgument(piece->why_rejected);
  }
  if (piece->empty()) return {};
  const size_t before = record.streams.size();
  std::vector<StreamPtr> interned;
  base::Status over;
  VEDETTE_RETURN_IF_ERROR(InternStreams(&record, &interned, &over));
  if (!over.ok() && !absl::IsResourceExhausted(verdict->left_out)) verdict->left_out = over;
  if (piece->empty()) return {};
  if (record.streams.size() != before) *streams = record.EncodeStreams();
  record.sequence = next_sequence_;
  // Taken even when the append fails: the record may be on disk all the same.
  next_sequence_ += record.EntryCount();
  VEDETTE_RETURN_IF_ERROR(AppendRecord(record, streams));
  Apply(record, interned);
  return {};
}

base::Status Store::AppendRecord(const PushRecord& record, std::string* streams) {
  streams->insert(0, record.EncodeHead());
  const auto position = wal_->Append(kPushRecord, *streams);
  if (absl::IsResourceExhausted(position.status()) && !base::IsNoSpace(position.status())) {
    return base::InvalidArgument(
        base::Concat({"log store: push is too large: ", base::Message(position.status())}));
  }
  if (!position.ok()) {
    return base::IsNoSpace(position.status())
               ? base::Annotate(position.status(), "log store")
               : base::Unavailable(base::Concat({"log store: ", base::Message(position.status())}));
  }
  if (position->segment >= floor_segment_) return {};
  // The log's folder was lost or emptied and it counts from the start again: replay would take
  // this record for one that is in parts. The next flush moves the floor.
  sync_failures_.fetch_add(1);
  wake_.NotifyAll();
  return base::Unavailable("log store: the write-ahead log starts over, try again");
}

void Store::Apply(const PushRecord& record, const std::vector<StreamPtr>& streams) {
  uint64_t sequence = record.sequence;
  const bool sourced = !record.source.empty();
  uint64_t bytes = 0;
  for (size_t i = 0; i < record.streams.size(); ++i) {
    for (const PushRecord::Entry& entry : record.streams[i].entries) {
      active_->Add(streams[i], entry.timestamp_ns, sequence++, sourced, *entry.metadata,
                   entry.line);
      bytes += entry.line.size();
      newest_ns_ = std::max(newest_ns_, entry.timestamp_ns);
    }
  }
  counters_.entries->Add(sequence - record.sequence);
  counters_.bytes->Add(bytes);
  if (sourced) marks_.Advance(record.source, record.mark, record.wall_ms);
  next_sequence_ = std::max(next_sequence_, sequence);
  if (active_->bytes() >= options_.memtable_bytes && !flush_asked_) {
    flush_asked_ = true;
    wake_.NotifyAll();
  }
}

}  // namespace vedette::logstore
