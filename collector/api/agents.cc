#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/http/listen_address.h"
#include "base/strings.h"
#include "collector/api/agents_view.h"
#include "collector/api/prometheus_reply.h"
#include "collector/api/time_text.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

constexpr std::string_view kAnnouncementType = "application/json";
constexpr std::string_view kPath = "/api/v1/agents";
// When an agent that cannot be helped now may ask again, in seconds.
constexpr std::string_view kSoon = "5";
constexpr std::string_view kLater = "300";

Response WithRetry(Response response, std::string_view seconds) {
  response.headers.Set("Retry-After", seconds);
  return response;
}

Response AgentFailure(const base::Status& status) {
  const std::string_view why = base::Message(status);
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return Failure(400, "bad_data", why);
    case absl::StatusCode::kPermissionDenied:
      return Failure(403, "forbidden", why);
    case absl::StatusCode::kNotFound:
      return Failure(404, "not_found", why);
    case absl::StatusCode::kAlreadyExists:
      return Failure(409, "conflict", why);
    case absl::StatusCode::kResourceExhausted:
      return WithRetry(Failure(429, "full", why), kLater);
    default:
      return WithRetry(Failure(503, "unavailable", why), kSoon);
  }
}

// How the host's pages are scraped: what its agent's doctor wants to know.
void WriteHostTargets(const AgentsDeps& deps, const model::Announcement& announcement,
                      JsonWriter* json) {
  json->Key("targets").BeginArray();
  for (const TargetInfo& target : deps.targets->Active()) {
    if (target.discovered.Get("__meta_agent_id") != announcement.id) continue;
    json->BeginObject().Key("scrapePool").String(target.pool);
    json->Key("scrapeUrl").String(target.url).Key("health").String(target.health);
    json->Key("lastError").String(target.last_error).EndObject();
  }
  json->EndArray();
}

Response Announce(const AgentsDeps& deps, const Request& request) {
  const std::string_view type = request.headers.Get("Content-Type");
  if (!base::EqualsIgnoreCase(base::Trim(type.substr(0, type.find(';'))), kAnnouncementType)) {
    return Failure(415, "bad_data",
                   base::Concat({"found content type ", base::GoQuote(type), "; allowed is ",
                                 kAnnouncementType}));
  }
  if (request.body.size() > model::Announcement::kMaxBytes) {
    return Failure(413, "bad_data", "an announcement is 64 KiB at most");
  }
  const auto announcement = model::ParseAnnouncement(request.body);
  if (!announcement.ok()) return AgentFailure(announcement.status());
  const std::string peer(base::http::RemoteHost(request.remote_address));
  const bool is_check = request.query.Get("check") == "true";
  const base::Status status = is_check ? deps.agents->Check(*announcement, peer)
                                       : deps.agents->Announce(*announcement, peer);
  if (!status.ok()) return AgentFailure(status);
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("host").String(announcement->host);
    if (is_check) WriteHostTargets(deps, *announcement, json);
    json->EndObject();
  });
}

void WriteHost(const AnnouncedHostInfo& host, JsonWriter* json) {
  json->BeginObject().Key("host").String(host.host).Key("id").String(host.id);
  json->Key("address").String(host.address).Key("peer").String(host.peer);
  json->Key("pages").BeginArray();
  for (const model::AnnouncedPage& page : host.pages) {
    json->BeginObject().Key("job").String(page.job).Key("port").Int(page.port);
    json->Key("path").String(page.path).Key("scheme").String(page.tls ? "https" : "http");
    json->EndObject();
  }
  json->EndArray().Key("labels");
  WritePairs(host.labels, json);
  json->Key("sends").Bool(host.sends).Key("released").Bool(host.released);
  json->Key("silent").Bool(host.silent).Key("silentSeconds").Double(host.silent_seconds);
  json->Key("firstHeard").String(FormatRfc3339(host.first_ms));
  json->Key("lastHeard").String(FormatRfc3339(host.heard_ms)).EndObject();
}

void WriteRefused(const RefusedAgentInfo& refused, JsonWriter* json) {
  json->BeginObject().Key("host").String(refused.host).Key("id").String(refused.id);
  json->Key("peer").String(refused.peer).Key("reason").String(refused.reason);
  json->Key("count").Uint(refused.count);
  json->Key("last").String(FormatRfc3339(refused.last_ms)).EndObject();
}

Response ListAgents(const AgentsDeps& deps) {
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("hosts").BeginArray();
    for (const AnnouncedHostInfo& host : deps.agents->Hosts()) WriteHost(host, json);
    json->EndArray().Key("refused").BeginArray();
    for (const RefusedAgentInfo& refused : deps.agents->Refused()) WriteRefused(refused, json);
    json->EndArray().EndObject();
  });
}

Response Done(const base::Status& status) {
  if (!status.ok()) return AgentFailure(status);
  Response response;
  response.status = 204;
  return response;
}

}  // namespace

void RegisterAgents(base::http::Router* router, const AgentsDeps& deps) {
  // The pool of probes: a burst of pushes must not make hosts look silent.
  const auto add = [&](const std::string& method, const std::string& path, Scope scope,
                       std::function<Response(const Request&)> handle) {
    router->Handle({method, path, Pool::kControl, scope, base::http::Sync(std::move(handle))});
  };
  base::Counter* const posts = deps.telemetry->NewCounter(
      "vedette_agents_requests_total", "Requests that announced a host, readable or not.");
  const std::string path(kPath);
  add("POST", path, Scope::kPush, [deps, posts](const Request& request) {
    posts->Add();
    return Announce(deps, request);
  });
  add("GET", path, Scope::kRead, [deps](const Request&) { return ListAgents(deps); });
  add("DELETE", path + "/{host}", Scope::kAdmin,
      [deps](const Request& request) { return Done(deps.agents->Forget(request.path_args[0])); });
  add("PUT", path + "/{host}/release", Scope::kAdmin,
      [deps](const Request& request) { return Done(deps.agents->Release(request.path_args[0])); });
}

}  // namespace vedette::api
