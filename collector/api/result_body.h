#ifndef VEDETTE_COLLECTOR_API_RESULT_BODY_H_
#define VEDETTE_COLLECTOR_API_RESULT_BODY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/http/message.h"
#include "base/memory_pool.h"
#include "collector/api/point_writer.h"
#include "collector/promql/engine.h"
#include "collector/promql/query_stats.h"

namespace vedette::api {

// What `stats` adds to an answer.
struct ShownStats {
  promql::QueryStats query;
  double queue_seconds = 0;  // before the query was begun
  double total_seconds = 0;  // from then on
};

// The answer of a query as JSON, written piece by piece: the text is never whole in memory, and
// what has been written is let go.
class ResultBody final : public base::http::BodySource {
 public:
  // `result` is ok.
  ResultBody(promql::Result result, std::optional<ShownStats> stats, base::MemoryPool::Hold hold);
  bool Next(std::string* out) override;

 private:
  // All of these write until the piece is full; false when they are through.
  bool WriteVector(std::string* out);
  bool WriteMatrix(std::string* out);
  bool WriteSeries(promql::Series* series, std::string* out);
  void WriteSingle(std::string* out);
  void WriteTail(std::string* out) const;

  promql::Result result_;
  const std::optional<ShownStats> stats_;
  const base::MemoryPool::Hold hold_;
  bool begun_ = false;
  size_t series_ = 0;       // the next element of the vector or matrix
  bool in_series_ = false;  // its labels are written
  size_t point_ = 0;        // its next point: floats, then histograms
  PointWriter points_;
};

// What `value` holds in memory, roughly.
uint64_t MemoryOf(const promql::Value& value);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_RESULT_BODY_H_
