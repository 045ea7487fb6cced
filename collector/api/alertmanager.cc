#include <functional>
#include <string>
#include <utility>

#include "base/json_writer.h"
#include "base/strings.h"
#include "collector/api/alert_json.h"
#include "collector/api/api.h"
#include "collector/api/time_text.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::StatusOr;
using base::http::Params;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

constexpr std::string_view kJson = "application/json";
// What a body without a type counts as, by Go's runtime.
constexpr std::string_view kNoType = "application/x-www-form-urlencoded";

Response Reply(int status, std::string body) {
  Response response = Response::Json(status, std::move(body));
  response.headers.Set("Cache-Control", "no-store");
  return response;
}

// A mistake in what was meant: the message as a JSON string.
Response Refused(int status, std::string_view message) {
  std::string body;
  base::AppendJsonString(message, &body);
  return Reply(status, std::move(body));
}

// A mistake in the form: {"code":601,"message":"..."}
Response BadShape(const ShapeError& error) {
  std::string body;
  JsonWriter(&body)
      .BeginObject()
      .Key("code")
      .Int(error.code)
      .Key("message")
      .String(error.message)
      .EndObject();
  return Reply(error.http_status, std::move(body));
}

// What strconv.ParseBool takes; absent or empty is true. Upstream takes any other text for false,
// and so hides alerts from who mistypes: here it is an error.
StatusOr<bool> Flag(const Params& params, std::string_view name) {
  const std::string_view text = params.Get(name);
  if (text.empty()) return true;
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return base::InvalidArgument(base::Concat({"parameter ", name, ": found ", base::GoQuote(text),
                                             "; allowed are true and false (also t, f, 1, 0)"}));
}

// What the parameters of GET /api/v2/alerts leave over.
struct AlertFilter {
  std::vector<model::Matcher> matchers;
  std::vector<model::Matcher> receiver;  // none or one, on the name
  bool active = true;
  bool inhibited = true;

  bool Keeps(const AlertInfo& info) const {
    if (!(info.inhibited_by.empty() ? active : inhibited)) return false;
    if (!model::MatchesAll(matchers, info.alert.labels)) return false;
    for (const std::string& name : info.receivers) {
      if (receiver.empty() || receiver.front().Matches(name)) return true;
    }
    return receiver.empty();
  }
};

StatusOr<AlertFilter> ReadAlertFilter(const Params& params) {
  AlertFilter filter;
  for (const std::string_view text : params.GetAll("filter")) {
    VEDETTE_ASSIGN_OR_RETURN(model::Matcher matcher, ParseFilterMatcher(text));
    filter.matchers.push_back(std::move(matcher));
  }
  if (const std::string_view text = params.Get("receiver"); !text.empty()) {
    StatusOr<model::Matcher> matcher =
        model::Matcher::Make(model::MatchType::kRegex, "receiver", std::string(text));
    if (!matcher.ok()) {
      return base::Annotate(matcher.status(), "failed to parse receiver param");
    }
    filter.receiver.push_back(*std::move(matcher));
  }
  VEDETTE_ASSIGN_OR_RETURN(filter.active, Flag(params, "active"));
  VEDETTE_ASSIGN_OR_RETURN(filter.inhibited, Flag(params, "inhibited"));
  // There are no silences and nothing waits to be processed: these two hide nothing.
  for (const std::string_view name : {"silenced", "unprocessed"}) {
    VEDETTE_RETURN_IF_ERROR(Flag(params, name).status());
  }
  return filter;
}

class AlertmanagerApi {
 public:
  explicit AlertmanagerApi(const AlertmanagerDeps& deps)
      : deps_(deps), started_at_ms_(deps.clock->WallMillis()) {}

  Response Status(const Request&) const {
    std::string body;
    JsonWriter json(&body);
    json.BeginObject().Key("cluster").BeginObject().Key("peers").BeginArray().EndArray();
    json.Key("status").String("disabled").EndObject();
    json.Key("config").BeginObject().Key("original").String(deps_.alerts->ConfigText());
    json.EndObject().Key("uptime").String(FormatRfc3339Millis(started_at_ms_));
    const BuildInfo& build = deps_.build;
    json.Key("versionInfo").BeginObject().Key("branch").String(build.branch);
    json.Key("buildDate").String(build.build_date).Key("buildUser").String(build.build_user);
    json.Key("goVersion").String(build.compiler).Key("revision").String(build.revision);
    json.Key("version").String(deps_.alertmanager_version).EndObject().EndObject();
    return Reply(200, std::move(body));
  }

  Response Receivers(const Request&) const {
    std::string body;
    JsonWriter json(&body);
    json.BeginArray();
    for (const std::string& name : deps_.alerts->Receivers()) {
      json.BeginObject().Key("name").String(name).EndObject();
    }
    json.EndArray();
    return Reply(200, std::move(body));
  }

  Response List(const Request& request) const {
    const StatusOr<AlertFilter> filter = ReadAlertFilter(request.query);
    if (!filter.ok()) return Refused(400, base::Message(filter.status()));
    std::string body;
    JsonWriter json(&body);
    json.BeginArray();
    for (const AlertInfo& info : deps_.alerts->Alerts()) {
      if (filter->Keeps(info)) WriteAlertInfo(info, &json);
    }
    json.EndArray();
    return Reply(200, std::move(body));
  }

  Response Post(const Request& request) const {
    std::string_view type = request.headers.Get("Content-Type");
    type = base::Trim(type.substr(0, type.find(';')));
    if (!base::EqualsIgnoreCase(type, kJson)) {
      return BadShape(
          {415, 415,
           base::Concat({"unsupported media type ", base::GoQuote(type.empty() ? kNoType : type),
                         ", only [application/json] are allowed"})});
    }
    std::vector<model::Alert> alerts;
    const ShapeError wrong = ParsePostedAlerts(request.body, &alerts);
    if (wrong.http_status != 0) return BadShape(wrong);
    const base::Status posted = deps_.alerts->Post(std::move(alerts));
    if (posted.ok()) return Reply(200, "");
    Response response = Refused(absl::IsInvalidArgument(posted) ? 400 : 503, base::Message(posted));
    if (response.status == 503) response.headers.Set("Retry-After", "1");
    return response;
  }

 private:
  const AlertmanagerDeps deps_;
  const int64_t started_at_ms_;
};

}  // namespace

void RegisterAlertmanager(base::http::Router* router, const AlertmanagerDeps& deps) {
  const AlertmanagerApi api(deps);
  const auto add = [&](const std::string& method, const std::string& path, Scope scope,
                       Response (AlertmanagerApi::*handle)(const Request&) const) {
    router->Handle({method, path, Pool::kControl, scope,
                    base::http::Sync(
                        [api, handle](const Request& request) { return (api.*handle)(request); })});
  };
  add("GET", "/api/v2/status", Scope::kRead, &AlertmanagerApi::Status);
  add("GET", "/api/v2/receivers", Scope::kRead, &AlertmanagerApi::Receivers);
  add("GET", "/api/v2/alerts", Scope::kRead, &AlertmanagerApi::List);
  add("POST", "/api/v2/alerts", Scope::kPush, &AlertmanagerApi::Post);
}

}  // namespace vedette::api
