// Servers that are down, silent, or mean no good.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/strings.h"
#include "tests/exporters/redis/fake_server.h"
#include "tests/exporters/redis/page.h"
#include "tests/exporters/redis/process.h"
#include "tests/support/free_port.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::redis {
namespace {

constexpr char kInfo[] = "# Server\r\nredis_version:7.0.0\r\nuptime_in_seconds:5\r\n";

// A server that answers INFO and an error to all else.
std::string PlainAnswer(const std::string& command) {
  if (base::StartsWith(command, "INFO")) return Bulk(kInfo);
  return "-ERR unknown command\r\n";
}

void ExpectDown(const std::string& page) {
  EXPECT_EQ(ValueOf(page, "redis_up"), "0");
  EXPECT_EQ(ValueOf(page, "redis_exporter_last_scrape_error{err=\"\"}"), "");
  EXPECT_NE(page.find("redis_exporter_last_scrape_error{err="), std::string::npos);
  EXPECT_NE(ValueOf(page, "redis_exporter_last_scrape_connect_time_seconds"), "");
}

TEST(RedisFault, NobodyListens) {
  const PageMaker maker({"redis.addr=redis://:pa55@127.0.0.1:" + std::to_string(test::FreePort())});
  const std::string page = maker.Get();
  ExpectDown(page);
  EXPECT_NE(page.find("connect: Connection refused"), std::string::npos);
  EXPECT_EQ(page.find("pa55"), std::string::npos);
  EXPECT_EQ(maker.logger.Count("collector fails"), 1);
  EXPECT_EQ(maker.logger.Count("pa55"), 0);
  maker.Get();
  EXPECT_EQ(maker.logger.Count("collector fails"), 1);
}

TEST(RedisFault, NoSuchSocketOrHost) {
  const test::TempDir folder;
  for (const std::string& address :
       {"unix://" + folder.Join("none"), "unix:///" + std::string(200, 'x'),
        std::string("redis://host.invalid:1")}) {
    SCOPED_TRACE(address);
    ExpectDown(PageMaker({"redis.addr=" + address}).Get("/metrics", "2"));
  }
}

TEST(RedisFault, AServerThatSaysNothingCostsItsTimeOnly) {
  const FakeServer server([](const std::string&) { return ""; });
  const PageMaker maker({"redis.addr=" + server.Uri()});
  const std::string page = maker.Get("/metrics", "0.4");
  ExpectDown(page);
  EXPECT_NE(page.find("no answer in time"), std::string::npos);
}

// Scrapes take turns at a server; one that gets none goes on without it.
TEST(RedisFault, AScrapeWithoutATurnSaysThatTheServerIsDown) {
  std::atomic<bool> is_asked = false;
  const FakeServer server([&is_asked](const std::string&) {
    is_asked = true;
    return "";
  });
  const PageMaker maker({"redis.addr=" + server.Uri()});
  std::thread other([&maker] { maker.Get("/metrics", "3"); });
  while (!is_asked) std::this_thread::yield();
  const std::string page = maker.Get("/metrics", "0.2");
  other.join();
  EXPECT_EQ(ValueOf(page, "redis_up"), "0");
  EXPECT_EQ(ValueOf(page, "redis_exporter_last_scrape_error{err=\"no answer in time\"}"), "1");
}

TEST(RedisFault, WhatIsNoRedisIsToldSo) {
  for (const char* answer :
       {"HTTP/1.1 400 Bad Request\r\n\r\n", "$999999999999\r\n", "*2147483647\r\n", "CLOSE",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", ":5\r\n", "$-1\r\n",
        "-NOAUTH Authentication required.\r\n"}) {
    SCOPED_TRACE(answer);
    const FakeServer server([answer](const std::string&) { return answer; });
    ExpectDown(PageMaker({"redis.addr=" + server.Uri()}).Get("/metrics", "20"));
  }
}

TEST(RedisFault, AReplyCutInTheMiddle) {
  const FakeServer server([](const std::string& command) -> std::string {
    return base::StartsWith(command, "INFO") ? "$1000\r\nhalf" : "CLOSE";
  });
  ExpectDown(PageMaker({"redis.addr=" + server.Uri(), "config-command=-"}).Get("/metrics", "1"));
}

// A server without AUTH repeats what it was sent; one of ill will repeats it anywhere.
TEST(RedisFault, AnEchoedPasswordIsNotShown) {
  for (const bool takes_auth : {false, true}) {
    const FakeServer server([takes_auth](const std::string& command) -> std::string {
      if (takes_auth && base::StartsWith(command, "AUTH")) return "+OK\r\n";
      return "-ERR unknown command, with args beginning with: 'hunter2'\r\n";
    });
    const PageMaker maker({"redis.addr=" + server.Uri(), "redis.password=hunter2"});
    const std::string page = maker.Get();
    ExpectDown(page);
    EXPECT_EQ(page.find("hunter2"), std::string::npos);
    EXPECT_EQ(maker.logger.Count("hunter2"), 0);
  }
}

TEST(RedisFault, ServersThatKnowOnlyInfoAreShown) {
  const FakeServer server(PlainAnswer);
  const PageMaker maker({"redis.addr=" + server.Uri(), "export-client-list",
                         "include-modules-metrics", "is-tile38", "include-config-metrics"});
  const std::string page = maker.Get();
  EXPECT_EQ(ValueOf(page, "redis_up"), "1");
  EXPECT_EQ(ValueOf(page, "redis_uptime_in_seconds"), "5");
  EXPECT_EQ(ValueOf(page, "redis_db_keys{db=\"db15\"}"), "0");
  EXPECT_EQ(ValueOf(page, "redis_slowlog_length"), "");
}

TEST(RedisFault, PlainInfoIsAskedWhereAllIsUnknown) {
  const FakeServer server([](const std::string& command) -> std::string {
    if (command == "INFO ALL") return "-ERR wrong number of arguments\r\n";
    return PlainAnswer(command);
  });
  EXPECT_EQ(ValueOf(PageMaker({"redis.addr=" + server.Uri()}).Get(), "redis_up"), "1");
}

TEST(RedisFault, BytesThatAreNoTextAreRepaired) {
  const FakeServer server([](const std::string& command) -> std::string {
    if (base::StartsWith(command, "INFO")) return Bulk("# Server\r\nos:\xff\xfe\"\\\r\n");
    if (base::StartsWith(command, "LATENCY LATEST")) {
      return "*1\r\n*4\r\n$2\r\n\xc3\x28\r\n:1\r\n:2\r\n:3\r\n";
    }
    return "*0\r\n";
  });
  const std::string page = PageMaker({"redis.addr=" + server.Uri()}).Get();
  EXPECT_EQ(ValueOf(page, "redis_up"), "1");
  EXPECT_TRUE(base::IsValidUtf8(page));
}

TEST(RedisFault, AConnectionThatTheServerHasClosedIsOpenedAnew) {
  std::atomic<int> scrapes{0};
  const FakeServer server([&scrapes](const std::string& command) -> std::string {
    // The second scrape's first command finds the connection closed.
    if (base::StartsWith(command, "CONFIG") && ++scrapes == 2) return "CLOSE";
    return PlainAnswer(command);
  });
  const PageMaker maker({"redis.addr=" + server.Uri()});
  EXPECT_EQ(ValueOf(maker.Get(), "redis_up"), "1");
  EXPECT_EQ(ValueOf(maker.Get(), "redis_up"), "1");
  EXPECT_EQ(scrapes, 3);
}

TEST(RedisFault, AConnectionLostAfterInfoKeepsWhatWasHad) {
  const FakeServer server([](const std::string& command) -> std::string {
    if (base::StartsWith(command, "SCAN")) return "CLOSE";
    if (base::StartsWith(command, "SELECT")) return "+OK\r\n";
    return PlainAnswer(command);
  });
  const std::string page =
      PageMaker({"redis.addr=" + server.Uri(), "check-keys=a*"}).Get("/metrics", "5");
  EXPECT_EQ(ValueOf(page, "redis_up"), "1");
  EXPECT_EQ(ValueOf(page, "redis_uptime_in_seconds"), "5");
  EXPECT_EQ(ValueOf(page, "redis_exporter_last_scrape_error{err=\"\"}"), "");
}

TEST(RedisFault, AScanThatNeverEndsEndsWithItsTime) {
  const FakeServer server([](const std::string& command) -> std::string {
    if (base::StartsWith(command, "SCAN")) return "*2\r\n$1\r\n7\r\n*1\r\n$1\r\na\r\n";
    return PlainAnswer(command);
  });
  const std::string page =
      PageMaker({"redis.addr=" + server.Uri(), "count-keys=a*", "check-keys-scan-time=50ms"})
          .Get("/metrics", "5");
  EXPECT_EQ(ValueOf(page, "redis_up"), "1");
  EXPECT_EQ(ValueOf(page, "vedette_exporter_redis_scan_complete{db=\"db0\",pattern=\"a*\"}"), "0");
  EXPECT_EQ(ValueOf(page, "redis_keys_count{db=\"db0\",key=\"a*\"}"), "");
}

}  // namespace
}  // namespace vedette::exporters::redis
