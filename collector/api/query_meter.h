#ifndef VEDETTE_COLLECTOR_API_QUERY_METER_H_
#define VEDETTE_COLLECTOR_API_QUERY_METER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/telemetry.h"
#include "collector/promql/engine.h"

namespace vedette::api {

// Counts queries: those that run now, and those that are through by how they ended. Thread-safe.
class QueryMeter {
 public:
  explicit QueryMeter(base::Telemetry* telemetry);  // may be null
  QueryMeter(const QueryMeter&) = delete;
  QueryMeter& operator=(const QueryMeter&) = delete;

  // A query that runs for as long as this lives.
  class Running {
   public:
    explicit Running(QueryMeter* meter) : meter_(meter) { ++*meter_->running_; }
    ~Running() { --*meter_->running_; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    QueryMeter* const meter_;
  };

  void Count(promql::ErrorKind kind);

 private:
  static constexpr size_t kKinds = 6;
  // Shared with the telemetry, which may outlive this.
  const std::shared_ptr<std::atomic<int64_t>> running_ = std::make_shared<std::atomic<int64_t>>(0);
  base::Counter* ended_[kKinds] = {};
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_QUERY_METER_H_
