#ifndef VEDETTE_COLLECTOR_SCRAPE_SCHEDULE_H_
#define VEDETTE_COLLECTOR_SCRAPE_SCHEDULE_H_

#include <cstdint>
#include <memory>
#include <queue>
#include <vector>

#include "collector/scrape/scrape_loop.h"

namespace vedette::scrape {

// A target's place in the schedule. Guarded by the manager's lock.
struct ScheduledTarget {
  std::unique_ptr<ScrapeLoop> loop;
  uint64_t generation = 0;  // of its place in the heap: older ones are void
  int64_t interval_ns = 0;
  int64_t due_ns = 0;    // of the scrape that was taken last, monotonic
  int64_t began_ns = 0;  // when it began; 0: none has
  bool busy = false;     // a worker has it
  bool hung = false;     // the last scrape took all the time it had
  bool removed = false;  // gone from the configuration
};

// When targets come up: one heap of due times on the monotonic clock. Not thread-safe.
class Schedule {
 public:
  // Offset of a target within its interval, by hash, so that targets spread evenly and keep their
  // place over restarts: the first due time at or after now.
  static int64_t FirstDue(const Target& target, int64_t wall_ns, int64_t mono_ns);

  // Puts the target at `due_ns`; any place it had before is void.
  void Add(const std::shared_ptr<ScheduledTarget>& target, int64_t due_ns);
  // Takes a target due at or before `now_ns` and puts it one interval on, missed ones skipped. Null
  // when none is due.
  std::shared_ptr<ScheduledTarget> TakeDue(int64_t now_ns);
  // Nanoseconds until the next; `idle_ns` when there is none.
  int64_t Wait(int64_t now_ns, int64_t idle_ns);

 private:
  struct Entry {
    int64_t due_ns = 0;
    uint64_t generation = 0;
    std::shared_ptr<ScheduledTarget> target;
    friend bool operator>(const Entry& a, const Entry& b) { return a.due_ns > b.due_ns; }
  };
  void DropVoid();

  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_SCHEDULE_H_
