#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/loki_params.h"
#include "collector/api/prometheus_reply.h"
#include "collector/api/rule_json.h"

// The rules in LogQL, in the forms of Loki's ruler, which Grafana's Loki data source asks for.

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::http::Params;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

// Groups that have rules in LogQL, with these alone.
std::vector<RuleGroupInfo> LogGroups(const RulesView* view) {
  if (view == nullptr) return {};
  std::vector<RuleGroupInfo> groups = view->Groups();
  for (RuleGroupInfo& group : groups) {
    std::erase_if(group.rules, [](const RuleInfo& rule) { return !rule.of_logs; });
  }
  std::erase_if(groups, [](const RuleGroupInfo& group) { return group.rules.empty(); });
  return groups;
}

// Loki's envelope: {"status":"success","data":{KEY:[...]},"errorType":"","error":""}.
template <typename WriteItems>
Response Listed(std::string_view key, const WriteItems& write_items) {
  std::string body;
  JsonWriter json(&body);
  json.BeginObject().Key("status").String("success");
  json.Key("data").BeginObject().Key(key).BeginArray();
  write_items(&json);
  json.EndArray().EndObject().Key("errorType").String("").Key("error").String("").EndObject();
  return Response::Json(200, std::move(body));
}

// Whether a parameter that may be repeated is missing or names `value`.
bool Allows(const Params& params, std::string_view name, const std::string& value) {
  const std::vector<std::string_view> allowed = params.GetAll(name);
  return allowed.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

// Leaves what `type`, `file`, `rule_group` and `rule_name` ask for.
void Narrow(const Params& params, std::vector<RuleGroupInfo>* groups) {
  const std::string type = base::ToLowerAscii(params.Get("type"));
  std::erase_if(*groups, [&](RuleGroupInfo& group) {
    if (!Allows(params, "file", group.file) || !Allows(params, "rule_group", group.name)) {
      return true;
    }
    std::erase_if(group.rules, [&](const RuleInfo& rule) {
      if (!type.empty() && rule.alerting != (type == "alert")) return true;
      return !Allows(params, "rule_name", rule.name);
    });
    return group.rules.empty();
  });
}

Response Rules(const RulesView* view, const Request& request) {
  const std::string type = base::ToLowerAscii(request.query.Get("type"));
  if (!type.empty() && type != "alert" && type != "record") {
    return BadData(base::Concat({"not supported value ", base::GoQuote(type)}));
  }
  std::vector<RuleGroupInfo> groups = LogGroups(view);
  Narrow(request.query, &groups);
  return Listed("groups", [&](JsonWriter* json) {
    for (const RuleGroupInfo& group : groups) WriteRuleGroup(group, false, json);
  });
}

Response Alerts(const RulesView* view, const Request&) {
  return Listed("alerts", [&](JsonWriter* json) {
    for (const RuleGroupInfo& group : LogGroups(view)) {
      for (const RuleInfo& rule : group.rules) {
        for (const RuleAlertInfo& alert : rule.alerts) WriteRuleAlert(alert, json);
      }
    }
  });
}

// --- YAML ----------------------------------------------------------------------------------------

// `key: "value"`; JSON's strings are YAML's.
void AddYaml(std::string_view indent, std::string_view key, std::string_view value,
             std::string* yaml) {
  *yaml += base::Concat({indent, key, ": "});
  base::AppendJsonString(value, yaml);
  *yaml += "\n";
}

void AddYaml(std::string_view indent, std::string_view key, const StringPairs& pairs,
             std::string* yaml) {
  if (pairs.empty()) return;
  *yaml += base::Concat({indent, key, ":\n"});
  for (const auto& [name, value] : pairs) {
    *yaml += base::Concat({indent, "  "});
    base::AppendJsonString(name, yaml);
    AddYaml("", "", value, yaml);
  }
}

std::string DurationOf(double seconds) {
  return base::FormatDurationMs(static_cast<int64_t>(seconds * 1000));
}

// What is less indented by two than its items.
void AddYaml(std::string_view indent, const RuleInfo& rule, std::string* yaml) {
  AddYaml(base::Concat({indent, "- "}), rule.alerting ? "alert" : "record", rule.name, yaml);
  const std::string within = base::Concat({indent, "  "});
  AddYaml(within, "expr", rule.query, yaml);
  if (rule.for_seconds > 0) AddYaml(within, "for", DurationOf(rule.for_seconds), yaml);
  if (rule.keep_firing_for_seconds > 0) {
    AddYaml(within, "keep_firing_for", DurationOf(rule.keep_firing_for_seconds), yaml);
  }
  AddYaml(within, "labels", rule.labels, yaml);
  AddYaml(within, "annotations", rule.annotations, yaml);
}

// `first` stands before the first key, as an item of a list has it.
void AddYaml(std::string_view first, std::string_view indent, const RuleGroupInfo& group,
             std::string* yaml) {
  AddYaml(first, "name", group.name, yaml);
  AddYaml(indent, "interval", DurationOf(group.interval_seconds), yaml);
  if (group.limit != 0) {
    *yaml += base::Concat({indent, "limit: ", std::to_string(group.limit), "\n"});
  }
  *yaml += base::Concat({indent, "rules:\n"});
  for (const RuleInfo& rule : group.rules) AddYaml(base::Concat({indent, "  "}), rule, yaml);
}

Response Yaml(std::string body) {
  Response response = Response::Text(200, std::move(body));
  response.headers.Set("Content-Type", "application/yaml");
  return response;
}

// By file, the groups of each; a file's groups stand together.
Response RuleFiles(const RulesView* view, const Request& request) {
  const std::string_view file =
      request.path_args.empty() ? std::string_view() : std::string_view(request.path_args[0]);
  std::string yaml;
  std::string_view last;
  const std::vector<RuleGroupInfo> groups = LogGroups(view);
  for (const RuleGroupInfo& group : groups) {
    if (!file.empty() && group.file != file) continue;
    if (yaml.empty() || group.file != last) {
      base::AppendJsonString(group.file, &yaml);
      yaml += ":\n";
    }
    last = group.file;
    AddYaml("  - ", "    ", group, &yaml);
  }
  if (!yaml.empty()) return Yaml(std::move(yaml));
  return file.empty() ? Yaml("{}\n") : LokiFailure(404, "no rule groups found\n");
}

Response OneGroup(const RulesView* view, const Request& request) {
  for (const RuleGroupInfo& group : LogGroups(view)) {
    if (group.file != request.path_args[0] || group.name != request.path_args[1]) continue;
    std::string yaml;
    AddYaml("", "", group, &yaml);
    return Yaml(std::move(yaml));
  }
  return LokiFailure(404, "group does not exist\n");
}

void Get(base::http::Router* router, const std::string& path, const RulesView* rules,
         Response (*answer)(const RulesView*, const Request&)) {
  router->Handle({"GET", path, Pool::kControl, Scope::kRead,
                  base::http::Sync(
                      [rules, answer](const Request& request) { return answer(rules, request); })});
}

}  // namespace

void RegisterLokiRules(base::http::Router* router, const RulesView* rules) {
  Get(router, "/prometheus/api/v1/rules", rules, Rules);
  Get(router, "/prometheus/api/v1/alerts", rules, Alerts);
}

void RegisterLokiRuleFiles(base::http::Router* router, const RulesView* rules) {
  for (const char* const prefix : {"/loki/api/v1/rules", "/api/prom/rules"}) {
    Get(router, prefix, rules, RuleFiles);
    Get(router, base::Concat({prefix, "/{namespace}"}), rules, RuleFiles);
    Get(router, base::Concat({prefix, "/{namespace}/{group}"}), rules, OneGroup);
  }
}

}  // namespace vedette::api
