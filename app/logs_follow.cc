#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "app/logs_run.h"
#include "base/escape.h"
#include "base/strings.h"

// `vedette logs -f`.

namespace vedette::app {
namespace {

// How late lines may come and still be asked for.
constexpr int64_t kLateNs = 10'000'000'000;
constexpr std::chrono::seconds kRound{1};
// Lines of one frame.
constexpr char kFrameLines[] = "1000";
constexpr std::chrono::seconds kOpenTime{30};

// Whether an answer says that there is nothing to follow by: no such path, or no WebSockets.
bool HasNoTail(int status) {
  return status == 404 || status == 405 || status == 426 || status == 501;
}

}  // namespace

base::Status LogsRun::CatchUp(Following* following) const {
  LogsPlan plan = following->plan;
  const int64_t now = following->clock->WallNanos();
  plan.start_ns = following->asked_from_ns;
  plan.end_ns = now + kMaxAheadNs;
  VEDETTE_ASSIGN_OR_RETURN(std::vector<FetchedLine> lines, Newest(plan, UINT64_MAX));
  lines = following->seen.Asked(std::move(lines));
  const int64_t unwanted = std::exchange(following->unwanted_ns, INT64_MIN);
  std::erase_if(lines, [unwanted](const auto& line) { return line.timestamp_ns < unwanted; });
  following->output_closed = !Print(lines);
  following->asked_from_ns = now - kLateNs;
  following->seen.Forget(now - 2 * kLateNs);
  return {};
}

base::StatusOr<std::unique_ptr<base::http::WebSocketClient>> LogsRun::OpenTail(
    Following* following) const {
  std::unique_ptr<base::http::WebSocketClient> socket;
  base::http::ClientRequest request;
  // Nothing of what is there already: that is asked for.
  request.url =
      base::Concat({base_url_, "/loki/api/v1/tail?query=", base::EscapeQuery(following->plan.query),
                    "&limit=", kFrameLines,
                    "&start=", std::to_string(following->clock->WallNanos() + 2 * kMaxAheadNs)});
  request.headers.Set("X-Loki-Response-Encoding-Flags", "categorize-labels");
  request.timeout = kOpenTime;
  request.websocket = &socket;
  const auto response = client_->Send(std::move(request));
  if (!response.ok()) return base::Unavailable(base::Message(response.status()));
  following->has_tail = !HasNoTail(response->status);
  if (socket == nullptr) {
    return base::Unavailable(
        base::Concat({"the server answered ", std::to_string(response->status)}));
  }
  return socket;
}

base::Status LogsRun::TakeFrame(std::string_view text, Following* following) const {
  VEDETTE_ASSIGN_OR_RETURN(TailFrame frame, ParseTailFrame(text));
  following->output_closed = !Print(following->seen.Came(std::move(frame.lines)));
  const int64_t now = following->clock->WallNanos();
  following->asked_from_ns = now - kLateNs;
  following->seen.Forget(now - 2 * kLateNs);
  if (!frame.dropped_ns || following->output_closed) return {};
  std::fprintf(stderr, "warning: more lines came than could be sent; asking for what is missing\n");
  // What is older still may have been shown: nobody remembers.
  following->asked_from_ns = std::max(*frame.dropped_ns, now - 2 * kLateNs);
  return CatchUp(following);
}

base::Status LogsRun::FollowTail(Following* following) const {
  VEDETTE_ASSIGN_OR_RETURN(const auto socket, OpenTail(following));
  following->seen.Connected();
  VEDETTE_RETURN_IF_ERROR(CatchUp(following));
  while (!following->output_closed) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string text, socket->Receive(std::stop_token()));
    VEDETTE_RETURN_IF_ERROR(TakeFrame(text, following));
  }
  return {};
}

base::Status LogsRun::Follow(LogsPlan plan, base::Clock* clock) const {
  Following following;
  following.plan = plan;
  following.clock = clock;
  const int64_t began = clock->WallNanos();
  following.asked_from_ns = began - kLateNs;
  VEDETTE_ASSIGN_OR_RETURN(std::vector<FetchedLine> first,
                           Newest(plan, plan.newest.value_or(UINT64_MAX)));
  if (plan.newest) following.unwanted_ns = first.empty() ? began : first.front().timestamp_ns;
  following.output_closed = !Print(following.seen.Asked(std::move(first)));
  while (!following.output_closed) {
    if (following.has_tail) {
      const base::Status ended = FollowTail(&following);
      if (absl::IsInvalidArgument(ended)) return ended;
      if (following.output_closed) break;
    }
    const base::Status caught_up = CatchUp(&following);
    if (!caught_up.ok() && !absl::IsUnavailable(caught_up)) return caught_up;
    if (!following.output_closed) clock->SleepFor(kRound, std::stop_token());
  }
  return {};
}

}  // namespace vedette::app
