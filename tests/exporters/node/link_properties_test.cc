// Devices as rtnetlink and ethtool describe them: made-up messages, and a pair of virtual devices
// in a network namespace of the test's own.
#include "exporters/node/link_properties.h"

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <algorithm>
#include <thread>

#include "exporters/node/ethtool_device.h"
#include "tests/exporters/node/page.h"
#include "tests/exporters/node/peer.h"
#include "tests/support/free_port.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::node {
namespace {

std::string Text(std::string_view text) { return std::string(text) + '\0'; }

std::string Number(uint32_t number) { return std::string(AsBytes(number)); }

std::string Message(const ifinfomsg& head, const std::string& attributes) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(sizeof header + sizeof head + attributes.size());
  header.nlmsg_type = RTM_NEWLINK;
  std::string bytes(AsBytes(header));
  bytes += AsBytes(head);
  return bytes + attributes;
}

std::string Eth0() {
  ifinfomsg head{};
  head.ifi_index = 7;
  head.ifi_type = ARPHRD_ETHER;
  head.ifi_flags = IFF_UP | IFF_RUNNING;
  std::string attributes;
  AppendAttribute(IFLA_IFNAME, Text("eth0"), &attributes);
  AppendAttribute(IFLA_MTU, Number(9000), &attributes);
  AppendAttribute(IFLA_OPERSTATE, "\x06", &attributes);
  AppendAttribute(IFLA_CARRIER, "\x01", &attributes);
  AppendAttribute(IFLA_CARRIER_CHANGES, Number(5), &attributes);
  AppendAttribute(IFLA_ADDRESS, std::string_view("\x02\xfc\x00\x00\x00\x0a", 6), &attributes);
  AppendAttribute(IFLA_IFALIAS, Text("uplink"), &attributes);
  return Message(head, attributes);
}

TEST(LinkProperties, AreWhatTheMessageSays) {
  std::vector<LinkProperties> links;
  ParseLinkProperties(Eth0(), false, &links);
  ASSERT_EQ(links.size(), 1u);
  const LinkProperties& link = links[0];
  EXPECT_EQ(link.device, "eth0");
  EXPECT_EQ(link.index, 7u);
  EXPECT_EQ(link.link, 7u) << "it stands on nothing else";
  EXPECT_EQ(link.type, uint32_t{ARPHRD_ETHER});
  EXPECT_EQ(link.mtu, 9000u);
  EXPECT_EQ(OperStateName(link.oper_state), "up");
  EXPECT_EQ(link.carrier, 1u);
  EXPECT_EQ(link.carrier_changes, 5u);
  EXPECT_EQ(link.address, "02:fc:00:00:00:0a");
  EXPECT_EQ(link.broadcast, "");
  EXPECT_EQ(link.alias, "uplink");
  EXPECT_FALSE(link.stats);
  EXPECT_EQ(OperStateName(200), "unknown");
}

TEST(LinkProperties, CutMessagesAreHarmless) {
  const std::string whole = Eth0();
  for (size_t size = 0; size < whole.size(); ++size) {
    std::vector<LinkProperties> links;
    ParseLinkProperties(std::string_view(whole).substr(0, size), true, &links);
    EXPECT_TRUE(links.empty());
  }
}

// Runs in a network namespace of its own; false where this process may not make one.
template <typename F>
bool InNamespace(F run) {
  bool is_made = false;
  std::thread([&] {
    is_made = ::unshare(CLONE_NEWNET) == 0;
    if (is_made) run();
  }).join();
  return is_made;
}

// vedette0, whose other end is named by the kernel.
base::Status AddVeth() {
  std::string kind;
  AppendAttribute(IFLA_INFO_KIND, "veth", &kind);
  std::string request(AsBytes(ifinfomsg{}));
  AppendAttribute(IFLA_IFNAME, Text("vedette0"), &request);
  AppendAttribute(IFLA_LINKINFO, kind, &request);
  NetlinkSocket socket(NETLINK_ROUTE, "rtnetlink: new link");
  return socket.Ask(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, request,
                    [](const NetlinkMessage&) {});
}

TEST(VirtualDevice, IsSeenByRtnetlinkAndEthtool) {
  bool has_veth = false;
  const bool may = InNamespace([&] {
    has_veth = AddVeth().ok();
    if (!has_veth) return;
    LinkPropertiesReader reader(true);
    const auto links = reader.Read();
    ASSERT_TRUE(links.ok()) << links.status();
    const auto link = std::find_if(links->begin(), links->end(),
                                   [](const auto& l) { return l.device == "vedette0"; });
    ASSERT_NE(link, links->end());
    EXPECT_NE(link->link, link->index) << "the other end";
    EXPECT_EQ(link->mtu, 1500u);
    EXPECT_EQ(OperStateName(link->oper_state), "down");
    EXPECT_EQ(link->address.size(), 17u);
    EXPECT_EQ(link->broadcast, "ff:ff:ff:ff:ff:ff");
    ASSERT_TRUE(link->stats);
    EXPECT_FALSE(link->stats->stats.empty());

    const OpenFile socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const EthtoolDevice device(socket.fd(), "vedette0");
    const auto driver = device.GetDriver();
    ASSERT_TRUE(driver);
    EXPECT_EQ(driver->name, "veth");
    const auto speed = device.GetSpeed();
    ASSERT_TRUE(speed);
    EXPECT_EQ(speed->megabits, 10000u);
    EXPECT_EQ(speed->duplex, EthtoolSpeed::Duplex::kFull);
    const auto mode = device.GetLink();
    ASSERT_TRUE(mode);
    EXPECT_FALSE(mode->autonegotiate);
    const auto statistics = device.GetStatistics();
    EXPECT_TRUE(std::any_of(statistics.begin(), statistics.end(), [&](const auto& statistic) {
      return statistic.first == "peer_ifindex" && statistic.second == link->link;
    }));

    const EthtoolDevice none(socket.fd(), "vedette9");
    EXPECT_FALSE(none.GetDriver());
    EXPECT_FALSE(none.GetSpeed());
    EXPECT_TRUE(none.GetStatistics().empty());
    EXPECT_FALSE(EthtoolDevice(socket.fd(), "a-name-longer-than-any").GetDriver());
  });
  if (!may) GTEST_SKIP() << "this process may make no network namespace";
  if (!has_veth) GTEST_SKIP() << "this kernel has no virtual Ethernet devices";
}

