#include "alerting/routing/router.h"

#include <gtest/gtest.h>

#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_fs.h"

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
    batch->Put("outbox/" + std::to_string(staged.size()), n.group_key);
    staged.push_back(n);
  }
  void Committed() override {
    for (auto& n : staged) sent.push_back(std::move(n));
    staged.clear();
  }
  std::set<std::string> off;
  std::vector<model::Notification> staged, sent;
};

class RouterTest : public testing::Test {
 protected:
  RouterTest() { Open(); }

  void Open() {
    router_.reset();
    state_.reset();
    sink_.staged.clear();
    base::DurableMap::Options map;
    map.dir = "/am";
    map.fs = &fs_;
    map.clock = &clock_;
    auto state = base::DurableMap::Open(map);
    ASSERT_TRUE(state.ok()) << state.status();
    state_ = *std::move(state);
    Router::Options options;
    options.state = state_.get();
    options.sink = &sink_;
    options.clock = &clock_;
    options.log = &log_;
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
  Pass(seconds(15));
  EXPECT_TRUE(sink_.sent.empty());
  sink_.staged.clear();
  fs_.ClearFault();
  Pass(seconds(30));
  EXPECT_EQ(SentTo("nextcloud-talk"), (Texts{"first notification"}));
}

TEST_F(RouterTest, BadAlertsAreNamedAndGoodOnesStored) {
  model::Alert bad;
  const base::Status status = router_->Post({bad, Firing("HostDown", "critical")});
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(router_->Alerts().size(), 1u);
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
