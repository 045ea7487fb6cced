#ifndef VEDETTE_EXPORTERS_RUNTIME_COLLECTOR_CREW_H_
#define VEDETTE_EXPORTERS_RUNTIME_COLLECTOR_CREW_H_

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "exporters/runtime/collector.h"
#include "exporters/runtime/scrape_limits.h"

namespace vedette::exporters {

// Runs collectors on threads of its own, so that one that hangs costs itself only.
//
// A scrape hands its collectors to one worker, which runs them in their order, and waits for it.
// When a collector is still busy after its time, the scrape leaves it to that worker, drops what it
// will ever bring, and goes on with another worker. Until the collector returns it is passed over;
// so at most one thread a collector is ever lost, and beside them there are as many workers as
// scrapes at a time. One idle worker stays.
//
// A collector that says that the machine lacks its source (NoData) is not asked again for a while,
// where the limits say so: a page costs the fewer looks into nothing.
//
// A collector that begins to fail, or to hang, is logged then and when it works again, not at each
// scrape. Thread-safe; scrapes at the same time take turns at each collector.
class CollectorCrew {
 public:
  struct Member {
    std::string name;
    std::unique_ptr<Collector> collector;
  };
  // What came of one collector. It was not ok where it was left or passed over, too.
  struct Outcome {
    std::string_view name;  // of the member's
    base::Status status;
    int64_t nanos = 0;  // what it took; of one that is still busy, what it took so far
  };
  struct Page {
    FamilySink families;
    std::vector<Outcome> outcomes;  // in the members' order
  };
  // What is to be made of a page.
  using Finish = std::function<void(Page*)>;

  // `clock` and `logger` are borrowed.
  CollectorCrew(std::vector<Member> members, ScrapeLimits limits, const base::Clock* clock,
                base::Logger* logger);
  // No scrape may be under way. Joins every thread, so it lasts as long as a collector hangs: who
  // may not wait for that ends the process instead (app/exit_guard.h).
  ~CollectorCrew();
  CollectorCrew(const CollectorCrew&) = delete;
  CollectorCrew& operator=(const CollectorCrew&) = delete;

  std::vector<std::string> Names() const;
  bool Has(std::string_view name) const;

  // One scrape of the members named, then `finish` once with what they brought, on the worker that
  // brought it: its families then come from and go back to one thread's memory, however many
  // threads a server has. On the caller's thread where that worker was left. What `finish` throws
  // comes out here. Returns shortly after `deadline_mono_ns` at the latest.
  void Run(const std::vector<std::string>& names, int64_t deadline_mono_ns, const Finish& finish)
      VEDETTE_EXCLUDES(mutex_);

 private:
  // One member; all but name and collector is guarded by mutex_.
  struct Slot {
    std::string name;
    std::unique_ptr<Collector> collector;  // whoever set `busy` may call it
    bool busy = false;
    bool left = false;  // busy, and the scrape went on without it
    bool failing = false;
    int64_t begun_mono_ns = 0;
    base::Status absent;  // what it said when its source was last looked for
    int64_t absent_until_mono_ns = 0;
  };
  struct Worker;
  // One scrape under way: on the stack of Run, guarded by mutex_.
  struct Job {
    Scrape scrape;
    std::vector<Slot*> slots;
    size_t next = 0;           // the collector that is run or waited for
    Worker* worker = nullptr;  // null once all is done
    bool inside = false;       // the worker is inside Collect
    int64_t leave_mono_ns = 0;
    Page page;
    const Finish* finish = nullptr;
    std::exception_ptr error;  // what finish threw
    bool is_finished = false;
  };
  struct Worker {
    enum class State { kIdle, kWorking, kLeft, kEnded };
    State state = State::kIdle;
    Job* job = nullptr;  // null but while working
    FamilySink sink;     // of the collector in hand; only the worker touches it
    std::thread thread;
  };

  // The worker's side.
  void Work(Worker* self) VEDETTE_EXCLUDES(mutex_);
  void Serve(Worker* self) VEDETTE_REQUIRES(mutex_);
  bool Enter(Job* job) VEDETTE_REQUIRES(mutex_);
  bool AwaitTurn(const Slot& slot, int64_t until_mono_ns) VEDETTE_REQUIRES(mutex_);
  base::Status Collect(Slot* slot, const Scrape& scrape, FamilySink* sink) VEDETTE_REQUIRES(mutex_);
  void FinishPage(Job* job) VEDETTE_REQUIRES(mutex_);
  void Return(Slot* slot) VEDETTE_REQUIRES(mutex_);

  // The scrape's side.
  void Hire(Job* job) VEDETTE_REQUIRES(mutex_);
  void Leave(Job* job) VEDETTE_REQUIRES(mutex_);
  void Reap() VEDETTE_REQUIRES(mutex_);

  int64_t ShareNanos(const Job& job, int64_t now) const;
  void GoWithout(Job* job, const base::Status& why, int64_t nanos) VEDETTE_REQUIRES(mutex_);
  bool IsAbsent(const Slot& slot, int64_t now) const;
  void Record(Job* job, const base::Status& status, int64_t nanos) VEDETTE_REQUIRES(mutex_);
  void LogChange(Slot* slot, const base::Status& status) VEDETTE_REQUIRES(mutex_);

  const ScrapeLimits limits_;
  const base::Clock* const clock_;
  base::Logger* const logger_;
  std::vector<std::unique_ptr<Slot>> slots_;  // const after construction

  base::Mutex mutex_;
  base::CondVar hired_;     // a worker has a job, or all end
  base::CondVar finished_;  // a job is done
  base::CondVar freed_;     // a collector is no longer busy, or was left
  std::vector<std::unique_ptr<Worker>> workers_ VEDETTE_GUARDED_BY(mutex_);
  int idle_ VEDETTE_GUARDED_BY(mutex_) = 0;
  bool stopping_ VEDETTE_GUARDED_BY(mutex_) = false;
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_COLLECTOR_CREW_H_
