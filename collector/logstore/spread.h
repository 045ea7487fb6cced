#ifndef VEDETTE_COLLECTOR_LOGSTORE_SPREAD_H_
#define VEDETTE_COLLECTOR_LOGSTORE_SPREAD_H_

#include <cstddef>
#include <functional>

#include "base/thread_pool.h"

namespace vedette::logstore {

// Calls work(i, worker) for every i below `count` in about that order, on this thread (worker 0)
// and on as many idle ones of `pool` (may be null) as make `workers` together: a pool that is busy
// with others slows it, but never holds it up. Calls of one worker never overlap. False ends it:
// what runs is waited for, nothing more begins.
void Spread(size_t count, size_t workers, base::ThreadPool* pool,
            const std::function<bool(size_t i, size_t worker)>& work);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_SPREAD_H_
