#include "alerting/routing/config.h"

#include <array>
#include <set>
#include <utility>

#include "alerting/routing/matcher_parser.h"
#include "alerting/routing/receiver_config.h"
#include "alerting/routing/redact.h"
#include "base/config/yaml.h"
#include "base/strings.h"

namespace vedette::routing {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;
using model::Matcher;
using model::MatchType;

constexpr size_t kMaxRouteDepth = 50;

// Keys of `global` that only receivers we do not have read.
constexpr std::array<std::string_view, 48> kUnusedGlobals = {"smtp_from",
                                                             "smtp_hello",
                                                             "smtp_smarthost",
                                                             "smtp_auth_username",
                                                             "smtp_auth_password",
                                                             "smtp_auth_password_file",
                                                             "smtp_auth_secret",
                                                             "smtp_auth_secret_file",
                                                             "smtp_auth_identity",
                                                             "smtp_require_tls",
                                                             "smtp_tls_config",
                                                             "smtp_force_implicit_tls",
                                                             "slack_api_url",
                                                             "slack_api_url_file",
                                                             "slack_app_token",
                                                             "slack_app_token_file",
                                                             "slack_app_url",
                                                             "pagerduty_url",
                                                             "opsgenie_api_url",
                                                             "opsgenie_api_key",
                                                             "opsgenie_api_key_file",
                                                             "wechat_api_url",
                                                             "wechat_api_secret",
                                                             "wechat_api_secret_file",
                                                             "wechat_api_corp_id",
                                                             "victorops_api_url",
                                                             "victorops_api_key",
                                                             "victorops_api_key_file",
                                                             "telegram_api_url",
                                                             "telegram_bot_token",
                                                             "telegram_bot_token_file",
                                                             "webex_api_url",
                                                             "rocketchat_api_url",
                                                             "rocketchat_token",
                                                             "rocketchat_token_file",
                                                             "rocketchat_token_id",
                                                             "rocketchat_token_id_file",
                                                             "jira_api_url",
                                                             "mattermost_webhook_url",
                                                             "mattermost_webhook_url_file",
                                                             "discord_webhook_url",
                                                             "discord_webhook_url_file",
                                                             "msteams_webhook_url",
                                                             "msteams_webhook_url_file",
                                                             "msteamsv2_webhook_url",
                                                             "msteamsv2_webhook_url_file",
                                                             "incidentio_url",
                                                             "googlechat_url"};

class Reader {
 public:
  Reader(const std::string& file, const ParseOptions& options)
      : options_(options), problems_(file) {}

  base::StatusOr<Config> Read(const Node& root) {
    MapReader map(root, "", &problems_);
    map.Child("global", [this](const Node& n, const std::string& f) { ReadGlobal(n, f); });
    map.Each("receivers", [this](const Node& n, const std::string& f) { AddReceiver(n, f); });
    map.Each("inhibit_rules", [this](const Node& n, const std::string& f) { AddInhibit(n, f); });
    for (const std::string_view key : {"time_intervals", "mute_time_intervals"})
      Unsupported(&map, key);
    for (const std::string_view key : {"templates", "tracing", "event_recorder"}) {
      if (map.Has(key)) config_.warnings.push_back(std::string(key) + " is accepted and unused");
      map.Ignore(key);
    }
    const bool routed = map.Child("route", [this](const Node& n, const std::string& f) {
      config_.route = ReadRoute(n, f, 0);
    });
    if (!routed) problems_.Add(root, "route", "no route provided in config");
    map.Finish();
    VEDETTE_RETURN_IF_ERROR(problems_.ToStatus());
    return std::move(config_);
  }

 private:
  void Unsupported(MapReader* map, std::string_view key) {
    if (!map->Has(key)) return;
    if (!options_.skip_unsupported) {
      map->Refuse(key, "time intervals are not supported yet");
      return;
    }
    map->Ignore(key);
    const std::string prefix = map->field().empty() ? "" : map->field() + ".";
    config_.warnings.push_back(prefix + std::string(key) + " is not supported and left out");
  }

