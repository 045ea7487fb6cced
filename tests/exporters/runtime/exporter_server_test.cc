#include "exporters/runtime/exporter_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/codec/compress.h"
#include "base/strings.h"
#include "exporters/runtime/listen_plan.h"
#include "tests/support/capture_logger.h"

namespace vedette::exporters {
namespace {

// Sends `request` to a loopback port over IPv4 or IPv6 and reads to the end.
// With `close_after`, says that nothing more will come, so that no server waits for it.
std::string Exchange(int family, uint16_t port, const std::string& request,
                     bool close_after = false) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int result = -1;
  if (family == AF_INET) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    result = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } else {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = in6addr_loopback;
    result = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  std::string answer;
  if (result == 0) {
    ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    if (close_after) ::shutdown(fd, SHUT_WR);
    char buffer[4096];
    ssize_t n = 0;
    while ((n = ::recv(fd, buffer, sizeof buffer, 0)) > 0) {
      answer.append(buffer, static_cast<size_t>(n));
    }
  }
  ::close(fd);
  return answer;
}

std::string Request(std::string_view method, std::string_view target, std::string_view head = "") {
  return base::Concat(
      {method, " ", target, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", head, "\r\n"});
}

std::string BodyOf(const std::string& answer) {
  return answer.substr(std::min(answer.find("\r\n\r\n"), answer.size() - 4) + 4);
}

class ExporterServerTest : public ::testing::Test {
 protected:
  // A handler that says what it was asked.
  static base::http::Response Echo(const base::http::Request& request) {
    std::string body = base::Concat({request.method, " ", request.path, " ", request.query.Get("q"),
                                     " ", request.headers.Get("X-Test")});
    if (request.path == "/big") body = std::string(100'000, 'x');
    return base::http::Response::Text(request.path == "/missing" ? 404 : 200, body);
  }

  base::StatusOr<std::unique_ptr<ExporterServer>> Start(const std::string& address) {
    ExporterServer::Options options;
    options.listen = {address};
    options.handler = &Echo;
    options.clock = &clock_;
    options.logger = &logger_;
    return ExporterServer::Start(std::move(options));
  }

  base::SystemClock clock_;
  test::CaptureLogger logger_;
};

TEST_F(ExporterServerTest, PathQueryAndHeadersReachTheHandler) {
  const auto server = Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string answer =
      Exchange(AF_INET, (*server)->Ports()[0], Request("GET", "/a%20b?q=1%2B2", "X-Test: yes\r\n"));
  EXPECT_EQ(answer.find("HTTP/1.1 200 "), 0u);
  EXPECT_EQ(BodyOf(answer), "GET /a b 1+2 yes");
}

TEST_F(ExporterServerTest, StatusAndHeadAreKept) {
  const auto server = Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  const uint16_t port = (*server)->Ports()[0];
  EXPECT_EQ(Exchange(AF_INET, port, Request("GET", "/missing")).find("HTTP/1.1 404 "), 0u);
  const std::string head = Exchange(AF_INET, port, Request("HEAD", "/big"));
  EXPECT_NE(head.find("Content-Length: 100000\r\n"), std::string::npos);
  EXPECT_EQ(BodyOf(head), "");
}

TEST_F(ExporterServerTest, BigAnswersAreCompressedWhenAsked) {
  const auto server = Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  const uint16_t port = (*server)->Ports()[0];
  const std::string packed =
      Exchange(AF_INET, port, Request("GET", "/big", "Accept-Encoding: gzip\r\n"));
  EXPECT_NE(packed.find("Content-Encoding: gzip"), std::string::npos);
  const auto body = base::GzipDecompress(BodyOf(packed), 1 << 20);
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_EQ(*body, std::string(100'000, 'x'));
  const std::string plain =
      Exchange(AF_INET, port, Request("GET", "/big", "Accept-Encoding: gzip;q=0\r\n"));
  EXPECT_EQ(BodyOf(plain).size(), 100'000u);
}

TEST_F(ExporterServerTest, PortAloneServesBothFamilies) {
  const auto server = Start(":0");
  ASSERT_TRUE(server.ok()) << server.status();
  ASSERT_EQ((*server)->Ports().size(), 1u);
  const uint16_t port = (*server)->Ports()[0];
  EXPECT_EQ(BodyOf(Exchange(AF_INET, port, Request("GET", "/m"))), "GET /m  ");
  if (!MachineHasIpv6()) GTEST_SKIP() << "no IPv6 on this machine: only IPv4 was tried";
  EXPECT_EQ(BodyOf(Exchange(AF_INET6, port, Request("GET", "/m"))), "GET /m  ");
}

TEST_F(ExporterServerTest, WebConfigurationTurnsStrangersAway) {
  ExporterServer::Options options;
  options.listen = {"127.0.0.1:0"};
  auto web = std::make_shared<base::http::WebConfig>();
  web->users.push_back(
      {"prometheus", "$2y$04$invalidinvalidinvalidinvalidinvalidinvalidinvalidinv"});
  options.web_config = web;
  options.handler = &Echo;
  options.clock = &clock_;
  options.logger = &logger_;
  const auto server = ExporterServer::Start(std::move(options));
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string answer = Exchange(AF_INET, (*server)->Ports()[0], Request("GET", "/metrics"));
  EXPECT_EQ(answer.find("HTTP/1.1 401 "), 0u) << answer;
}

TEST_F(ExporterServerTest, SocketsMadeElsewhereAreServed) {
  ExporterServer::Options options;
  options.listen = {};
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(fd, 8), 0);
  options.sockets = {fd};
  options.handler = &Echo;
  options.clock = &clock_;
  options.logger = &logger_;
  const auto server = ExporterServer::Start(std::move(options));
  ASSERT_TRUE(server.ok()) << server.status();
  ASSERT_EQ((*server)->Ports().size(), 1u);
  EXPECT_EQ(BodyOf(Exchange(AF_INET, (*server)->Ports()[0], Request("GET", "/m"))), "GET /m  ");
}

TEST_F(ExporterServerTest, WhatIsNoListeningSocketIsRefused) {
  ExporterServer::Options options;
  options.listen = {};
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  options.sockets = {fd};
  options.handler = &Echo;
  options.clock = &clock_;
  options.logger = &logger_;
  const auto server = ExporterServer::Start(std::move(options));
  EXPECT_NE(std::string(server.status().message()).find("no socket that listens on TCP"),
            std::string::npos);
  ::close(fd);
}

TEST_F(ExporterServerTest, TakenPortIsNamed) {
  const auto first = Start("127.0.0.1:0");
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string address = "127.0.0.1:" + std::to_string((*first)->Ports()[0]);
  const auto second = Start(address);
  ASSERT_FALSE(second.ok());
  const std::string message(second.status().message());
  EXPECT_NE(message.find(address), std::string::npos) << message;
  EXPECT_NE(message.find("Address already in use"), std::string::npos) << message;
}

TEST_F(ExporterServerTest, GarbageDoesNotEndTheServer) {
  const auto server = Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  const uint16_t port = (*server)->Ports()[0];
  for (const std::string& bytes :
       {std::string("\0\xff\xfe\r\n\r\n", 7), std::string("GET\r\n\r\n"),
        "GET /" + std::string(60'000, 'a') + " HTTP/1.1\r\n\r\n", std::string("\r\n\r\n\r\n")}) {
    Exchange(AF_INET, port, bytes, true);
  }
  EXPECT_EQ(BodyOf(Exchange(AF_INET, port, Request("GET", "/m"))), "GET /m  ");
}

}  // namespace
}  // namespace vedette::exporters
