#ifndef VEDETTE_COLLECTOR_TSDB_HEAD_SERIES_H_
#define VEDETTE_COLLECTOR_TSDB_HEAD_SERIES_H_

#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "collector/tsdb/value_column.h"
#include "model/labels.h"

namespace vedette::tsdb {

struct Group;

// What the log writer knows of a series or a group; good for one epoch. See FORMAT.md.
struct LogState {
  uint32_t epoch = 0;   // the writer's count of epochs; another one: nothing is known
  uint32_t record = 0;  // the newest record it is in, by the writer's count
};

// A live series: registered, and its samples since the last flush. The head's lock guards all but
// the labels, which never change; whoever still reads them when the head forgets the series keeps
// it alive by a SeriesPtr. Around 128 bytes beside the labels: there may be a million.
struct HeadSeries {
  // The newest sample ever taken, flushed or not.
  int64_t newest_ms = INT64_MIN;
  double newest_value = 0;
  model::Labels labels;
  uint64_t id = 0;         // never given twice in a process; not 0
  Group* group = nullptr;  // null: forgotten
  uint32_t slot = 0;       // in `group`
  // The slot that came after this one last time: a guess whose row is next.
  uint32_t next_slot = 0;
  ValueColumn column;  // by the rows of `group`
  LogState log;
  // See LogWriter.
  uint8_t log_naming = 0;
  bool log_valued : 1 = false;
  bool log_in_row : 1 = false;
  bool log_changed_now : 1 = false;
  bool log_changed_before : 1 = false;
  bool idle : 1 = false;        // without samples at the last flush
  bool moved : 1 = false;       // to another group since then, with samples
  bool has_starts : 1 = false;  // in `extra`, since then
  // Of which `newest_value` is, by its bits, the CountsHash.
  bool newest_is_histogram : 1 = false;
  std::atomic<uint32_t> users{0};  // SeriesPtrs
  std::unique_ptr<SeriesExtra> extra;

  // By the group's number and slot: good until the series moves or the head is frozen.
  uint64_t ref() const;
  SampleView samples() const;
};

inline void intrusive_ptr_add_ref(HeadSeries* series) {
  series->users.fetch_add(1, std::memory_order_relaxed);
}
inline void intrusive_ptr_release(HeadSeries* series) {
  if (series->users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete series;
}
using SeriesPtr = boost::intrusive_ptr<HeadSeries>;

// Series sampled together: one column of times for all, a slot each. A series is in one group; the
// first group holds the loose ones and has no rows.
struct Group {
  explicit Group(uint32_t n) : number(n) {}

  const uint32_t number;         // never used twice in a process
  std::vector<SeriesPtr> slots;  // null where one has left
  uint32_t live = 0;             // slots in use
  std::vector<int64_t> times;    // of the rows, ascending
  LogState log;
  uint64_t log_sequence = 0;

  HeadSeries* At(uint32_t slot) const { return slot < slots.size() ? slots[slot].get() : nullptr; }
};

inline uint64_t RefOf(uint32_t group, uint32_t slot) { return (uint64_t{group} << 32) | slot; }
inline uint64_t HeadSeries::ref() const { return RefOf(group->number, slot); }
inline SampleView HeadSeries::samples() const { return {group->times, &column, extra.get()}; }

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_HEAD_SERIES_H_