  void ReadGlobal(const Node& node, const std::string& field) {
    MapReader map(node, field, &problems_);
    map.Duration("resolve_timeout", &config_.resolve_timeout_ms);
    for (const std::string_view key : kUnusedGlobals) map.Ignore(key);
    if (map.Has("http_config") && !options_.skip_unsupported) {
      map.Refuse("http_config", "not supported here");
    } else {
      map.Ignore("http_config");
    }
    map.Finish();
  }

  void AddReceiver(const Node& node, const std::string& field) {
    model::Receiver receiver = ReadReceiver(node, field, options_, &problems_, &config_.warnings);
    if (!receiver.name.empty() && !names_.insert(receiver.name).second) {
      problems_.Add(node, field,
                    "notification config name " + base::GoQuote(receiver.name) + " is not unique");
    }
    config_.receivers.push_back(std::move(receiver));
  }

  // Adds `matchers: ['a="b"', ...]`.
  void ReadMatchers(MapReader* map, std::string_view key, std::vector<Matcher>* out) {
    std::vector<std::string> texts;
    map->StringList(key, &texts);
    for (size_t i = 0; i < texts.size(); ++i) {
      auto parsed = ParseMatchers(texts[i]);
      if (parsed.ok()) {
        out->insert(out->end(), parsed->begin(), parsed->end());
        continue;
      }
      const Node& list = *map->node().Find(key);
      problems_.Add(i < list.items.size() ? list.items[i] : list, Path(*map, key),
                    base::Message(parsed.status()));
    }
  }

  // Adds the old forms `match: {a: b}` and `match_re: {a: b}`.
  void ReadMatchMap(MapReader* map, std::string_view key, bool regex, std::vector<Matcher>* out) {
    std::vector<std::pair<std::string, std::string>> pairs;
    const Node* const node = map->node().Find(key);
    if (node != nullptr && node->kind == Node::Kind::kMap) {
      for (const auto& [name, value] : node->entries) {
        if (value.kind != Node::Kind::kNull) continue;
        problems_.Add(value, Path(*map, key), "invalid regexp value for " + base::GoQuote(name));
      }
    }
    map->StringMap(key, &pairs);
    for (auto& [name, value] : pairs) {
      if (regex) value = "^(?:" + value + ")$";  // as upstream prints it in group keys
      auto matcher = Matcher::Make(regex ? MatchType::kRegex : MatchType::kEqual, name, value);
      if (matcher.ok()) {
        out->push_back(*std::move(matcher));
      } else {
        problems_.Add(*node, Path(*map, key), base::Message(matcher.status()));
      }
    }
  }

  static std::string Path(const MapReader& map, std::string_view key) {
    return map.field() + "." + std::string(key);
  }

  void ReadGroupBy(MapReader* map, RouteSpec* route) {
    std::vector<std::string> names;
    if (!map->StringList("group_by", &names)) return;
    const Node& at = *map->node().Find("group_by");
    std::set<std::string> seen;
    for (const std::string& name : names) {
      if (name.empty()) problems_.Add(at, Path(*map, "group_by"), "invalid label name \"\"");
      if (!seen.insert(name).second) {
        problems_.Add(at, Path(*map, "group_by"), "duplicated label " + base::GoQuote(name));
      }
    }
    if (seen.count("...") != 0 && seen.size() > 1) {
      problems_.Add(at, Path(*map, "group_by"),
                    "cannot have wildcard group_by (`...`) and other labels");
    }
    route->group_by = std::move(names);
  }

  void ReadInterval(MapReader* map, std::string_view key, bool positive,
                    std::optional<int64_t>* out) {
    int64_t value = 0;
    if (!map->Duration(key, &value)) return;
    if (positive && value == 0) {
      problems_.Add(*map->node().Find(key), Path(*map, key), std::string(key) + " cannot be zero");
    }
    *out = value;
  }

