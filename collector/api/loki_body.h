#ifndef VEDETTE_COLLECTOR_API_LOKI_BODY_H_
#define VEDETTE_COLLECTOR_API_LOKI_BODY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/http/message.h"
#include "base/memory_pool.h"
#include "collector/api/loki_json.h"
#include "collector/logql/result.h"

namespace vedette::api {

// The answer of a log query, {"status":"success","data":{"resultType":…,"result":[…],"stats":{…}}},
// written piece by piece: the text is never whole in memory, and lines are let go once written.
class LokiBody final : public base::http::BodySource {
 public:
  // `hold`: what MemoryOf(result) says. `exec_seconds`: how long the query took.
  LokiBody(logql::Result result, LokiEncoding encoding, double exec_seconds,
           base::MemoryPool::Hold hold);
  bool Next(std::string* out) override;

 private:
  void WriteHead(std::string* out) const;
  void WriteTail(std::string* out) const;
  // These write until the piece is full; false when they are through.
  bool WriteStreams(logql::Lines* lines, std::string* out);
  bool WriteVector(std::string* out);
  bool WriteMatrix(std::string* out);
  bool WritePoints(const logql::MatrixSeries& series, std::string* out);

  logql::Result result_;
  const LokiEncoding encoding_;
  const double exec_seconds_;
  const uint64_t entries_;
  const base::MemoryPool::Hold hold_;
  std::vector<logql::LineGroup> groups_;  // of lines
  bool begun_ = false;
  size_t next_ = 0;         // group, sample or series
  bool in_series_ = false;  // its labels are written
  size_t point_ = 0;        // next line of the group or point of the series
};

// What the answer holds until it is sent, roughly.
uint64_t MemoryOf(const logql::Result& result);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_LOKI_BODY_H_
