#include "alerting/routing/router.h"

#include <gtest/gtest.h>

#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_fs.h"
#include "tests/support/open_map.h"

namespace vedette::routing {
namespace {

using std::chrono::seconds;

// Keeps what was staged once it is committed; nothing of a failed batch.
class FakeSink final : public NotificationSink {
 public:
  bool Enabled(const std::string& integration) override {
    return off.find(integration) == off.end();
  }
  void Stage(const model::Notification& n, base::DurableMap::Batch* batch) override {
    const std::string key = "outbox/" + std::to_string(++number_);
    batch->Put(key, n.group_key);
    staged.emplace_back(key, n);
  }
  void Committed() override {
    for (auto& [key, n] : staged) {
      if (state->Get(key)) sent.push_back(std::move(n));
    }
    staged.clear();
  }
  const base::DurableMap* state = nullptr;
  std::set<std::string> off;
  std::vector<std::pair<std::string, model::Notification>> staged;
  std::vector<model::Notification> sent;

 private:
  int number_ = 0;
};

class RouterTest : public testing::Test {
 protected:
  RouterTest() { Open(); }

  void Open() {
    router_.reset();
    state_.reset();
    sink_.staged.clear();
    state_ = test::OpenMap(&fs_, &clock_, "/am");
    sink_.state = state_.get();
    Router::Options options;
    options.state = state_.get();
    options.sink = &sink_;
    options.clock = &clock_;
    options.log = &log_;
    options.max_alerts = max_alerts_;
    auto config = ParseConfig(DefaultConfigText(""), "default");
    ASSERT_TRUE(config.ok());
    auto router = Router::Open(options, *std::move(config));
    ASSERT_TRUE(router.ok());
    router_ = *std::move(router);
  }

  model::Alert Firing(std::string_view name, std::string_view severity,
                      std::string_view host = "n1") {
    model::Alert alert;
    alert.labels = {
        {"alertname", name}, {"host", host}, {"instance", "n1:9100"}, {"severity", severity}};
    alert.starts_at_ms = started_ms_;
    alert.ends_at_ms = clock_.WallMillis() + 240'000;
    return alert;
  }
  model::Alert Resolved(model::Alert alert) {
    alert.ends_at_ms = clock_.WallMillis();
    return alert;
  }
  void Post(std::vector<model::Alert> alerts) {
    ASSERT_TRUE(router_->Post(std::move(alerts)).ok());
  }
  void Pass(seconds time) {
    for (seconds t{0}; t < time; t += seconds(1)) {
      clock_.Advance(seconds(1));
      router_->RunDue();
    }
  }
  std::vector<std::string> SentTo(std::string_view receiver) const {
    std::vector<std::string> reasons;
    for (const auto& n : sink_.sent) {
      if (n.receiver == receiver) reasons.push_back(n.reason);
    }
    return reasons;
  }

