#include "announcer/identity.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/capture_logger.h"
#include "tests/support/fault_fs.h"

namespace vedette::announcer {
namespace {

class IdentityTest : public ::testing::Test {
 protected:
  Identity Make(std::string_view machine = "m1\n") {
    auto identity = LoadOrMakeIdentity(&fs_, &logger_, "/state", machine);
    EXPECT_TRUE(identity.ok()) << identity.status();
    return identity.ok() ? *identity : Identity();
  }

  test::CaptureLogger logger_;
  test::FaultFs fs_;
};

TEST_F(IdentityTest, IsMadeOnceAndKept) {
  const Identity first = Make();
  EXPECT_EQ(first.id.size(), 32u);
  EXPECT_EQ(first.key.Reveal().size(), 64u);
  const Identity second = Make();
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.key.Reveal(), first.key.Reveal());
  const auto read = LoadIdentity(&fs_, "/state");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->id, first.id);
}

TEST_F(IdentityTest, ACopyOnAnotherMachineGetsItsOwn) {
  const Identity first = Make("m1");
  const Identity copy = Make("m2");
  EXPECT_NE(copy.id, first.id);
  EXPECT_NE(copy.key.Reveal(), first.key.Reveal());
  EXPECT_EQ(logger_.Count("another machine's"), 1);
  EXPECT_EQ(Make("m2").id, copy.id);
}

TEST_F(IdentityTest, IsWholeOrAbsentAfterEveryCrash) {
  for (uint64_t k = 1; k < 12; ++k) {
    fs_.FailAt(k, test::FaultFs::Fault::kCrash);
    const auto made = LoadOrMakeIdentity(&fs_, &logger_, "/state", "m");
    fs_.Restart();
    fs_.ClearFault();
    const auto after = LoadOrMakeIdentity(&fs_, &logger_, "/state", "m");
    ASSERT_TRUE(after.ok()) << k << ": " << after.status();
    if (made.ok()) {
      EXPECT_EQ(after->id, made->id) << k;
    }
    ASSERT_TRUE(fs_.RemoveAll("/state").ok());
  }
}

TEST_F(IdentityTest, WhatIsNoneIsSetAsideAndANewerOneIsRefused) {
  const std::string path = "/state/agent-id";
  const Identity first = Make();
  const std::string good = *fs_.ReadFile(path);
  for (const std::string& bad :
       {std::string(), good.substr(0, good.size() - 1), good + "x", "id" + good,
        std::string("vedette-agent-id x\n"), std::string(5000, '\n')}) {
    ASSERT_TRUE(fs_.WriteFileAtomic(path, bad).ok());
    EXPECT_TRUE(absl::IsDataLoss(LoadIdentity(&fs_, "/state").status()));
    EXPECT_NE(Make().id, first.id);
    EXPECT_EQ(*fs_.ReadFile(path + ".broken"), bad);
  }
  ASSERT_TRUE(fs_.WriteFileAtomic(path, "vedette-agent-id 2\nother").ok());
  const auto newer = LoadOrMakeIdentity(&fs_, &logger_, "/state", "m1");
  EXPECT_TRUE(absl::IsInvalidArgument(newer.status())) << newer.status();
  EXPECT_EQ(*fs_.ReadFile(path), "vedette-agent-id 2\nother");
}

TEST_F(IdentityTest, TheKeyIsInNoMessage) {
  const Identity first = Make();
  ASSERT_TRUE(fs_.WriteFileAtomic("/state/agent-id", "id x\nkey " + first.key.Reveal()).ok());
  Make();
  EXPECT_EQ(logger_.Count(first.key.Reveal()), 0);
}

}  // namespace
}  // namespace vedette::announcer
