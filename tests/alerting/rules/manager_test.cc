#include "alerting/rules/manager.h"

#include <map>

#include <gtest/gtest.h>

#include "alerting/rules/alert_state.h"
#include "model/wire_batch.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_fs.h"
#include "tests/support/open_map.h"

namespace vedette::rules {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FakeQuerier final : public Querier {
 public:
  base::StatusOr<std::vector<VectorSample>> Query(const std::string& expr, int64_t time_ms,
                                                  std::stop_token) override {
    times.push_back(time_ms);
    if (!error.ok()) return error;
    return answers[expr];
  }
  base::Status Validate(std::string_view) override { return absl::OkStatus(); }

  std::map<std::string, std::vector<VectorSample>> answers;
  std::vector<int64_t> times;
  base::Status error;
};

class FakeSamples final : public model::SampleSink {
 public:
  base::StatusOr<model::AppendStats> Append(std::span<const model::LentSample> samples) override {
    model::AppendStats stats;
    for (const model::LentSample& row : samples) {
      last[*row.labels] = row.value;
      *row.ref = {row.labels->Hash(), 1};
      ++stats.accepted;
    }
    return stats;
  }
  void OnDurable(std::function<void(const base::Status&)> done) override { done(absl::OkStatus()); }
  std::map<model::Labels, double> last;
};

// The sums of native histograms by series, as text: a series may be written more than once.
class FakeHistograms final : public model::WireSink {
 public:
  base::StatusOr<model::AppendStats> Append(const model::WireBatch& batch) override {
    model::AppendStats stats;
    for (size_t i = 0; i < batch.size(); ++i) {
      const auto labels = batch.LabelsOf(i);
      for (size_t k = 0; labels.ok() && k < batch.histogram_count(i); ++k) {
        const auto histogram = batch.HistogramOf(i, k);
        if (histogram.ok()) last[*labels] = histogram->histogram.sum;
        ++stats.accepted;
      }
    }
    return stats;
  }
  void OnDurable(std::function<void(const base::Status&)> done) override { done(absl::OkStatus()); }
  std::map<model::Labels, double> last;
};

class FakeSink final : public AlertSink {
 public:
  base::Status Send(std::vector<model::Alert> alerts) override {
    if (!answer.ok()) return answer;
    for (model::Alert& alert : alerts) sent.push_back(std::move(alert));
    return absl::OkStatus();
  }
  std::vector<model::Alert> sent;
  base::Status answer;
};

class ManagerTest : public testing::Test {
 protected:
  ManagerTest() {
    Open();
    querier_.answers["up == 0"] = {};
  }

  void Open() {
    manager_.reset();
    state_.reset();
    state_ = test::OpenMap(&fs_, &clock_, "/rules");
    Manager::Options options;
    options.querier = &querier_;
    options.log_querier = log_querier_;
    options.samples = &samples_;
    options.histograms = &histograms_;
    options.alerts = &sink_;
    options.state = state_.get();
    options.clock = &clock_;
    options.log = &log_;
    options.external_labels = {{"cluster", "lab"}};
    options.external_url = "http://host:9090";
    manager_ = std::make_unique<Manager>(options);
    ASSERT_TRUE(manager_->SetGroups(Groups()).ok());
  }

  std::vector<GroupSpec> Groups() const {
    RuleSpec rule;
    rule.alert = "Down";
    rule.expr = "up == 0";
    rule.for_ms = for_ms_;
    rule.keep_firing_for_ms = keep_ms_;
    rule.labels = {{"severity", "critical"}};
    rule.annotations = {{"summary", "{{ $labels.instance }} {{ $value }}"}};
    GroupSpec group;
    group.file = "r.yml";
    group.name = "g";
    group.interval_ms = 30'000;
    group.rules = {rule};
    return {group};
  }

  void SetDown(bool down) {
    querier_.answers["up == 0"].clear();
    if (down) querier_.answers["up == 0"] = {{{{"__name__", "up"}, {"instance", "n1"}}, 0}};
  }

