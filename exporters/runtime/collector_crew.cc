#include "exporters/runtime/collector_crew.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <system_error>
#include <utility>

#include "base/strings.h"

namespace vedette::exporters {
namespace {

// A wait is cut into pieces of this length, after which the clock is looked at again: tests step
// it, and a machine's may have slept. An ordinary scrape is over before the first.
constexpr std::chrono::milliseconds kPiece{50};

// A collector that holds to its deadline is given this much more to come back by itself.
int64_t GraceNanos(int64_t share) { return std::min<int64_t>(share / 8, 100'000'000); }

// "4.8 s"
std::string Seconds(int64_t nanos) {
  const int64_t tenths = (nanos + 50'000'000) / 100'000'000;
  return base::Concat({std::to_string(tenths / 10), ".", std::to_string(tenths % 10), " s"});
}

}  // namespace

CollectorCrew::CollectorCrew(std::vector<Member> members, ScrapeLimits limits,
                             const base::Clock* clock, base::Logger* logger)
    : limits_(limits), clock_(clock), logger_(logger) {
  for (Member& member : members) {
    auto slot = std::make_unique<Slot>();
    slot->name = std::move(member.name);
    slot->collector = std::move(member.collector);
    slots_.push_back(std::move(slot));
  }
}

CollectorCrew::~CollectorCrew() {
  std::vector<std::unique_ptr<Worker>> workers;
  {
    base::MutexLock lock(mutex_);
    stopping_ = true;
    hired_.NotifyAll();
    workers.swap(workers_);
  }
  for (const auto& worker : workers) worker->thread.join();
}

bool CollectorCrew::Has(std::string_view name) const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [name](const auto& slot) { return slot->name == name; });
}

std::vector<std::string> CollectorCrew::Names() const {
  std::vector<std::string> names;
  for (const auto& slot : slots_) names.push_back(slot->name);
  return names;
}

void CollectorCrew::Run(const std::vector<std::string>& names, int64_t deadline_mono_ns,
                        const Finish& finish) {
  Job job;
  job.finish = &finish;
  job.scrape.clock = clock_;
  job.scrape.deadline_mono_ns = deadline_mono_ns;
  for (const auto& slot : slots_) {
    if (std::find(names.begin(), names.end(), slot->name) != names.end()) {
      job.slots.push_back(slot.get());
    }
  }
  job.page.outcomes.reserve(job.slots.size());
  base::MutexLock lock(mutex_);
  Hire(&job);
  while (job.worker != nullptr) {
    finished_.WaitFor(mutex_, kPiece);
    if (job.inside && clock_->MonotonicNanos() >= job.leave_mono_ns) Leave(&job);
  }
  if (!job.is_finished) FinishPage(&job);
  if (job.error) std::rethrow_exception(job.error);
}

// Gives what is left of the job to an idle worker, or to a new one.
void CollectorCrew::Hire(Job* job) {
  job->worker = nullptr;
  if (job->next == job->slots.size()) return;
  Reap();
  auto found = std::find_if(workers_.begin(), workers_.end(), [](const auto& worker) {
    return worker->state == Worker::State::kIdle;
  });
  if (found != workers_.end()) {
    --idle_;
  } else {
    found = workers_.insert(workers_.end(), std::make_unique<Worker>());
    try {
      (*found)->thread = std::thread([this, self = found->get()] { Work(self); });
    } catch (const std::system_error& e) {
      workers_.pop_back();
      const base::Status status = base::ResourceExhausted(base::Concat({"no thread: ", e.what()}));
      while (job->next < job->slots.size()) GoWithout(job, status, 0);
      return;
    }
  }
  (*found)->state = Worker::State::kWorking;
  (*found)->job = job;
  job->worker = found->get();
  hired_.NotifyAll();
}

// The scrape goes on without the collector that its worker is inside of.
void CollectorCrew::Leave(Job* job) {
  Slot* const slot = job->slots[job->next];
  const int64_t nanos = clock_->MonotonicNanos() - slot->begun_mono_ns;
  slot->left = true;
  freed_.NotifyAll();
  job->worker->state = Worker::State::kLeft;
  job->worker->job = nullptr;
  job->inside = false;
  GoWithout(job,
            base::DeadlineExceeded(base::Concat({"still busy after ", Seconds(nanos),
                                                 "; scrapes go on without it until it returns"})),
            nanos);
  Hire(job);
}

// Joins who ended. They have nothing left to do but to return.
void CollectorCrew::Reap() {
  std::erase_if(workers_, [](const auto& worker) {
    if (worker->state != Worker::State::kEnded) return false;
    worker->thread.join();
    return true;
  });
}

void CollectorCrew::Work(Worker* self) {
  base::MutexLock lock(mutex_);
  for (;;) {
    while (self->state == Worker::State::kIdle && !stopping_) hired_.Wait(mutex_);
    if (self->state == Worker::State::kIdle) break;
    Serve(self);
    // The last thing before the mutex is given up, or who is woken runs into it.
    finished_.NotifyAll();
    if (idle_ > 0 || stopping_) break;
    self->state = Worker::State::kIdle;
    ++idle_;
  }
  self->state = Worker::State::kEnded;
}

