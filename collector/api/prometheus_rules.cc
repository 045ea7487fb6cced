#include <openssl/sha.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/prometheus_params.h"
#include "collector/api/prometheus_reply.h"
#include "collector/api/rule_json.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::StatusOr;
using base::http::Params;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

// What the parameters of /api/v1/rules leave over.
struct RuleFilter {
  std::optional<bool> alerting;
  std::vector<std::string_view> names, groups, files;
  std::vector<std::vector<model::Matcher>> selectors;
  bool exclude_alerts = false;
  size_t group_limit = 0;       // groups of one answer; 0: all
  std::string_view next_token;  // of the group to begin with; empty: the first

  static bool Allows(const std::vector<std::string_view>& allowed, const std::string& name) {
    return allowed.empty() || std::find(allowed.begin(), allowed.end(), name) != allowed.end();
  }
  bool Keeps(const RuleInfo& rule) const {
    if (alerting && *alerting != rule.alerting) return false;
    if (!Allows(names, rule.name)) return false;
    if (selectors.empty()) return true;
    const model::Labels labels = model::Labels::FromPairs(rule.labels);
    return std::any_of(selectors.begin(), selectors.end(),
                       [&](const auto& matchers) { return model::MatchesAll(matchers, labels); });
  }
  // Leaves the group's matching rules; false when there are none.
  bool Apply(RuleGroupInfo* group) const {
    if (!Allows(groups, group->name) || !Allows(files, group->file)) return false;
    std::erase_if(group->rules, [&](const RuleInfo& rule) { return !Keeps(rule); });
    return !group->rules.empty();
  }
};

// What names the group that the next page begins with: opaque to clients.
std::string TokenOf(const RuleGroupInfo& group) {
  const std::string text = base::Concat({group.file, ";", group.name});
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  constexpr char kHex[] = "0123456789abcdef";
  std::string token;
  for (const unsigned char byte : digest) {
    token += kHex[byte >> 4];
    token += kHex[byte & 15];
  }
  return token;
}

base::Status ReadPaging(const Params& params, RuleFilter* filter) {
  filter->next_token = params.Get("group_next_token");
  const std::string_view text = params.Get("group_limit");
  if (text.empty()) {
    if (filter->next_token.empty()) return base::Status();
    return WrongParam("group_next_token",
                      "group_limit needs to be present in order to paginate over the groups");
  }
  const StatusOr<int64_t> limit = ParseGoInt(text);
  if (!limit.ok()) {
    return WrongParam("group_limit", base::Concat({"group_limit needs to be a valid number: ",
                                                   base::Message(limit.status())}));
  }
  if (*limit <= 0) return WrongParam("group_limit", "group_limit needs to be greater than 0");
  filter->group_limit = static_cast<size_t>(*limit);
  return base::Status();
}

StatusOr<RuleFilter> ReadRuleFilter(const Params& params) {
  RuleFilter filter;
  const std::string type = base::ToLowerAscii(params.Get("type"));
  if (type == "alert" || type == "record") {
    filter.alerting = type == "alert";
  } else if (!type.empty()) {
    return WrongParam("type", base::Concat({"not supported value ", base::GoQuote(type)}));
  }
  if (const std::string_view exclude = params.Get("exclude_alerts"); !exclude.empty()) {
    const StatusOr<bool> parsed = ParseGoBool(exclude);
    if (!parsed.ok()) {
      return WrongParam("exclude_alerts", base::Concat({"error converting exclude_alerts: ",
                                                        base::Message(parsed.status())}));
    }
    filter.exclude_alerts = *parsed;
  }
  VEDETTE_RETURN_IF_ERROR(ReadPaging(params, &filter));
  filter.names = params.GetAll("rule_name[]");
  filter.groups = params.GetAll("rule_group[]");
  filter.files = params.GetAll("file[]");
  VEDETTE_ASSIGN_OR_RETURN(filter.selectors, MatchParams(params));
  return filter;
}

// The groups of one page; `next` is the token of the one behind them, if any. InvalidArgument when
// the group that the page begins with is gone.
StatusOr<std::vector<RuleGroupInfo>> Page(const RuleFilter& filter,
                                          std::vector<RuleGroupInfo> groups, std::string* next) {
  std::vector<RuleGroupInfo> page;
  bool begun = filter.next_token.empty();
  for (RuleGroupInfo& group : groups) {
    begun = begun || TokenOf(group) == filter.next_token;
    if (!begun || !filter.Apply(&group)) continue;
    if (filter.group_limit != 0 && page.size() == filter.group_limit) {
      *next = TokenOf(group);
      break;
    }
    page.push_back(std::move(group));
  }
  if (begun) return page;
  return WrongParam("group_next_token",
                    base::Concat({"invalid group_next_token '", filter.next_token,
                                  "'. were rule groups changed?"}));
}

Response Rules(const RulesView* view, const Request& request) {
  const StatusOr<RuleFilter> filter = ReadRuleFilter(request.query);
  if (!filter.ok()) return BadData(base::Message(filter.status()));
  std::string next;
  const StatusOr<std::vector<RuleGroupInfo>> page = Page(*filter, view->Groups(), &next);
  if (!page.ok()) return BadData(base::Message(page.status()));
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("groups").BeginArray();
    for (const RuleGroupInfo& group : *page) WriteRuleGroup(group, filter->exclude_alerts, json);
    json->EndArray();
    if (!next.empty()) json->Key("groupNextToken").String(next);
    json->EndObject();
  });
}

Response Alerts(const RulesView* view, const Request&) {
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("alerts").BeginArray();
    for (const RuleGroupInfo& group : view->Groups()) {
      for (const RuleInfo& rule : group.rules) {
        for (const RuleAlertInfo& alert : rule.alerts) WriteRuleAlert(alert, json);
      }
    }
    json->EndArray().EndObject();
  });
}

}  // namespace

void RegisterPrometheusRules(base::http::Router* router, const RulesView* rules) {
  const auto bind = [rules](Response (*handle)(const RulesView*, const Request&)) {
    return base::http::Sync(
        [rules, handle](const Request& request) { return handle(rules, request); });
  };
  router->Handle({"GET", "/api/v1/rules", Pool::kControl, Scope::kRead, bind(Rules)});
  router->Handle({"GET", "/api/v1/alerts", Pool::kControl, Scope::kRead, bind(Alerts)});
}

}  // namespace vedette::api
