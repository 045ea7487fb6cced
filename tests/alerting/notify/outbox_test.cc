#include "alerting/notify/outbox.h"

#include <functional>
#include <set>

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "alerting/notify/signature.h"
#include "alerting/routing/router.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_fs.h"
#include "tests/support/open_map.h"
#include "tests/support/temp_dir.h"

namespace vedette::notify {
namespace {

using std::chrono::seconds;

// Stands in for the network: remembers requests, answers as told.
class FakeClient final : public base::http::Client {
 public:
  base::StatusOr<base::http::Response> Send(const base::http::ClientRequest& request) override {
    requests.push_back(request);
    return answer(request);
  }
  static base::http::Response Status(int status) {
    base::http::Response response;
    response.status = status;
    return response;
  }
  std::vector<base::http::ClientRequest> requests;
  std::function<base::StatusOr<base::http::Response>(const base::http::ClientRequest&)> answer =
      [](const base::http::ClientRequest&) { return Status(200); };
};

model::Integration Make(model::Integration::Type type, std::string key, std::string url_file,
                        std::string secret_file = "") {
  model::Integration integration;
  integration.type = type;
  integration.key = std::move(key);
  integration.url_file = std::move(url_file);
  integration.bot_secret_file = std::move(secret_file);
  return integration;
}

class OutboxTest : public testing::Test {
 protected:
  OutboxTest() {
    secrets_.Write("ha", "https://ha.example/api/webhook/very-secret\n");
    secrets_.Write("talk", "https://nc.example/call/token9");
    secrets_.Write("bot", "vedette-test-secret-0123456789abcdefghijklmnop");
    Open();
  }

  void Open() {
    outbox_.reset();
    state_.reset();
    state_ = test::OpenMap(&fs_, &clock_, "/am");
    Outbox::Options options;
    options.state = state_.get();
    options.client = &client_;
    options.fs = real_fs_.get();
    options.clock = &clock_;
    options.log = &log_;
    options.external_url = "https://v.example";
    options.max_waiting = max_waiting_;
    auto outbox = Outbox::Open(options);
    ASSERT_TRUE(outbox.ok());
    outbox_ = *std::move(outbox);
    outbox_->SetReceivers(Receivers());
  }

  std::vector<model::Receiver> Receivers() const {
    using Type = model::Integration::Type;
    return {{"home-assistant", {Make(Type::kHomeAssistant, kHa, secrets_.Join("ha"))}},
            {"nextcloud-talk",
             {Make(Type::kNextcloudTalk, kTalk, secrets_.Join("talk"), secrets_.Join("bot"))}},
            {"hook", {Make(Type::kWebhook, kHook, secrets_.Join("ha"))}}};
  }

  void Queue(const std::string& integration, bool firing, std::string_view host = "n1") {
    model::Notification n;
    n.integration = integration;
    n.receiver = integration.substr(0, integration.find('/'));
    n.group_key = "{}:{host=\"" + std::string(host) + "\"}";
    n.reason = firing ? "first notification" : "all alerts resolved";
    n.sequence = 1;
    n.created_at_ms = clock_.WallMillis();
    model::NotifiedAlert alert;
    alert.labels = {{"alertname", "HostDown"}, {"host", host}, {"severity", "critical"}};
    alert.firing = firing;
    alert.starts_at_ms = clock_.WallMillis() - 1000;
    alert.ends_at_ms = firing ? 0 : clock_.WallMillis();
    n.alerts.push_back(alert);
    base::DurableMap::Batch batch;
    outbox_->Stage(n, &batch);
    ASSERT_TRUE(state_->Commit(batch).ok());
    outbox_->Committed();
  }

  void Pass(seconds time, seconds step = seconds(1)) {
    for (seconds t{0}; t < time; t += step) {
      clock_.Advance(step);
      outbox_->RunDue();
    }
  }

