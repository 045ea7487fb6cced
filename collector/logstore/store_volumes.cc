#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "collector/logstore/contested_times.h"
#include "collector/logstore/minute_slot.h"
#include "collector/logstore/row_times.h"
#include "collector/logstore/store.h"
#include "collector/logstore/volume_count.h"
#include "collector/logstore/volume_table.h"

// How many lines there are, without reading them where parts wrote it down.

namespace vedette::logstore {
namespace {

// What all sources have together, in the range that was asked for.
TimeSpan Narrowed(const VolumeRequest& request, std::span<const MemtableView> memtables,
                  std::span<const std::shared_ptr<const Part>> parts) {
  int64_t min_ns = INT64_MAX;
  int64_t max_ns = INT64_MIN;
  const auto widen = [&](int64_t low, int64_t high) {
    min_ns = std::min(min_ns, low);
    max_ns = std::max(max_ns, high);
  };
  for (const MemtableView& view : memtables) widen(view.min_ns, view.max_ns);
  for (const auto& part : parts) widen(part->min_ns(), part->max_ns());
  if (min_ns > max_ns || request.start_ns > max_ns || request.end_ns <= min_ns) return {0, 0};
  return {std::max(request.start_ns, min_ns), std::min(request.end_ns - 1, max_ns) + 1};
}

bool IsCounted(const StreamSummary& summary, const TimeSpan& range, VolumeTable* table) {
  return summary.min_ns < range.end_ns && summary.max_ns >= range.begin_ns &&
         table->Matches(summary.stream.get());
}

void ContestDeleted(std::span<const StreamSummary> streams, const TimeSpan& range,
                    const Tombstones& tombstones, VolumeTable* table, ContestedTimes* contested) {
  for (const StreamSummary& summary : streams) {
    if (tombstones.empty() || !IsCounted(summary, range, table)) continue;
    for (const auto& tombstone : tombstones) {
      if (!tombstone->Overlaps(summary.min_ns, summary.max_ns)) continue;
      if (!tombstone->Matches(*summary.stream)) continue;
      contested->AddAll(summary.stream.get(), std::max(summary.min_ns, tombstone->request.start_ns),
                        std::min(summary.max_ns, tombstone->request.end_ns - 1));
    }
  }
}

void Contest(std::span<const StreamSummary> streams, const TimeSpan& range, VolumeTable* table,
             ContestedTimes* contested) {
  for (const StreamSummary& summary : streams) {
    if (!IsCounted(summary, range, table)) continue;
    contested->AddRows(summary.stream.get(), summary.min_ns, summary.max_ns);
  }
}

// Contested times so long in all are worth a closer look: their rows would be read.
bool IsWorthALook(const ContestedTimes& contested) {
  constexpr int64_t kLongNs = 10 * kNanosPerMinute;
  int64_t all_ns = 0;
  for (const TimeSpan& span : contested.All()) {
    if (span.end_ns - span.begin_ns > kLongNs) return true;
    all_ns += span.end_ns - span.begin_ns;
  }
  return all_ns > kLongNs;
}

// To whole minutes outwards.
TimeSpan Widened(int64_t start_ns, int64_t end_ns) {
  TimeSpan span{start_ns, end_ns};
  if (start_ns > INT64_MIN + kNanosPerMinute) span.begin_ns -= FloorMod(start_ns, kNanosPerMinute);
  if (end_ns < INT64_MAX - kNanosPerMinute) {
    span.end_ns += FloorMod(-FloorMod(end_ns, kNanosPerMinute), kNanosPerMinute);
  }
  return span;
}

}  // namespace

base::StatusOr<std::optional<std::vector<VolumeBins>>> Store::Volumes(
    const VolumeRequest& request, const VolumeGroupFn& group) const {
  VolumeTable table(request, group);
  if (request.start_ns >= request.end_ns) return std::vector<VolumeBins>();
  VEDETTE_RETURN_IF_ERROR(table.Prepare());
  Snapshot snapshot;
  std::vector<std::vector<StreamSummary>> in_memory;
  {
    base::MutexLock lock(mutex_);
    snapshot = TakeSnapshot();
    in_memory.push_back(active_->Streams());
    if (frozen_) in_memory.push_back(frozen_->Streams());
  }
  const TimeSpan range = Narrowed(request, snapshot.memtables, snapshot.parts);
  if (range.begin_ns >= range.end_ns) return std::vector<VolumeBins>();

  ContestedTimes contested;
  for (const auto& streams : in_memory) Contest(streams, range, &table, &contested);
  for (const auto& part : snapshot.parts) Contest(part->streams(), range, &table, &contested);
  contested.Finish();
  if (IsWorthALook(contested)) {
    ContestedTimes closer;
    for (const MemtableView& view : snapshot.memtables) AddRowTimes(view, contested, &closer);
    for (const auto& part : snapshot.parts) {
      if (request.stop.stop_requested()) return base::Cancelled("query cancelled");
      if (part->min_ns() >= range.end_ns || part->max_ns() < range.begin_ns) continue;
      AddRowTimes(*part, contested, &closer);
    }
    closer.Finish();
    contested = std::move(closer);
  }
  for (const auto& part : snapshot.parts) {
    ContestDeleted(part->streams(), range, snapshot.tombstones, &table, &contested);
  }
  contested.Finish();

  VolumeCount count(
      request, range, contested, &table,
      [this](const Part& part, const base::Status& why) { NoteDamage(part.name(), why); });
  for (const MemtableView& view : snapshot.memtables) count.AddMemory(view);
  for (const auto& part : snapshot.parts) {
    if (request.stop.stop_requested()) return base::Cancelled("query cancelled");
    VEDETTE_RETURN_IF_ERROR(count.AddPart(*part));
    if (!table.known() || !table.status().ok()) break;
  }
  SelectRequest select;
  select.matchers = request.matchers;
  select.lines = request.bytes;
  select.stop = request.stop;
  for (const TimeSpan& span : contested.All()) {
    select.start_ns = std::max(span.begin_ns, range.begin_ns);
    select.end_ns = std::min(span.end_ns, range.end_ns);
    if (select.start_ns >= select.end_ns) continue;
    VEDETTE_RETURN_IF_ERROR(Select(select, [&](std::span<const Row> rows) {
      for (const Row& row : rows) {
        if (contested.Has(row.stream, row.timestamp_ns)) table.AddRow(row);
      }
      return table.known() && table.status().ok();
    }));
  }
  VEDETTE_RETURN_IF_ERROR(table.status());
  if (!table.known()) return std::nullopt;
  return table.Take();
}

VolumeStats Store::Volume(const std::vector<model::Matcher>& matchers, int64_t start_ns,
                          int64_t end_ns) const {
  const TimeSpan span = Widened(start_ns, end_ns);
  VolumeStats stats;
  VolumeRequest request;
  request.matchers = matchers;
  request.start_ns = span.begin_ns;
  request.end_ns = span.end_ns;
  absl::flat_hash_map<std::string, size_t> streams;
  const auto volumes = Volumes(request, [&](const model::Labels& stream, std::string_view) {
    return streams.try_emplace(stream.bytes(), streams.size()).first->second;
  });
  if (!volumes.ok() || !volumes->has_value()) return stats;
  for (const VolumeBins& bins : **volumes) {
    if (bins.entries.empty()) continue;
    ++stats.streams;
    stats.entries += bins.entries[0];
    stats.bytes += bins.bytes[0];
  }
  for (const StreamSummary& summary : SummariesIn(start_ns, end_ns)) {
    if (model::MatchesAll(matchers, summary.stream->labels)) ++stats.chunks;
  }
  return stats;
}

}  // namespace vedette::logstore
