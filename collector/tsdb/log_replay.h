#ifndef VEDETTE_COLLECTOR_TSDB_LOG_REPLAY_H_
#define VEDETTE_COLLECTOR_TSDB_LOG_REPLAY_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "collector/tsdb/head.h"
#include "collector/tsdb/wal_record.h"

namespace vedette::tsdb {

// Puts the log's records back into a head, in their order. Keeps what they say of series and values
// for the epoch, and knows after a lost record what does not hold any more. One thread.
class LogReplay {
 public:
  // The head may be frozen between two records; its samples were judged when they came, so nothing
  // but duplicates is refused now.
  void Apply(const WalBatch& batch, Head* head);

  // Of the newest record.
  uint64_t epoch() const { return epoch_; }
  // Samples of which the series or the value was lost with a damaged record.
  uint64_t lost_rows() const { return lost_rows_; }

 private:
  // What is known of a slot's value: it is in two records from each change on, so that a single
  // lost one leaves it right, if the slot's next row does not carry it.
  enum class Known : uint8_t { kNo, kIfNotCarried, kYes };
  struct Slot {
    SeriesPtr series;  // null: not named yet
    double value = 0;
    Known known = Known::kNo;
  };
  struct LogGroup {
    uint64_t next_sequence = 0;
    std::vector<Slot> slots;
  };

  void StartEpoch(uint64_t epoch);
  void Name(uint64_t ref, const model::Labels& labels, Head* head);
  void ApplyRow(const WalGroupRow& row, Head* head);
  static void NoteLost(uint64_t records, LogGroup* group);
  void ApplySlot(const WalGroupRow::Slot& row, int64_t start_ms, Slot* slot, Head::Run* run,
                 Head* head);
  void ApplyLoose(const WalRow& row, Head* head);
  void ApplyHistogram(const WalHistogram& row, Head* head);
  void Insert(HeadSeries* series, double value, int64_t start_ms, Head::Run* run, Head* head);
  // Null, and counted as lost, when the record that named the series is.
  HeadSeries* SeriesOf(uint64_t ref, Head* head);
  // The series as the head has it now, also where that had forgotten it.
  HeadSeries* Live(SeriesPtr* series, Head* head);

  uint64_t epoch_ = 0;
  uint64_t lost_rows_ = 0;
  absl::flat_hash_map<uint32_t, LogGroup> groups_;
  absl::flat_hash_map<uint64_t, SeriesPtr> loose_;  // series that are in no group, by ref
  HeadBatch scratch_;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_LOG_REPLAY_H_
