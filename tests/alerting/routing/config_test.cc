#include "alerting/routing/config.h"

#include <gtest/gtest.h>

#include "alerting/routing/matcher_parser.h"
#include "base/strings.h"
#include "corpora.h"

namespace vedette::routing {
namespace {

using Type = model::Integration::Type;

TEST(AlertmanagerConfig, DefaultsAreTheReferences) {
  const auto ours = ParseConfig(DefaultConfigText(""), "default");
  ASSERT_TRUE(ours.ok()) << ours.status();
  EXPECT_TRUE(ours->warnings.empty());
  ASSERT_EQ(ours->receivers.size(), 3u);
  EXPECT_TRUE(ours->receivers[0].integrations.empty());
  const model::Integration& ha = ours->receivers[1].integrations.at(0);
  EXPECT_EQ(ha.type, Type::kHomeAssistant);
  EXPECT_EQ(ha.key, "home-assistant/home_assistant[0]");
  EXPECT_EQ(ha.url_file, "/run/credentials/vedette-collector.service/home-assistant-webhook");
  const model::Integration& talk = ours->receivers[2].integrations.at(0);
  EXPECT_EQ(talk.bot_secret_file,
            "/run/credentials/vedette-collector.service/nextcloud-talk-bot-secret");
  VEDETTE_SHARED_OR_SKIP(path, "reference/alerting/spec/vedette-default.alertmanager.yml");
  const auto reference = ParseConfig(test::ReadWholeFile(path), "reference");
  ASSERT_TRUE(reference.ok()) << reference.status();
  EXPECT_EQ(ours->route.group_by, reference->route.group_by);
  EXPECT_EQ(ours->route.group_wait_ms, reference->route.group_wait_ms);
  EXPECT_EQ(ours->route.group_interval_ms, reference->route.group_interval_ms);
  EXPECT_EQ(ours->route.repeat_interval_ms, reference->route.repeat_interval_ms);
  ASSERT_EQ(ours->route.routes.size(), reference->route.routes.size());
  for (size_t i = 0; i < ours->route.routes.size(); ++i) {
    const RouteSpec& a = ours->route.routes[i];
    const RouteSpec& b = reference->route.routes[i];
    EXPECT_EQ(PrintMatcher(a.matchers.at(0)), PrintMatcher(b.matchers.at(0)));
    EXPECT_EQ(a.receiver, b.receiver);
    EXPECT_EQ(a.continue_matching, b.continue_matching);
  }
  ASSERT_EQ(reference->inhibit_rules.size(), 1u);
  EXPECT_EQ(ours->inhibit_rules.at(0).equal, reference->inhibit_rules[0].equal);
  EXPECT_EQ(ours->inhibit_rules[0].target_matchers.size(), 2u);
}

// Files that upstream refuses for keys of receivers which we leave out unread.
bool RefusedForALeftOutReceiver(const std::string& file) {
  for (const char* kind : {"mattermost", "opsgenie", "rocketchat", "slack", "smtp", "sns",
                           "telegram", "victorops", "wechat"}) {
    if (file.find(kind) != std::string::npos) return true;
  }
  return false;
}

TEST(AlertmanagerConfig, TakesAndRefusesFilesAsAmtool) {
  VEDETTE_SHARED_OR_SKIP(dir, "reference/alerting/corpora");
  ParseOptions options;
  options.skip_unsupported = true;
  const auto corpus = ReadCorpus(dir + "/config_files.json");
  for (const auto& c : corpus.at("cases").as_array()) {
    const std::string file = Text(c.at("file"));
    if (file.find("/am_config/") == std::string::npos) continue;
    SCOPED_TRACE(file);
    const bool accept = c.at("accept").as_bool();
    if (!accept && RefusedForALeftOutReceiver(file)) continue;
    const auto config = ParseConfig(test::ReadWholeFile(dir + "/" + file), file, options);
    EXPECT_EQ(config.ok(), accept) << config.status();
  }
}

TEST(AlertmanagerConfig, SaysWhatUpstreamSaysOfMistakes) {
  VEDETTE_SHARED_OR_SKIP(dir, "reference/alerting/corpora");
  ParseOptions options;
  options.skip_unsupported = true;
  const auto corpus = ReadCorpus(dir + "/config_inline.json");
  for (const auto& c : corpus.at("cases").as_array()) {
    const std::string name = Text(c.at("name"));
    // About labels of receivers and time intervals, which are not here yet.
    if (name.find("ReceiverLabels") != std::string::npos ||
        name.find("Time") != std::string::npos || name.find("RouteLabels") != std::string::npos) {
      continue;
    }
    SCOPED_TRACE(name);
    const auto config = ParseConfig(Text(c.at("yaml")), "x.yml", options);
    EXPECT_EQ(config.ok(), c.at("amtool_0_33_rc").to_number<int>() == 0) << config.status();
  }
}

TEST(AlertmanagerConfig, UnsupportedReceiversAreRefusedByNameOrLeftOut) {
  const std::string text = R"(
route: {receiver: a}
receivers:
- name: a
  slack_configs: [{channel: x, api_url: "https://hooks.slack.example/T000/B000/XXXX"}]
  webhook_configs: [{url: "http://h.example/secret-path"}]
)";
  const auto strict = ParseConfig(text, "a.yml");
  ASSERT_FALSE(strict.ok());
  EXPECT_NE(base::Message(strict.status()).find("a.yml:5:"), std::string_view::npos);
  EXPECT_NE(base::Message(strict.status()).find("slack_configs"), std::string_view::npos);
  ParseOptions options;
  options.skip_unsupported = true;
  const auto config = ParseConfig(text, "a.yml", options);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->receivers[0].integrations.size(), 1u);
  EXPECT_EQ(config->warnings.size(), 1u);
  EXPECT_EQ(config->original.find("XXXX"), std::string::npos) << config->original;
  EXPECT_EQ(config->original.find("secret-path"), std::string::npos) << config->original;
}

TEST(AlertmanagerConfig, AllProblemsAreListedWithTheirPlace) {
  const auto config = ParseConfig(R"(route:
  receiver: nobody
  group_interval: 0s
  group_by: [a, a]
  matcher: x
inhibit_rules:
- source_matchers: ['a=~"("']
receivers:
- name: b
  home_assistant_configs: [{}]
)",
                                  "bad.yml");
  ASSERT_FALSE(config.ok());
  const std::string text(base::Message(config.status()));
  for (const char* part : {"undefined receiver \"nobody\" used in route",
                           "bad.yml:3:", "group_interval cannot be zero", "duplicated label \"a\"",
                           "matcher", "bad.yml:7:", "webhook_url_file"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(AlertmanagerConfig, WarnsOfInhibitionByAMissingLabel) {
  const auto config = ParseConfig(R"(
route: {receiver: a}
receivers: [{name: a}]
inhibit_rules:
- {source_matchers: ['x="1"'], target_matchers: ['x="2"'], equal: [host]}
)",
                                  "w.yml");
  ASSERT_TRUE(config.ok());
  ASSERT_EQ(config->warnings.size(), 1u);
  EXPECT_NE(config->warnings[0].find("host"), std::string::npos);
}

}  // namespace
}  // namespace vedette::routing
