#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "collector/api/admin_view.h"
#include "collector/api/prometheus_params.h"
#include "collector/api/prometheus_reply.h"

namespace vedette::api {
namespace {

using base::http::Params;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

Response NoContent() {
  Response response;
  response.status = 204;
  return response;
}

Response DeleteSeries(TsdbAdmin* admin, const Request& request) {
  const Params params = request.FormParams();
  if (!params.Has("match[]")) return BadData("no match[] parameter provided");
  const auto selectors = MatchParams(params);
  if (!selectors.ok()) return BadParameter("match[]", base::Message(selectors.status()));
  const auto start = TimeParam(params, "start", INT64_MIN);
  if (!start.ok()) return BadData(base::Message(start.status()));
  const auto end = TimeParam(params, "end", INT64_MAX);
  if (!end.ok()) return BadData(base::Message(end.status()));
  if (*start > *end) return BadParameter("end", "end timestamp must not be before start time");
  for (const auto& selector : *selectors) {
    const base::Status status = admin->Delete(selector, *start, *end);
    if (!status.ok()) return StorageFailure(status);
  }
  return NoContent();
}

Response CleanTombstones(TsdbAdmin* admin, const Request&) {
  const base::Status status = admin->CleanTombstones();
  return status.ok() ? NoContent() : StorageFailure(status);
}

Response Snapshot(TsdbAdmin* admin, const Request& request) {
  bool skip_head = false;
  const std::string text(request.FormParams().Get("skip_head"));
  if (!text.empty()) {
    const base::StatusOr<bool> parsed = ParseGoBool(text);
    if (!parsed.ok()) {
      return BadParameter(
          "skip_head", base::Concat({"unable to parse boolean ", base::Message(parsed.status())}));
    }
    skip_head = *parsed;
  }
  const base::StatusOr<std::string> name = admin->Snapshot(skip_head);
  if (!name.ok()) return StorageFailure(name.status());
  return Success([&name](base::JsonWriter* json) {
    json->BeginObject().Key("name").String(*name).EndObject();
  });
}

}  // namespace

void RegisterTsdbAdmin(base::http::Router* router, TsdbAdmin* admin) {
  const auto add = [&](std::string_view verb, Response (*handle)(TsdbAdmin*, const Request&)) {
    const auto answer = base::http::Sync([admin, handle](const Request& request) {
      // As upstream: that it may be repeated later would be wrong.
      if (admin == nullptr) return Failure(500, "unavailable", "admin APIs disabled");
      return handle(admin, request);
    });
    for (const char* method : {"POST", "PUT"}) {
      router->Handle({method, base::Concat({"/api/v1/admin/tsdb/", verb}), Pool::kQuery,
                      Scope::kAdmin, answer});
    }
  };
  add("delete_series", DeleteSeries);
  add("clean_tombstones", CleanTombstones);
  add("snapshot", Snapshot);
}

}  // namespace vedette::api
