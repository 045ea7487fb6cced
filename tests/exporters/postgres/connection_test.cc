// Host names that the system's resolver finds late, or never.
#include "exporters/postgres/connection.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <latch>
#include <memory>

#include "base/clock.h"
#include "exporters/postgres/libpq.h"

namespace vedette::exporters::postgres {
namespace {

class PostgresConnection : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto pq = loader_.Get();
    if (!pq.ok()) GTEST_SKIP() << pq.status();
    pq_ = *pq;
  }
  static DataSource Source(std::string_view text) { return *DataSource::Parse(text); }
  int64_t In(int64_t nanos) const { return clock_.MonotonicNanos() + nanos; }

  base::SystemClock clock_;
  LibPqLoader loader_;
  const LibPq* pq_ = nullptr;
};

TEST_F(PostgresConnection, NameThatIsNotFoundInTimeIsGivenUp) {
  const auto open = std::make_shared<std::latch>(1);
  Resolver resolver(&clock_, [open](const std::string&) {
    open->wait();
    return base::StatusOr<std::vector<std::string>>(base::Unavailable("never"));
  });
  Connection connection(pq_, &clock_, &resolver, Source("host=db.example password=hunter2x"));
  connection.Begin(In(1'000'000));
  EXPECT_TRUE(connection.closed());
  EXPECT_EQ(base::Message(connection.error()), "resolve: no answer in time");
  open->count_down();
}

TEST_F(PostgresConnection, AddressesOfANameAreForLibpqToTry) {
  Resolver resolver(&clock_, [](const std::string&) {
    return base::StatusOr<std::vector<std::string>>(
        std::vector<std::string>{"127.0.0.1", "127.0.0.2"});
  });
  Connection connection(pq_, &clock_, &resolver, Source("host=db.example port=1"));
  connection.Begin(In(60'000'000'000));
  while (!connection.closed()) {
    pollfd entry{connection.fd(), connection.events(), 0};
    ::poll(&entry, 1, 10'000);
    connection.Advance();
  }
  const std::string error(base::Message(connection.error()));
  for (const char* address : {"127.0.0.1", "127.0.0.2"}) {
    EXPECT_NE(error.find(address), std::string::npos) << error;
  }
}

TEST_F(PostgresConnection, WhatIsNoSingleNameIsNotLookedUp) {
  bool is_asked = false;
  Resolver resolver(&clock_, [&is_asked](const std::string&) {
    is_asked = true;
    return base::StatusOr<std::vector<std::string>>(base::Internal("asked"));
  });
  for (const char* source : {"host=127.0.0.1 port=1", "host=::1 port=1", "host=/nowhere",
                             "host=db.example hostaddr=127.0.0.1 port=1"}) {
    Connection connection(pq_, &clock_, &resolver, Source(source));
    connection.Begin(In(60'000'000'000));
    EXPECT_FALSE(is_asked) << source;
  }
}

}  // namespace
}  // namespace vedette::exporters::postgres
