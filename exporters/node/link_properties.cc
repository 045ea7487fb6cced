#include "exporters/node/link_properties.h"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <iterator>

namespace vedette::exporters::node {
namespace {

// IF_OPER_*, RFC 2863.
constexpr std::string_view kOperStates[] = {"unknown", "notpresent", "down", "lowerlayerdown",
                                            "testing", "dormant",    "up"};

// The kernel gives numbers in one or four bytes.
uint32_t ReadNumber(std::string_view bytes) {
  uint32_t number = 0;
  if (bytes.size() == 1) return static_cast<unsigned char>(bytes[0]);
  std::memcpy(&number, bytes.data(), std::min(sizeof number, bytes.size()));
  return number;
}

std::string HexPairs(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (!text.empty()) text += ':';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

uint32_t* NumberAt(uint16_t type, LinkProperties* link) {
  switch (type) {
    case IFLA_LINK:
      return &link->link;
    case IFLA_MTU:
      return &link->mtu;
    case IFLA_GROUP:
      return &link->group;
    case IFLA_TXQLEN:
      return &link->queue_length;
    case IFLA_CARRIER:
      return &link->carrier;
    case IFLA_CARRIER_CHANGES:
      return &link->carrier_changes;
    case IFLA_CARRIER_UP_COUNT:
      return &link->carrier_up_count;
    case IFLA_CARRIER_DOWN_COUNT:
      return &link->carrier_down_count;
    case IFLA_LINKMODE:
      return &link->link_mode;
    case IFLA_OPERSTATE:
      return &link->oper_state;
    default:
      return nullptr;
  }
}

void TakeAttribute(uint16_t type, std::string_view value, LinkProperties* link) {
  if (type == IFLA_IFNAME) {
    link->device = AttributeText(value);
  } else if (type == IFLA_IFALIAS) {
    link->alias = AttributeText(value);
  } else if (type == IFLA_ADDRESS) {
    link->address = HexPairs(value);
  } else if (type == IFLA_BROADCAST) {
    link->broadcast = HexPairs(value);
  } else if (uint32_t* const number = NumberAt(type, link)) {
    *number = ReadNumber(value);
  }
}

void AddLink(const NetlinkMessage& message, bool with_stats, std::vector<LinkProperties>* links) {
  const auto head = ReadStruct<ifinfomsg>(message.body);
  if (message.type != RTM_NEWLINK || !head) return;
  LinkProperties link;
  link.index = static_cast<uint32_t>(head->ifi_index);
  link.link = link.index;  // the kernel leaves it out then
  link.flags = head->ifi_flags;
  link.type = head->ifi_type;
  const std::string_view bytes = message.body.substr(sizeof(ifinfomsg));
  AttributeScanner attributes(bytes);
  uint16_t type = 0;
  std::string_view value;
  while (attributes.Next(&type, &value)) TakeAttribute(type, value, &link);
  if (link.device.empty()) return;
  if (with_stats) link.stats = ParseLinkStats(bytes);
  links->push_back(std::move(link));
}

void AddMark(const NetlinkMessage& message, std::vector<LinkMark>* marks) {
  const auto head = ReadStruct<ifinfomsg>(message.body);
  if (message.type != RTM_NEWLINK || !head) return;
  LinkMark& mark = marks->emplace_back();
  mark.index = static_cast<uint32_t>(head->ifi_index);
  const std::hash<std::string_view> hash_of;
  mark.hash = hash_of(message.body.substr(0, sizeof(ifinfomsg)));
  AttributeScanner attributes(message.body.substr(sizeof(ifinfomsg)));
  uint16_t type = 0;
  std::string_view value;
  while (attributes.Next(&type, &value)) {
    if (type == IFLA_STATS || type == IFLA_STATS64) continue;
    mark.hash = (mark.hash ^ type) * 0x9E3779B97F4A7C15 + hash_of(value);
    if (type == IFLA_IFNAME) mark.device = AttributeText(value);
    if (type == IFLA_ADDRESS) mark.address = HexPairs(value);
  }
}

}  // namespace

std::string_view OperStateName(uint32_t state) {
  return state < std::size(kOperStates) ? kOperStates[state] : kOperStates[0];
}

LinkPropertiesReader::LinkPropertiesReader(bool with_stats)
    : with_stats_(with_stats), socket_(NETLINK_ROUTE, "rtnetlink: list of interfaces") {}

base::StatusOr<std::vector<LinkProperties>> LinkPropertiesReader::Read() {
  std::vector<LinkProperties> links;
  VEDETTE_RETURN_IF_ERROR(Ask(
      [this, &links](const NetlinkMessage& message) { AddLink(message, with_stats_, &links); }));
  return links;
}

base::Status LinkPropertiesReader::ReadMarks(std::vector<LinkMark>* marks) {
  marks->clear();
  return Ask([marks](const NetlinkMessage& message) { AddMark(message, marks); });
}

base::Status LinkPropertiesReader::Ask(const std::function<void(const NetlinkMessage&)>& take) {
  std::string request;
  ifinfomsg head{};
  head.ifi_family = AF_UNSPEC;
  request += AsBytes(head);
  // Counters cost the kernel a sum over all CPUs.
  const uint32_t mask = with_stats_ ? 0 : RTEXT_FILTER_SKIP_STATS;
  AppendAttribute(IFLA_EXT_MASK, AsBytes(mask), &request);
  return socket_.Ask(RTM_GETLINK, NLM_F_DUMP, request, take);
}

void ParseLinkProperties(std::string_view datagram, bool with_stats,
                         std::vector<LinkProperties>* links) {
  MessageScanner messages(datagram);
  NetlinkMessage message;
  while (messages.Next(&message)) AddLink(message, with_stats, links);
}

}  // namespace vedette::exporters::node
