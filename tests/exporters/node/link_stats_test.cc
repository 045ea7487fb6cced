#include "exporters/node/link_stats.h"

#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstring>

namespace vedette::exporters::node {
namespace {

template <typename T>
std::string Bytes(const T& value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

std::string Attribute(unsigned short type, std::string value) {
  rtattr header{};
  header.rta_len = static_cast<unsigned short>(sizeof header + value.size());
  header.rta_type = type;
  value.resize((value.size() + 3) & ~size_t{3});
  return Bytes(header) + value;
}

std::string Message(const std::string& attributes) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(sizeof header + sizeof(ifinfomsg) + attributes.size());
  header.nlmsg_type = RTM_NEWLINK;
  return Bytes(header) + Bytes(ifinfomsg{}) + attributes;
}

std::string Name(const char* name) {
  return Attribute(IFLA_IFNAME, std::string(name, std::strlen(name) + 1));
}

rtnl_link_stats64 Counters() {
  rtnl_link_stats64 stats{};
  stats.rx_packets = 1;
  stats.rx_dropped = 10;
  stats.rx_missed_errors = 5;
  stats.rx_frame_errors = 1;
  stats.rx_length_errors = 2;
  stats.rx_over_errors = 4;
  stats.rx_crc_errors = 8;
  stats.tx_carrier_errors = 1;
  stats.tx_aborted_errors = 2;
  stats.tx_heartbeat_errors = 4;
  stats.tx_window_errors = 8;
  stats.multicast = 3;
  stats.collisions = 6;
  stats.rx_nohandler = 9;
  return stats;
}

uint64_t Get(const LinkStats& link, std::string_view key) {
  for (const auto& [name, value] : link.stats) {
    if (name == key) return value;
  }
  ADD_FAILURE() << "no " << key;
  return 0;
}

TEST(LinkStats, SumsAreThoseOfProcNetDev) {
  std::vector<LinkStats> links;
  ParseLinkMessages(Message(Name("eth0") + Attribute(IFLA_STATS64, Bytes(Counters()))), &links);
  ASSERT_EQ(links.size(), 1u);
  EXPECT_EQ(links[0].stats.size(), 24u);
  ToLegacyNames(&links[0]);
  EXPECT_EQ(links[0].device, "eth0");
  EXPECT_EQ(links[0].stats.size(), 17u);
  EXPECT_EQ(Get(links[0], "receive_drop"), 15u);
  EXPECT_EQ(Get(links[0], "receive_frame"), 15u);
  EXPECT_EQ(Get(links[0], "transmit_carrier"), 15u);
  EXPECT_EQ(Get(links[0], "receive_multicast"), 3u);
  EXPECT_EQ(Get(links[0], "transmit_colls"), 6u);
  EXPECT_EQ(Get(links[0], "receive_nohandler"), 9u);
}

TEST(LinkStats, ShorterStatsOfOldKernelsAreFilledWithZero) {
  std::string stats = Bytes(Counters());
  stats.resize(stats.size() - 16);
  std::vector<LinkStats> links;
  ParseLinkMessages(Message(Name("eth0") + Attribute(IFLA_STATS64, stats)), &links);
  ASSERT_EQ(links.size(), 1u);
  EXPECT_EQ(Get(links[0], "receive_packets"), 1u);
  EXPECT_EQ(Get(links[0], "receive_nohandler"), 0u);
}

TEST(LinkStats, WideStatsWinOverNarrowOnes) {
  rtnl_link_stats narrow{};
  narrow.rx_packets = 77;
  const std::string wide = Attribute(IFLA_STATS64, Bytes(Counters()));
  const std::string old = Attribute(IFLA_STATS, Bytes(narrow));
  for (const std::string& attributes : {wide + old, old + wide}) {
    std::vector<LinkStats> links;
    ParseLinkMessages(Message(Name("a") + attributes), &links);
    ASSERT_EQ(links.size(), 1u);
    EXPECT_EQ(Get(links[0], "receive_packets"), 1u);
  }
}

TEST(LinkStats, TornMessagesReadNothingBeyondTheirEnd) {
  const std::string whole = Message(Name("eth0") + Attribute(IFLA_STATS64, Bytes(Counters())));
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string torn = whole.substr(0, size);  // a buffer of its own: ASan watches its end
    std::vector<LinkStats> links;
    ParseLinkMessages(torn, &links);
    EXPECT_TRUE(links.empty());
  }
  for (size_t at = 0; at + 4 <= whole.size(); ++at) {
    std::string bent = whole;
    std::memset(bent.data() + at, 0xff, 4);
    std::vector<LinkStats> links;
    ParseLinkMessages(bent, &links);
    EXPECT_LE(links.size(), 1u);
  }
}

TEST(LinkStats, ThisMachineHasLoopback) {
  const auto links = LinkReader().Read();
  ASSERT_TRUE(links.ok()) << links.status();
  EXPECT_TRUE(std::any_of(links->begin(), links->end(),
                          [](const LinkStats& link) { return link.device == "lo"; }));
}

TEST(LinkStats, ProcNetDevWithMissingNumbersIsRefused) {
  const std::string head = "Inter-|\n face |\n";
  EXPECT_FALSE(ParseNetDev(head + "lo: 1 2 3\n").ok());
  EXPECT_FALSE(ParseNetDev(head + "lo 1 2 3\n").ok());
  EXPECT_TRUE(ParseNetDev(head).ok());
}

}  // namespace
}  // namespace vedette::exporters::node
