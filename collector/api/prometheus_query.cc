#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/prometheus_params.h"
#include "collector/api/prometheus_reply.h"
#include "collector/api/query_meter.h"
#include "collector/api/result_body.h"

namespace vedette::api {
namespace {

using base::StatusOr;
using base::http::Params;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

constexpr int64_t kMaxPoints = 11'000;
constexpr int64_t kLongestMs = 9'000'000'000'000;  // in nanoseconds it fits int64
// Times beyond, which stand for "since ever" and "for ever", leave no room to reckon with ranges
// and offsets.
constexpr int64_t kFarthestMs = int64_t{1} << 61;

double Seconds(int64_t nanos) { return static_cast<double>(nanos) / 1e9; }

int64_t Reckonable(int64_t time_ms) { return std::clamp(time_ms, -kFarthestMs, kFarthestMs); }

// Cuts a vector or matrix to `limit` series; true if something went.
bool Truncate(size_t limit, promql::Value* value) {
  if (limit == 0) return false;
  if (value->vector.size() > limit) return value->vector.resize(limit), true;
  if (value->matrix.size() > limit) return value->matrix.resize(limit), true;
  return false;
}

Response QueryFailure(const promql::Result& result) {
  switch (result.error_kind) {
    case promql::ErrorKind::kParse:
      return BadParameter("query", result.error);
    case promql::ErrorKind::kTimeout:
      return Failure(503, "timeout", result.error);
    case promql::ErrorKind::kCanceled:
      return Failure(503, "canceled", result.error);
    case promql::ErrorKind::kBusy:
      return Failure(503, "unavailable", result.error);
    default:
      return Failure(422, "execution", result.error);
  }
}

// The handlers of one engine over one store.
class QueryApi {
 public:
  explicit QueryApi(const QueryDeps& deps)
      : deps_(deps), meter_(std::make_shared<QueryMeter>(deps.telemetry)) {
    if (!deps_.memory) deps_.memory = std::make_shared<base::MemoryPool>(0);
    RegisterGauges();
  }

  Response Instant(const Request& request) const {
    const Params params = request.FormParams();
    Asked asked;
    if (const base::Status status = ReadAsked(request, params, &asked); !status.ok()) {
      return BadData(base::Message(status));
    }
    const StatusOr<int64_t> time = TimeParam(params, "time", deps_.clock->WallMillis());
    if (!time.ok()) return BadData(base::Message(time.status()));
    // Before the query: what is missing then may be there afterwards.
    std::string caution = Caution();
    const QueryMeter::Running running(meter_.get());
    promql::Result result =
        deps_.engine->Instant(params.Get("query"), Reckonable(*time), asked.context);
    return Reply(std::move(result), asked, std::move(caution));
  }

  Response Range(const Request& request) const {
    const Params params = request.FormParams();
    RangeTimes times;
    if (const base::Status status = ReadTimes(params, &times); !status.ok()) {
      return BadData(base::Message(status));
    }
    Asked asked;
    if (const base::Status status = ReadAsked(request, params, &asked); !status.ok()) {
      return BadData(base::Message(status));
    }
    std::string caution = Caution();
    const QueryMeter::Running running(meter_.get());
    promql::Result result = Evaluate(params.Get("query"), times, asked.context);
    return Reply(std::move(result), asked, std::move(caution));
  }

 private:
  std::string Caution() const { return deps_.caution ? deps_.caution() : std::string(); }

  // What both endpoints take.
  struct Asked {
    size_t limit = 0;
    bool stats = false;
    bool by_step = false;  // show the samples of each step too
    int64_t begun_ns = 0;  // monotonic
    int64_t queued_ns = 0;
    promql::QueryContext context;
  };

  Response Reply(promql::Result result, const Asked& asked, std::string caution) const {
    meter_->Count(result.error_kind);
    if (!result.ok()) return QueryFailure(result);
    if (!caution.empty()) result.warnings.push_back(std::move(caution));
    if (Truncate(asked.limit, &result.value)) result.warnings.emplace_back(kTruncatedWarning);
    auto hold = deps_.memory->Take(MemoryOf(result.value), "the answer");
    if (!hold.ok()) return StorageFailure(hold.status());
    std::optional<ShownStats> stats;
    if (asked.stats) {
      if (!asked.by_step) result.stats.samples_by_step.clear();
      stats = ShownStats{std::move(result.stats), Seconds(asked.queued_ns),
                         Seconds(deps_.clock->MonotonicNanos() - asked.begun_ns)};
    }
    return Streamed(
        std::make_shared<ResultBody>(std::move(result), std::move(stats), *std::move(hold)));
  }

  struct RangeTimes {
    int64_t start_ms = 0;
    int64_t end_ms = 0;
    int64_t step_ms = 0;
  };

  promql::Result Evaluate(std::string_view query, const RangeTimes& times,
                          const promql::QueryContext& context) const {
    const auto& [start, end, step] = times;
    if (deps_.cache == nullptr) return deps_.engine->Range(query, start, end, step, context);
    return deps_.cache->Range(*deps_.engine, query, start, end, step, context);
  }

