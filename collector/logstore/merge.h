#ifndef VEDETTE_COLLECTOR_LOGSTORE_MERGE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_MERGE_H_

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

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
};

// Merges runs that overlap in time, opening as few at a time as the overlap demands, forward or
// backward, and leaves repetitions out. One use, one thread.
class Merge {
 public:
  Merge(std::vector<PendingRun> pending, bool backward);
  // Visits rows, some at a time, until the end or until `visit` returns false.
  base::Status Run(const std::function<bool(std::span<const Row>)>& visit, std::stop_token stop);

 private:
  struct Cursor {
    logstore::Run run;
    size_t used = 0;
    const Row& Head(bool backward) const {
      return backward ? run.rows[run.rows.size() - 1 - used] : run.rows[used];
    }
  };
  bool Later(const std::unique_ptr<Cursor>& a, const std::unique_ptr<Cursor>& b) const;
  bool PendingReached() const;
  void OpenNext();
  void TakeHead();
  size_t RowsAlone() const;
  bool VisitAlone(const std::function<bool(std::span<const Row>)>& visit);
  bool GroupIsWhole() const;
  void CloseGroup();

  std::vector<PendingRun> pending_;  // the next to open at the back
  const bool backward_;
  std::vector<std::unique_ptr<Cursor>> heap_;
  std::vector<Row> group_;                          // of one time
  std::vector<Row> batch_;                          // ready to be visited
  std::vector<std::unique_ptr<Cursor>> exhausted_;  // group_ and batch_ still borrow from these
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_MERGE_H_
