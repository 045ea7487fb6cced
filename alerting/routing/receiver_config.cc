#include "alerting/routing/receiver_config.h"

#include <array>
#include <utility>

#include "base/strings.h"

namespace vedette::routing {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;
using Type = model::Integration::Type;

constexpr int64_t kMaxAlerts = 1'000'000;
constexpr std::string_view kSupported =
    "supported are home_assistant_configs, nextcloud_talk_configs and webhook_configs";

// Receivers of Alertmanager that we do not deliver to.
constexpr std::array<std::string_view, 18> kUnsupported = {
    "discord_configs",    "email_configs",     "incidentio_configs", "jira_configs",
    "mattermost_configs", "msteams_configs",   "msteamsv2_configs",  "opsgenie_configs",
    "pagerduty_configs",  "pushover_configs",  "rocketchat_configs", "slack_configs",
    "sns_configs",        "telegram_configs",  "victorops_configs",  "webex_configs",
    "wechat_configs",     "googlechat_configs"};

bool IsHttpUrl(std::string_view url) {
  return base::StartsWith(url, "http://") || base::StartsWith(url, "https://");
}

// What a webhook may carry upstream and not here.
void RefuseOrSkip(MapReader* map, std::string_view key, const ParseOptions& options,
                  std::vector<std::string>* warnings) {
  if (!map->Has(key)) return;
  if (!options.skip_unsupported) {
    map->Refuse(key, "not supported for webhooks here");
    return;
  }
  map->Ignore(key);
  warnings->push_back(map->field() + "." + std::string(key) + " is not supported and left out");
}

void ReadWebhook(MapReader* map, const ParseOptions& options, std::vector<std::string>* warnings,
                 model::Integration* out) {
  map->String("url", &out->url);
  map->String("url_file", &out->url_file);
  map->Int("max_alerts", 0, kMaxAlerts, &out->max_alerts);
  map->Duration("timeout", &out->timeout_ms);
  RefuseOrSkip(map, "http_config", options, warnings);
  RefuseOrSkip(map, "payload", options, warnings);
  if (out->url.empty() == out->url_file.empty()) {
    map->problems()->Add(map->node(), map->field(),
                         out->url.empty() ? "one of url or url_file must be configured"
                                          : "at most one of url & url_file must be configured");
  } else if (!out->url.empty() && !IsHttpUrl(out->url)) {
    map->problems()->Add(*map->node().Find("url"), map->field() + ".url",
                         "must begin with http:// or https://");
  }
}

model::Integration ReadIntegration(Type type, const Node& node, const std::string& field,
                                   const ParseOptions& options, Problems* problems,
                                   std::vector<std::string>* warnings) {
  model::Integration out;
  out.type = type;
  MapReader map(node, field, problems);
  map.Bool("send_resolved", &out.send_resolved);
  if (type == Type::kWebhook) {
    ReadWebhook(&map, options, warnings, &out);
  } else {
    map.String("webhook_url_file", &out.url_file);
    map.Require("webhook_url_file");
  }
  if (type == Type::kNextcloudTalk) map.String("bot_secret_file", &out.bot_secret_file);
  map.Finish();
  return out;
}

}  // namespace

model::Receiver ReadReceiver(const Node& node, const std::string& field,
                             const ParseOptions& options, Problems* problems,
                             std::vector<std::string>* warnings) {
  model::Receiver receiver;
  MapReader map(node, field, problems);
  map.String("name", &receiver.name);
  map.Ignore("labels");
  if (receiver.name.empty()) problems->Add(node, field, "missing name in receiver");
  for (const auto& [key, type] :
       {std::pair{std::string_view("webhook_configs"), Type::kWebhook},
        std::pair{std::string_view("home_assistant_configs"), Type::kHomeAssistant},
        std::pair{std::string_view("nextcloud_talk_configs"), Type::kNextcloudTalk}}) {
    const std::string kind(key.substr(0, key.size() - std::string_view("_configs").size()));
    size_t index = 0;
    map.Each(key, [&, kind_of = type](const Node& item, const std::string& item_field) {
      auto integration = ReadIntegration(kind_of, item, item_field, options, problems, warnings);
      integration.key = receiver.name + "/" + kind + "[" + std::to_string(index++) + "]";
      receiver.integrations.push_back(std::move(integration));
    });
  }
  for (const std::string_view key : kUnsupported) {
    if (!map.Has(key)) continue;
    if (options.skip_unsupported) {
      map.Ignore(key);
      warnings->push_back("receiver " + base::GoQuote(receiver.name) + ": " + std::string(key) +
                          " is not supported and left out");
    } else {
      map.Refuse(key, base::Concat({"not supported here; ", kSupported}));
    }
  }
  map.Finish();
  return receiver;
}

}  // namespace vedette::routing