  RouteSpec ReadRoute(const Node& node, const std::string& field, size_t depth) {
    RouteSpec route;
    if (depth > kMaxRouteDepth) {
      problems_.Add(node, field, "routes nested deeper than " + std::to_string(kMaxRouteDepth));
      return route;
    }
    MapReader map(node, field, &problems_);
    map.String("receiver", &route.receiver);
    ReadMatchMap(&map, "match", false, &route.matchers);
    ReadMatchMap(&map, "match_re", true, &route.matchers);
    ReadMatchers(&map, "matchers", &route.matchers);
    SortMatchers(&route.matchers);
    map.Bool("continue", &route.continue_matching);
    ReadGroupBy(&map, &route);
    ReadInterval(&map, "group_wait", false, &route.group_wait_ms);
    ReadInterval(&map, "group_interval", true, &route.group_interval_ms);
    ReadInterval(&map, "repeat_interval", true, &route.repeat_interval_ms);
    for (const std::string_view key : {"mute_time_intervals", "active_time_intervals"}) {
      Unsupported(&map, key);
    }
    if (map.Has("labels")) map.Refuse("labels", "route labels are not supported here");
    map.Each("routes", [&](const Node& child, const std::string& child_field) {
      route.routes.push_back(ReadRoute(child, child_field, depth + 1));
    });
    map.Finish();
    CheckRoute(node, field, depth == 0, route);
    return route;
  }

  void CheckRoute(const Node& node, const std::string& field, bool root, const RouteSpec& route) {
    if (root && route.receiver.empty())
      problems_.Add(node, field, "root route must specify a default receiver");
    if (root && !route.matchers.empty())
      problems_.Add(node, field, "root route must not have any matchers");
    if (root && route.continue_matching)
      problems_.Add(node, field, "cannot have continue in root route");
    if (!route.receiver.empty() && names_.find(route.receiver) == names_.end()) {
      problems_.Add(node, field + ".receiver",
                    "undefined receiver " + base::GoQuote(route.receiver) + " used in route");
    }
  }

  void AddInhibit(const Node& node, const std::string& field) {
    InhibitSpec rule;
    MapReader map(node, field, &problems_);
    map.String("name", &rule.name);
    ReadMatchMap(&map, "source_match", false, &rule.source_matchers);
    ReadMatchMap(&map, "source_match_re", true, &rule.source_matchers);
    ReadMatchers(&map, "source_matchers", &rule.source_matchers);
    ReadMatchMap(&map, "target_match", false, &rule.target_matchers);
    ReadMatchMap(&map, "target_match_re", true, &rule.target_matchers);
    ReadMatchers(&map, "target_matchers", &rule.target_matchers);
    map.StringList("equal", &rule.equal);
    map.Finish();
    for (const std::string& name : rule.equal) WarnIfOptional(rule, name, field);
    config_.inhibit_rules.push_back(std::move(rule));
  }

  // The most common mistake: a label that is missing on both sides counts as equal.
  void WarnIfOptional(const InhibitSpec& rule, const std::string& label, const std::string& field) {
    for (const Matcher& matcher : rule.target_matchers) {
      if (matcher.name() == label && !matcher.MatchesEmpty()) return;
    }
    config_.warnings.push_back(field + ": alerts without the label " + base::GoQuote(label) +
                               " count as equal to each other; add " + label +
                               "!=\"\" to target_matchers if that is not meant");
  }

  const ParseOptions options_;
  Problems problems_;
  Config config_;
  std::set<std::string> names_;
};

}  // namespace

base::StatusOr<Config> ParseConfig(std::string_view text, const std::string& file,
                                   const ParseOptions& options) {
  VEDETTE_ASSIGN_OR_RETURN(const Node root, base::config::ParseYaml(text, file));
  if (root.kind == Node::Kind::kNull)
    return base::InvalidArgument(file + ": no route provided in config");
  VEDETTE_ASSIGN_OR_RETURN(Config config, Reader(file, options).Read(root));
  config.original = RedactConfig(text);
  return config;
}

}  // namespace vedette::routing