  size_t max_alerts_ = 50'000;
  test::FakeClock clock_;
  int64_t started_ms_ = clock_.WallMillis();
  test::FaultFs fs_;
  test::CaptureLogger log_;
  FakeSink sink_;
  std::unique_ptr<base::DurableMap> state_;
  std::unique_ptr<Router> router_;
};

using Texts = std::vector<std::string>;

TEST_F(RouterTest, CriticalReachesBothWarningOnlyHomeAssistant) {
  Post({Firing("HostDown", "critical"), Firing("HighCPUUsage", "warning", "n2"),
        Firing("Info", "info", "n3")});
  Pass(seconds(5));
  EXPECT_TRUE(sink_.sent.empty());  // group_wait
  Pass(seconds(10));
  EXPECT_EQ(SentTo("home-assistant"), (Texts{"first notification", "first notification"}));
  EXPECT_EQ(SentTo("nextcloud-talk"), (Texts{"first notification"}));
  EXPECT_EQ(
      sink_.sent[0].group_key,
      "{}/{severity=~\"critical|warning\"}:{alertname=\"HighCPUUsage\", instance=\"n1:9100\"}");
  EXPECT_EQ(sink_.sent[1].sequence, 1u);
  EXPECT_EQ(router_->Alerts().size(), 3u);
}

TEST_F(RouterTest, ResolvedFollowsAndTheAlertIsForgotten) {
  Post({Firing("HostDown", "critical")});
  Pass(seconds(11));
  Post({Resolved(Firing("HostDown", "critical"))});
  Pass(seconds(61));
  EXPECT_EQ(SentTo("nextcloud-talk"), (Texts{"first notification", "all alerts resolved"}));
  EXPECT_FALSE(sink_.sent.back().alerts.at(0).firing);
  EXPECT_TRUE(router_->Alerts().empty());
  EXPECT_TRUE(state_->Scan("alert/").empty());
}

TEST_F(RouterTest, RepeatsAfterTheRepeatIntervalOnly) {
  Post({Firing("HostDown", "critical")});
  for (int i = 0; i < 5 * 60; ++i) {
    Post({Firing("HostDown", "critical")});
    clock_.Advance(seconds(60));
    router_->RunDue();
  }
  EXPECT_EQ(SentTo("nextcloud-talk"), (Texts{"first notification", "repeat interval elapsed"}));
}

TEST_F(RouterTest, HostDownHidesTheRestOfThatHost) {
  Post({Firing("HostDown", "critical"), Firing("ServiceDown", "critical"),
        Firing("ServiceDown", "critical", "other")});
  Pass(seconds(11));
  EXPECT_EQ(sink_.sent.size(), 4u);
  for (const auto& n : sink_.sent) {
    for (const auto& a : n.alerts) {
      EXPECT_FALSE(a.labels.Get("alertname") == "ServiceDown" && a.labels.Get("host") == "n1");
    }
  }
  int muted = 0;
  for (const AlertView& view : router_->Alerts()) muted += view.suppressed() ? 1 : 0;
  EXPECT_EQ(muted, 1);
}

TEST_F(RouterTest, WhatWasToldAndThenInhibitedIsStillToldWhenItEnds) {
  Post({Firing("ServiceDown", "critical")});
  Pass(seconds(11));
  Post({Firing("HostDown", "critical")});
  Pass(seconds(61));
  sink_.sent.clear();
  Post({Resolved(Firing("ServiceDown", "critical"))});
  Pass(seconds(61));
  EXPECT_EQ(SentTo("nextcloud-talk"), (Texts{"all alerts resolved"}));
}

TEST_F(RouterTest, InhibitedAlertsAreNeitherResolvedNorToldAgain) {
  Post({Firing("ServiceDown", "critical")});
  Pass(seconds(11));
  Post({Firing("HostDown", "critical")});
  Pass(seconds(120));
  const auto sent = SentTo("nextcloud-talk");
  EXPECT_EQ(sent, (Texts{"first notification", "first notification"}));
  Post({Resolved(Firing("HostDown", "critical"))});
  Pass(seconds(70));
  EXPECT_EQ(SentTo("nextcloud-talk").size(), 3u);
}

TEST_F(RouterTest, AnAlertThatNobodyRefreshesEnds) {
  Post({Firing("HostDown", "critical")});
  Pass(seconds(320));
  EXPECT_EQ(SentTo("nextcloud-talk"), (Texts{"first notification", "all alerts resolved"}));
}

TEST_F(RouterTest, RestartRepeatsNothingAndForgetsNoResolve) {
  Post({Firing("HostDown", "critical")});
  Open();  // before the first flush
  Pass(seconds(12));
  EXPECT_EQ(SentTo("nextcloud-talk"), (Texts{"first notification"}));
  Open();  // after it
  Pass(seconds(70));
  EXPECT_EQ(SentTo("nextcloud-talk").size(), 1u);
  Post({Resolved(Firing("HostDown", "critical"))});
  Open();  // before the resolve is flushed
  Pass(seconds(70));
  EXPECT_EQ(SentTo("nextcloud-talk"), (Texts{"first notification", "all alerts resolved"}));
  EXPECT_EQ(sink_.sent.back().sequence, 2u);
}

TEST_F(RouterTest, LongDowntimeDoesNotResolveBeforeAnyoneCouldSpeak) {
  Post({Firing("HostDown", "critical")});
  Pass(seconds(12));
  router_.reset();
  clock_.Advance(seconds(3600));
  Open();
  Pass(seconds(200));
  EXPECT_EQ(SentTo("nextcloud-talk"), (Texts{"first notification"}));
  EXPECT_EQ(router_->Alerts().size(), 1u);
  Pass(seconds(200));  // nobody did: the resolve timeout is over
  EXPECT_EQ(SentTo("nextcloud-talk"), (Texts{"first notification", "all alerts resolved"}));
}

TEST_F(RouterTest, ReceiverThatIsOffIsToldOnceItIsOn) {
  sink_.off = {"nextcloud-talk/nextcloud_talk[0]"};
  Post({Firing("HostDown", "critical")});
  Pass(seconds(100));
  EXPECT_TRUE(SentTo("nextcloud-talk").empty());
  sink_.off.clear();
  Pass(seconds(61));
  EXPECT_EQ(SentTo("nextcloud-talk"), (Texts{"first notification"}));
}

TEST_F(RouterTest, FailedDiskAnswersUnavailableAndStoresNothing) {
  fs_.FailAlways(test::FaultFs::Fault::kNoSpace);
  const base::Status status = router_->Post({Firing("HostDown", "critical")});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_TRUE(router_->Alerts().empty());
}

TEST_F(RouterTest, FlushThatCannotBeWrittenIsTriedAgain) {
  Post({Firing("HostDown", "critical")});
  fs_.FailAlways(test::FaultFs::Fault::kError);
  Pass(seconds(120));
  EXPECT_TRUE(sink_.sent.empty());
  EXPECT_TRUE(sink_.staged.empty()) << "what is not on disk is forgotten, not gathered";
  EXPECT_EQ(log_.Count("cannot be written to disk"), 1);
  fs_.ClearFault();
  Pass(seconds(30));
  EXPECT_EQ(log_.Count("are written to disk again"), 1);
  EXPECT_EQ(SentTo("nextcloud-talk"), (Texts{"first notification"}));
}

TEST_F(RouterTest, BadAlertsAreNamedAndGoodOnesStored) {
  model::Alert bad;
  const base::Status status = router_->Post({bad, Firing("HostDown", "critical")});
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(router_->Alerts().size(), 1u);
}

TEST_F(RouterTest, HoldsNoMoreThanItMayAndKeepsWhatItHas) {
  max_alerts_ = 3;
  Open();
  Post({Firing("A", "critical"), Firing("B", "critical"), Firing("C", "critical")});
  const base::Status status = router_->Post({Firing("D", "critical"), Firing("A", "critical")});
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_NE(base::Message(status).find("1 alerts refused: 3 are held"), std::string_view::npos);
  EXPECT_NE(base::Message(status).find("alertname=\"D\""), std::string_view::npos) << status;
  EXPECT_EQ(router_->Alerts().size(), 3u);
}

TEST_F(RouterTest, AnOversizedAlertIsRefused) {
  model::Alert alert = Firing("A", "critical");
  alert.annotations = {{"summary", std::string(300 << 10, 'x')}};
  EXPECT_TRUE(absl::IsInvalidArgument(router_->Post({alert})));
  EXPECT_TRUE(router_->Alerts().empty());
}

// A critical host mutes its warnings, also when many groups are due at once.
TEST_F(RouterTest, ManyGroupsDueAtOnceAreAllFlushed) {
  std::vector<model::Alert> alerts;
  for (int i = 0; i < 300; ++i) {
    alerts.push_back(Firing("HostDown", "critical", "h" + std::to_string(i)));
  }
  Post(alerts);
  Pass(seconds(60));
  EXPECT_EQ(SentTo("nextcloud-talk").size(), router_->Groups().size() / 2);
}

TEST_F(RouterTest, ConfigCanBeSwapped) {
  Post({Firing("HostDown", "critical")});
  Pass(seconds(11));
  auto config = ParseConfig("route: {receiver: x}\nreceivers: [{name: x}]\n", "x.yml");
  ASSERT_TRUE(config.ok());
  router_->SetConfig(*std::move(config));
  EXPECT_EQ(router_->ReceiverNames(), (Texts{"x"}));
  EXPECT_EQ(router_->Alerts().at(0).receivers, (Texts{"x"}));
  EXPECT_EQ(router_->Groups().size(), 1u);
}

TEST_F(RouterTest, ThreadStopsAtOnce) {
  router_->Start();
  clock_.WaitForSleepers(1);
  router_->Stop();
}

}  // namespace
}  // namespace vedette::routing
