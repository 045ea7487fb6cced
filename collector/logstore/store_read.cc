#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "collector/logstore/merge.h"
#include "collector/logstore/store.h"

// Everything that reads: works on a snapshot, takes the lock only to make one.

namespace vedette::logstore {
namespace {

// Remembers which streams satisfy the matchers.
class StreamFilter {
 public:
  explicit StreamFilter(const std::vector<model::Matcher>& matchers) : matchers_(matchers) {}

  bool Matches(const Stream* stream) {
    const auto [it, fresh] = known_.try_emplace(stream, false);
    if (fresh) it->second = model::MatchesAll(matchers_, stream->labels);
    return it->second;
  }

 private:
  const std::vector<model::Matcher>& matchers_;
  absl::flat_hash_map<const Stream*, bool> known_;
};

bool InRange(const Row& row, const SelectRequest& request) {
  return row.timestamp_ns >= request.start_ns && row.timestamp_ns < request.end_ns;
}

// Whether the request asks for this row.
bool Wanted(const Row& row, const SelectRequest& request, StreamFilter& filter) {
  return InRange(row, request) && filter.Matches(row.stream) &&
         HasSubstrings(row.line, request.required);
}

bool Overlaps(int64_t min_ns, int64_t max_ns, int64_t start_ns, int64_t end_ns) {
  return min_ns < end_ns && max_ns >= start_ns;
}

Run OpenMemtable(const MemtableView& view, const SelectRequest& request, StreamFilter& filter) {
  Run run;
  for (const std::span<const Row> chunk : view.chunks) {
    for (const Row& row : chunk) {
      if (Wanted(row, request, filter)) run.rows.push_back(row);
    }
  }
  if (!std::is_sorted(run.rows.begin(), run.rows.end(), Before)) {
    std::sort(run.rows.begin(), run.rows.end(), Before);
  }
  run.holder = view.owner;
  return run;
}

// A block that matches, filtered. Damaged ones are counted and left out.
class BlockOpener {
 public:
  BlockOpener(const SelectRequest& request, StreamFilter& filter, SelectStats* stats,
              std::function<void(const Part&, const base::Status&)> on_damage)
      : request_(request), filter_(filter), stats_(stats), on_damage_(std::move(on_damage)) {}

  // `matching`: the streams that are asked for, by id.
  // `lines`: whether they are needed, if only to be compared with those of others.
  Run Open(const std::shared_ptr<const Part>& part, size_t index, const std::vector<bool>& matching,
           bool lines) const {
    Run run;
    run.unique = true;
    const RowFilter rows{request_.start_ns, request_.end_ns, &matching, &request_.required, lines};
    auto block = part->ReadBlock(index, &rows);
    if (!block.ok()) {
      // The file of a part that retention dropped after the snapshot was taken is gone: no damage.
      if (block.status().code() == absl::StatusCode::kNotFound) return run;
      ++stats_->corrupt_blocks;
      on_damage_(*part, block.status());
      return run;
    }
    ++stats_->blocks_read;
    stats_->bytes_decompressed += part->blocks()[index].raw_bytes;
    const bool filtered = part->blocks()[index].IsGranule();
    for (const Row& row : (*block)->rows()) {
      if (filtered || Wanted(row, request_, filter_)) run.rows.push_back(row);
    }
    // The rows borrow their streams from the part.
    run.holder =
        std::make_shared<std::pair<std::shared_ptr<const Part>, std::shared_ptr<const Block>>>(
            part, *block);
    return run;
  }

