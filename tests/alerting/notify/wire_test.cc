#include <ctime>

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "alerting/notify/credentials.h"
#include "alerting/notify/message_text.h"
#include "alerting/notify/payload.h"
#include "alerting/notify/signature.h"
#include "alerting/notify/summary.h"
#include "alerting/notify/talk_target.h"
#include "base/digest.h"
#include "base/strings.h"
#include "tests/support/shared_dir.h"

// What goes over the wire, against recordings and vectors.

namespace vedette::notify {
namespace {

namespace json = boost::json;

std::string Text(const json::value& v) { return std::string(v.as_string()); }

model::Labels LabelsOf(const json::value& v) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, value] : v.as_object())
    pairs.emplace_back(std::string(name), Text(value));
  return model::Labels::FromPairs(std::move(pairs));
}

// "2026-11-21T01:58:35.137Z" with at most three decimals, as milliseconds.
int64_t MillisOf(const std::string& text) {
  std::tm parts{};
  const char* const rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  int64_t ms = static_cast<int64_t>(timegm(&parts)) * 1000;
  if (rest == nullptr || *rest != '.') return ms;
  int64_t unit = 100;
  for (const char* c = rest + 1; *c >= '0' && *c <= '9'; ++c, unit /= 10) ms += (*c - '0') * unit;
  return ms;
}

model::Notification NotificationOf(const json::object& payload) {
  model::Notification n;
  n.receiver = Text(payload.at("receiver"));
  n.group_key = Text(payload.at("groupKey"));
  n.group_labels = LabelsOf(payload.at("groupLabels"));
  n.reason = Text(payload.at("notification_reason"));
  for (const auto& value : payload.at("alerts").as_array()) {
    const auto& a = value.as_object();
    model::NotifiedAlert alert;
    alert.labels = LabelsOf(a.at("labels"));
    alert.annotations = LabelsOf(a.at("annotations"));
    alert.firing = Text(a.at("status")) == "firing";
    alert.starts_at_ms = MillisOf(Text(a.at("startsAt")));
    if (!alert.firing) alert.ends_at_ms = MillisOf(Text(a.at("endsAt")));
    alert.generator_url = Text(a.at("generatorURL"));
    n.alerts.push_back(std::move(alert));
  }
  return n;
}

TEST(WebhookPayload, IsByteForByteWhatAlertmanagerSends) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/alerting/recordings/hooks.jsonl");
  int compared = 0;
  const std::string lines = test::ReadWholeFile(path);
  for (const std::string_view line : base::Split(lines, '\n')) {
    if (line.empty()) continue;
    const auto recorded = json::parse(json::string_view(line.data(), line.size()));
    std::string body = Text(recorded.at("body"));
    const auto payload = json::parse(body).as_object();
    // Alerts posted by amtool carry nanoseconds; our times have milliseconds.
    const std::string start = Text(payload.at("alerts").as_array()[0].at("startsAt"));
    if (start.size() > std::string_view("2026-11-21T01:58:35.137Z").size()) {
      const std::string cut = Rfc3339(MillisOf(start));
      body.replace(body.find(start), start.size(), cut);
    }
    EXPECT_EQ(WebhookPayload(NotificationOf(payload), Text(payload.at("externalURL")), 0), body);
    ++compared;
  }
  EXPECT_GT(compared, 5);
}

TEST(WebhookPayload, MaxAlertsCutsAndCounts) {
  model::Notification n;
  n.receiver = "r";
  n.alerts.resize(3);
  const auto payload = json::parse(WebhookPayload(n, "", 1));
  EXPECT_EQ(payload.at("alerts").as_array().size(), 1u);
  EXPECT_EQ(payload.at("truncatedAlerts").to_number<int>(), 2);
}

