#include "exporters/runtime/resolver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <thread>

#include "base/clock.h"

namespace vedette::exporters {
namespace {

constexpr int64_t kLong = 60'000'000'000;

base::SystemClock real_clock;

int64_t In(int64_t nanos) { return real_clock.MonotonicNanos() + nanos; }

// A resolver of the test's own, which answers when it is let.
struct Stuck {
  std::latch open{1};
  std::atomic<int> asked = 0;

  static Resolver::LookUp Of(const std::shared_ptr<Stuck>& self) {
    return [self](const std::string& host) -> base::StatusOr<std::vector<std::string>> {
      ++self->asked;
      if (host == "quick") return std::vector<std::string>{"192.0.2.7"};
      self->open.wait();
      return std::vector<std::string>{"192.0.2.1"};
    };
  }
};

TEST(Resolver, AddressIsItsOwn) {
  Resolver resolver(&real_clock, [](const std::string&) {
    return base::StatusOr<std::vector<std::string>>(base::Internal("asked"));
  });
  for (const std::string host : {"127.0.0.1", "::1", "fe80::1%eth0"}) {
    const auto found = resolver.Find(host, 0);
    ASSERT_TRUE(found.ok()) << host << found.status();
    EXPECT_EQ(*found, std::vector<std::string>{host});
  }
}

TEST(Resolver, LocalhostIsKnownToTheSystem) {
  Resolver resolver(&real_clock);
  const auto found = resolver.Find("localhost", In(kLong));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(IsNumericHost(found->front())) << found->front();
}

TEST(Resolver, NameThatHangsCostsItsDeadlineAndIsAskedOnce) {
  const auto stuck = std::make_shared<Stuck>();
  Resolver resolver(&real_clock, Stuck::Of(stuck));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(absl::IsDeadlineExceeded(resolver.Find("slow", In(1'000'000)).status()));
  }
  EXPECT_EQ(resolver.Find("quick", In(kLong)).value().front(), "192.0.2.7") << "others go on";
  stuck->open.count_down();
  EXPECT_EQ(resolver.Find("slow", In(kLong)).value().front(), "192.0.2.1") << "its late answer";
  EXPECT_EQ(stuck->asked, 2);
  EXPECT_TRUE(resolver.Find("slow", In(kLong)).ok());
  EXPECT_EQ(stuck->asked, 2) << "an answer serves for a while";
}

TEST(Resolver, FailureIsToldOnceAndThenTriedAgain) {
  std::atomic<int> asked = 0;
  Resolver resolver(&real_clock, [&asked](const std::string&) {
    ++asked;
    return base::StatusOr<std::vector<std::string>>(base::Unavailable("no such host"));
  });
  for (int i = 1; i <= 2; ++i) {
    EXPECT_EQ(base::Message(resolver.Find("nowhere", In(kLong)).status()), "no such host");
    EXPECT_EQ(asked, i);
  }
}

TEST(Resolver, HungNamesAreBounded) {
  const auto stuck = std::make_shared<Stuck>();
  {
    Resolver resolver(&real_clock, Stuck::Of(stuck));
    for (int i = 0; i < Resolver::kMaxThreads; ++i) {
      EXPECT_FALSE(resolver.Find("slow" + std::to_string(i), 0).ok());
    }
    const auto one_more = resolver.Find("one-more", In(kLong));
    EXPECT_EQ(one_more.status().code(), absl::StatusCode::kResourceExhausted) << one_more.status();
  }  // the resolver ends while they hang
  stuck->open.count_down();
}

}  // namespace
}  // namespace vedette::exporters
