#ifndef VEDETTE_COLLECTOR_LOGSTORE_PUSH_PICK_H_
#define VEDETTE_COLLECTOR_LOGSTORE_PUSH_PICK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "collector/logstore/push_record.h"
#include "model/log_entry.h"

namespace vedette::logstore {

// The times that are taken. Older ones are past the retention.
struct TakenTimes {
  int64_t oldest_ns = 0;
  int64_t newest_ns = 0;
  bool Take(int64_t time_ns) const { return time_ns >= oldest_ns && time_ns <= newest_ns; }
};

// Nanoseconds since the epoch as "2026-11-20T00:00:00Z".
std::string UtcText(int64_t timestamp_ns);
// Why the entry is not taken, as Loki says it; empty: it is.
std::string WhyNotTaken(const TakenTimes& times, const model::LogStream& stream,
                        const model::LogEntry& entry);

// Where a push is picked from, and up to where it was.
struct PushPlace {
  size_t stream = 0;
  size_t entry = 0;  // of the stream
  size_t index = 0;  // of the entry, over all streams
};

struct PickRules {
  TakenTimes times;
  std::optional<uint64_t> mark;  // of the push's source: its entries up to here are stored
  uint64_t max_line_bytes = 0;   // longer lines are cut
  uint64_t most_bytes = 0;       // no more is picked behind the entry that reaches this
};

// The entries of a piece of a push that are to be stored, and what happened to the others. Borrows
// the push.
struct PickedPiece {
  PushRecord record;  // without sequence and wall_ms; its mark is the source's new one
  bool mark_moved = false;
  PushPlace next;
  std::vector<size_t> left_out;  // indexes of entries: out of time, or stored before
  std::string why_rejected;      // of the first that is out of time
  uint64_t rejected = 0;
  uint64_t skipped = 0;         // stored before
  std::deque<std::string> cut;  // lines that were; the record borrows them

  bool empty() const { return record.streams.empty() && !mark_moved; }
};

// Needs no lock. `push` has a source at most, with a position for each entry.
PickedPiece Pick(const model::LogPush& push, const PushPlace& from, const PickRules& rules);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_PUSH_PICK_H_
