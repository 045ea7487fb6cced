#ifndef VEDETTE_COLLECTOR_LOGSTORE_CONTESTED_TIMES_H_
#define VEDETTE_COLLECTOR_LOGSTORE_CONTESTED_TIMES_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "collector/logstore/row.h"

namespace vedette::logstore {

// From `begin_ns` on, before `end_ns`.
struct TimeSpan {
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
  bool Has(int64_t timestamp_ns) const { return timestamp_ns >= begin_ns && timestamp_ns < end_ns; }
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

// Sorted, and those that touch joined.
std::vector<TimeSpan> Joined(std::vector<TimeSpan> spans);

// Where counts of single parts must not be added up, by stream: times in which more than one part
// or memtable has rows of it, which may be repetitions, and those that are named. In whole slots
// (minute_slot.h). One thread.
class ContestedTimes {
 public:
  // A part or memtable has rows of the stream from min_ns to max_ns.
  void AddRows(const Stream* stream, int64_t min_ns, int64_t max_ns);
  // From min_ns to max_ns rows have to be looked at.
  void AddAll(const Stream* stream, int64_t min_ns, int64_t max_ns);
  // Once, before asking.
  void Finish();

  // Of one stream; empty: none.
  std::span<const TimeSpan> Of(const Stream* stream) const;
  bool Has(const Stream* stream, int64_t timestamp_ns) const;
  // Of all streams together.
  std::vector<TimeSpan> All() const;

 private:
  absl::flat_hash_map<const Stream*, std::vector<TimeSpan>> rows_;
  absl::flat_hash_map<const Stream*, std::vector<TimeSpan>> contested_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_CONTESTED_TIMES_H_