void CompareToReference(const char* name, bool firing) {
  const auto path = test::SharedPath(std::string("reference/alerting/home_assistant/") + name);
  if (!path) GTEST_SKIP() << "no reference payloads on this machine";
  const auto want = json::parse(test::ReadWholeFile(*path)).as_object();
  model::Notification n = NotificationOf(want);
  n.sequence = firing ? 1 : 2;
  n.created_at_ms = MillisOf("2026-11-21T01:57:58Z");
  n.alerts[0].value = "0";
  const auto got =
      json::parse(HomeAssistantPayload(n, Text(want.at("delivery_id")), "https://nixmon.example"))
          .as_object();
  ASSERT_EQ(got.size(), want.size());
  for (const auto& [key, value] : want) {
    SCOPED_TRACE(key);
    ASSERT_TRUE(got.contains(key));
    EXPECT_EQ(got.at(key).kind(), value.kind());
    // Hashes of the group and links behind tokens are made by each server for itself.
    const std::string_view k(key.data(), key.size());
    if (k == "tag" || k == "url" || k == "short_id" || k == "silence_url" || k == "ack_url" ||
        k == "image_url") {
      continue;
    }
    EXPECT_TRUE(got.at(key) == value) << json::serialize(got.at(key));
  }
  EXPECT_EQ(Text(got.at("tag")).size(), Text(want.at("tag")).size());
  EXPECT_EQ(Text(got.at("short_id")).size(), 4u);
}

TEST(HomeAssistantPayload, FiringIsTheReferences) {
  CompareToReference("payload.firing.json", true);
}
TEST(HomeAssistantPayload, ResolvedIsTheReferences) {
  CompareToReference("payload.resolved.json", false);
}

TEST(TalkSignature, MatchesEveryVector) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/alerting/nextcloud_talk/signature_vectors.json");
  const auto vectors = json::parse(test::ReadWholeFile(path));
  for (const auto& v : vectors.as_array()) {
    EXPECT_EQ(TalkSignature(base::Secret(Text(v.at("secret"))), Text(v.at("random")),
                            Text(v.at("signed_data"))),
              Text(v.at("signature")))
        << Text(v.at("name"));
  }
}

TEST(TalkSignature, MatchesAKnownVector) {
  EXPECT_EQ(TalkSignature(base::Secret("vedette-test-secret-0123456789abcdefghijklmnop"),
                          "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90",
                          "HostDown: node1 has been down for 2m"),
            "0534da347237c5df872719a26ef5fed2213996da0db353cf3c8409b87bf4a9dc");
  EXPECT_EQ(base::RandomHex(32).size(), 64u);
  EXPECT_EQ(NewUlid(1).size(), 26u);
  EXPECT_LT(NewUlid(1), NewUlid(2));
}

