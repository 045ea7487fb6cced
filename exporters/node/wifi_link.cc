#include "exporters/node/wifi_link.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/nl80211.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "base/strings.h"
#include "exporters/node/fixture_json.h"

namespace vedette::exporters::node {
namespace {

constexpr size_t kAddressBytes = 6;
constexpr double kBitsPerRate = 1e5;  // rates come in 100 kbit/s

std::string MacText(std::string_view bytes) {
  std::string text;
  for (const char c : bytes.substr(0, kAddressBytes)) {
    char octet[4];
    std::snprintf(octet, sizeof octet, "%02x:", static_cast<unsigned>(static_cast<uint8_t>(c)));
    text += octet;
  }
  if (!text.empty()) text.pop_back();
  return text;
}

std::string_view ModeName(int64_t status) {
  switch (status) {
    case NL80211_BSS_STATUS_AUTHENTICATED:
    case NL80211_BSS_STATUS_ASSOCIATED:
      return "client";
    case NL80211_BSS_STATUS_IBSS_JOINED:
      return "ad-hoc";
    default:
      return "unknown";
  }
}

// Numbers of any width, as the kernel has changed some.
double ToNumber(std::string_view value) {
  if (const auto wide = ReadStruct<uint64_t>(value)) return static_cast<double>(*wide);
  if (const auto word = ReadStruct<uint32_t>(value)) return *word;
  if (const auto half = ReadStruct<uint16_t>(value)) return *half;
  return value.empty() ? 0 : static_cast<uint8_t>(value[0]);
}

// The first information element of a beacon that is a network's name: id 0, length, bytes.
std::string FindSsid(std::string_view elements) {
  while (elements.size() >= 2) {
    const auto length = static_cast<uint8_t>(elements[1]);
    if (elements.size() < 2u + length) break;
    if (elements[0] == 0) return std::string(elements.substr(2, length));
    elements.remove_prefix(2u + length);
  }
  return "";
}

// NL80211_ATTR_BSS. The one that the device belongs to has a status; others were merely heard.
void ParseAccessPoint(std::string_view bytes, WifiLink* link) {
  std::optional<uint32_t> status;
  std::string bssid;
  std::string ssid;
  AttributeScanner attributes(bytes);
  uint16_t type = 0;
  std::string_view value;
  while (attributes.Next(&type, &value)) {
    if (type == NL80211_BSS_BSSID) bssid = MacText(value);
    if (type == NL80211_BSS_STATUS) status = ReadStruct<uint32_t>(value);
    if (type == NL80211_BSS_INFORMATION_ELEMENTS) ssid = FindSsid(value);
  }
  if (!status || link->has_access_point) return;
  link->has_access_point = true;
  link->bssid = bssid;
  link->ssid = ssid;
  link->mode = ModeName(*status);
}

double ParseRate(std::string_view bytes) {
  double narrow = 0;
  double wide = 0;
  AttributeScanner attributes(bytes);
  uint16_t type = 0;
  std::string_view value;
  while (attributes.Next(&type, &value)) {
    if (type == NL80211_RATE_INFO_BITRATE) narrow = ToNumber(value);
    if (type == NL80211_RATE_INFO_BITRATE32) wide = ToNumber(value);
  }
  return (wide != 0 ? wide : narrow) * kBitsPerRate;
}

void SetStatistic(uint16_t type, std::string_view value, WifiStation* station) {
  static constexpr struct {
    uint16_t type;
    double unit;
    double WifiStation::*field;
  } kNumbers[] = {{NL80211_STA_INFO_CONNECTED_TIME, 1, &WifiStation::connected_seconds},
                  {NL80211_STA_INFO_INACTIVE_TIME, 0.001, &WifiStation::inactive_seconds},
                  {NL80211_STA_INFO_RX_BYTES64, 1, &WifiStation::receive_bytes},
                  {NL80211_STA_INFO_TX_BYTES64, 1, &WifiStation::transmit_bytes},
                  {NL80211_STA_INFO_RX_PACKETS, 1, &WifiStation::receive_packets},
                  {NL80211_STA_INFO_TX_PACKETS, 1, &WifiStation::transmit_packets},
                  {NL80211_STA_INFO_TX_RETRIES, 1, &WifiStation::retries},
                  {NL80211_STA_INFO_TX_FAILED, 1, &WifiStation::failed},
                  {NL80211_STA_INFO_BEACON_LOSS, 1, &WifiStation::beacon_loss}};
  for (const auto& known : kNumbers) {
    if (known.type == type) station->*known.field = ToNumber(value) * known.unit;
  }
  if (type == NL80211_STA_INFO_RX_BITRATE) station->receive_bits = ParseRate(value);
  if (type == NL80211_STA_INFO_TX_BITRATE) station->transmit_bits = ParseRate(value);
  if (const auto dbm = ReadStruct<int8_t>(value); type == NL80211_STA_INFO_SIGNAL && dbm) {
    station->signal_dbm = *dbm;
  }
}

void ParseStation(std::string_view bytes, WifiLink* link) {
  WifiStation& station = link->stations.emplace_back();
  AttributeScanner attributes(bytes);
  uint16_t type = 0;
  std::string_view value;
  while (attributes.Next(&type, &value)) {
    if (type == NL80211_ATTR_MAC) station.address = MacText(value);
    if (type != NL80211_ATTR_STA_INFO) continue;
    AttributeScanner statistics(value);
    uint16_t statistic = 0;
    std::string_view number;
    while (statistics.Next(&statistic, &number)) SetStatistic(statistic, number, &station);
  }
}

// Go writes bytes into JSON as base64.
std::string FromBase64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) break;
    bits = (bits << 6) | static_cast<uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> count) & 0xff);
  }
  return bytes;
}

}  // namespace

