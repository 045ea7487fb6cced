#ifndef VEDETTE_APP_LOGS_RUN_H_
#define VEDETTE_APP_LOGS_RUN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/logs_page.h"
#include "app/logs_print.h"
#include "app/logs_seen.h"
#include "base/clock.h"
#include "base/http/configured_client.h"
#include "base/http/websocket_client.h"
#include "base/status.h"

namespace vedette::app {

// What `vedette logs` is to show.
struct LogsPlan {
  std::string query;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  std::optional<uint64_t> newest;  // lines, the newest; none: all
};

// How far other hosts' clocks may be ahead of ours.
inline constexpr int64_t kMaxAheadNs = 600'000'000'000;

// Asks a server for lines and prints them on standard output. One thread; `client` outlives it.
// Errors are those of LogPages.
class LogsRun {
 public:
  LogsRun(const base::http::ConfiguredClient* client, std::string base_url, const LogsStyle& style)
      : client_(client), base_url_(std::move(base_url)), style_(style) {}

  // Oldest first. Ends early when nobody reads the output any more.
  base::Status Show(const LogsPlan& plan) const;
  // The plan's lines, and then new ones until the output is closed, each once: as the server sends
  // them over a WebSocket; where it has none to follow by they are asked for each second. After a
  // connection was lost, and for what the server had to drop, lines are asked for from a little
  // before the last one on; a server that is away is waited for.
  base::Status Follow(LogsPlan plan, base::Clock* clock) const;

 private:
  // False once nobody reads the output.
  bool Print(const std::vector<FetchedLine>& lines) const;
  LogPages Pages(const LogsPlan& plan, bool forward) const;
  base::StatusOr<std::vector<FetchedLine>> Newest(const LogsPlan& plan, uint64_t count) const;
  // What `-f` knows from one connection to the next.
  struct Following {
    LogsPlan plan;
    base::Clock* clock = nullptr;
    SeenLines seen;
    int64_t asked_from_ns = 0;  // what is older was shown
    // What is older was there before the first line that is wanted: not shown by the next CatchUp.
    int64_t unwanted_ns = INT64_MIN;
    bool has_tail = true;
    bool output_closed = false;
  };
  // Shows what there is from asked_from_ns on.
  base::Status CatchUp(Following* following) const;
  // Until the connection ends, which is no error. has_tail is false where none can be had.
  base::Status FollowTail(Following* following) const;
  base::StatusOr<std::unique_ptr<base::http::WebSocketClient>> OpenTail(Following* following) const;
  base::Status TakeFrame(std::string_view text, Following* following) const;

  const base::http::ConfiguredClient* const client_;
  const std::string base_url_;
  const LogsStyle style_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_LOGS_RUN_H_
