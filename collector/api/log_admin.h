#ifndef VEDETTE_COLLECTOR_API_LOG_ADMIN_H_
#define VEDETTE_COLLECTOR_API_LOG_ADMIN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http/router.h"
#include "base/status.h"

namespace vedette::api {

// A request to delete log lines, in the order they came.
struct LogDelete {
  std::string id;
  std::string query;
  int64_t start_ns = 0;  // inclusive
  int64_t end_ns = 0;    // exclusive
  int64_t created_ms = 0;
  bool processed = false;
};

// What the administration of the log store asks for. Implemented by app. Thread-safe.
class LogAdmin {
 public:
  virtual ~LogAdmin() = default;
  // Deletes the lines of [start, end) that `query`, a log query, keeps; durable when it returns.
  virtual base::Status Delete(const std::string& query, int64_t start_ns, int64_t end_ns) = 0;
  virtual std::vector<LogDelete> Deletes() const = 0;
  // NotFound for an unknown id, InvalidArgument when it is too late.
  virtual base::Status CancelDelete(const std::string& id) = 0;
};

// POST, PUT, GET and DELETE /loki/api/v1/delete. Without `admin`, that is without
// --web.enable-admin-api, 404 as from a Loki that has no store of deletes.
void RegisterLokiDelete(base::http::Router* router, LogAdmin* admin, base::Clock* clock);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_LOG_ADMIN_H_
