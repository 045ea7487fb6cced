#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "base/http/websocket.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/loki_params.h"
#include "collector/api/tail_hub.h"
#include "collector/logql/parse/parser.h"

// /loki/api/v1/tail: lines as they come in, over a WebSocket.

namespace vedette::api {
namespace {

using base::StatusOr;
using base::http::Params;
using base::http::Request;
using base::http::Responder;
using base::http::WebSocket;

constexpr int64_t kSecondNanos = 1'000'000'000;
constexpr int64_t kMaxDelaySeconds = 5;
constexpr int64_t kDefaultHistory = 3600 * kSecondNanos;
constexpr uint32_t kDefaultTailLines = 100;

struct TailAsked {
  TailQuery query;
  int64_t start_ns = 0;
};

StatusOr<int64_t> ReadDelay(const Params& params) {
  const std::string_view text = params.Get("delay_for");
  if (text.empty()) return 0;
  const auto seconds = base::ParseInt(text);
  if (seconds && *seconds >= 0 && *seconds <= kMaxDelaySeconds) return *seconds * kSecondNanos;
  return base::InvalidArgument(base::Concat(
      {"delay_for: found ", base::GoQuote(text), "; allowed are whole seconds from 0 to 5"}));
}

StatusOr<TailAsked> ReadTail(const LokiTailDeps& deps, const Request& request) {
  const Params params = request.FormParams();
  TailAsked asked;
  asked.query.query = params.Get("query");
  VEDETTE_ASSIGN_OR_RETURN(const logql::ExprPtr expr, logql::Parse(asked.query.query));
  if (!expr->IsLog()) {
    return base::InvalidArgument("only log queries can be followed, and this is a metric query");
  }
  asked.query.matchers = std::get<logql::LogQuery>(expr->node).matchers;
  VEDETTE_ASSIGN_OR_RETURN(asked.query.delay_ns, ReadDelay(params));
  VEDETTE_ASSIGN_OR_RETURN(asked.query.limit, ReadLokiCount(params, "limit", kDefaultTailLines));
  asked.query.limit = std::min(asked.query.limit, deps.query.max_entries);
  asked.query.encoding = ParseLokiEncoding(request.headers.Get("X-Loki-Response-Encoding-Flags"));
  asked.start_ns = deps.query.clock->WallNanos() - kDefaultHistory;
  if (const std::string_view text = params.Get("start"); !text.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(asked.start_ns, ParseLokiTime(text));
  }
  return asked;
}

// The newest lines that are there already, oldest first: no more than a tail may hold.
StatusOr<logql::Lines> History(const LokiTailDeps& deps, const Request& request,
                               const TailAsked& asked) {
  logql::RangeQuery range;
  range.query = asked.query.query;
  range.start_ns = asked.start_ns;
  range.end_ns = INT64_MAX;  // lines may be a little ahead of our clock
  range.step_ns = INT64_MAX;
  range.limit = asked.query.limit;
  range.enough_bytes = Tail::kMaxHistoryBytes;
  logql::QueryContext context = deps.query.limits;
  context.stop = request.stop;
  context.deadline_monotonic_ns = request.deadline_mono_ns;
  VEDETTE_ASSIGN_OR_RETURN(logql::Result result, deps.query.engine->QueryRange(range, context));
  auto lines = std::get<logql::Lines>(std::move(result.value));
  std::reverse(lines.begin(), lines.end());
  return lines;
}

void Follow(const LokiTailDeps& deps, const Request& request, const Responder& respond) {
  if (!base::http::AsksForWebSocket(request)) return respond(LokiFailure(400, "Bad Request\n"));
  StatusOr<TailAsked> asked = ReadTail(deps, request);
  if (!asked.ok()) return respond(LokiFailure(asked.status()));
  std::shared_ptr<Tail> tail = deps.hub->Open(asked->query);
  if (tail == nullptr) {
    return respond(LokiFailure(
        429, base::Concat({"max concurrent tail requests limit exceeded, count > limit (",
                           std::to_string(TailHub::kMaxTails + 1), " > ",
                           std::to_string(TailHub::kMaxTails), ")"})));
  }
  StatusOr<logql::Lines> history = History(deps, request, *asked);
  if (!history.ok()) return respond(LokiFailure(history.status()));
  respond(base::http::AcceptWebSocket(
      request,
      [hub = deps.hub, tail = std::move(tail), history = *std::move(history),
       until = deps.query.clock->MonotonicNanos()](std::shared_ptr<WebSocket> socket) mutable {
        tail->Begin(std::move(socket), std::move(history), until);
        hub->Keep(tail);
      }));
}

}  // namespace

void RegisterLokiTail(base::http::Router* router, const LokiTailDeps& deps) {
  router->Handle({"GET", "/loki/api/v1/tail", base::http::Pool::kQuery, base::http::Scope::kRead,
                  [deps](const Request& request, const Responder& respond) {
                    Follow(deps, request, respond);
                  }});
}

}  // namespace vedette::api
