#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/loki_body.h"
#include "collector/api/loki_json.h"
#include "collector/api/loki_legacy.h"
#include "collector/api/loki_params.h"
#include "collector/api/prometheus_reply.h"

namespace vedette::api {
namespace {

using base::StatusOr;
using base::http::Params;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

constexpr uint32_t kDefaultLimit = 100;
constexpr char kEncodingFlags[] = "X-Loki-Response-Encoding-Flags";

StatusOr<uint32_t> ReadLimit(const Params& params, uint32_t max_entries) {
  const std::string_view text = params.Get("limit");
  if (text.empty()) return kDefaultLimit;
  const std::optional<int64_t> limit = base::ParseInt(text);
  if (!limit) {
    return base::InvalidArgument(
        base::Concat({"cannot parse limit ", base::GoQuote(text), " as a number"}));
  }
  if (*limit <= 0) return base::InvalidArgument("limit must be a positive value");
  if (*limit > max_entries) {
    return base::InvalidArgument(
        base::Concat({"max entries limit per query exceeded, limit > max_entries_limit_per_query (",
                      text, " > ", std::to_string(max_entries), ")"}));
  }
  return static_cast<uint32_t>(*limit);
}

StatusOr<logql::Direction> ReadDirection(const Params& params) {
  const std::string text = base::ToLowerAscii(params.Get("direction"));
  if (text.empty() || text == "backward") return logql::Direction::kBackward;
  if (text == "forward") return logql::Direction::kForward;
  return base::InvalidArgument(base::Concat(
      {"invalid direction ", base::GoQuote(text), "; allowed are forward and backward"}));
}

class LokiQueryApi {
 public:
  explicit LokiQueryApi(const LokiQueryDeps& deps) : deps_(deps) {}

  Response Range(const Request& request) const {
    const StatusOr<logql::RangeQuery> query = ReadRange(request.FormParams());
    if (!query.ok()) return LokiFailure(query.status());
    const int64_t began = deps_.clock->MonotonicNanos();
    return Reply(request, began, deps_.engine->QueryRange(*query, Context(request)));
  }

  // Loki's first API: lines alone, and a regular expression beside the query.
  Response Legacy(const Request& request) const {
    const Params params = request.FormParams();
    StatusOr<logql::RangeQuery> query = ReadRange(params);
    if (!query.ok()) return LokiFailure(query.status());
    if (const std::string_view regexp = params.Get("regexp"); !regexp.empty()) {
      query->query += base::Concat({"\n|~ ", base::GoQuote(regexp)});
    }
    const int64_t began = deps_.clock->MonotonicNanos();
    auto result = deps_.engine->QueryRange(*query, Context(request));
    if (!result.ok()) return LokiFailure(result.status());
    auto* lines = std::get_if<logql::Lines>(&result->value);
    if (lines == nullptr) {
      return LokiFailure(400, base::Concat({"legacy endpoints only support streams result type, "
                                            "current type is ",
                                            LokiResultType(*result)}));
    }
    StatusOr<base::MemoryPool::Hold> hold = Hold(*result);
    if (!hold.ok()) return LokiFailure(hold.status());
    return Streamed(std::make_shared<LokiLegacyBody>(std::move(*lines), result->stats,
                                                     SecondsSince(began), *std::move(hold)));
  }

  Response Instant(const Request& request) const {
    const Params params = request.FormParams();
    // Limit and direction mean nothing here, and are checked as Loki does.
    if (const auto limit = ReadLimit(params, deps_.max_entries); !limit.ok()) {
      return LokiFailure(limit.status());
    }
    StatusOr<int64_t> time = deps_.clock->WallNanos();
    if (const std::string_view text = params.Get("time"); !text.empty()) {
      time = ParseLokiTime(text);
      if (!time.ok()) return LokiFailure(time.status());
    }
    const StatusOr<std::string> query = ReadLokiQuery(params);
    if (!query.ok()) return LokiFailure(query.status());
    const int64_t began = deps_.clock->MonotonicNanos();
    return Reply(request, began, deps_.engine->QueryInstant(*query, *time, Context(request)));
  }

 private:
  StatusOr<logql::RangeQuery> ReadRange(const Params& params) const {
    logql::RangeQuery query;
    VEDETTE_ASSIGN_OR_RETURN(query.query, ReadLokiQuery(params));
    VEDETTE_ASSIGN_OR_RETURN(const LokiRange range,
                             ReadLokiRange(params, deps_.clock->WallNanos()));
    if (range.end_ns < range.start_ns) {
      return base::InvalidArgument("end timestamp must not be before or equal to start time");
    }
    query.start_ns = range.start_ns;
    query.end_ns = range.end_ns;
    VEDETTE_ASSIGN_OR_RETURN(query.step_ns, ReadLokiStep(params, range));
    VEDETTE_ASSIGN_OR_RETURN(query.limit, ReadLimit(params, deps_.max_entries));
    VEDETTE_ASSIGN_OR_RETURN(query.direction, ReadDirection(params));
    if (const std::string_view text = params.Get("interval"); !text.empty()) {
      VEDETTE_ASSIGN_OR_RETURN(query.interval_ns, ParseLokiDuration("interval", text));
      if (query.interval_ns < 0) return base::InvalidArgument("interval must be >= 0");
    }
    return query;
  }

  logql::QueryContext Context(const Request& request) const {
    logql::QueryContext context = deps_.limits;
    context.stop = request.stop;
    context.deadline_monotonic_ns = LokiDeadline(request, deps_.timeout_ms);
    return context;
  }

  Response Reply(const Request& request, int64_t began, StatusOr<logql::Result> result) const {
    if (!result.ok()) return LokiFailure(result.status());
    StatusOr<base::MemoryPool::Hold> hold = Hold(*result);
    if (!hold.ok()) return LokiFailure(hold.status());
    return Streamed(std::make_shared<LokiBody>(
        *std::move(result), ParseLokiEncoding(request.headers.Get(kEncodingFlags)),
        SecondsSince(began), *std::move(hold)));
  }

  // What the answer has until it is sent.
  StatusOr<base::MemoryPool::Hold> Hold(const logql::Result& result) const {
    base::MemoryPool::Hold hold(deps_.limits.memory);
    VEDETTE_RETURN_IF_ERROR(hold.Grow(MemoryOf(result), "the answer"));
    return hold;
  }

  double SecondsSince(int64_t began_ns) const {
    return static_cast<double>(deps_.clock->MonotonicNanos() - began_ns) / 1e9;
  }

  const LokiQueryDeps deps_;
};

}  // namespace

void RegisterLokiQuery(base::http::Router* router, const LokiQueryDeps& deps) {
  const LokiQueryApi api(deps);
  router->HandleGetPost(
      "/loki/api/v1/query", Pool::kQuery, Scope::kRead,
      base::http::Sync([api](const Request& request) { return api.Instant(request); }));
  router->HandleGetPost(
      "/loki/api/v1/query_range", Pool::kQuery, Scope::kRead,
      base::http::Sync([api](const Request& request) { return api.Range(request); }));
  router->HandleGetPost(
      "/api/prom/query", Pool::kQuery, Scope::kRead,
      base::http::Sync([api](const Request& request) { return api.Legacy(request); }));
}

}  // namespace vedette::api
