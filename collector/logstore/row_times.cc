#include "collector/logstore/row_times.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "collector/logstore/minute_slot.h"

namespace vedette::logstore {
namespace {

// Rows so near to each other are of one span.
constexpr int64_t kNearNs = 10 * kNanosPerMinute;

// Spans of one stream, both ends in them, that grow as rows are added.
class Spans {
 public:
  void Add(int64_t min_ns, int64_t max_ns) {
    if (!spans_.empty() && min_ns >= spans_.back().begin_ns - kNearNs &&
        max_ns <= spans_.back().end_ns + kNearNs) {
      spans_.back().begin_ns = std::min(spans_.back().begin_ns, min_ns);
      spans_.back().end_ns = std::max(spans_.back().end_ns, max_ns);
    } else {
      spans_.push_back({min_ns, max_ns});
    }
  }
  // Those of one source must not contest each other.
  void MoveTo(const Stream* stream, ContestedTimes* to) {
    for (const TimeSpan& span : Joined(std::move(spans_))) {
      to->AddRows(stream, span.begin_ns, span.end_ns);
    }
  }

 private:
  std::vector<TimeSpan> spans_;
};

}  // namespace

void AddRowTimes(const MemtableView& view, const ContestedTimes& coarse, ContestedTimes* to) {
  absl::flat_hash_map<const Stream*, Spans> streams;
  for (const std::span<const Row> chunk : view.chunks) {
    for (const Row& row : chunk) {
      if (coarse.Of(row.stream).empty()) continue;
      streams[row.stream].Add(row.timestamp_ns, row.timestamp_ns);
    }
  }
  for (auto& [stream, spans] : streams) spans.MoveTo(stream, to);
}

void AddRowTimes(const Part& part, const ContestedTimes& coarse, ContestedTimes* to) {
  const auto read = part.ReadCounts(false);
  const bool counted = read.ok() && read->has_value();
  std::vector<Spans> streams(part.streams().size());
  size_t cell = 0;
  for (size_t i = 0; counted && i < (*read)->series.size(); ++i) {
    const MinuteCounts::Series& series = (*read)->series[i];
    const size_t end = cell + series.cells;
    const StreamSummary& summary = part.streams()[series.stream];
    if (coarse.Of(summary.stream.get()).empty()) {
      cell = end;
      continue;
    }
    for (; cell < end; ++cell) {
      const int64_t slot = (*read)->slots[cell];
      streams[series.stream].Add(std::max(SlotBegin(slot), summary.min_ns),
                                 std::min(SlotBegin(slot + 1) - 1, summary.max_ns));
    }
  }
  for (size_t id = 0; id < streams.size(); ++id) {
    const StreamSummary& summary = part.streams()[id];
    if (coarse.Of(summary.stream.get()).empty()) continue;
    if (!counted) streams[id].Add(summary.min_ns, summary.max_ns);
    streams[id].MoveTo(summary.stream.get(), to);
  }
}

}  // namespace vedette::logstore