WifiReader::WifiReader(std::string fixtures)
    : fixtures_(std::move(fixtures)), socket_(NETLINK_GENERIC, "nl80211") {}

base::StatusOr<std::vector<WifiLink>> WifiReader::Read() {
  if (!fixtures_.empty()) return ReadFixtures();
  VEDETTE_RETURN_IF_ERROR(FindFamily());
  std::vector<Interface> interfaces;
  VEDETTE_RETURN_IF_ERROR(Ask(NL80211_CMD_GET_INTERFACE, 0, [&interfaces](std::string_view bytes) {
    Interface interface;
    AttributeScanner attributes(bytes);
    uint16_t type = 0;
    std::string_view value;
    while (attributes.Next(&type, &value)) {
      if (type == NL80211_ATTR_IFNAME) interface.link.device = AttributeText(value);
      if (type == NL80211_ATTR_WIPHY_FREQ) interface.link.megahertz = ToNumber(value);
      if (type == NL80211_ATTR_IFINDEX) {
        interface.index = ReadStruct<uint32_t>(value).value_or(0);
      }
    }
    // Some virtual devices, such as P2P, have no name.
    if (!interface.link.device.empty()) interfaces.push_back(std::move(interface));
  }));
  std::vector<WifiLink> links;
  for (Interface& interface : interfaces) {
    WifiLink* const link = &interface.link;
    VEDETTE_RETURN_IF_ERROR(
        Ask(NL80211_CMD_GET_SCAN, interface.index, [link](std::string_view bytes) {
          AttributeScanner attributes(bytes);
          uint16_t type = 0;
          std::string_view value;
          while (attributes.Next(&type, &value)) {
            if (type == NL80211_ATTR_BSS) ParseAccessPoint(value, link);
          }
        }));
    VEDETTE_RETURN_IF_ERROR(Ask(NL80211_CMD_GET_STATION, interface.index,
                                [link](std::string_view bytes) { ParseStation(bytes, link); }));
    links.push_back(std::move(*link));
  }
  return links;
}