  static base::Status ReadTimes(const Params& params, RangeTimes* times) {
    for (const auto& [name, field] :
         {std::pair{"start", &times->start_ms}, std::pair{"end", &times->end_ms}}) {
      const StatusOr<int64_t> time = ParseTimeMs(params.Get(name));
      if (!time.ok()) return WrongParam(name, base::Message(time.status()));
      *field = Reckonable(*time);
    }
    if (times->end_ms < times->start_ms) {
      return WrongParam("end", "end timestamp must not be before start time");
    }
    const StatusOr<int64_t> step = ParseDurationParamMs(params.Get("step"));
    if (!step.ok()) return WrongParam("step", base::Message(step.status()));
    times->step_ms = *step;
    if (*step <= 0) {
      return WrongParam("step",
                        "zero or negative query resolution step widths are not accepted. Try a "
                        "positive integer");
    }
    // Enough for a point a minute over a week, or a second over three hours.
    const auto span = static_cast<uint64_t>(times->end_ms) - static_cast<uint64_t>(times->start_ms);
    if (span / static_cast<uint64_t>(*step) > kMaxPoints) {
      return base::InvalidArgument(
          "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query "
          "resolution (?step=XX)");
    }
    return base::Status();
  }

  base::Status ReadAsked(const Request& request, const Params& params, Asked* asked) const {
    VEDETTE_ASSIGN_OR_RETURN(asked->limit, LimitParam(params));
    const std::string_view stats = params.Get("stats");
    asked->stats = !stats.empty();
    asked->begun_ns = deps_.clock->MonotonicNanos();
    asked->queued_ns =
        request.received_mono_ns == 0 ? 0 : asked->begun_ns - request.received_mono_ns;
    promql::QueryContext& context = asked->context;
    context.stats = asked->stats;
    asked->by_step = stats == "all";
    context.queryable = deps_.storage;
    context.stop = request.stop;
    context.memory = deps_.memory;
    if (request.deadline_mono_ns != 0) {
      context.timeout = std::chrono::nanoseconds(
          std::max<int64_t>(request.deadline_mono_ns - asked->begun_ns, 1));
    }
    if (const std::string_view text = params.Get("timeout"); !text.empty()) {
      const StatusOr<int64_t> ms = ParseDurationParamMs(text);
      if (!ms.ok()) return WrongParam("timeout", base::Message(ms.status()));
      const std::chrono::nanoseconds wanted = std::chrono::milliseconds(std::min(*ms, kLongestMs));
      context.timeout = std::min(wanted, context.timeout.value_or(wanted));
    }
    if (const std::string_view text = params.Get("lookback_delta"); !text.empty()) {
      const StatusOr<int64_t> ms = ParseDurationParamMs(text);
      if (!ms.ok()) return base::Annotate(ms.status(), "error parsing lookback delta duration");
      if (*ms > 0) context.lookback_ms = *ms;
    }
    return base::Status();
  }

  void RegisterGauges() const {
    if (deps_.telemetry == nullptr) return;
    const auto add = [this](const char* name, const char* help, base::MetricType type,
                            std::function<double()> value) {
      deps_.telemetry->NewCallback(name, help, type, {}, std::move(value));
    };
    add("vedette_queries_memory_bytes",
        "Memory held by queries under evaluation and by answers that clients are still reading.",
        base::MetricType::kGauge,
        [memory = deps_.memory] { return static_cast<double>(memory->held()); });
    if (deps_.cache == nullptr) return;
    const std::shared_ptr<const promql::ResultCache> cache = deps_.cache;
    add("vedette_query_cache_hits_total", "Range queries answered at least in part by the cache.",
        base::MetricType::kCounter, [cache] { return static_cast<double>(cache->stats().hits); });
    add("vedette_query_cache_misses_total",
        "Range queries that the cache could have answered and had nothing for.",
        base::MetricType::kCounter, [cache] { return static_cast<double>(cache->stats().misses); });
    add("vedette_query_cache_bytes", "Memory that the cache of range queries holds.",
        base::MetricType::kGauge, [cache] { return static_cast<double>(cache->stats().bytes); });
    add("vedette_query_cache_results", "Range queries whose answers the cache holds.",
        base::MetricType::kGauge, [cache] { return static_cast<double>(cache->stats().results); });
  }

  QueryDeps deps_;
  std::shared_ptr<QueryMeter> meter_;
};

}  // namespace

void RegisterPrometheusQuery(base::http::Router* router, const QueryDeps& deps) {
  const auto add = [&](const std::string& path, std::function<Response(const Request&)> handle) {
    router->HandleGetPost(path, Pool::kQuery, Scope::kRead, base::http::Sync(std::move(handle)));
  };
  const QueryApi api(deps);
  add("/api/v1/query", [api](const Request& request) { return api.Instant(request); });
  add("/api/v1/query_range", [api](const Request& request) { return api.Range(request); });
}

}  // namespace vedette::api