TEST(TalkTarget, UnderstandsEveryFormOfUrl) {
  using Mode = TalkTarget::Mode;
  const std::string bot = "https://nc.example/ocs/v2.php/apps/spreed/api/v1/bot/abc123/message";
  const struct {
    std::string text;
    Mode mode;
    std::string url, secret;
  } cases[] = {
      {bot, Mode::kBot, bot, ""},
      {bot + "\n", Mode::kBot, bot, ""},
      {"https://nc.example/call/abc123", Mode::kBot, bot, ""},
      {"https://nc.example/index.php/call/abc123", Mode::kBot, bot, ""},
      {"https://h/nextcloud/call/abc123", Mode::kBot,
       "https://h/nextcloud/ocs/v2.php/apps/spreed/api/v1/bot/abc123/message", ""},
      {"https://nc.example/call/abc123\ns3cret", Mode::kBot, bot, "s3cret"},
      {"https://nc.example/call/abc123#secret=s3cret", Mode::kBot, bot, "s3cret"},
      {"https://ada:pw@nc.example/call/abc123", Mode::kChat,
       "https://ada:pw@nc.example/ocs/v2.php/apps/spreed/api/v1/chat/abc123", ""},
      {"https://nc/index.php/apps/talk_webhooks/api/v1/webhook/7", Mode::kCommunityApp,
       "https://nc/index.php/apps/talk_webhooks/api/v1/webhook/7", ""},
      {"https://hooks.example/services/T/B/x?y=1", Mode::kGeneric,
       "https://hooks.example/services/T/B/x?y=1", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto target = UnderstandTalkUrl(c.text);
    ASSERT_TRUE(target.ok()) << target.status();
    EXPECT_EQ(target->mode, c.mode);
    EXPECT_EQ(target->url, c.url);
    EXPECT_EQ(target->inline_secret.Reveal(), c.secret);
  }
  const auto token = UnderstandTalkUrl("abc123");
  ASSERT_FALSE(token.ok());
  EXPECT_EQ(base::Message(token.status()).find("abc123"), std::string_view::npos);
  EXPECT_NE(base::Message(token.status()).find("/call/TOKEN"), std::string_view::npos);
}

TEST(ShownUrl, HidesAllButTheHost) {
  const std::string shown = ShownUrl("https://ada:pw@ha.example:8123/api/webhook/secret?x=1");
  EXPECT_EQ(shown.find("https://ha.example:8123/#"), 0u);
  EXPECT_EQ(shown.size(), std::string_view("https://ha.example:8123/#123456").size());
}

model::Notification OneAlert(bool firing, std::string_view severity) {
  model::Notification n;
  n.group_key = "{}:{}";
  n.reason = firing ? "first notification" : "all alerts resolved";
  model::NotifiedAlert alert;
  alert.labels = {{"alertname", "HostDown"}, {"instance", "n1:9100"}, {"severity", severity}};
  alert.annotations = {{"summary", "n1 *is* @down <b>"}};
  alert.firing = firing;
  alert.starts_at_ms = 1'700'000'000'000;
  alert.ends_at_ms = firing ? 0 : 1'700'000'060'000;
  n.alerts = {alert};
  return n;
}

TEST(TalkMessage, CriticalRingsResolvedAndRepeatsDoNot) {
  const std::string firing = TalkMessage(OneAlert(true, "critical"), "https://v.example");
  EXPECT_TRUE(base::EndsWith(firing, "\n@all")) << firing;
  EXPECT_NE(firing.find("n1 \\*is\\* "), std::string::npos) << firing;
  EXPECT_EQ(firing.find("@down"), std::string::npos);
  EXPECT_FALSE(TalkSilent(OneAlert(true, "critical")));
  EXPECT_EQ(TalkMessage(OneAlert(true, "warning"), "").find("@all"), std::string::npos);
  EXPECT_EQ(TalkMessage(OneAlert(false, "critical"), "").find("@all"), std::string::npos);
  EXPECT_TRUE(TalkSilent(OneAlert(false, "critical")));
  auto repeat = OneAlert(true, "critical");
  repeat.reason = "repeat interval elapsed";
  EXPECT_TRUE(TalkSilent(repeat));
}

TEST(TalkMessage, CutsByCharactersNotBytes) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "ü";
  EXPECT_EQ(CutToCharacters(text, 50), text);
  const std::string cut = CutToCharacters(text, 10);
  EXPECT_EQ(cut.size(), 9 * 2 + 3u);
  EXPECT_LE(CutToBytes(text, 21).size(), 21u);
  EXPECT_TRUE(base::IsValidUtf8(CutToBytes(text, 20)));
}

TEST(ShortDuration, HasTheTwoLargestUnits) {
  EXPECT_EQ(ShortDuration(120'000), "2m");
  EXPECT_EQ(ShortDuration(842'000), "14m 2s");
  EXPECT_EQ(ShortDuration(90'061'000), "1d 1h");
  EXPECT_EQ(ShortDuration(10), "0s");
}

TEST(Digest, EachAlertOnceInItsLatestState) {
  const auto first = OneAlert(true, "critical");
  const auto second = OneAlert(false, "critical");
  const auto digest = MakeDigest({&first, &second});
  ASSERT_EQ(digest.alerts.size(), 1u);
  EXPECT_FALSE(digest.alerts[0].firing);
  const Summary s = Summarize(digest, "");
  EXPECT_EQ(s.reason, "digest");
  EXPECT_NE(s.message.find("22:13-22:14 (resolved)"), std::string::npos) << s.message;
}

}  // namespace
}  // namespace vedette::notify
