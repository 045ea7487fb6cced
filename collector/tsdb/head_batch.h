#ifndef VEDETTE_COLLECTOR_TSDB_HEAD_BATCH_H_
#define VEDETTE_COLLECTOR_TSDB_HEAD_BATCH_H_

#include <cstdint>
#include <vector>

#include "collector/tsdb/head_series.h"

namespace vedette::tsdb {

// What one Append has done to the head: what the log has to hold of it, and how to undo it when the
// log refuses. Used again and again, so that a steady batch allocates nothing.
struct HeadBatch {
  enum class Kind : uint8_t {
    kRow,     // went into a row of its group
    kLoose,   // was stored with its own time
    kRepeat,  // is in the head already, the log says it once more
  };
  struct Entry {
    HeadSeries* series;
    int64_t time_ms;
    double value;
    Kind kind;
    bool newest_was_histogram;
    // The series as it was. Of `column`, where the kind is kRow, the log also takes what the value
    // was before.
    int64_t newest_ms;
    double newest_value;
    ValueColumn column;
  };

  // A native histogram, stored with its own time or said once more.
  struct HistogramEntry {
    HeadSeries* series;
    model::HistogramSample sample;
    Kind kind;
    bool newest_was_histogram;
    int64_t newest_ms;
    double newest_value;
  };
  // A series' start timestamps as they were.
  struct StartsBefore {
    HeadSeries* series;
    std::vector<StartChange> starts;
  };

  bool empty() const { return entries.empty() && histograms.empty(); }
  // Of the newest entry.
  void SetStart(int64_t start_ms) {
    starts_ms.resize(entries.size());
    starts_ms.back() = start_ms;
  }

  std::vector<Entry> entries;
  std::vector<int64_t> starts_ms;          // of the first entries; of those after and 0: unknown
  std::vector<HistogramEntry> histograms;  // came after all entries
  std::vector<StartsBefore> starts_before;
  std::vector<HeadSeries*> created;
  std::vector<Group*> opened;  // a row each
  std::vector<Group*> filled;  // whose rows entries are in, perhaps more than once
  // The head's, as they were.
  int64_t min_ms = INT64_MAX;
  int64_t max_ms = INT64_MIN;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_HEAD_BATCH_H_
