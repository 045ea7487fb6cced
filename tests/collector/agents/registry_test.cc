#include "collector/agents/registry.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "tests/collector/agents/agents_fixture.h"

namespace vedette::agents {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto kTaken = absl::StatusCode::kAlreadyExists;
constexpr auto kOk = absl::StatusCode::kOk;

TEST_F(RegistryTest, TheFirstIdOwnsTheName) {
  EXPECT_EQ(CodeOf(1, "web1"), kOk);
  const base::Status second = Announce(2, "web1");
  EXPECT_EQ(second.code(), kTaken);
  EXPECT_NE(base::Message(second).find("vedette agents release web1"), std::string_view::npos);
  EXPECT_EQ(CodeOf(1, "web1"), kOk);
  EXPECT_EQ(Hosts(), "web1");
}

TEST_F(RegistryTest, AReleasedNameGoesToTheNextOtherIdAndStaysTillThen) {
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  ASSERT_TRUE(registry_->Release("web1").ok());
  EXPECT_EQ(CodeOf(1, "web1"), kOk);
  Open();
  EXPECT_EQ(Hosts(), "web1");
  EXPECT_EQ(CodeOf(2, "web1"), kOk);
  EXPECT_EQ(CodeOf(1, "web1"), kTaken);
  EXPECT_EQ(CodeOf(3, "web1"), kTaken);
  EXPECT_EQ(registry_->Release("web2").code(), absl::StatusCode::kNotFound);
}

TEST_F(RegistryTest, AnotherKeyIsRefusedForEveryName) {
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  model::Announcement guess = AnnouncementOf(1, "web1");
  guess.key = base::Secret(std::string(model::Announcement::kKeyDigits, 'f'));
  EXPECT_TRUE(absl::IsPermissionDenied(registry_->Announce(guess, "10.0.0.1")));
  guess.host = "web2";
  EXPECT_TRUE(absl::IsPermissionDenied(registry_->Announce(guess, "10.0.0.1")));
  EXPECT_EQ(Hosts(), "web1");
}

TEST_F(RegistryTest, KeysStandNowhere) {
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  const std::string key = AnnouncementOf(1, "web1").key.Reveal();
  for (const auto& [name, value] : map_->Scan("")) {
    EXPECT_EQ(value.find(key), std::string::npos);
  }
  EXPECT_TRUE(registry_->Hosts()[0].record.key_hash.empty());
  EXPECT_EQ(logger_.Count(key), 0);
}

TEST_F(RegistryTest, AHostIsSilentAfterTwoMinutesAndForgottenAfterADay) {
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  Pass(seconds(119));
  EXPECT_EQ(Hosts(), "web1");
  Pass(seconds(1));
  EXPECT_EQ(Hosts(), "web1(silent)");
  EXPECT_EQ(logger_.Count("a host is silent"), 1);
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  EXPECT_EQ(Hosts(), "web1");
  EXPECT_EQ(logger_.Count("heard again"), 1);
  Pass(hours(23));
  EXPECT_EQ(Hosts(), "web1(silent)");
  EXPECT_EQ(CodeOf(2, "web1"), kTaken);
  Pass(hours(1));
  EXPECT_EQ(Hosts(), "");
  EXPECT_EQ(CodeOf(2, "web1"), kOk);
}

// As when the collector's network fails, and returns: one write, however many they are.
TEST_F(RegistryTest, HostsThatFallSilentTogetherAreWrittenTogether) {
  for (int i = 0; i < 40; ++i) ASSERT_EQ(CodeOf(i, "web" + std::to_string(i)), kOk);
  clock_.Advance(minutes(3));
  uint64_t before = fs_.operations();
  registry_->Sweep();
  EXPECT_LT(fs_.operations() - before, 10u);
  EXPECT_EQ(logger_.Count("a host is silent"), 40);
  Open();
  EXPECT_EQ(Hosts().find("web7 "), std::string::npos) << Hosts();
  before = fs_.operations();
  for (int i = 0; i < 40; ++i) ASSERT_EQ(CodeOf(i, "web" + std::to_string(i)), kOk);
  registry_->Sweep();
  EXPECT_LT(fs_.operations() - before, 10u);
  EXPECT_EQ(logger_.Count("a silent host is heard again"), 40);
  Open();
  EXPECT_EQ(Hosts().find("silent"), std::string::npos) << Hosts();
  // Nothing is left to be written.
  before = fs_.operations();
  registry_->Sweep();
  EXPECT_EQ(fs_.operations(), before);
}

TEST_F(RegistryTest, AStepOfTheWallClockSilencesAndForgetsNobody) {
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  for (const auto step : {hours(100), hours(-200)}) {
    clock_.StepWall(step);
    registry_->Sweep();
    EXPECT_EQ(Hosts(), "web1");
  }
  Pass(minutes(3));
  clock_.StepWall(hours(1000));
  registry_->Sweep();
  EXPECT_EQ(Hosts(), "web1(silent)");
  // Nor does a start with a clock that is far ahead, or behind.
  for (const auto step : {hours(2000), hours(-9000)}) {
    clock_.StepWall(step);
    Open();
    registry_->Sweep();
    EXPECT_EQ(Hosts(), "web1(silent)");
  }
}

TEST_F(RegistryTest, AfterAStartWhoWasHeardHasTimeAndWhoWasSilentIsSilent) {
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  Pass(minutes(3));
  ASSERT_EQ(CodeOf(2, "web2"), kOk);
  clock_.Advance(hours(2));  // the collector is away
  Open();
  EXPECT_EQ(Hosts(), "web1(silent) web2");
  Pass(minutes(2));
  EXPECT_EQ(Hosts(), "web1(silent) web2(silent)");
  Pass(hours(22) - minutes(2));
  EXPECT_EQ(Hosts(), "web2(silent)");
}

TEST_F(RegistryTest, ARenamedHostEndsUnderItsOldName) {
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  EXPECT_EQ(CodeOf(1, "web9"), kTaken);
  Pass(seconds(59));
  EXPECT_EQ(CodeOf(1, "web9"), kTaken);
  Pass(seconds(1));
  EXPECT_EQ(CodeOf(1, "web9"), kOk);
  EXPECT_EQ(Hosts(), "web9");
  EXPECT_EQ(CodeOf(2, "web1"), kOk);
  Open();
  EXPECT_EQ(Hosts(), "web1 web9");
}

TEST_F(RegistryTest, TwoMachinesOfOneImageDoNotTakeANameInTurns) {
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  for (int i = 0; i < 10; ++i) {
    Pass(seconds(15));
    const base::Status clone = registry_->Announce(AnnouncementOf(1, "web2"), "10.0.9.2");
    EXPECT_EQ(clone.code(), kTaken);
    EXPECT_NE(base::Message(clone).find("state folder"), std::string_view::npos);
    Pass(seconds(15));
    EXPECT_EQ(CodeOf(1, "web1"), kOk);
  }
  EXPECT_EQ(Hosts(), "web1");
  EXPECT_EQ(logger_.Count("an agent is not listened to"), 1);
}

TEST_F(RegistryTest, OnePageIsOneHosts) {
  ASSERT_TRUE(registry_->Announce(AnnouncementOf(1, "web1"), "10.0.0.9").ok());
  const base::Status second = registry_->Announce(AnnouncementOf(2, "web2"), "10.0.0.9");
  EXPECT_EQ(second.code(), kTaken);
  EXPECT_NE(base::Message(second).find("--push.metrics"), std::string_view::npos) << second;
  model::Announcement other_port = AnnouncementOf(2, "web2");
  other_port.pages = {{"node", 9200}};
  EXPECT_TRUE(registry_->Announce(other_port, "10.0.0.9").ok());
  model::Announcement sends = AnnouncementOf(3, "web3");
  sends.sends = true;
  EXPECT_TRUE(registry_->Announce(sends, "10.0.0.9").ok());
  // An address that somebody else has been given since.
  Pass(minutes(2));
  EXPECT_TRUE(registry_->Announce(AnnouncementOf(4, "web4"), "10.0.0.9").ok());
}

TEST_F(RegistryTest, AForgottenHostThatAnnouncesItselfIsANewOne) {
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  ASSERT_TRUE(registry_->Forget("web1").ok());
  EXPECT_EQ(Hosts(), "");
  Open();
  EXPECT_EQ(Hosts(), "");
  EXPECT_EQ(CodeOf(2, "web1"), kOk);
  EXPECT_EQ(registry_->Forget("web7").code(), absl::StatusCode::kNotFound);
}

TEST_F(RegistryTest, TenThousandIdsFillNeitherMemoryNorLog) {
  ASSERT_EQ(CodeOf(0, "first"), kOk);
  for (int i = 1; i <= 10'000; ++i) {
    const base::Status status = Announce(i, base::Concat({"host", std::to_string(i)}));
    EXPECT_EQ(status.ok(), i < 50) << i;
    EXPECT_TRUE(status.ok() || absl::IsResourceExhausted(status)) << status;
  }
  EXPECT_EQ(registry_->Hosts().size(), 50u);
  EXPECT_EQ(registry_->Refused().size(), Refusals::kMost);
  EXPECT_EQ(logger_.Count("an agent is not listened to"), Refusals::kLinesAMinute);
  EXPECT_EQ(CodeOf(0, "first"), kOk);
}

TEST_F(RegistryTest, EachRefusalIsSaidOnceAndCounted) {
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(CodeOf(2, "web1"), kTaken);
  EXPECT_EQ(logger_.Count("an agent is not listened to"), 1);
  ASSERT_EQ(registry_->Refused().size(), 1u);
  EXPECT_EQ(registry_->Refused()[0].count, 5u);
  EXPECT_EQ(registry_->Refused()[0].host, "web1");
  ASSERT_TRUE(registry_->Release("web1").ok());
  EXPECT_EQ(CodeOf(2, "web1"), kOk);
  EXPECT_TRUE(registry_->Refused().empty());
}

TEST_F(RegistryTest, CheckChangesNothing) {
  EXPECT_TRUE(registry_->Check(AnnouncementOf(1, "web1"), "10.0.0.1").ok());
  EXPECT_EQ(Hosts(), "");
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  EXPECT_EQ(registry_->Check(AnnouncementOf(2, "web1"), "10.0.0.1").code(), kTaken);
  EXPECT_TRUE(registry_->Refused().empty());
}

TEST_F(RegistryTest, WhatWasTakenSurvivesEveryCrash) {
  for (uint64_t k = 1; k < 40; ++k) {
    fs_.FailAt(k, test::FaultFs::Fault::kCrash);
    std::string taken;
    for (int i = 0; i < 6; ++i) {
      const std::string host = base::Concat({"k", std::to_string(k), "-", std::to_string(i)});
      if (Announce(static_cast<int>(k) * 10 + i, host).ok()) taken = host;
      if (i == 3) registry_->Release(host).IgnoreError();
    }
    fs_.Restart();
    fs_.ClearFault();
    Open();
    EXPECT_NE(Hosts().find(taken), std::string::npos) << k;
    for (const HostState& host : registry_->Hosts()) {
      ASSERT_TRUE(registry_->Forget(host.record.host).ok());
    }
  }
}

TEST_F(RegistryTest, AFullDiskTakesNoClaimAndSilencesNobody) {
  ASSERT_EQ(CodeOf(1, "web1"), kOk);
  Pass(minutes(3));
  fs_.FailAlways(test::FaultFs::Fault::kNoSpace);
  EXPECT_TRUE(absl::IsUnavailable(Announce(2, "web2")));
  EXPECT_EQ(CodeOf(1, "web1"), kOk);
  EXPECT_EQ(Hosts(), "web1");
  fs_.ClearFault();
  registry_->Sweep();
  Open();
  EXPECT_EQ(Hosts(), "web1");
  EXPECT_EQ(CodeOf(2, "web2"), kOk);
}

TEST_F(RegistryTest, ARecordComesBackAsItWas) {
  model::Announcement said = AnnouncementOf(1, "web1");
  said.pages = {{"node", 9100}, {"redis", 9100, "/metrics/redis", true}};
  said.labels = {{"rack", "a"}, {"zone", "ä"}};
  ASSERT_TRUE(registry_->Announce(said, "::ffff:10.0.0.9").ok());
  Open();
  const HostRecord record = registry_->Hosts()[0].record;
  EXPECT_EQ(record.pages, said.pages);
  EXPECT_EQ(record.labels, said.labels);
  EXPECT_EQ(record.address, "10.0.0.9");
}

TEST(HostRecord, ANewerVersionIsRefusedAndRubbishCostsItself) {
  HostRecord record;
  record.host = "web1";
  std::string bytes = EncodeHostRecord(record);
  EXPECT_TRUE(DecodeHostRecord("web1", bytes).ok());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeHostRecord("web1", bytes.substr(0, size)).status())) << size;
  }
  EXPECT_TRUE(absl::IsDataLoss(DecodeHostRecord("web1", bytes + "x").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeHostRecord("we\nb", bytes).status()));
  bytes[0] = 2;
  EXPECT_TRUE(absl::IsInvalidArgument(DecodeHostRecord("web1", bytes).status()));
}

}  // namespace
}  // namespace vedette::agents