// Runs what is left of the worker's job, or until it is left behind.
void CollectorCrew::Serve(Worker* self) {
  Job* const job = self->job;
  while (job->next < job->slots.size()) {
    if (!Enter(job)) continue;
    Slot* const slot = job->slots[job->next];
    const base::Status status = Collect(slot, job->scrape, &self->sink);
    slot->busy = false;
    freed_.NotifyAll();
    if (self->state == Worker::State::kLeft) {  // `job` may be gone
      self->sink = FamilySink();
      return Return(slot);
    }
    job->inside = false;
    job->page.families.Take(&self->sink);
    const int64_t now = clock_->MonotonicNanos();
    slot->absent = IsNoData(status) ? status : base::Status();
    slot->absent_until_mono_ns = now + std::chrono::nanoseconds(limits_.absent_for).count();
    Record(job, status, now - slot->begun_mono_ns);
  }
  FinishPage(job);
  self->job = nullptr;
  job->worker = nullptr;
}

// Calls finish, without the mutex. The families go on the thread that does.
void CollectorCrew::FinishPage(Job* job) {
  mutex_.Unlock();
  try {
    (*job->finish)(&job->page);
  } catch (...) {  // thrown on in Run
    job->error = std::current_exception();
  }
  job->page = Page();
  mutex_.Lock();
  job->is_finished = true;
}

// Makes the job's next collector the worker's own. Where that may not be, false: the collector is
// passed over, and that recorded.
bool CollectorCrew::Enter(Job* job) {
  Slot* const slot = job->slots[job->next];
  const int64_t asked = clock_->MonotonicNanos();
  if (IsAbsent(*slot, asked)) {
    Record(job, slot->absent, 0);
    return false;
  }
  const bool is_free = AwaitTurn(*slot, asked + ShareNanos(*job, asked));
  const int64_t now = clock_->MonotonicNanos();
  if (!is_free) {
    GoWithout(job, base::DeadlineExceeded("still busy"), now - slot->begun_mono_ns);
    return false;
  }
  const int64_t share = ShareNanos(*job, now);
  if (share == 0) {
    GoWithout(job, base::DeadlineExceeded("the collectors before it left no time"), 0);
    return false;
  }
  slot->busy = true;
  slot->begun_mono_ns = now;
  job->scrape.collector_deadline_mono_ns = now + share;
  job->leave_mono_ns = now + share + GraceNanos(share);
  job->inside = true;
  return true;
}

// Waits while another scrape has the collector. False where it has not come back by then, or where
// that scrape has left it.
bool CollectorCrew::AwaitTurn(const Slot& slot, int64_t until_mono_ns) {
  while (slot.busy) {
    if (slot.left || clock_->MonotonicNanos() >= until_mono_ns) return false;
    freed_.WaitFor(mutex_, kPiece);
  }
  return true;
}

base::Status CollectorCrew::Collect(Slot* slot, const Scrape& scrape, FamilySink* sink) {
  const Scrape own = scrape;  // the job's may be gone before the collector returns
  base::Status status;
  mutex_.Unlock();
  try {
    status = slot->collector->Collect(own, sink);
  } catch (const std::exception& e) {  // the standard library's: out of memory
    status = base::Internal(e.what());
  }
  mutex_.Lock();
  return status;
}

// A collector came back that no scrape waits for any more.
void CollectorCrew::Return(Slot* slot) {
  slot->left = false;
  logger_->Info("collector has returned",
                {{"collector", slot->name},
                 {"after", Seconds(clock_->MonotonicNanos() - slot->begun_mono_ns)}});
}

// What the job's next collector may take: all that is left where it is alone.
int64_t CollectorCrew::ShareNanos(const Job& job, int64_t now) const {
  const int64_t left = std::max<int64_t>(0, job.scrape.deadline_mono_ns - now);
  if (job.slots.size() == 1) return left;
  const int64_t limit = std::chrono::nanoseconds(limits_.collector_timeout).count();
  const int64_t most = limit > 0 ? limit : left;
  const bool is_last = job.next + 1 == job.slots.size();
  return std::min(most, is_last ? left : left / 4 * 3);
}

// The job's next collector brings nothing to this page.
void CollectorCrew::GoWithout(Job* job, const base::Status& why, int64_t nanos) {
  job->slots[job->next]->collector->CollectWithout(&job->page.families);
  Record(job, why, nanos);
}

// Whether the collector's source was looked for a short while ago, and was not there.
bool CollectorCrew::IsAbsent(const Slot& slot, int64_t now) const {
  return !slot.absent.ok() && now < slot.absent_until_mono_ns;
}

// What came of the job's next collector, which makes the one behind it the next.
void CollectorCrew::Record(Job* job, const base::Status& status, int64_t nanos) {
  Slot* const slot = job->slots[job->next];
  LogChange(slot, status);
  job->page.outcomes.push_back({slot->name, status, nanos});
  ++job->next;
}

void CollectorCrew::LogChange(Slot* slot, const base::Status& status) {
  const bool failing = !status.ok() && !IsNoData(status);
  if (failing == slot->failing) return;
  slot->failing = failing;
  if (failing) {
    logger_->Warn("collector fails", {{"collector", slot->name}, {"err", base::Message(status)}});
  } else {
    logger_->Info("collector works again", {{"collector", slot->name}});
  }
}

}  // namespace vedette::exporters
