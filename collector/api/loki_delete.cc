#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/json_writer.h"
#include "base/number_text.h"
#include "base/strings.h"
#include "collector/api/log_admin.h"
#include "collector/api/loki_params.h"
#include "collector/api/time_text.h"
#include "collector/logql/parse/parser.h"

// /loki/api/v1/delete, in the shapes and words of Loki's compactor.

namespace vedette::api {
namespace {

using base::StatusOr;
using base::http::Params;
using base::http::Request;
using base::http::Response;

constexpr size_t kUnixSecondsDigits = 10;
constexpr int64_t kNanosPerMilli = 1'000'000;

struct DeleteAsked {
  std::string query;
  int64_t start_ms = 0;
  int64_t end_ms = 0;  // inclusive
};

// Seconds of ten digits or RFC 3339; now when empty. What is before all that nanoseconds can say
// (1677) is the earliest of them.
std::optional<int64_t> ReadDeleteTime(std::string_view text, int64_t now_ms) {
  if (text.empty()) return now_ms;
  if (const auto time = ParseRfc3339(text)) return time->ToNanos() / kNanosPerMilli;
  const auto seconds = base::ParseInt(text);
  if (text.size() != kUnixSecondsDigits || !seconds) return std::nullopt;
  return *seconds * 1000;
}

// Loki cuts requests with filters into pieces of max_interval. Ours are carried out whole; what
// Loki refuses is refused.
base::Status CheckInterval(const Params& params, int64_t interval_ms) {
  const std::string_view text = params.Get("max_interval");
  if (text.empty()) {
    if (interval_ms >= 1000) return base::Status();
    return base::InvalidArgument(
        "difference between start time and end time must be at least one second");
  }
  const auto ms = base::ParseDurationMs(text);
  if (!ms || *ms < 1000) {
    return base::InvalidArgument("invalid max_interval: valid time units are 's', 'm', 'h'");
  }
  if (*ms <= interval_ms) return base::Status();
  return base::InvalidArgument("max_interval can't be greater than the interval to be deleted");
}

StatusOr<DeleteAsked> ReadDelete(const Params& params, int64_t now_ms) {
  DeleteAsked asked;
  asked.query = std::string(params.Get("query"));
  if (asked.query.empty()) return base::InvalidArgument("query not set");
  const auto expr = logql::Parse(asked.query);
  if (!expr.ok()) {
    return base::InvalidArgument(
        base::Concat({"invalid query expression: ", base::Message(expr.status())}));
  }
  const auto* const log = std::get_if<logql::LogQuery>(&(*expr)->node);
  if (log == nullptr) {
    return base::InvalidArgument("invalid query expression: only log selector is supported");
  }
  if (params.Get("start").empty()) return base::InvalidArgument("start time not set");
  const auto start = ReadDeleteTime(params.Get("start"), now_ms);
  if (!start) {
    return base::InvalidArgument("invalid start time: require unix seconds or RFC3339 format");
  }
  const auto end = ReadDeleteTime(params.Get("end"), now_ms);
  if (!end) {
    return base::InvalidArgument("invalid end time: require unix seconds or RFC3339 format");
  }
  if (*end > now_ms) return base::InvalidArgument("deletes in the future are not allowed");
  if (*start > *end) {
    return base::InvalidArgument("start time can't be greater than end time");
  }
  asked.start_ms = *start;
  asked.end_ms = *end;
  if (!log->stages.empty()) VEDETTE_RETURN_IF_ERROR(CheckInterval(params, *end - *start));
  return asked;
}

Response DeleteFailure(const base::Status& status) {
  const int code = absl::IsInvalidArgument(status)     ? 400
                   : absl::IsNotFound(status)          ? 404
                   : absl::IsResourceExhausted(status) ? 429
                                                       : 503;
  return LokiFailure(code, base::Concat({base::Message(status), "\n"}));
}

Response Accepted() {
  Response response;
  response.status = 204;
  return response;
}

Response AddDelete(LogAdmin* admin, const Request& request, int64_t now_ms) {
  const auto asked = ReadDelete(request.FormParams(), now_ms);
  if (!asked.ok()) return DeleteFailure(asked.status());
  const base::Status status = admin->Delete(asked->query, asked->start_ms * kNanosPerMilli,
                                            asked->end_ms * kNanosPerMilli + 1);
  return status.ok() ? Accepted() : DeleteFailure(status);
}

Response CancelDelete(LogAdmin* admin, const Request& request) {
  const base::Status status =
      admin->CancelDelete(std::string(request.FormParams().Get("request_id")));
  if (absl::IsNotFound(status)) {
    return LokiFailure(404, "could not find delete request with given id\n");
  }
  if (absl::IsInvalidArgument(status)) {
    return LokiFailure(
        400, "deletion of request which is in process or already processed is not allowed\n");
  }
  return status.ok() ? Accepted() : DeleteFailure(status);
}

void WriteTime(std::string_view key, int64_t ms, base::JsonWriter* json) {
  std::string text;
  base::AppendSeconds(ms, &text);
  json->Key(key).Raw(text);
}

Response ListDeletes(LogAdmin* admin) {
  Response response;
  base::JsonWriter json(&response.body);
  json.BeginArray();
  for (const LogDelete& one : admin->Deletes()) {
    json.BeginObject().Key("request_id").String(one.id);
    WriteTime("start_time", one.start_ns / kNanosPerMilli, &json);
    WriteTime("end_time", (one.end_ns - 1) / kNanosPerMilli, &json);
    json.Key("query").String(one.query);
    json.Key("status").String(one.processed ? "processed" : "received");
    WriteTime("created_at", one.created_ms, &json);
    json.EndObject();
  }
  json.EndArray();
  response.body.push_back('\n');
  response.headers.Set("Content-Type", "application/json");
  return response;
}

}  // namespace

void RegisterLokiDelete(base::http::Router* router, LogAdmin* admin, base::Clock* clock) {
  const auto add = [&](const char* method, auto handle) {
    const auto answer = [admin, handle](const Request& request) {
      return admin == nullptr ? LokiFailure(404, "404 page not found\n") : handle(request);
    };
    router->Handle({method, "/loki/api/v1/delete", base::http::Pool::kQuery,
                    base::http::Scope::kAdmin, base::http::Sync(answer)});
  };
  for (const char* const method : {"POST", "PUT"}) {
    add(method, [admin, clock](const Request& request) {
      return AddDelete(admin, request, clock->WallMillis());
    });
  }
  add("GET", [admin](const Request&) { return ListDeletes(admin); });
  add("DELETE", [admin](const Request& request) { return CancelDelete(admin, request); });
}

}  // namespace vedette::api
