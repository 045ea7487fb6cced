#ifndef VEDETTE_COLLECTOR_API_LIST_METER_H_
#define VEDETTE_COLLECTOR_API_LIST_METER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>

#include "base/clock.h"
#include "base/http/message.h"
#include "base/memory_pool.h"
#include "base/status.h"

namespace vedette::api {

// Watches over a list of series, names or values while it is made: whoever asked may be gone, its
// time may be up, and what it holds is taken from the memory of all queries. Of one request, on one
// thread.
class ListMeter {
 public:
  // `who` is named by errors; `clock` may be null: no deadline.
  ListMeter(const base::http::Request& request, const base::Clock* clock,
            std::shared_ptr<base::MemoryPool> memory, std::string_view who)
      : stop_(request.stop),
        clock_(clock),
        deadline_ns_(request.deadline_mono_ns),
        who_(who),
        hold_(std::move(memory)) {}

  // An item was looked at, and the list has grown by `bytes`. Cancelled, DeadlineExceeded, or as
  // MemoryPool::Take.
  base::Status Note(size_t bytes);
  // What SeriesFilter::note is to be; good while this lives.
  std::function<base::Status(size_t)> Noter() {
    return [this](size_t bytes) { return Note(bytes); };
  }
  // For who holds the list from now on.
  base::MemoryPool::Hold Take() { return std::move(hold_); }

 private:
  const std::stop_token stop_;
  const base::Clock* const clock_;
  const int64_t deadline_ns_;  // 0: none
  const std::string_view who_;
  base::MemoryPool::Hold hold_;
  uint64_t bytes_ = 0;
  uint32_t items_ = 0;
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_LIST_METER_H_