  // Evaluates once at the next due time.
  void Tick() {
    const int64_t due = manager_->RunDue();
    // The manager looks again at least once a second; step to the group's own due time.
    (void)due;
    const size_t before = querier_.times.size();
    for (int i = 0; i < 31 && querier_.times.size() == before; ++i) {
      clock_.Advance(seconds(1));
      manager_->RunDue();
    }
    ASSERT_GT(querier_.times.size(), before);
  }

  AlertState State() const { return manager_->Snapshot().front().rules.front().state; }

  test::FakeClock clock_;
  test::FaultFs fs_;
  test::CaptureLogger log_;
  FakeQuerier querier_;
  Querier* log_querier_ = nullptr;
  FakeSamples samples_;
  FakeHistograms histograms_;
  FakeSink sink_;
  int64_t for_ms_ = 60'000;
  int64_t keep_ms_ = 0;
  std::unique_ptr<base::DurableMap> state_;
  std::unique_ptr<Manager> manager_;
};

TEST_F(ManagerTest, FiresAfterForAndResolvesWhenItReturns) {
  SetDown(true);
  Tick();
  EXPECT_EQ(State(), AlertState::kPending);
  Tick();
  EXPECT_EQ(State(), AlertState::kPending);
  EXPECT_TRUE(sink_.sent.empty());
  Tick();
  EXPECT_EQ(State(), AlertState::kFiring);
  ASSERT_EQ(sink_.sent.size(), 1u);
  const model::Alert& fired = sink_.sent[0];
  const int64_t now = querier_.times.back();
  EXPECT_EQ(fired.labels, (model::Labels{{"alertname", "Down"},
                                         {"cluster", "lab"},
                                         {"instance", "n1"},
                                         {"severity", "critical"}}));
  EXPECT_EQ(fired.annotations.Get("summary"), "n1 0");
  EXPECT_EQ(fired.starts_at_ms, now);
  EXPECT_EQ(fired.ends_at_ms, now + 4 * 60'000);
  EXPECT_EQ(fired.generator_url, "http://host:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1");
  EXPECT_EQ(fired.value, "0");
  SetDown(false);
  Tick();
  EXPECT_EQ(State(), AlertState::kInactive);
  ASSERT_EQ(sink_.sent.size(), 2u);
  EXPECT_EQ(sink_.sent[1].starts_at_ms, now);
  EXPECT_EQ(sink_.sent[1].ends_at_ms, querier_.times.back());
}

TEST_F(ManagerTest, ALogqlRuleAsksTheLogs) {
  FakeQuerier logs;
  const std::string errors = "sum by (instance) (rate({a=\"b\"}[5m])) > 1";
  logs.answers[errors] = {{{{"instance", "n1"}}, 2}};
  log_querier_ = &logs;
  for_ms_ = 0;
  Open();
  std::vector<GroupSpec> groups = Groups();
  groups[0].rules[0].expr = errors;
  groups[0].rules[0].language = QueryLanguage::kLogql;
  groups[0].rules.push_back(Groups()[0].rules[0]);  // another beside it
  groups[0].rules[1].alert = "Other";
  ASSERT_TRUE(manager_->SetGroups(groups).ok());
  Tick();
  ASSERT_EQ(sink_.sent.size(), 1u);
  EXPECT_EQ(sink_.sent[0].labels.Get("alertname"), "Down");
  EXPECT_EQ(sink_.sent[0].annotations.Get("summary"), "n1 2");
  EXPECT_EQ(sink_.sent[0].generator_url, "http://host:9090");
  EXPECT_EQ(logs.times, querier_.times);
}

TEST_F(ManagerTest, ABlipShorterThanForNeverFires) {
  SetDown(true);
  Tick();
  SetDown(false);
  Tick();
  SetDown(true);
  Tick();
  Tick();
  EXPECT_TRUE(sink_.sent.empty());
  EXPECT_EQ(State(), AlertState::kPending);
}

TEST_F(ManagerTest, FailedQueryNeitherFiresNorResolves) {
  SetDown(true);
  for (int i = 0; i < 3; ++i) Tick();
  ASSERT_EQ(State(), AlertState::kFiring);
  querier_.error = base::Unavailable("store is down");
  Tick();
  EXPECT_EQ(State(), AlertState::kFiring);
  EXPECT_EQ(manager_->Snapshot()[0].rules[0].health, "err");
  EXPECT_EQ(manager_->Snapshot()[0].rules[0].last_error, "store is down");
}

TEST_F(ManagerTest, AFailingRuleIsToldOnceAndOnceThatItWorksAgain) {
  querier_.error = base::Unavailable("store is down");
  for (int i = 0; i < 5; ++i) Tick();
  EXPECT_EQ(log_.Count("a rule failed"), 1);
  querier_.error = base::Internal("store is broken");
  for (int i = 0; i < 5; ++i) Tick();
  EXPECT_EQ(log_.Count("a rule failed"), 2);
  querier_.error = absl::OkStatus();
  for (int i = 0; i < 5; ++i) Tick();
  EXPECT_EQ(log_.Count("a rule works again"), 1);
}

TEST_F(ManagerTest, ResendsEachMinuteAndAResolvedOneForFifteen) {
  SetDown(true);
  for (int i = 0; i < 3; ++i) Tick();
  for (int i = 0; i < 6; ++i) Tick();  // three more minutes of 30 s
  EXPECT_EQ(sink_.sent.size(), 3u);    // at once, then when more than a minute has passed
  SetDown(false);
  sink_.sent.clear();
  for (int i = 0; i < 60; ++i) Tick();
  EXPECT_GE(sink_.sent.size(), 9u);
  EXPECT_LE(sink_.sent.size(), 12u);
  EXPECT_TRUE(state_->Scan("rule/").empty());
}

TEST_F(ManagerTest, RestartKeepsPendingTimeExactlyHoweverShortFor) {
  SetDown(true);
  Tick();
  const int64_t since = manager_->Snapshot()[0].rules[0].alerts[0].active_at_ms;
  Tick();
  Open();
  Tick();
  ASSERT_EQ(State(), AlertState::kFiring);
  EXPECT_EQ(manager_->Snapshot()[0].rules[0].alerts[0].active_at_ms, since);
}

TEST_F(ManagerTest, RestartResolvesWhatFiredBeforeIt) {
  SetDown(true);
  for (int i = 0; i < 3; ++i) Tick();
  ASSERT_EQ(sink_.sent.size(), 1u);
  SetDown(false);
  Open();
  Tick();
  ASSERT_EQ(sink_.sent.size(), 2u);
  EXPECT_EQ(sink_.sent[1].ends_at_ms, querier_.times.back());
}

TEST_F(ManagerTest, WhatTheSinkRefusedIsSentAgain) {
  sink_.answer = base::Unavailable("not now");
  SetDown(true);
  for (int i = 0; i < 3; ++i) Tick();
  EXPECT_TRUE(sink_.sent.empty());
  sink_.answer = absl::OkStatus();
  Tick();
  EXPECT_EQ(sink_.sent.size(), 1u);
}

TEST_F(ManagerTest, NothingIsSentBeforeItsStateIsOnDisk) {
  SetDown(true);
  for (int i = 0; i < 2; ++i) Tick();
  fs_.FailAlways(test::FaultFs::Fault::kError);
  Tick();
  EXPECT_TRUE(sink_.sent.empty());
  fs_.ClearFault();
  clock_.Advance(seconds(30));
  Tick();
  EXPECT_EQ(sink_.sent.size(), 1u);
}

TEST_F(ManagerTest, KeepFiringForHoldsAnAlertThatFlaps) {
  keep_ms_ = 60'000;
  ASSERT_TRUE(manager_->SetGroups(Groups()).ok());
  SetDown(true);
  for (int i = 0; i < 3; ++i) Tick();
  SetDown(false);
  Tick();
  EXPECT_EQ(State(), AlertState::kFiring);
  Tick();
  EXPECT_EQ(State(), AlertState::kFiring);
  Tick();
  EXPECT_EQ(State(), AlertState::kInactive);
}

TEST_F(ManagerTest, ReloadKeepsAlertsAndRaisedForPutsThemBack) {
  SetDown(true);
  for (int i = 0; i < 3; ++i) Tick();
  ASSERT_TRUE(manager_->SetGroups(Groups()).ok());
  Tick();
  EXPECT_EQ(State(), AlertState::kFiring);
  for_ms_ = 3'600'000;
  ASSERT_TRUE(manager_->SetGroups(Groups()).ok());
  Tick();
  EXPECT_EQ(State(), AlertState::kPending);
}

TEST_F(ManagerTest, StateSeriesAppearAndEndInStaleness) {
  SetDown(true);
  Tick();
  const auto series = [](std::string_view state) {
    return model::Labels{{"__name__", "ALERTS"},
                         {"alertname", "Down"},
                         {"alertstate", state},
                         {"instance", "n1"},
                         {"severity", "critical"}};
  };
  const model::Labels pending = series("pending");
  const model::Labels firing = series("firing");
  EXPECT_EQ(samples_.last[pending], 1);
  Tick();
  Tick();
  EXPECT_EQ(samples_.last[firing], 1);
  EXPECT_TRUE(model::IsStaleNan(samples_.last[pending]));
  ASSERT_TRUE(manager_->SetGroups({}).ok());
  EXPECT_TRUE(model::IsStaleNan(samples_.last[firing]));
  EXPECT_TRUE(state_->Scan("rule/").empty());
}

TEST_F(ManagerTest, RecordingRulesWriteAndEndSeries) {
  RuleSpec rule;
  rule.record = "job:up:sum";
  rule.expr = "sum(up)";
  rule.labels = {{"x", "y"}};
  GroupSpec group;
  group.file = "r.yml";
  group.name = "rec";
  group.interval_ms = 30'000;
  group.query_offset_ms = 10'000;
  group.rules = {rule};
  ASSERT_TRUE(manager_->SetGroups({group}).ok());
  querier_.answers["sum(up)"] = {{{{"job", "a"}}, 3}};
  Tick();
  const model::Labels series{{"__name__", "job:up:sum"}, {"job", "a"}, {"x", "y"}};
  EXPECT_EQ(samples_.last[series], 3);
  querier_.answers["sum(up)"] = {};
  Tick();
  EXPECT_TRUE(model::IsStaleNan(samples_.last[series]));
}

TEST_F(ManagerTest, RecordingRulesWriteNativeHistogramsBesideFloats) {
  RuleSpec rule;
  rule.record = "r";
  rule.expr = "x";
  GroupSpec group;
  group.file = "r.yml";
  group.name = "rec";
  group.interval_ms = 30'000;
  group.rules = {rule};
  ASSERT_TRUE(manager_->SetGroups({group}).ok());
  auto histogram = std::make_shared<model::Histogram>();
  histogram->is_float = true;
  histogram->count_float = 3;
  histogram->sum = 7.5;
  histogram->positive = {{{1, 2}}, {}, {1, 2}};
  querier_.answers["x"] = {{{{"job", "a"}}, 0, histogram}, {{{"job", "b"}}, 3}};
  Tick();
  const model::Labels a{{"__name__", "r"}, {"job", "a"}};
  const model::Labels b{{"__name__", "r"}, {"job", "b"}};
  EXPECT_EQ(manager_->Snapshot()[0].rules[0].last_error, "");
  EXPECT_EQ(histograms_.last, (std::map<model::Labels, double>{{a, 7.5}}));
  EXPECT_EQ(samples_.last, (std::map<model::Labels, double>{{b, 3}}));
  querier_.answers["x"] = {};
  Tick();
  EXPECT_TRUE(model::IsStaleNan(samples_.last[a]));
  EXPECT_TRUE(model::IsStaleNan(samples_.last[b]));
}

TEST_F(ManagerTest, LateEvaluationsAreCountedNotReplayed) {
  Tick();
  const size_t before = querier_.times.size();
  const int64_t last = querier_.times.back();
  clock_.Advance(seconds(30 * 5 + 1));
  manager_->RunDue();
  EXPECT_EQ(querier_.times.size(), before + 1);
  EXPECT_EQ(querier_.times.back(), last + 5 * 30'000);
  EXPECT_EQ(manager_->Snapshot()[0].iterations_missed, 4u);
}

TEST_F(ManagerTest, LimitDropsAllAlertsOfTheRule) {
  auto groups = Groups();
  groups[0].limit = 1;
  groups[0].rules[0].for_ms = 0;
  ASSERT_TRUE(manager_->SetGroups(groups).ok());
  querier_.answers["up == 0"] = {{{{"instance", "a"}}, 0}, {{{"instance", "b"}}, 0}};
  Tick();
  EXPECT_TRUE(sink_.sent.empty());
  EXPECT_EQ(manager_->Snapshot()[0].rules[0].last_error, "exceeded limit of 1 with 2 alerts");
}

TEST_F(ManagerTest, DuplicateLabelSetsFailTheRule) {
  auto groups = Groups();
  groups[0].rules[0].labels.push_back({"instance", "same"});
  ASSERT_TRUE(manager_->SetGroups(groups).ok());
  querier_.answers["up == 0"] = {{{{"instance", "a"}}, 0}, {{{"instance", "b"}}, 0}};
  Tick();
  EXPECT_EQ(manager_->Snapshot()[0].rules[0].last_error,
            "vector contains metrics with the same labelset after applying alert labels");
}

TEST_F(ManagerTest, PowerCutAtEveryOperationNeverForgetsWhatWasSent) {
  for (uint64_t k = 1; k < 60; ++k) {
    SCOPED_TRACE(k);
    fs_.Restart();
    ASSERT_TRUE(fs_.RemoveAll("/rules").ok());
    SetDown(true);
    Open();
    sink_.sent.clear();
    fs_.FailAt(k, test::FaultFs::Fault::kCrash);
    for (int i = 0; i < 4; ++i) Tick();
    const bool fired = !sink_.sent.empty();
    fs_.Restart();
    fs_.ClearFault();
    SetDown(false);
    sink_.sent.clear();
    Open();
    Tick();
    if (fired) {
      ASSERT_EQ(sink_.sent.size(), 1u);
      EXPECT_LE(sink_.sent[0].ends_at_ms, clock_.WallMillis());
    }
  }
}

TEST_F(ManagerTest, ThreadStopsAtOnce) {
  manager_->Start();
  clock_.WaitForSleepers(1);
  manager_->Stop();
}

TEST(AlertStateFormat, RefusesDamageAndOtherVersions) {
  ActiveAlerts alerts;
  ActiveAlert alert;
  alert.labels = {{"a", "b"}};
  alert.state = AlertState::kFiring;
  alert.active_at_ms = 5;
  alert.value = 1.5;
  alerts.emplace(alert.labels, alert);
  const std::string bytes = EncodeAlerts(alerts);
  EXPECT_EQ(bytes[0], 1);
  const auto back = DecodeAlerts(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->begin()->second.active_at_ms, 5);
  EXPECT_EQ(back->begin()->second.value, 1.5);
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(DecodeAlerts(bytes.substr(0, n)).ok());
  std::string newer = bytes;
  newer[0] = 2;
  EXPECT_FALSE(DecodeAlerts(newer).ok());
}

}  // namespace
}  // namespace vedette::rules
