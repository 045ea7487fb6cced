#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "collector/logstore/block_opener.h"
#include "collector/logstore/deleted_blocks.h"
#include "collector/logstore/merge.h"
#include "collector/logstore/store.h"

// Everything that reads: works on a snapshot, takes the lock only to make one.

namespace vedette::logstore {
namespace {

bool HasMatch(const BlockMeta& meta, const std::vector<bool>& matching) {
  return std::any_of(meta.stream_ids.begin(), meta.stream_ids.end(),
                     [&](uint32_t id) { return matching[id]; });
}

// A time range that a part or memory has rows in.
struct Busy {
  int64_t min_ns;
  int64_t max_ns;
  const Part* part;  // null: memory
};

// The blocks of `part` that can hold an answer.
void AddBlocks(const std::shared_ptr<const Part>& part, const SelectRequest& request,
               std::span<const Busy> all, StreamFilter& filter, const Tombstones& tombstones,
               const BlockOpener& opener, SelectStats* stats, std::vector<PendingRun>* pending) {
  const auto matching =
      std::make_shared<const std::vector<bool>>(MatchingStreams(*part, request, filter));
  const DeletedBlocks deleted(tombstones, *part, *matching);
  for (size_t i = 0; i < part->blocks().size(); ++i) {
    const BlockMeta& meta = part->blocks()[i];
    if (!TimesOverlap(meta.min_ns, meta.max_ns, request.start_ns, request.end_ns) ||
        !HasMatch(meta, *matching)) {
      ++stats->blocks_skipped;
      continue;
    }
    const bool shared = std::any_of(all.begin(), all.end(), [&](const Busy& other) {
      return other.part != part.get() && other.min_ns <= meta.max_ns && other.max_ns >= meta.min_ns;
    });
    const bool lines = request.lines || shared || deleted.MayTouch(meta);
    pending->push_back(
        {meta.min_ns, meta.max_ns,
         [&opener, part, i, matching, lines] { return opener.Open(part, i, *matching, lines); },
         part.get()});
  }
}

}  // namespace

Store::Snapshot Store::Read() const {
  base::MutexLock lock(mutex_);
  return TakeSnapshot();
}

Store::Snapshot Store::TakeSnapshot() const {
  Snapshot snapshot;
  snapshot.memtables.push_back(active_->View());
  if (frozen_) snapshot.memtables.push_back(frozen_->View());
  snapshot.parts = parts_;
  snapshot.tombstones = tombstones_;
  return snapshot;
}

void Store::NoteDamage(std::string_view part, const base::Status& why) const {
  counters_.corrupt_blocks->Add();
  options_.logger->Error("log block left out: damaged",
                         {{"part", part}, {"error", base::Message(why)}});
}

base::Status Store::Select(const SelectRequest& request, const VisitFn& visit,
                           SelectStats* stats) const {
  SelectStats local;
  if (stats == nullptr) stats = &local;
  const Snapshot snapshot = Read();
  StreamFilter filter(request.matchers);
  DeletedRows deleted(snapshot.tombstones, request.start_ns, request.end_ns);
  const BlockOpener opener(
      request, filter, &deleted, stats,
      [this](const Part& part, const base::Status& why) { NoteDamage(part.name(), why); });
  std::vector<PendingRun> pending;
  for (const MemtableView& view : snapshot.memtables) {
    if (!TimesOverlap(view.min_ns, view.max_ns, request.start_ns, request.end_ns)) continue;
    pending.push_back({view.min_ns, view.max_ns,
                       [&view, &request, &filter] { return OpenMemtable(view, request, filter); }});
  }
  std::vector<Busy> busy;
  for (const PendingRun& run : pending) busy.push_back({run.min_ns, run.max_ns, nullptr});
  for (const auto& part : snapshot.parts) {
    busy.push_back({part->min_ns(), part->max_ns(), part.get()});
  }
  for (const auto& part : snapshot.parts) {
    AddBlocks(part, request, busy, filter, snapshot.tombstones, opener, stats, &pending);
  }
  Merge merge(std::move(pending), request.direction == Direction::kBackward);
  return merge.Run(visit, request.stop);
}

std::vector<StreamSummary> Store::SummariesIn(int64_t start_ns, int64_t end_ns) const {
  std::vector<StreamSummary> all;
  const auto add = [&](const StreamSummary& summary) {
    if (TimesOverlap(summary.min_ns, summary.max_ns, start_ns, end_ns)) all.push_back(summary);
  };
  Snapshot snapshot;
  {
    base::MutexLock lock(mutex_);
    snapshot = TakeSnapshot();
    for (const StreamSummary& summary : active_->Streams()) add(summary);
    if (frozen_) {
      for (const StreamSummary& summary : frozen_->Streams()) add(summary);
    }
  }
  for (const auto& part : snapshot.parts) {
    for (const StreamSummary& summary : part->streams()) {
      if (!IsWhollyDeleted(snapshot, *part, summary)) add(summary);
    }
  }
  return all;
}

std::vector<model::Labels> Store::Series(const std::vector<std::vector<model::Matcher>>& selectors,
                                         int64_t start_ns, int64_t end_ns) const {
  std::vector<model::Labels> series;
  absl::flat_hash_set<const Stream*> seen;
  for (const StreamSummary& summary : SummariesIn(start_ns, end_ns)) {
    if (!seen.insert(summary.stream.get()).second) continue;
    const model::Labels& labels = summary.stream->labels;
    const auto matches = [&](const auto& matchers) { return model::MatchesAll(matchers, labels); };
    if (selectors.empty() || std::any_of(selectors.begin(), selectors.end(), matches)) {
      series.push_back(labels);
    }
  }
  std::sort(series.begin(), series.end());
  return series;
}

std::vector<std::string> Store::LabelNames(const std::vector<model::Matcher>& matchers,
                                           int64_t start_ns, int64_t end_ns) const {
  std::vector<std::string> names;
  absl::flat_hash_set<std::string> seen;
  for (const model::Labels& labels : Series({matchers}, start_ns, end_ns)) {
    for (const model::LabelView& label : labels) seen.emplace(label.name);
  }
  names.assign(seen.begin(), seen.end());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> Store::LabelValues(const std::string& name,
                                            const std::vector<model::Matcher>& matchers,
                                            int64_t start_ns, int64_t end_ns) const {
  absl::flat_hash_set<std::string> seen;
  for (const model::Labels& labels : Series({matchers}, start_ns, end_ns)) {
    if (const std::string_view value = labels.Get(name); !value.empty()) seen.emplace(value);
  }
  std::vector<std::string> values(seen.begin(), seen.end());
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace vedette::logstore
