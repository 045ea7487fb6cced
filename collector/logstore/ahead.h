#ifndef VEDETTE_COLLECTOR_LOGSTORE_AHEAD_H_
#define VEDETTE_COLLECTOR_LOGSTORE_AHEAD_H_

#include <cstddef>
#include <functional>

#include "base/thread_pool.h"

namespace vedette::logstore {

// Calls take(i) for every i below `count`, in order, on this thread, each after prepare(i, worker).
// That is called on this thread (worker 0) and on idle ones of `pool` (may be null), `workers`
// together, some ahead of what is taken: no more than were taken so far, so that what ends early
// has prepared twice as much as it took at most, and few. Calls of one worker never overlap. False
// from `take` ends it: what runs is waited for, nothing more begins.
void PrepareAhead(size_t count, size_t workers, base::ThreadPool* pool,
                  const std::function<void(size_t i, size_t worker)>& prepare,
                  const std::function<bool(size_t i)>& take);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_AHEAD_H_
