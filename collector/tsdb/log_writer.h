#ifndef VEDETTE_COLLECTOR_TSDB_LOG_WRITER_H_
#define VEDETTE_COLLECTOR_TSDB_LOG_WRITER_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "collector/tsdb/head_batch.h"
#include "collector/tsdb/head_series.h"
#include "collector/tsdb/wal_record.h"

namespace vedette::tsdb {

// Makes the log's records of what batches did to the head: FORMAT.md, "Log records". Remembers, in
// the series themselves, what the log says already. Not thread-safe: the store's lock guards it.
//
// Each record can be lost alone without harm to the others: a series' name is in its first two
// records and every 64th, and so is a value, which besides is in the two records from each change
// on.
class LogWriter {
 public:
  // Nothing that was said before holds any more.
  void StartEpoch(uint64_t epoch);
  uint64_t epoch() const { return epoch_; }

  // The record of `batch`, which is not empty; good until the next call. A batch may be given again
  // after StartEpoch. ResourceExhausted when it names more than a record may.
  base::StatusOr<std::string_view> Encode(const HeadBatch& batch);
  // Of the record made last.
  uint8_t type() const { return rich_ ? kWalRichRows : kWalRows; }

 private:
  using Entry = HeadBatch::Entry;

  // Notes that the series is in this record, whatever is said of it; true if its name must be too.
  bool Enter(HeadSeries* series);
  // Notes a value of a group's row; true if it must be in the record.
  bool EnterRow(const Entry& entry);
  uint64_t SequenceOf(Group* group);

  // Those of one group and time that stand at the beginning of `entries`.
  static std::span<const Entry> FirstRow(std::span<const Entry> entries);
  void PutGroupRow(std::span<const Entry> entries);
  void PutSlots(std::span<const Entry> entries);
  void PutLoose(const Entry& entry);
  void PutHistogram(const HeadBatch::HistogramEntry& entry);
  // Appends to `out` the starts of the batch's samples, in the record's order.
  static void PutStarts(const HeadBatch& batch, std::string* out);
  void PutName(const HeadSeries& series);

  uint64_t epoch_ = 1;
  uint32_t epochs_ = 1;
  uint32_t records_ = 0;
  // Of the record in the making; kept for their memory.
  int64_t base_ms_ = 0;
  std::string names_, group_rows_, values_, loose_, histograms_, record_;
  bool rich_ = false;
  std::vector<uint8_t> carried_;
  uint64_t named_ = 0, groups_in_record_ = 0, loose_in_record_ = 0;
  uint64_t name_bytes_ = 0;
  uint64_t last_named_ref_ = 0, last_loose_ref_ = 0, last_histogram_ref_ = 0;
  std::string_view last_name_;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_LOG_WRITER_H_