base::Status SetMtu(uint32_t index, uint32_t mtu) {
  ifinfomsg head{};
  head.ifi_index = static_cast<int>(index);
  std::string request(AsBytes(head));
  AppendAttribute(IFLA_MTU, Number(mtu), &request);
  NetlinkSocket socket(NETLINK_ROUTE, "rtnetlink: set link");
  return socket.Ask(RTM_NEWLINK, NLM_F_ACK, request, [](const NetlinkMessage&) {});
}

// One datagram that makes lo's counters move. Brings lo up first.
bool SendOverLoopback() {
  ifinfomsg head{};
  head.ifi_index = 1;
  head.ifi_flags = IFF_UP;
  head.ifi_change = IFF_UP;
  NetlinkSocket netlink(NETLINK_ROUTE, "rtnetlink: set link");
  if (!netlink.Ask(RTM_NEWLINK, NLM_F_ACK, AsBytes(head), [](const NetlinkMessage&) {}).ok()) {
    return false;
  }
  const OpenFile socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(9);
  return ::sendto(socket.fd(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 1;
}

// Files of a device are not read while its message is the same, and at once when it is not.
TEST(VirtualDevice, ChangeIsSeenByNetclassAtOnce) {
  const test::TempDir folder;
  bool is_made = false;
  InNamespace([&] {
    is_made = ::unshare(CLONE_NEWNS) == 0 &&
              ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
              ::mount("sysfs", folder.path().c_str(), "sysfs", 0, nullptr) == 0 && AddVeth().ok();
    if (!is_made) return;
    NodeOptions options;
    options.paths.sysfs = folder.path();
    options.disable_defaults = true;
    options.collectors["netclass"] = true;
    const PageMaker maker(options);
    const auto families = [&maker] {
      auto all = SplitFamilies(maker.Get());
      std::erase_if(all, [](const auto& one) { return !one.first.starts_with("node_network_"); });
      return all;
    };
    LinkPropertiesReader reader(false);
    std::vector<LinkMark> before;
    std::vector<LinkMark> after;
    ASSERT_TRUE(SendOverLoopback());
    ASSERT_TRUE(reader.ReadMarks(&before).ok());
    ASSERT_TRUE(SendOverLoopback());
    ASSERT_TRUE(reader.ReadMarks(&after).ok());
    ASSERT_EQ(before.size(), after.size());
    for (size_t i = 0; i < before.size(); ++i) {
      EXPECT_EQ(before[i].hash, after[i].hash) << after[i].device << ": counters do not count";
    }
    const auto first = families();
    EXPECT_EQ(families(), first);
    const std::string page = maker.Get();
    EXPECT_EQ(ValueOf(page, "node_network_mtu_bytes{device=\"vedette0\"}"), "1500");
    const std::string index = ValueOf(page, "node_network_iface_id{device=\"vedette0\"}");
    ASSERT_TRUE(SetMtu(static_cast<uint32_t>(std::stoul(index)), 1400).ok());
    EXPECT_EQ(ValueOf(maker.Get(), "node_network_mtu_bytes{device=\"vedette0\"}"), "1400");
  });
  if (!is_made) GTEST_SKIP() << "this process may make no namespaces of network and mounts";
}

// Upstream shows an unknown speed as 2^32-1 megabits, we do not.
TEST(LivePeer, NetclassByNetlinkHasTheSameSeries) {
  const test::TempDir folder;
  const auto bin = test::UnpackPeers(folder.path(), "exporters");
  if (!bin) GTEST_SKIP() << "no peers on this machine";
  const uint16_t port = test::FreePort();
  const ChildProcess peer({*bin + "/prometheus-node-exporter", "--collector.disable-defaults",
                           "--collector.netclass", "--collector.netclass.netlink",
                           "--collector.netclass_rtnl.with-stats", "--web.disable-exporter-metrics",
                           "--web.listen-address=127.0.0.1:" + std::to_string(port)});
  NodeOptions options;
  options.disable_defaults = true;
  options.collectors["netclass"] = true;
  options.netclass.netlink = true;
  options.netclass.with_stats = true;
  const auto theirs = SplitFamilies(HttpGet("127.0.0.1", port, "/metrics", true));
  const auto ours = SplitFamilies(PageMaker(options).Get());
  int families = 0;
  for (const auto& [name, text] : theirs) {
    if (name.rfind("node_network_", 0) != 0 || name == "node_network_speed_bytes") continue;
    ++families;
    const auto found = ours.find(name);
    ASSERT_NE(found, ours.end()) << name;
    const bool counts = name.find("_receive_") != name.npos || name.find("_transmit_") != name.npos;
    if (counts && name != "node_network_transmit_queue_length") {
      const std::string head = text.substr(0, text.find('\n', text.find('\n') + 1));
      EXPECT_EQ(found->second.substr(0, head.size()), head);
    } else {
      EXPECT_EQ(found->second, text);
    }
  }
  EXPECT_GT(families, 40);
  EXPECT_GE(theirs.size(), ours.size());
}

}  // namespace
}  // namespace vedette::exporters::node
