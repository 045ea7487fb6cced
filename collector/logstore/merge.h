#ifndef VEDETTE_COLLECTOR_LOGSTORE_MERGE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_MERGE_H_

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "collector/logstore/once.h"
#include "collector/logstore/row.h"

namespace vedette::logstore {

// Rows in reading order and whatever keeps them alive.
struct Run {
  std::vector<Row> rows;
  std::shared_ptr<const void> holder;
  bool unique = false;  // repetitions were left out when it was written
};

// A run that is opened only when the merge reaches its time range.
struct PendingRun {
  int64_t min_ns = 0;
  int64_t max_ns = 0;
  std::function<Run()> open;
  // Runs of one lane follow each other in reading order, as they are given: one is opened when the
  // one before has been read, even where all have one time. Null: none before it.
  const void* lane = nullptr;
};

// Merges runs that overlap in time, opening as few at a time as the overlap demands, forward or
// backward, and leaves repetitions out: of equal rows the first that arrived stays (backward, of
// more than kMostGathered rows or kMostGatheredBytes of one time, the last). One use, one thread.
class Merge {
 public:
  static constexpr size_t kMostGathered = 1 << 16;
  static constexpr uint64_t kMostGatheredBytes = 16ull << 20;

  Merge(std::vector<PendingRun> pending, bool backward);
  // Visits rows, some at a time, until the end or until `visit` returns false.
  base::Status Run(const std::function<bool(std::span<const Row>)>& visit, std::stop_token stop);

 private:
  struct Cursor {
    logstore::Run run;
    const void* lane = nullptr;
    size_t used = 0;
    const Row& Head(bool backward) const {
      return backward ? run.rows[run.rows.size() - 1 - used] : run.rows[used];
    }
  };
  bool Later(const std::unique_ptr<Cursor>& a, const std::unique_ptr<Cursor>& b) const;
  bool PendingReached() const;
  bool OpensLater(const PendingRun& a, const PendingRun& b) const;
  void MakeReady(PendingRun run);
  void OpenNext();
  // The next run of a lane may be opened.
  void Advance(const void* lane);
  void TakeHead();
  void Take(const Row& row);
  size_t RowsAlone() const;
  bool VisitAlone(const std::function<bool(std::span<const Row>)>& visit);
  bool GroupIsWhole() const;
  bool IsAtLastTime() const;
  void Release();
  void CloseGroup();
  void PassGroup();

  const bool backward_;
  std::vector<PendingRun> pending_;  // a heap: whose time comes next is in front
  absl::flat_hash_map<const void*, std::vector<PendingRun>>
      behind_;  // by lane, the next at the end
  std::vector<std::unique_ptr<Cursor>> heap_;
  std::optional<int64_t> last_ns_;                  // of the row taken last
  OnceFilter once_;                                 // of rows that are not gathered
  std::optional<int64_t> passed_ns_;                // whose group was too large to gather
  std::vector<Row> group_;                          // of one time, backward
  uint64_t group_bytes_ = 0;                        // of its lines
  std::vector<Row> batch_;                          // ready to be visited
  std::vector<std::unique_ptr<Cursor>> exhausted_;  // group_ and batch_ still borrow from these
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_MERGE_H_
