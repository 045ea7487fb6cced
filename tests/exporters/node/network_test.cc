// Netlink, NTP and what the collectors of the network say of this machine.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

#include "base/strings.h"
#include "exporters/node/metric_name.h"
#include "exporters/node/netlink.h"
#include "exporters/node/ntp_packet.h"
#include "tests/exporters/node/page.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::node {
namespace {

constexpr int64_t kNow = 1'700'000'000'000'000'000;

TEST(Netlink, AttributesOfWrongLengthEndTheList) {
  std::string bytes;
  AppendAttribute(1, "abc", &bytes);
  AppendAttribute(2, "", &bytes);
  ASSERT_EQ(bytes.size(), 12u);
  const auto count = [](std::string_view list) {
    AttributeScanner attributes(list);
    uint16_t type = 0;
    std::string_view value;
    int n = 0;
    while (attributes.Next(&type, &value)) ++n;
    return n;
  };
  EXPECT_EQ(count(bytes), 2);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(count(std::string_view(bytes).substr(0, size)), size < 7 ? 0 : 1) << size;
  }
  const nlattr endless{0xffff, 1};
  EXPECT_EQ(count(AsBytes(endless)), 0);
  const nlattr empty{0, 1};
  EXPECT_EQ(count(AsBytes(empty)), 0);
}

TEST(Netlink, ErrorsOfTheKernelAreStatuses) {
  NetlinkSocket socket(NETLINK_ROUTE, "test");
  ifinfomsg request{};
  request.ifi_index = 0x7ffffff0;  // no such device
  const base::Status status =
      socket.Ask(RTM_GETLINK, NLM_F_ACK, AsBytes(request), [](const NetlinkMessage&) {});
  EXPECT_FALSE(status.ok());
  int messages = 0;
  request.ifi_index = 0;
  EXPECT_TRUE(socket
                  .Ask(RTM_GETLINK, NLM_F_DUMP, AsBytes(request),
                       [&messages](const NetlinkMessage&) { ++messages; })
                  .ok());
  EXPECT_GT(messages, 0);
}

TEST(MetricName, IsMadeOfLettersDigitsAndUnderscores) {
  struct {
    const char* text;
    const char* name;
  } const cases[] = {{"fs.file-nr", "fs_file_nr"},
                     {"a_-_b", "a_b"},
                     {"a-_-b", "a__b"},
                     {"rx0 drops", "rx0_drops"},
                     {"__a__", "__a__"},
                     {"\xff\xfe", "_"},
                     {"", ""},
                     {"a._", "a_"}};
  for (const auto& c : cases) EXPECT_EQ(ToMetricName(c.text), c.name) << c.text;
}

// The answer of a server whose clock is ahead by `ahead` seconds.
std::string NtpReply(std::string_view query, uint32_t ahead) {
  std::string reply(query);
  reply[0] = 0x24;  // no leap, version 4, server
  reply[1] = 2;
  reply.replace(24, 8, query.substr(40, 8));
  uint32_t seconds = 0;
  std::memcpy(&seconds, query.data() + 40, sizeof seconds);
  seconds = htonl(ntohl(seconds) + ahead);
  for (const size_t at : {16u, 32u, 40u}) std::memcpy(&reply[at], &seconds, sizeof seconds);
  return reply;
}