base::Status WifiReader::FindFamily() {
  if (family_ != 0) return base::Status();
  genlmsghdr head{};
  head.cmd = CTRL_CMD_GETFAMILY;
  head.version = 1;
  std::string body(AsBytes(head));
  AppendAttribute(CTRL_ATTR_FAMILY_NAME,
                  std::string_view(NL80211_GENL_NAME, sizeof NL80211_GENL_NAME), &body);
  VEDETTE_RETURN_IF_ERROR(
      socket_.Ask(GENL_ID_CTRL, NLM_F_ACK, body, [this](const NetlinkMessage& message) {
        if (message.body.size() < sizeof(genlmsghdr)) return;
        AttributeScanner attributes(message.body.substr(sizeof(genlmsghdr)));
        uint16_t type = 0;
        std::string_view value;
        while (attributes.Next(&type, &value)) {
          if (type == CTRL_ATTR_FAMILY_ID) family_ = ReadStruct<uint16_t>(value).value_or(0);
        }
      }));
  return family_ != 0 ? base::Status() : base::NotFound("nl80211: the kernel has no such family");
}

base::Status WifiReader::Ask(uint8_t command, uint32_t interface,
                             const std::function<void(std::string_view attributes)>& take) {
  genlmsghdr head{};
  head.cmd = command;
  std::string body(AsBytes(head));
  if (interface != 0) AppendAttribute(NL80211_ATTR_IFINDEX, AsBytes(interface), &body);
  return socket_.Ask(family_, NLM_F_DUMP, body, [&](const NetlinkMessage& message) {
    if (message.type == family_ && message.body.size() >= sizeof(genlmsghdr)) {
      take(message.body.substr(sizeof(genlmsghdr)));
    }
  });
}

base::StatusOr<std::vector<WifiLink>> WifiReader::ReadFixtures() {
  VEDETTE_ASSIGN_OR_RETURN(const auto interfaces,
                           ReadFixture(fixtures_ + "/interfaces.json", &file_));
  std::vector<WifiLink> links;
  for (const boost::json::object& object : interfaces) {
    WifiLink link;
    link.device = TextOf(object, "name");
    link.megahertz = static_cast<double>(NumberOf(object, "frequency"));
    if (link.device.empty()) continue;
    const auto access_point =
        ReadFixture(base::Concat({fixtures_, "/", link.device, "/bss.json"}), &file_);
    if (access_point.ok() && !access_point->empty()) {
      const boost::json::object& bss = access_point->front();
      link.has_access_point = true;
      link.bssid = MacText(FromBase64(TextOf(bss, "bssid")));
      link.ssid = TextOf(bss, "ssid");
      link.mode = ModeName(NumberOf(bss, "status"));
    }
    VEDETTE_RETURN_IF_ERROR(ReadFixtureStations(&link));
    links.push_back(std::move(link));
  }
  return links;
}

// Times are nanoseconds, rates bits a second. A device without a file has no stations.
base::Status WifiReader::ReadFixtureStations(WifiLink* link) {
  const auto stations =
      ReadFixture(base::Concat({fixtures_, "/", link->device, "/stationinfo.json"}), &file_);
  if (!stations.ok())
    return absl::IsNotFound(stations.status()) ? base::Status() : stations.status();
  static constexpr struct {
    const char* key;
    double divisor;
    double WifiStation::*field;
  } kNumbers[] = {{"connected", 1e9, &WifiStation::connected_seconds},
                  {"inactive", 1e9, &WifiStation::inactive_seconds},
                  {"receivebitrate", 1, &WifiStation::receive_bits},
                  {"transmitbitrate", 1, &WifiStation::transmit_bits},
                  {"receivedbytes", 1, &WifiStation::receive_bytes},
                  {"transmittedbytes", 1, &WifiStation::transmit_bytes},
                  {"receivedpackets", 1, &WifiStation::receive_packets},
                  {"transmittedpackets", 1, &WifiStation::transmit_packets},
                  {"signal", 1, &WifiStation::signal_dbm},
                  {"transmitretries", 1, &WifiStation::retries},
                  {"transmitfailed", 1, &WifiStation::failed},
                  {"beaconloss", 1, &WifiStation::beacon_loss}};
  for (const boost::json::object& object : *stations) {
    WifiStation& station = link->stations.emplace_back();
    station.address = MacText(FromBase64(TextOf(object, "hardwareaddr")));
    for (const auto& known : kNumbers) {
      station.*known.field = static_cast<double>(NumberOf(object, known.key)) / known.divisor;
    }
  }
  return base::Status();
}

}  // namespace vedette::exporters::node