  const std::string kHa = "home-assistant/home_assistant[0]";
  const std::string kTalk = "nextcloud-talk/nextcloud_talk[0]";
  const std::string kHook = "hook/webhook[0]";
  size_t max_waiting_ = 10'000;
  test::TempDir secrets_;
  std::unique_ptr<base::FileSystem> real_fs_ = base::NewPosixFileSystem();
  test::FaultFs fs_;
  test::FakeClock clock_;
  test::CaptureLogger log_;
  FakeClient client_;
  std::unique_ptr<base::DurableMap> state_;
  std::unique_ptr<Outbox> outbox_;
};

boost::json::object Body(const base::http::ClientRequest& request) {
  return boost::json::parse(request.body).as_object();
}

TEST_F(OutboxTest, DeliversInOrderAndForgets) {
  Queue(kHa, true);
  Queue(kHa, false);
  EXPECT_EQ(outbox_->RunDue(), 2u);
  ASSERT_EQ(client_.requests.size(), 2u);
  EXPECT_EQ(client_.requests[0].url, "https://ha.example/api/webhook/very-secret");
  EXPECT_EQ(client_.requests[0].headers.Get("Content-Type"), "application/json");
  EXPECT_EQ(Body(client_.requests[0]).at("status").as_string(), "firing");
  EXPECT_EQ(Body(client_.requests[1]).at("status").as_string(), "resolved");
  EXPECT_EQ(outbox_->QueueLength(), 0u);
  EXPECT_TRUE(state_->Scan("outbox/").empty());
}

TEST_F(OutboxTest, SignsTheMessageValueForTalk) {
  Queue(kTalk, true);
  outbox_->RunDue();
  ASSERT_EQ(client_.requests.size(), 1u);
  const auto& request = client_.requests[0];
  EXPECT_EQ(request.url, "https://nc.example/ocs/v2.php/apps/spreed/api/v1/bot/token9/message");
  EXPECT_EQ(request.headers.Get("OCS-APIRequest"), "true");
  const std::string random(request.headers.Get("X-Nextcloud-Talk-Bot-Random"));
  EXPECT_EQ(random.size(), 64u);
  const auto body = Body(request);
  const std::string message(body.at("message").as_string());
  EXPECT_EQ(request.headers.Get("X-Nextcloud-Talk-Bot-Signature"),
            TalkSignature(base::Secret("vedette-test-secret-0123456789abcdefghijklmnop"), random,
                          message));
  EXPECT_EQ(body.at("referenceId").as_string().size(), 64u);
  EXPECT_FALSE(body.at("silent").as_bool());
}

TEST_F(OutboxTest, RetriesWithBackoffUntilItArrives) {
  int failures = 0;
  client_.answer = [&](const auto&) -> base::StatusOr<base::http::Response> {
    if (failures++ < 5) return base::Unavailable("connection refused");
    return FakeClient::Status(200);
  };
  Queue(kHa, true);
  outbox_->RunDue();
  Pass(seconds(120));
  EXPECT_EQ(client_.requests.size(), 6u);
  EXPECT_EQ(outbox_->QueueLength(), 0u);
  const auto id = Body(client_.requests[0]).at("delivery_id");
  for (const auto& request : client_.requests) EXPECT_EQ(Body(request).at("delivery_id"), id);
}

TEST_F(OutboxTest, RecoverySendsOneDigest) {
  client_.answer = [](const auto&) { return base::Unavailable("no route"); };
  Queue(kHa, true, "a");
  outbox_->RunDue();
  Queue(kHa, false, "a");
  Queue(kHa, true, "b");
  Pass(seconds(30));
  client_.answer = [](const auto&) { return FakeClient::Status(200); };
  client_.requests.clear();
  Pass(seconds(70));
  ASSERT_EQ(client_.requests.size(), 1u);
  const auto body = Body(client_.requests[0]);
  EXPECT_EQ(body.at("reason").as_string(), "digest");
  EXPECT_EQ(body.at("alerts").as_array().size(), 2u);
  EXPECT_EQ(body.at("status").as_string(), "firing");
  EXPECT_EQ(outbox_->QueueLength(), 0u);
}

TEST_F(OutboxTest, PlainWebhooksGetEveryMessage) {
  client_.answer = [](const auto&) { return FakeClient::Status(503); };
  Queue(kHook, true);
  outbox_->RunDue();
  Queue(kHook, false);
  client_.answer = [](const auto&) { return FakeClient::Status(200); };
  client_.requests.clear();
  Pass(seconds(5));
  EXPECT_EQ(client_.requests.size(), 2u);
}

TEST_F(OutboxTest, GivesUpAfterADayAndSaysSo) {
  client_.answer = [](const auto&) { return base::Unavailable("gone"); };
  Queue(kHa, true);
  Pass(seconds(25 * 3600), seconds(60));
  EXPECT_EQ(outbox_->QueueLength(), 0u);
  EXPECT_EQ(log_.Count("messages given up after a day"), 1);
  EXPECT_TRUE(state_->Scan("outbox/").empty());
}

TEST_F(OutboxTest, AClockThatJumpsMakesNoMessageOld) {
  client_.answer = [](const auto&) { return base::Unavailable("gone"); };
  Queue(kHa, true);
  Queue(kHook, true);
  Pass(seconds(60));
  clock_.StepWall(std::chrono::hours(1000));
  Pass(seconds(60));
  EXPECT_EQ(outbox_->QueueLength(), 2u);
  clock_.StepWall(-std::chrono::hours(2000));
  Pass(seconds(25 * 3600), seconds(60));
  EXPECT_EQ(outbox_->QueueLength(), 0u) << "nor does it live on when set back";
}

TEST_F(OutboxTest, AnAnswerTooLongToReadIsJudgedByItsStatus) {
  client_.answer = [](const base::http::ClientRequest& request) {
    EXPECT_TRUE(request.cut_body);
    return FakeClient::Status(502);
  };
  Queue(kHa, true);
  Pass(seconds(10));
  EXPECT_EQ(outbox_->QueueLength(), 1u);
  // Nor is anything delivered that the client says nothing of.
  client_.answer = [](const auto&) { return base::ResourceExhausted("too long"); };
  Pass(seconds(120));
  EXPECT_EQ(outbox_->QueueLength(), 1u);
}

// Nextcloud shuts out whoever gets more than ten 401s in half an hour.
TEST_F(OutboxTest, A401IsRepeatedSlowlyEnoughNotToBeShutOut) {
  client_.answer = [](const auto&) { return FakeClient::Status(401); };
  Queue(kTalk, true);
  Pass(seconds(900), seconds(10));
  Open();  // nor does a restart knock sooner
  Pass(seconds(900), seconds(10));
  EXPECT_LE(client_.requests.size(), 10u);
  EXPECT_GE(client_.requests.size(), 8u);
  client_.answer = [](const auto&) { return FakeClient::Status(201); };
  Pass(seconds(240), seconds(10));  // the bot is installed
  EXPECT_EQ(outbox_->QueueLength(), 0u);
  EXPECT_TRUE(state_->Scan("breaker/").empty());
}

TEST_F(OutboxTest, ANewSecretIsTriedSoonAfterA401) {
  client_.answer = [](const auto&) { return FakeClient::Status(401); };
  Queue(kTalk, true);
  outbox_->RunDue();
  secrets_.Write("bot", "a-new-secret-0123456789abcdefghijklmnopqrstuv");
  Pass(seconds(31));
  EXPECT_EQ(client_.requests.size(), 2u);
}

// A bot not yet installed, a proxy that redirects, a phone out of reach: all may heal at any time.
TEST_F(OutboxTest, AReceiverThatHealsHasItsAlertsWithinAMinuteOrTwo) {
  for (const int status : {302, 401, 403, 404, 405, 408, 410, 500, 503}) {
    for (const std::string& integration : {kHa, kTalk, kHook}) {
      if (status == 401 && integration == kTalk) continue;  // has its own test
      SCOPED_TRACE(integration + " " + std::to_string(status));
      client_.answer = [&](const auto&) { return FakeClient::Status(status); };
      Queue(integration, true);
      Pass(seconds(4 * 3600), seconds(5));
      Queue(integration, false);
      client_.requests.clear();
      client_.answer = [](const auto&) { return FakeClient::Status(200); };
      Pass(seconds(65));
      EXPECT_EQ(outbox_->QueueLength(), 0u);
      ASSERT_FALSE(client_.requests.empty());
      if (integration == kHook) {
        ASSERT_EQ(client_.requests.size(), 2u);
        EXPECT_EQ(Body(client_.requests[0]).at("status").as_string(), "firing");
        EXPECT_EQ(Body(client_.requests[1]).at("status").as_string(), "resolved");
      }
    }
  }
}

TEST_F(OutboxTest, SaysOnceThatAReceiverFailsOnceWhyAndOnceThatItIsBack) {
  client_.answer = [](const auto&) { return base::Unavailable("connection refused"); };
  Queue(kHa, true);
  Pass(seconds(3600), seconds(5));
  EXPECT_EQ(log_.Count("level=error"), 1);
  const auto told = [&] {
    return log_.Count("notification not delivered") - log_.Count("level=debug");
  };
  EXPECT_EQ(told(), 1);
  client_.answer = [](const auto&) { return FakeClient::Status(404); };
  Pass(seconds(3600), seconds(5));
  EXPECT_EQ(told(), 2);
  EXPECT_EQ(log_.Count("takes notifications again"), 0);
  client_.answer = [](const auto&) { return FakeClient::Status(200); };
  Pass(seconds(120));
  EXPECT_EQ(log_.Count("takes notifications again"), 1);
  Queue(kHa, false);
  Pass(seconds(5));
  EXPECT_EQ(log_.Count("takes notifications again"), 1);
}

TEST_F(OutboxTest, RetryAfterIsObeyed) {
  client_.answer = [](const auto&) {
    base::http::Response response = FakeClient::Status(429);
    response.headers.Set("Retry-After", "300");
    return response;
  };
  Queue(kHa, true);
  outbox_->RunDue();
  Pass(seconds(295));
  EXPECT_EQ(client_.requests.size(), 1u);
  client_.answer = [](const auto&) { return FakeClient::Status(200); };
  Pass(seconds(10));
  EXPECT_EQ(outbox_->QueueLength(), 0u);
}

TEST_F(OutboxTest, OnlyTheRefusedMessageOfADigestIsLost) {
  client_.answer = [](const auto&) { return base::Unavailable("away"); };
  Queue(kTalk, true, "a");
  outbox_->RunDue();
  Queue(kTalk, true, "poison");
  Queue(kTalk, true, "b");
  client_.requests.clear();
  client_.answer = [](const base::http::ClientRequest& request) {
    const bool poison = request.body.find("poison") != std::string::npos;
    return FakeClient::Status(poison ? 400 : 201);
  };
  Pass(seconds(120));
  EXPECT_EQ(outbox_->QueueLength(), 0u);
  ASSERT_EQ(client_.requests.size(), 4u);  // the digest, then each alone
  EXPECT_NE(client_.requests[1].body.find("HostDown"), std::string::npos);
  EXPECT_NE(client_.requests[2].body.find("poison"), std::string::npos);
  EXPECT_EQ(log_.Count("refused a message for good"), 1);
}

TEST_F(OutboxTest, WhatWaitsIsBounded) {
  client_.answer = [](const auto&) { return base::Unavailable("away"); };
  max_waiting_ = 5;
  Open();
  for (int i = 0; i < 20; ++i) Queue(kHook, true, std::to_string(i));
  outbox_->RunDue();
  EXPECT_EQ(outbox_->QueueLength(), 5u);
  EXPECT_EQ(state_->Scan("outbox/").size(), 5u);
  EXPECT_EQ(log_.Count("the oldest are given up"), 1);
}

TEST(Breaker, ReadsTheOlderVersion) {
  const std::string old(
      "\x01\x03"
      "abc"
      "\x07\x10",
      7);
  const auto breaker = DecodeBreaker(old);
  ASSERT_TRUE(breaker.ok()) << breaker.status();
  EXPECT_EQ(breaker->fingerprint, "abc");
  EXPECT_EQ(breaker->probe_at_ms, 8);
  EXPECT_FALSE(DecodeBreaker("\x03").ok());
}

TEST_F(OutboxTest, StatusesMeanWhatTheReceiversDocumentsSay) {
  using Type = model::Integration::Type;
  using Verdict = Outcome::Verdict;
  const struct {
    Type type;
    int status;
    Verdict want;
  } cases[] = {{Type::kHomeAssistant, 200, Verdict::kDelivered},
               {Type::kHomeAssistant, 405, Verdict::kRetry},
               {Type::kHomeAssistant, 502, Verdict::kRetry},
               {Type::kHomeAssistant, 302, Verdict::kRetry},
               {Type::kHomeAssistant, 400, Verdict::kRetry},  // an untrusted proxy
               {Type::kHomeAssistant, 413, Verdict::kRejected},
               {Type::kNextcloudTalk, 201, Verdict::kDelivered},
               {Type::kNextcloudTalk, 400, Verdict::kRejected},
               {Type::kNextcloudTalk, 401, Verdict::kRefused},
               {Type::kNextcloudTalk, 404, Verdict::kRetry},
               {Type::kNextcloudTalk, 413, Verdict::kTooLarge},
               {Type::kNextcloudTalk, 429, Verdict::kRetry},
               {Type::kNextcloudTalk, 408, Verdict::kRetry},
               {Type::kWebhook, 400, Verdict::kRejected},
               {Type::kWebhook, 404, Verdict::kRetry},
               {Type::kWebhook, 413, Verdict::kRejected},
               {Type::kWebhook, 500, Verdict::kRetry}};
  for (const auto& c : cases) {
    EXPECT_EQ(Judge(c.type, c.status, "").verdict, c.want) << c.status;
  }
  EXPECT_EQ(Judge(Type::kNextcloudTalk, 429, "").retry_after_ms, 30 * 60'000);
  EXPECT_EQ(Judge(Type::kNextcloudTalk, 503, "7").retry_after_ms, 7000);
  EXPECT_EQ(Judge(Type::kNextcloudTalk, 503, "86400").retry_after_ms, kMaxBackoffMs);
  EXPECT_EQ(Judge(Type::kHomeAssistant, 429, "86400").retry_after_ms, 3'600'000);
  EXPECT_EQ(Judge(Type::kHomeAssistant, 429, "").retry_after_ms, 0);
}

TEST_F(OutboxTest, TooLongIsCutAndRejectedIsDropped) {
  client_.answer = [](const auto&) { return FakeClient::Status(413); };
  Queue(kTalk, true);
  outbox_->RunDue();
  EXPECT_LE(client_.requests.size(), 4u);
  EXPECT_EQ(outbox_->QueueLength(), 0u);
  client_.answer = [](const auto&) { return FakeClient::Status(400); };
  Queue(kTalk, true);
  outbox_->RunDue();
  EXPECT_EQ(outbox_->QueueLength(), 0u);
  EXPECT_EQ(log_.Count("refused a message for good"), 2);
}

TEST_F(OutboxTest, ReceiverWithoutSecretIsOffAndSaysSoOnce) {
  ASSERT_TRUE(real_fs_->Remove(secrets_.Join("bot")).ok());
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(outbox_->Enabled(kTalk));
  EXPECT_EQ(log_.Count("receiver is off"), 1);
  EXPECT_TRUE(outbox_->Enabled(kHa));
  secrets_.Write("bot", "back-0123456789abcdefghijklmnopqrstuvwxyz0123");
  EXPECT_TRUE(outbox_->Enabled(kTalk));
  EXPECT_EQ(log_.Count("receiver is on"), 1);
  EXPECT_FALSE(outbox_->Enabled("unknown"));
}

TEST_F(OutboxTest, SecretThatCannotBeUsedIsSaidBeforeTheFirstAlert) {
  secrets_.Write("ha", "very-secret and no URL");
  Open();
  EXPECT_EQ(log_.Count("receiver cannot be used"), 2) << "the hook's is the same file";
  EXPECT_EQ(log_.Count("very-secret"), 0);
  Queue(kHa, true);
  Pass(seconds(60));
  EXPECT_EQ(log_.Count("receiver cannot be used"), 2);
}

TEST_F(OutboxTest, NoSecretIsEverLogged) {
  client_.answer = [](const auto&) { return FakeClient::Status(500); };
  Queue(kHa, true);
  Queue(kTalk, true);
  Pass(seconds(10));
  client_.answer = [](const auto&) { return FakeClient::Status(200); };
  Pass(seconds(100));
  EXPECT_GT(log_.Lines().size(), 2u);
  for (const char* secret : {"very-secret", "token9", "vedette-test-secret"}) {
    EXPECT_EQ(log_.Count(secret), 0) << secret;
  }
}

TEST_F(OutboxTest, RestartKeepsWhatWaitsInOrder) {
  client_.answer = [](const auto&) { return base::Unavailable("down"); };
  Queue(kHook, true);
  Queue(kHook, false);
  outbox_->RunDue();
  Open();
  EXPECT_EQ(outbox_->QueueLength(), 2u);
  client_.answer = [](const auto&) { return FakeClient::Status(200); };
  client_.requests.clear();
  outbox_->RunDue();
  ASSERT_EQ(client_.requests.size(), 2u);
  EXPECT_EQ(Body(client_.requests[0]).at("status").as_string(), "firing");
}

TEST_F(OutboxTest, ThreadsStopAtOnce) {
  outbox_->Start();
  clock_.WaitForSleepers(2);
  outbox_->Stop();
}

// Routing and delivery joined as the program joins them, on a disk that loses power.
class Joined final : public routing::NotificationSink {
 public:
  explicit Joined(Outbox* outbox) : outbox_(outbox) {}
  bool Enabled(const std::string& integration) override { return outbox_->Enabled(integration); }
  void Stage(const model::Notification& n, base::DurableMap::Batch* batch) override {
    outbox_->Stage(n, batch);
  }
  void Committed() override { outbox_->Committed(); }

 private:
  Outbox* const outbox_;
};

// Plays: an alert fires, is delivered, ends, is delivered. Power is cut at the k-th disk operation
// and the play goes on after a restart. Returns false when the play ended before the cut.
bool PlayWithPowerCut(uint64_t k, const std::string& config_text, FakeClient* client) {
  test::FaultFs fs(k);
  test::FakeClock clock;
  test::CaptureLogger log;
  const auto real_fs = base::NewPosixFileSystem();
  const int64_t start_ms = clock.WallMillis();
  bool cut = false;
  bool powered_once = false;
  fs.FailAt(k, test::FaultFs::Fault::kCrash);
  for (int life = 0; life < 2; ++life) {
    base::DurableMap::Options map;
    map.dir = "/am";
    map.fs = &fs;
    map.clock = &clock;
    auto state = base::DurableMap::Open(map);
    if (state.ok()) {
      Outbox::Options options;
      options.state = state->get();
      options.client = client;
      options.fs = real_fs.get();
      options.clock = &clock;
      options.log = &log;
      auto outbox = *Outbox::Open(options);
      auto config = *routing::ParseConfig(config_text, "c.yml");
      outbox->SetReceivers(config.receivers);
      Joined sink(outbox.get());
      routing::Router::Options router_options;
      router_options.state = state->get();
      router_options.sink = &sink;
      router_options.clock = &clock;
      router_options.log = &log;
      auto router = *routing::Router::Open(router_options, config);
      const int64_t ends_ms = start_ms + 60'000;
      for (int second = 0; second < 150 && !fs.crashed(); ++second) {
        // As rules do: sent every ten seconds until it was taken.
        if (second % 10 == 0) {
          model::Alert alert;
          alert.labels = {{"alertname", "HostDown"}, {"severity", "critical"}};
          alert.starts_at_ms = start_ms;
          const bool ended = clock.WallMillis() >= ends_ms;
          alert.ends_at_ms = ended ? ends_ms : clock.WallMillis() + 240'000;
          (void)router->Post({alert});
        }
        router->RunDue();
        if (!fs.crashed()) outbox->RunDue();
        clock.Advance(seconds(1));
      }
    }
    if (powered_once) break;
    cut = fs.crashed();
    if (!cut) break;
    fs.Restart();
    powered_once = true;
  }
  return cut;
}

TEST(Pipeline, PowerCutAtEveryOperationNeitherLosesNorReordersNorForgetsToResolve) {
  test::TempDir secrets;
  const std::string path = secrets.Write("ha", "https://ha.example/api/webhook/x");
  const std::string config =
      "route: {receiver: a, group_wait: 5s, group_interval: 10s}\n"
      "receivers:\n- name: a\n  home_assistant_configs:\n"
      "  - webhook_url_file: '" +
      path + "'\n";
  for (uint64_t k = 1; k < 200; ++k) {
    SCOPED_TRACE("power cut at operation " + std::to_string(k));
    FakeClient client;
    const bool cut = PlayWithPowerCut(k, config, &client);
    std::vector<std::string> order;  // what the receiver shows, repeated deliveries taken out by id
    std::set<std::string> ids;
    for (const auto& request : client.requests) {
      const auto body = Body(request);
      if (!ids.insert(std::string(body.at("delivery_id").as_string())).second) continue;
      order.emplace_back(body.at("status").as_string());
    }
    EXPECT_EQ(order, (std::vector<std::string>{"firing", "resolved"}));
    if (!cut) break;
  }
}

}  // namespace
}  // namespace vedette::notify
