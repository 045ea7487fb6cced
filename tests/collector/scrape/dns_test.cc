#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/fs.h"
#include "base/strings.h"
#include "collector/scrape/discovery/dns_client.h"
#include "collector/scrape/discovery/dns_message.h"
#include "tests/support/temp_dir.h"

namespace vedette::scrape {
namespace {

using namespace std::string_literals;

std::string U16(size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

// An answer with one question for "web.example." at offset 12, and the records.
std::string Answer(uint16_t id, uint16_t flags, const std::vector<std::string>& records) {
  std::string out = U16(id) + U16(0x8000 | flags) + U16(1) + U16(records.size()) + U16(0) + U16(0) +
                    "\3web\7example\0"s + U16(33) + U16(1);
  for (const std::string& record : records) out += record;
  return out;
}

// A record of the question's name.
std::string Record(DnsType type, const std::string& data) {
  return "\xc0\x0c"s + U16(static_cast<size_t>(type)) + U16(1) + std::string(4, '\0') +
         U16(data.size()) + data;
}

TEST(DnsMessage, AQuestionIsOneName) {
  const auto query = DnsQuery(0x1234, "web.example.", DnsType::kSrv);
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->substr(0, 12), "\x12\x34\x01\0\0\1\0\0\0\0\0\1"s);
  EXPECT_EQ(query->substr(12, 17), "\3web\7example\0\0\x21\0\1"s);
  for (const char* bad : {"", ".", "a..b",
                          "0123456789012345678901234567890123456789012345678901234"
                          "567890123456789.example"}) {
    EXPECT_FALSE(DnsQuery(1, bad, DnsType::kA).ok()) << bad;
  }
  EXPECT_FALSE(DnsQuery(1, std::string(300, 'a'), DnsType::kA).ok());
}

TEST(DnsMessage, RecordsOfTheTypeAskedForAreRead) {
  const std::string message = Answer(7, 0,
                                     {Record(static_cast<DnsType>(5), "\1x\xc0\x0c"s),  // CNAME
                                      Record(DnsType::kSrv, "\0\1\0\2\0\x51\1n\xc0\x10"s),
                                      Record(DnsType::kSrv, "\0\1\0\2\0\x52\1m\0"s)});
  const auto answer = ReadDnsAnswer(message, 7, DnsType::kSrv);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->records.size(), 2u);
  EXPECT_EQ(answer->records[0].target, "n.example.");
  EXPECT_EQ(answer->records[0].port, 81);
  EXPECT_EQ(answer->records[1].target, "m.");
  const auto v4 = ReadDnsAnswer(Answer(7, 0, {Record(DnsType::kA, "\xc0\0\2\1"s)}), 7, DnsType::kA);
  EXPECT_EQ(v4->records.at(0).target, "192.0.2.1");
  const auto mx =
      ReadDnsAnswer(Answer(7, 3, {Record(DnsType::kMx, "\0\5\xc0\x0c"s)}), 7, DnsType::kMx);
  EXPECT_EQ(mx->records.at(0).target, "web.example.");
  EXPECT_EQ(mx->code, DnsAnswer::kNameError);
}

TEST(DnsMessage, WhatIsCutOrCircularIsRefused) {
  const std::string good = Answer(7, 0, {Record(DnsType::kSrv, "\0\1\0\2\0\x51\1n\xc0\x10"s)});
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(ReadDnsAnswer(good.substr(0, size), 7, DnsType::kSrv).ok()) << size;
  }
  EXPECT_FALSE(ReadDnsAnswer(good, 8, DnsType::kSrv).ok());
  const size_t name = good.size() - 4;  // "\1n", then the jump: to itself
  std::string loop = good;
  loop[good.size() - 1] = static_cast<char>(name);
  EXPECT_FALSE(ReadDnsAnswer(loop, 7, DnsType::kSrv).ok());
  // A cut answer that says so is asked for again by TCP.
  const std::string cut = Answer(7, 0x0200, {}).substr(0, 12);
  EXPECT_TRUE(ReadDnsAnswer(cut, 7, DnsType::kSrv)->truncated);
}

