#include "alerting/routing/config.h"
#include "base/strings.h"

namespace vedette::routing {
namespace {

constexpr std::string_view kCredentials = "/run/credentials/vedette-collector.service";

constexpr std::string_view kHead = R"yaml(route:
  receiver: none
  group_by: [alertname, instance]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 4h
  routes:
  - matchers: ['severity=~"critical|warning"']
    receiver: home-assistant
    continue: true
  - matchers: ['severity="critical"']
    receiver: nextcloud-talk
inhibit_rules:
- name: host-down-hides-the-rest
  source_matchers: ['alertname="HostDown"', 'host!=""']
  # Without host!="" two alerts that both lack the label would count as equal.
  target_matchers: ['alertname!="HostDown"', 'host!=""']
  equal: [host]
receivers:
- name: none
)yaml";

// A YAML single-quoted scalar.
std::string Quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out.push_back('\'');
    out.push_back(c);
  }
  return out + "'";
}

}  // namespace

std::string DefaultConfigText(std::string_view credentials_dir) {
  const std::string dir(credentials_dir.empty() ? kCredentials : credentials_dir);
  return base::Concat({kHead, "- name: home-assistant\n  home_assistant_configs:\n",
                       "  - webhook_url_file: ", Quote(dir + "/home-assistant-webhook"), "\n",
                       "- name: nextcloud-talk\n  nextcloud_talk_configs:\n",
                       "  - webhook_url_file: ", Quote(dir + "/nextcloud-talk-webhook"), "\n",
                       "    bot_secret_file: ", Quote(dir + "/nextcloud-talk-bot-secret"), "\n"});
}

}  // namespace vedette::routing