 private:
  const SelectRequest& request_;
  StreamFilter& filter_;
  SelectStats* const stats_;
  const std::function<void(const Part&, const base::Status&)> on_damage_;
};

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
               std::span<const Busy> all, StreamFilter& filter, const BlockOpener& opener,
               SelectStats* stats, std::vector<PendingRun>* pending) {
  const auto matching = std::make_shared<std::vector<bool>>();
  for (const StreamSummary& summary : part->streams()) {
    matching->push_back(
        Overlaps(summary.min_ns, summary.max_ns, request.start_ns, request.end_ns) &&
        filter.Matches(summary.stream.get()));
  }
  for (size_t i = 0; i < part->blocks().size(); ++i) {
    const BlockMeta& meta = part->blocks()[i];
    if (!Overlaps(meta.min_ns, meta.max_ns, request.start_ns, request.end_ns) ||
        !HasMatch(meta, *matching)) {
      ++stats->blocks_skipped;
      continue;
    }
    const bool shared = std::any_of(all.begin(), all.end(), [&](const Busy& other) {
      return other.part != part.get() && other.min_ns <= meta.max_ns && other.max_ns >= meta.min_ns;
    });
    const bool lines = request.lines || shared;
    pending->push_back({meta.min_ns, meta.max_ns, [&opener, part, i, matching, lines] {
                          return opener.Open(part, i, *matching, lines);
                        }});
  }
}

}  // namespace

Store::Snapshot Store::Read() const {
  base::MutexLock lock(mutex_);
  Snapshot snapshot;
  snapshot.memtables.push_back(active_->View());
  if (frozen_) snapshot.memtables.push_back(frozen_->View());
  snapshot.parts = parts_;
  return snapshot;
}

base::Status Store::Select(const SelectRequest& request, const VisitFn& visit,
                           SelectStats* stats) const {
  SelectStats local;
  if (stats == nullptr) stats = &local;
  const Snapshot snapshot = Read();
  StreamFilter filter(request.matchers);
  const BlockOpener opener(
      request, filter, stats, [this](const Part& part, const base::Status& why) {
        counters_.corrupt_blocks->Add();
        options_.logger->Error("log block left out: damaged",
                               {{"part", part.name()}, {"error", base::Message(why)}});
      });
  std::vector<PendingRun> pending;
  for (const MemtableView& view : snapshot.memtables) {
    if (!Overlaps(view.min_ns, view.max_ns, request.start_ns, request.end_ns)) continue;
    pending.push_back({view.min_ns, view.max_ns,
                       [&view, &request, &filter] { return OpenMemtable(view, request, filter); }});
  }
  std::vector<Busy> busy;
  for (const PendingRun& run : pending) busy.push_back({run.min_ns, run.max_ns, nullptr});
  for (const auto& part : snapshot.parts) {
    busy.push_back({part->min_ns(), part->max_ns(), part.get()});
  }
  for (const auto& part : snapshot.parts) {
    AddBlocks(part, request, busy, filter, opener, stats, &pending);
  }
  Merge merge(std::move(pending), request.direction == Direction::kBackward);
  return merge.Run(visit, request.stop);
}

std::vector<StreamSummary> Store::SummariesIn(int64_t start_ns, int64_t end_ns) const {
  std::vector<StreamSummary> all;
  const auto add = [&](const std::vector<StreamSummary>& list) {
    for (const StreamSummary& summary : list) {
      if (Overlaps(summary.min_ns, summary.max_ns, start_ns, end_ns)) all.push_back(summary);
    }
  };
  std::vector<std::shared_ptr<const Part>> parts;
  {
    base::MutexLock lock(mutex_);
    add(active_->Streams());
    if (frozen_) add(frozen_->Streams());
    parts = parts_;
  }
  for (const auto& part : parts) add(part->streams());
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

VolumeStats Store::Volume(const std::vector<model::Matcher>& matchers, int64_t start_ns,
                          int64_t end_ns) const {
  VolumeStats stats;
  absl::flat_hash_set<const Stream*> seen;
  StreamFilter filter(matchers);
  for (const StreamSummary& summary : SummariesIn(start_ns, end_ns)) {
    if (!filter.Matches(summary.stream.get())) continue;
    if (seen.insert(summary.stream.get()).second) ++stats.streams;
    ++stats.chunks;
    stats.entries += summary.entries;
    stats.bytes += summary.bytes;
  }
  return stats;
}

}  // namespace vedette::logstore