// A name server on a free port of 127.0.0.1: by UDP it says that the answer is too long where
// `tcp`, by TCP it gives it.
class NameServer {
 public:
  explicit NameServer(bool tcp, uint16_t code = 0) : tcp_(tcp), code_(code) {
    udp_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    stream_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(udp_, reinterpret_cast<const sockaddr*>(&address), size);
    ::getsockname(udp_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    ::bind(stream_, reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(stream_, 1);
    thread_ = std::thread([this] { Serve(); });
  }
  ~NameServer() {
    thread_.join();
    ::close(udp_);
    ::close(stream_);
  }
  uint16_t port() const { return port_; }

 private:
  static uint16_t IdOf(const char* query) {
    return static_cast<uint16_t>(static_cast<unsigned char>(query[0]) << 8 |
                                 static_cast<unsigned char>(query[1]));
  }
  static std::string Full(uint16_t id, uint16_t code) {
    if (code != 0) return Answer(id, code, {});
    return Answer(id, 0, {Record(DnsType::kSrv, "\0\1\0\2\0\x51\1n\xc0\x10"s)});
  }

  // One question.
  void Serve() {
    std::array<char, 512> buffer;
    sockaddr_in from{};
    socklen_t size = sizeof from;
    auto* const peer = reinterpret_cast<sockaddr*>(&from);
    if (::recvfrom(udp_, buffer.data(), buffer.size(), 0, peer, &size) < 12) return;
    const uint16_t id = IdOf(buffer.data());
    const std::string noise = "no answer";  // to be passed over
    ::sendto(udp_, noise.data(), noise.size(), 0, peer, size);
    const std::string answer = tcp_ ? Answer(id, 0x0200, {}) : Full(id, code_);
    ::sendto(udp_, answer.data(), answer.size(), 0, peer, size);
    if (!tcp_) return;
    const int client = ::accept(stream_, nullptr, nullptr);
    if (::recv(client, buffer.data(), buffer.size(), 0) > 14) {
      const std::string full = Full(IdOf(buffer.data() + 2), code_);
      const std::string framed = U16(full.size()) + full;
      ::send(client, framed.data(), framed.size(), MSG_NOSIGNAL);
    }
    ::close(client);
  }

  const bool tcp_;
  const uint16_t code_;
  int udp_ = -1;
  int stream_ = -1;
  uint16_t port_ = 0;
  std::thread thread_;
};

TEST(DnsClient, AsksByUdpAndForLongAnswersByTcp) {
  test::TempDir dir;
  const auto fs = base::NewPosixFileSystem();
  const std::string conf = dir.Write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:20\n");
  for (const bool tcp : {false, true}) {
    NameServer server(tcp);
    const auto records =
        NewDnsClient(fs.get(), conf, server.port())->Lookup("web.example", DnsType::kSrv, {});
    ASSERT_TRUE(records.ok()) << tcp << records.status();
    ASSERT_EQ(records->size(), 1u);
    EXPECT_EQ(records->at(0).target, "n.example.");
  }
}

TEST(DnsClient, ANameThatIsNotThereHasNoRecordsAndAFailureIsOne) {
  test::TempDir dir;
  const auto fs = base::NewPosixFileSystem();
  const std::string conf =
      dir.Write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:20 attempts:1\n");
  {
    NameServer server(false, DnsAnswer::kNameError);
    const auto records =
        NewDnsClient(fs.get(), conf, server.port())->Lookup("web.example", DnsType::kSrv, {});
    ASSERT_TRUE(records.ok()) << records.status();
    EXPECT_TRUE(records->empty());
  }
  NameServer server(false, 2);  // SERVFAIL
  const auto records =
      NewDnsClient(fs.get(), conf, server.port())->Lookup("web.example", DnsType::kSrv, {});
  EXPECT_EQ(base::Message(records.status()),
            "could not resolve \"web.example\": name server 127.0.0.1 answered with code 2");
}

TEST(DnsClient, AConfigurationThatCannotBeReadIsNotTakenForNone) {
  test::TempDir dir;
  const auto fs = base::NewPosixFileSystem();
  const NameServer server(false);
  // A folder in its place; without the file the machine's own server is asked.
  EXPECT_FALSE(NewDnsClient(fs.get(), dir.path(), server.port())
                   ->Lookup("web.example", DnsType::kSrv, {})
                   .ok());
  EXPECT_TRUE(NewDnsClient(fs.get(), dir.Join("none"), server.port())
                  ->Lookup("web.example", DnsType::kSrv, {})
                  .ok());
}

TEST(DnsClient, AStopEndsTheWait) {
  test::TempDir dir;
  const auto fs = base::NewPosixFileSystem();
  const std::string conf = dir.Write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:30\n");
  const int silent = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(silent, reinterpret_cast<const sockaddr*>(&address), size);
  ::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size);
  std::stop_source stop;
  std::jthread stopper([&stop] { stop.request_stop(); });
  const auto records = NewDnsClient(fs.get(), conf, ntohs(address.sin_port))
                           ->Lookup("web.example", DnsType::kA, stop.get_token());
  EXPECT_FALSE(records.ok());
  ::close(silent);
}

}  // namespace
}  // namespace vedette::scrape
