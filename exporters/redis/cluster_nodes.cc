#include "exporters/redis/cluster_nodes.h"

#include <optional>

#include "base/json_writer.h"
#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

constexpr int kSlots = 16384;
// Bounds what a server can make us keep.
constexpr size_t kMaxNodes = 10000;

// CRC16/XMODEM, as the cluster specification has it.
uint16_t Crc16(std::string_view bytes) {
  unsigned crc = 0;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(byte)) << 8;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 0x8000U) != 0 ? (crc << 1) ^ 0x1021U : crc << 1;
    }
    crc &= 0xFFFFU;
  }
  return static_cast<uint16_t>(crc);
}

// "127.0.0.1:7002@17002,name"; before Redis 4 without the "@".
bool TakeAddress(std::string_view text, ClusterNode* node) {
  const size_t comma = text.find(',');
  if (comma != std::string_view::npos) {
    const std::string_view rest = text.substr(comma + 1);
    node->hostname = rest.substr(0, rest.find(','));
  }
  text = text.substr(0, comma);
  text = text.substr(0, text.find('@'));
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const auto port = base::ParseUint(text.substr(colon + 1));
  if (!port || *port > 65535) return false;
  node->host = text.substr(0, colon);
  node->port = static_cast<uint16_t>(*port);
  return true;
}

bool HasFlag(std::string_view flags, std::string_view wanted) {
  for (const std::string_view flag : base::Split(flags, ',')) {
    if (flag == wanted) return true;
  }
  return false;
}

// "0-5460" or "7"; slots that move, "[93->-ID]", still belong where they were.
void TakeSlots(std::string_view text, ClusterNode* node) {
  const size_t dash = text.find('-');
  const auto first = base::ParseInt(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : base::ParseInt(text.substr(dash + 1));
  if (!first || !last || *first < 0 || *last >= kSlots) return;
  node->slots.emplace_back(static_cast<int>(*first), static_cast<int>(*last));
}

// ID ADDRESS FLAGS MASTER PING PONG EPOCH LINK SLOT...
std::optional<ClusterNode> ParseNode(std::string_view line) {
  const std::vector<std::string_view> words = base::Split(base::Trim(line), ' ');
  ClusterNode node;
  if (words.size() < 3 || !TakeAddress(words[1], &node)) return std::nullopt;
  node.is_master = HasFlag(words[2], "master");
  node.is_usable = !HasFlag(words[2], "fail") && !HasFlag(words[2], "noaddr") &&
                   !HasFlag(words[2], "handshake") && node.port != 0;
  for (size_t i = 8; i < words.size(); ++i) TakeSlots(words[i], &node);
  return node;
}

}  // namespace

bool ClusterNode::Owns(int slot) const {
  for (const auto& [first, last] : slots) {
    if (slot >= first && slot <= last) return true;
  }
  return false;
}

std::vector<ClusterNode> ParseClusterNodes(std::string_view text) {
  std::vector<ClusterNode> nodes;
  for (const std::string_view line : base::Split(text, '\n')) {
    if (nodes.size() >= kMaxNodes) break;
    if (auto node = ParseNode(line)) nodes.push_back(*std::move(node));
  }
  return nodes;
}

int KeySlot(std::string_view key) {
  const size_t open = key.find('{');
  const size_t close = open == std::string_view::npos ? open : key.find('}', open + 1);
  if (close != std::string_view::npos && close > open + 1) {
    key = key.substr(open + 1, close - open - 1);
  }
  return Crc16(key) % kSlots;
}

Address NodeAddress(const ClusterNode& node, const Address& asked) {
  Address address = asked;
  if (!node.host.empty()) address.host = node.host;
  address.port = node.port;
  address.database = 0;
  if (address.is_unix()) {
    address.scheme = "redis";
    if (node.host.empty()) address.host = "localhost";
  }
  return address;
}

std::string DiscoveryJson(const std::vector<ClusterNode>& nodes, const Address& asked,
                          bool hostnames) {
  std::string json;
  base::JsonWriter writer(&json);
  writer.BeginArray().BeginObject().Key("targets").BeginArray();
  for (const ClusterNode& node : nodes) {
    Address address = NodeAddress(node, asked);
    address.scheme = asked.is_tls() ? "rediss" : "redis";
    if (hostnames && !node.hostname.empty()) address.host = node.hostname;
    writer.String(address.Uri());
  }
  writer.EndArray().Key("labels").BeginObject().EndObject().EndObject().EndArray();
  return json;
}

}  // namespace vedette::exporters::redis