TEST(NtpQuery, TakesOnlyItsOwnAnswer) {
  const NtpQuery query(4, kNow);
  const std::string reply = NtpReply(query.packet(), 10);
  const auto answer = query.Parse(reply, kNow + 2'000'000);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_NEAR(answer->offset, 10, 0.01);
  EXPECT_NEAR(answer->min_error, 10, 0.01);
  EXPECT_NEAR(answer->round_trip, 0.002, 1e-6);
  EXPECT_EQ(answer->stratum, 2);
  EXPECT_TRUE(answer->IsValid());

  EXPECT_TRUE(absl::IsNotFound(NtpQuery(4, kNow + 1000).Parse(reply, kNow).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(query.Parse(reply.substr(0, 47), kNow).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(query.Parse(query.packet(), kNow).status()));
}

TEST(NtpAnswer, KissOfDeathUnsynchronizedAndStaleAreInvalid) {
  NtpAnswer good;
  good.stratum = 1;
  good.time = 1000;
  good.reference_time = 900;
  EXPECT_TRUE(good.IsValid());
  for (const auto& spoil :
       {+[](NtpAnswer* a) { a->stratum = 0; }, +[](NtpAnswer* a) { a->stratum = 16; },
        +[](NtpAnswer* a) { a->leap = NtpLeap::kNotSynchronized; },
        +[](NtpAnswer* a) { a->reference_time = 1001; }, +[](NtpAnswer* a) { a->time += 200'000; },
        +[](NtpAnswer* a) { a->root_dispersion = 17; }}) {
    NtpAnswer bad = good;
    spoil(&bad);
    EXPECT_FALSE(bad.IsValid());
  }
}

// Answers every query until it ends; a stray packet comes before each answer.
class NtpServer {
 public:
  NtpServer() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    const timeval wait{0, 20'000};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    thread_ = std::thread([this] { Serve(); });
  }
  ~NtpServer() {
    is_ending_ = true;
    thread_.join();
    ::close(fd_);
  }
  int port() const { return port_; }

 private:
  void Serve() {
    char packet[128];
    sockaddr_in peer{};
    while (!is_ending_) {
      socklen_t size = sizeof peer;
      auto* const address = reinterpret_cast<sockaddr*>(&peer);
      const ssize_t n = ::recvfrom(fd_, packet, sizeof packet, 0, address, &size);
      if (n != 48) continue;
      std::string reply = NtpReply({packet, 48}, 0);
      std::string stray = reply;
      stray[24] = static_cast<char>(stray[24] + 1);
      ::sendto(fd_, stray.data(), stray.size(), 0, address, size);
      ::sendto(fd_, reply.data(), reply.size(), 0, address, size);
    }
  }

  const int fd_;
  int port_ = 0;
  std::atomic<bool> is_ending_ = false;
  std::thread thread_;
};

TEST(NtpCollector, AsksTheServer) {
  const NtpServer server;
  NodeOptions options = TreeOptions("/nonexistent", {"ntp"});
  options.ntp.server_port = server.port();
  options.ntp.local_offset_tolerance = std::chrono::seconds(2);
  const std::string page = PageMaker(options).Get();
  EXPECT_EQ(ValueOf(page, "node_scrape_collector_success{collector=\"ntp\"}"), "1");
  EXPECT_EQ(ValueOf(page, "node_ntp_stratum"), "2");
  EXPECT_EQ(ValueOf(page, "node_ntp_sanity"), "1");
}

TEST(NtpCollector, RemoteServerNeedsAWord) {
  NodeOptions options = TreeOptions("/nonexistent", {"ntp"});
  options.ntp.server = "192.0.2.1";
  EXPECT_EQ(PageMaker(options).exporter, nullptr);
  options.ntp.server_is_local = true;
  EXPECT_NE(PageMaker(options).exporter, nullptr);
}

TEST(ThisMachine, HasWhatNetlinkAndSysfsShow) {
  const std::vector<std::string> names = {"arp",   "netclass", "netdev",    "network_route",
                                          "qdisc", "tcpstat",  "udp_queues"};
  NodeOptions options = TreeOptions("", names);
  options.paths = Paths();
  options.netdev.netlink = true;
  PageMaker maker(options);
  for (int scrape = 0; scrape < 3; ++scrape) {  // sockets and files stay open from the second on
    const std::string page = maker.Get();
    for (const std::string& name : names) {
      EXPECT_EQ(ValueOf(page, "node_scrape_collector_success{collector=\"" + name + "\"}"), "1")
          << name;
    }
    EXPECT_EQ(ValueOf(page, "node_network_mtu_bytes{device=\"lo\"}").empty(), false);
    EXPECT_NE(page.find("adminstate=\"up\",broadcast=\"00:00:00:00:00:00\",device=\"lo\""),
              std::string::npos);
  }
}

TEST(Ipvs, UnknownLabelsAreRefused) {
  NodeOptions options = TreeOptions("/nonexistent", {"ipvs"});
  options.ipvs.backend_labels = "proto,colour";
  EXPECT_EQ(PageMaker(options).exporter, nullptr);
}

TEST(Interrupts, ZerosAndNamesCanBeLeftOut) {
  const test::TempDir tree;
  tree.Write("interrupts", "     CPU0 CPU1\n 0: 5 0 IO-APIC timer\nNMI: 0 7 Non-maskable\n");
  NodeOptions options = TreeOptions(tree.path(), {"interrupts"});
  options.paths.procfs = tree.path();
  options.interrupts.include_zeros = false;
  options.interrupts.names.exclude = "^NMI";
  const std::string family = SplitFamilies(PageMaker(options).Get())["node_interrupts_total"];
  EXPECT_NE(family.find("{cpu=\"0\",devices=\"timer\",info=\"IO-APIC\",type=\"0\"} 5"),
            std::string::npos);
  EXPECT_EQ(std::count(family.begin(), family.end(), '\n'), 3);
}

}  // namespace
}  // namespace vedette::exporters::node
