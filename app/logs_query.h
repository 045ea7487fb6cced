#ifndef VEDETTE_APP_LOGS_QUERY_H_
#define VEDETTE_APP_LOGS_QUERY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

// journalctl's words as LogQL.

namespace vedette::app {

// What `vedette logs` is asked for; empty: all.
struct LogsChoice {
  std::string expr = {};                // LogQL, in place of units and hosts
  std::vector<std::string> units = {};  // "nginx", "nginx.service", "ssh*"
  std::vector<std::string> hosts = {};
  std::string priority = {};  // "err", "3", "warning..err", or a level such as "error"
  std::string grep = {};      // RE2; without regard to case where it has no capitals
};

// InvalidArgument: which flag, what was found, what is allowed.
base::StatusOr<std::string> LogsQuery(const LogsChoice& choice);

// "2026-11-21 10:00:00", "2026-11-21 10:00", "2026-11-21" and "10:00" (today), in local time;
// "today", "yesterday", "now", "-1h", "1h ago", "1h", RFC 3339, or seconds since the epoch. Nanoseconds;
// nothing on other text.
std::optional<int64_t> ParseLogsTime(std::string_view text, int64_t now_ns);

}  // namespace vedette::app

#endif  // VEDETTE_APP_LOGS_QUERY_H_
