#include "exporters/node/link_stats.h"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/strings.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// Stats of older and newer kernels are shorter or longer than ours: what is missing is 0.
template <typename T>
T ReadStats(std::string_view bytes) {
  T stats{};
  std::memcpy(&stats, bytes.data(), std::min(sizeof(T), bytes.size()));
  return stats;
}

template <typename T>
void SetStats(const T& s, LinkStats* link) {
  link->stats.clear();
  link->Set("receive_packets", s.rx_packets);
  link->Set("transmit_packets", s.tx_packets);
  link->Set("receive_bytes", s.rx_bytes);
  link->Set("transmit_bytes", s.tx_bytes);
  link->Set("receive_errors", s.rx_errors);
  link->Set("transmit_errors", s.tx_errors);
  link->Set("receive_dropped", s.rx_dropped);
  link->Set("transmit_dropped", s.tx_dropped);
  link->Set("multicast", s.multicast);
  link->Set("collisions", s.collisions);
  link->Set("receive_length_errors", s.rx_length_errors);
  link->Set("receive_over_errors", s.rx_over_errors);
  link->Set("receive_crc_errors", s.rx_crc_errors);
  link->Set("receive_frame_errors", s.rx_frame_errors);
  link->Set("receive_fifo_errors", s.rx_fifo_errors);
  link->Set("receive_missed_errors", s.rx_missed_errors);
  link->Set("transmit_aborted_errors", s.tx_aborted_errors);
  link->Set("transmit_carrier_errors", s.tx_carrier_errors);
  link->Set("transmit_fifo_errors", s.tx_fifo_errors);
  link->Set("transmit_heartbeat_errors", s.tx_heartbeat_errors);
  link->Set("transmit_window_errors", s.tx_window_errors);
  link->Set("receive_compressed", s.rx_compressed);
  link->Set("transmit_compressed", s.tx_compressed);
  link->Set("receive_nohandler", s.rx_nohandler);
}

void AddLink(const NetlinkMessage& message, std::vector<LinkStats>* links) {
  if (message.type != RTM_NEWLINK || message.body.size() < sizeof(ifinfomsg)) return;
  LinkStats link = ParseLinkStats(message.body.substr(sizeof(ifinfomsg)));
  if (!link.device.empty() && !link.stats.empty()) links->push_back(std::move(link));
}

uint64_t Take(std::string_view key, LinkStats* link) {
  for (auto it = link->stats.begin(); it != link->stats.end(); ++it) {
    if (it->first != key) continue;
    const uint64_t value = it->second;
    link->stats.erase(it);
    return value;
  }
  return 0;
}

struct LegacyName {
  std::string_view name;
  std::string_view main;                    // there or nothing is done
  std::array<std::string_view, 3> added{};  // what the kernel adds to it in /proc/net/dev
};
constexpr LegacyName kLegacyNames[] = {
    {"receive_errs", "receive_errors"},
    {"receive_drop", "receive_dropped", {"receive_missed_errors"}},
    {"receive_fifo", "receive_fifo_errors"},
    {"receive_frame",
     "receive_frame_errors",
     {"receive_length_errors", "receive_over_errors", "receive_crc_errors"}},
    {"receive_multicast", "multicast"},
    {"transmit_errs", "transmit_errors"},
    {"transmit_drop", "transmit_dropped"},
    {"transmit_fifo", "transmit_fifo_errors"},
    {"transmit_colls", "collisions"},
    {"transmit_carrier",
     "transmit_carrier_errors",
     {"transmit_aborted_errors", "transmit_heartbeat_errors", "transmit_window_errors"}},
};

// The columns of /proc/net/dev.
constexpr std::array<std::string_view, 16> kNetDevColumns = {
    "receive_bytes",  "receive_packets",  "receive_errors",     "receive_dropped",
    "receive_fifo",   "receive_frame",    "receive_compressed", "receive_multicast",
    "transmit_bytes", "transmit_packets", "transmit_errors",    "transmit_dropped",
    "transmit_fifo",  "transmit_colls",   "transmit_carrier",   "transmit_compressed"};
constexpr int kNetDevHeadLines = 2;

}  // namespace

LinkStats ParseLinkStats(std::string_view bytes) {
  LinkStats link;
  bool has_stats64 = false;
  AttributeScanner attributes(bytes);
  uint16_t type = 0;
  std::string_view value;
  while (attributes.Next(&type, &value)) {
    if (type == IFLA_IFNAME) {
      link.device = AttributeText(value);
    } else if (type == IFLA_STATS64) {
      SetStats(ReadStats<rtnl_link_stats64>(value), &link);
      has_stats64 = true;
    } else if (type == IFLA_STATS && !has_stats64) {
      SetStats(ReadStats<rtnl_link_stats>(value), &link);
    }
  }
  return link;
}

LinkReader::LinkReader() : socket_(NETLINK_ROUTE, "rtnetlink: list of interfaces") {}

base::StatusOr<std::vector<LinkStats>> LinkReader::Read() {
  ifinfomsg request{};
  request.ifi_family = AF_UNSPEC;
  std::vector<LinkStats> links;
  VEDETTE_RETURN_IF_ERROR(
      socket_.Ask(RTM_GETLINK, NLM_F_DUMP, AsBytes(request),
                  [&links](const NetlinkMessage& message) { AddLink(message, &links); }));
  return links;
}

void ParseLinkMessages(std::string_view datagram, std::vector<LinkStats>* links) {
  MessageScanner messages(datagram);
  NetlinkMessage message;
  while (messages.Next(&message)) AddLink(message, links);
}

base::StatusOr<std::vector<LinkStats>> ParseNetDev(std::string_view text) {
  std::vector<LinkStats> links;
  LineScanner lines(text);
  std::string_view line;
  for (int i = 0; lines.Next(&line); ++i) {
    if (i < kNetDevHeadLines || base::Trim(line).empty()) continue;
    const size_t colon = line.rfind(':');  // an alias such as eth0:1 has one itself
    if (colon == std::string_view::npos) return Malformed("net/dev", "expected DEVICE:", line);
    LinkStats link;
    link.device = base::Trim(line.substr(0, colon));
    FieldScanner fields(line.substr(colon + 1));
    for (const std::string_view column : kNetDevColumns) {
      std::string_view field;
      const bool has_field = fields.Next(&field);
      const auto value = base::ParseUint(field);
      if (!has_field || !value) return Malformed("net/dev", "expected 16 numbers", line);
      link.Set(column, *value);
    }
    links.push_back(std::move(link));
  }
  return links;
}

void ToLegacyNames(LinkStats* link) {
  for (const LegacyName& legacy : kLegacyNames) {
    const auto has = [&](const LinkStat& stat) { return stat.first == legacy.main; };
    if (std::none_of(link->stats.begin(), link->stats.end(), has)) continue;
    uint64_t sum = Take(legacy.main, link);
    for (const std::string_view key : legacy.added) {
      if (!key.empty()) sum += Take(key, link);
    }
    link->Set(legacy.name, sum);
  }
}

}  // namespace vedette::exporters::node
