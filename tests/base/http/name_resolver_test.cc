#include "base/http/name_resolver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <vector>

// Look-ups that hang, beside others.

namespace vedette::base::http {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kLong{20'000};

// Names that begin with "dead" hang until Release. Kept alive by those that hang.
class Names {
 public:
  StatusOr<NameResolver::Addresses> LookUp(const std::string& host) {
    ++calls_;
    if (host.rfind("dead", 0) == 0) {
      released_.wait();
      return Unavailable("no such name");
    }
    return NameResolver::Addresses{"127.0.0.1"};
  }
  void Release() { release_.set_value(); }
  int calls() const { return calls_; }

 private:
  std::atomic<int> calls_{0};
  std::promise<void> release_;
  const std::shared_future<void> released_{release_.get_future()};
};

NameResolver::LookUp Of(const std::shared_ptr<Names>& names) {
  return [names](const std::string& host) { return names->LookUp(host); };
}

Patience For(milliseconds time, std::stop_token stop = {}) {
  return {DeadlineAfter(time), std::move(stop)};
}

TEST(NameResolver, NamesThatHangCostThoseWhoAskForThemAlone) {
  const auto names = std::make_shared<Names>();
  NameResolver resolver(Of(names));
  constexpr int kDead = 40;
  const auto ask_dead = [&](milliseconds time) {
    std::set<std::string> said;
    for (int i = 0; i < kDead; ++i) {
      said.insert(
          std::string(Message(resolver.Resolve("dead" + std::to_string(i), For(time)).status())));
    }
    return said;
  };
  EXPECT_EQ(ask_dead(milliseconds(1)), std::set<std::string>{"resolve: timed out"});
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(resolver.Resolve("alive" + std::to_string(i), For(kLong)).ok());
  }
  EXPECT_EQ(ask_dead(milliseconds(1)), std::set<std::string>{"resolve: timed out"});
  EXPECT_EQ(names->calls(), kDead + 10) << "one look-up a name at one time";
  names->Release();
  for (int i = 0; i < kDead; ++i) {
    EXPECT_FALSE(resolver.Resolve("dead" + std::to_string(i), For(kLong)).ok());
  }
}

TEST(NameResolver, NamesThatHungHaveHalfOfTheThreads) {
  auto names = std::make_shared<Names>();
  NameResolver resolver(
      [&names](const std::string& host) {
        const std::shared_ptr<Names> now = names;
        if (host != "alive") std::this_thread::sleep_for(milliseconds(2));
        return now->LookUp(host);
      },
      milliseconds(1));
  const auto ask = [&](size_t i) {
    return resolver.Resolve("dead" + std::to_string(i), For(milliseconds(1))).status();
  };
  for (size_t i = 0; i < NameResolver::kMaxThreads; ++i) {
    EXPECT_TRUE(absl::IsDeadlineExceeded(ask(i)));
  }
  EXPECT_TRUE(resolver.Resolve("alive", For(kLong)).ok()) << "those that hang are not in its way";
  names->Release();
  for (size_t i = 0; i < NameResolver::kMaxThreads; ++i) {
    while (absl::IsDeadlineExceeded(ask(i))) std::this_thread::yield();
  }
  names = std::make_shared<Names>();
  size_t refused = 0;
  for (size_t i = 0; i < NameResolver::kMaxThreads; ++i) {
    if (absl::IsUnavailable(ask(i))) ++refused;
  }
  EXPECT_EQ(refused, NameResolver::kMaxThreads / 2);
  EXPECT_TRUE(resolver.Resolve("alive", For(kLong)).ok());
  names->Release();
  for (size_t i = 0; i < NameResolver::kMaxThreads; ++i) {
    while (absl::IsDeadlineExceeded(ask(i))) std::this_thread::yield();
  }
}

TEST(NameResolver, ThoseWhoAskForOneNameShareALookUp) {
  const auto names = std::make_shared<Names>();
  NameResolver resolver(Of(names));
  std::vector<std::thread> askers;
  std::atomic<int> told{0};
  for (int i = 0; i < 8; ++i) {
    askers.emplace_back([&] {
      if (absl::IsUnavailable(resolver.Resolve("dead", For(kLong)).status())) ++told;
    });
  }
  while (names->calls() == 0) std::this_thread::yield();
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_EQ(names->calls(), 1);
  names->Release();
  for (std::thread& asker : askers) asker.join();
  EXPECT_EQ(told, 8);
}

TEST(NameResolver, ItsEndWaitsForNobody) {
  const auto names = std::make_shared<Names>();
  {
    NameResolver resolver(Of(names));
    EXPECT_FALSE(resolver.Resolve("dead", For(milliseconds(1))).ok());
  }
  names->Release();
}

TEST(NameResolver, AStopEndsTheWait) {
  const auto names = std::make_shared<Names>();
  NameResolver resolver(Of(names));
  std::stop_source stop;
  std::thread stopper([&] {
    while (names->calls() == 0) std::this_thread::yield();
    stop.request_stop();
  });
  EXPECT_TRUE(absl::IsCancelled(resolver.Resolve("dead", For(kLong, stop.get_token())).status()));
  stopper.join();
  names->Release();
}

}  // namespace
}  // namespace vedette::base::http
