#ifndef VEDETTE_APP_QUERY_REQUEST_H_
#define VEDETTE_APP_QUERY_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/query_answer.h"
#include "app/server_access.h"
#include "base/fs.h"
#include "base/status.h"

// One question to a server that speaks Prometheus' HTTP API.

namespace vedette::app {

// Times in milliseconds since the epoch. A range when `step_ms` is above zero.
struct Question {
  std::string expr;
  int64_t start_ms = 0;  // of an instant query: its time
  int64_t end_ms = 0;
  int64_t step_ms = 0;
  int64_t timeout_ms = 120'000;
};

// InvalidArgument: the flags or files do not go together; else the server was not reached or did
// not answer as such a server does. What it refuses is an answer.
base::StatusOr<QueryAnswer> Ask(const ServerAccess& server, const Question& question,
                                base::FileSystem* fs);

// "2026-11-21T10:00:00Z", seconds since the epoch, "now", "now-1h", "-1h"; nothing on other text.
std::optional<int64_t> ParseQueryTime(std::string_view text, int64_t now_ms);

}  // namespace vedette::app

#endif  // VEDETTE_APP_QUERY_REQUEST_H_
