#ifndef VEDETTE_COLLECTOR_API_LOKI_LEGACY_H_
#define VEDETTE_COLLECTOR_API_LOKI_LEGACY_H_

#include <cstddef>
#include <string>
#include <vector>

#include "base/http/message.h"
#include "base/memory_pool.h"
#include "collector/logql/result.h"

namespace vedette::api {

// A log query's answer in the shape of Loki's first API, which promtail's time knew, piece by
// piece:
// {"streams":[{"labels":"{app=\"x\"}","entries":[{"ts":RFC3339,"line":…}]}],"stats":{…}}
class LokiLegacyBody final : public base::http::BodySource {
 public:
  // `hold`: what MemoryOf the result says. `exec_seconds`: how long the query took.
  LokiLegacyBody(logql::Lines lines, const logql::QueryStats& stats, double exec_seconds,
                 base::MemoryPool::Hold hold);
  bool Next(std::string* out) override;

 private:
  // False when the piece is full before the group's end.
  bool WriteEntries(const logql::LineGroup& group, std::string* out);
  void WriteEnd(std::string* out) const;

  logql::Lines lines_;
  std::vector<logql::LineGroup> groups_;
  const logql::QueryStats stats_;
  const double exec_seconds_;
  const size_t entries_;
  const base::MemoryPool::Hold hold_;
  size_t next_ = 0;         // group
  bool in_stream_ = false;  // its labels are written
  size_t entry_ = 0;        // next of the group
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_LOKI_LEGACY_H_
