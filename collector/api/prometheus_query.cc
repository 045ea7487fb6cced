#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/prometheus_params.h"
#include "collector/api/prometheus_reply.h"
#include "collector/promql/parser.h"
#include "collector/promql/printer.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
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

int64_t Reckonable(int64_t time_ms) { return std::clamp(time_ms, -kFarthestMs, kFarthestMs); }

void WriteVector(const std::vector<promql::VectorSample>& samples, JsonWriter* json) {
  json->BeginArray();
  for (const promql::VectorSample& sample : samples) {
    json->BeginObject().Key("metric");
    WriteLabels(sample.labels, json);
    json->Key("value");
    WritePoint(sample.timestamp_ms, sample.value, json);
    json->EndObject();
  }
  json->EndArray();
}

void WriteMatrix(const std::vector<promql::Series>& matrix, JsonWriter* json) {
  json->BeginArray();
  for (const promql::Series& series : matrix) {
    json->BeginObject().Key("metric");
    WriteLabels(series.labels, json);
    json->Key("values").BeginArray();
    for (const model::Sample& point : series.points) {
      WritePoint(point.timestamp_ms, point.value, json);
    }
    json->EndArray().EndObject();
  }
  json->EndArray();
}

void WriteString(const promql::Value& value, JsonWriter* json) {
  json->BeginArray();
  std::string seconds;
  base::AppendSeconds(value.timestamp_ms, &seconds);
  json->Raw(seconds).String(value.string).EndArray();
}

void WriteValue(const promql::Value& value, JsonWriter* json) {
  json->BeginObject().Key("resultType").String(promql::TypeName(value.type)).Key("result");
  switch (value.type) {
    case promql::ValueType::kVector:
      WriteVector(value.vector, json);
      break;
    case promql::ValueType::kMatrix:
      WriteMatrix(value.matrix, json);
      break;
    case promql::ValueType::kScalar:
      WritePoint(value.timestamp_ms, value.scalar, json);
      break;
    default:
      WriteString(value, json);
      break;
  }
  json->EndObject();
}

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
    default:
      return Failure(422, "execution", result.error);
  }
}

Response QueryReply(promql::Result result, size_t limit, std::string caution) {
  if (!result.ok()) return QueryFailure(result);
  if (!caution.empty()) result.warnings.push_back(std::move(caution));
  if (Truncate(limit, &result.value)) result.warnings.emplace_back(kTruncatedWarning);
  return Success([&](JsonWriter* json) { WriteValue(result.value, json); }, result.warnings,
                 result.infos);
}

// The handlers of one engine over one store.
class QueryApi {
 public:
  explicit QueryApi(const QueryDeps& deps) : deps_(deps) {}

  Response Instant(const Request& request) const {
    const Params params = request.FormParams();
    const StatusOr<size_t> limit = LimitParam(params);
    if (!limit.ok()) return BadData(base::Message(limit.status()));
    const StatusOr<int64_t> time = TimeParam(params, "time", deps_.clock->WallMillis());
    if (!time.ok()) return BadData(base::Message(time.status()));
    promql::QueryContext context;
    if (const base::Status status = ReadContext(request, params, &context); !status.ok()) {
      return BadData(base::Message(status));
    }
    // Before the query: what is missing then may be there afterwards.
    std::string caution = Caution();
    return QueryReply(deps_.engine->Instant(params.Get("query"), Reckonable(*time), context),
                      *limit, std::move(caution));
  }

  Response Range(const Request& request) const {
    const Params params = request.FormParams();
    const StatusOr<size_t> limit = LimitParam(params);
    if (!limit.ok()) return BadData(base::Message(limit.status()));
    RangeTimes times;
    if (const base::Status status = ReadTimes(params, &times); !status.ok()) {
      return BadData(base::Message(status));
    }
    promql::QueryContext context;
    if (const base::Status status = ReadContext(request, params, &context); !status.ok()) {
      return BadData(base::Message(status));
    }
    std::string caution = Caution();
    return QueryReply(deps_.engine->Range(params.Get("query"), times.start_ms, times.end_ms,
                                          times.step_ms, context),
                      *limit, std::move(caution));
  }

 private:
  std::string Caution() const { return deps_.caution ? deps_.caution() : std::string(); }

  struct RangeTimes {
    int64_t start_ms = 0;
    int64_t end_ms = 0;
    int64_t step_ms = 0;
  };

  static base::Status ReadTimes(const Params& params, RangeTimes* times) {
    for (const auto& [name, field] :
         {std::pair{"start", &times->start_ms}, std::pair{"end", &times->end_ms}}) {
      const StatusOr<int64_t> time = ParseTimeMs(params.Get(name));
      if (!time.ok()) return Wrong(name, base::Message(time.status()));
      *field = Reckonable(*time);
    }
    if (times->end_ms < times->start_ms) {
      return Wrong("end", "end timestamp must not be before start time");
    }
    const StatusOr<int64_t> step = ParseDurationParamMs(params.Get("step"));
    if (!step.ok()) return Wrong("step", base::Message(step.status()));
    times->step_ms = *step;
    if (*step <= 0) {
      return Wrong("step",
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

  base::Status ReadContext(const Request& request, const Params& params,
                           promql::QueryContext* context) const {
    context->queryable = deps_.storage;
    context->stop = request.stop;
    if (request.deadline_mono_ns != 0) {
      context->timeout = std::chrono::nanoseconds(
          std::max<int64_t>(request.deadline_mono_ns - deps_.clock->MonotonicNanos(), 1));
    }
    if (const std::string_view text = params.Get("timeout"); !text.empty()) {
      const StatusOr<int64_t> ms = ParseDurationParamMs(text);
      if (!ms.ok()) return Wrong("timeout", base::Message(ms.status()));
      const std::chrono::nanoseconds asked = std::chrono::milliseconds(std::min(*ms, kLongestMs));
      context->timeout = std::min(asked, context->timeout.value_or(asked));
    }
    if (const std::string_view text = params.Get("lookback_delta"); !text.empty()) {
      const StatusOr<int64_t> ms = ParseDurationParamMs(text);
      if (!ms.ok()) return Wrong("lookback_delta", base::Message(ms.status()));
      if (*ms > 0) context->lookback_ms = *ms;
    }
    return base::Status();
  }

  static base::Status Wrong(std::string_view name, std::string_view why) {
    return base::InvalidArgument(base::Concat({"invalid parameter \"", name, "\": ", why}));
  }

  const QueryDeps deps_;
};

Response FormatQuery(const Request& request) {
  const Params params = request.FormParams();
  const StatusOr<promql::ExprPtr> expr = promql::ParseExpr(params.Get("query"));
  if (!expr.ok()) return BadParameter("query", base::Message(expr.status()));
  return Success([&](JsonWriter* json) { json->String(promql::PrettyPrint(**expr)); });
}

}  // namespace

void RegisterPrometheusQuery(base::http::Router* router, const QueryDeps& deps) {
  const auto add = [&](const std::string& path, std::function<Response(const Request&)> handle) {
    router->HandleGetPost(path, Pool::kQuery, Scope::kRead, base::http::Sync(std::move(handle)));
  };
  const QueryApi api(deps);
  add("/api/v1/query", [api](const Request& request) { return api.Instant(request); });
  add("/api/v1/query_range", [api](const Request& request) { return api.Range(request); });
  add("/api/v1/format_query", FormatQuery);
}

}  // namespace vedette::api
