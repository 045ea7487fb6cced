// node_ipvs_* from /proc/net/ip_vs and /proc/net/ip_vs_stats.
#include <arpa/inet.h>
#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// In the order of the third line of ip_vs_stats.
constexpr FamilySpec kTotals[] = {
    {"node_ipvs_connections_total", Kind::kCounter, "The total number of connections made."},
    {"node_ipvs_incoming_packets_total", Kind::kCounter, "The total number of incoming packets."},
    {"node_ipvs_outgoing_packets_total", Kind::kCounter, "The total number of outgoing packets."},
    {"node_ipvs_incoming_bytes_total", Kind::kCounter, "The total amount of incoming data."},
    {"node_ipvs_outgoing_bytes_total", Kind::kCounter, "The total amount of outgoing data."},
};
constexpr FamilySpec kBackends[] = {
    {"node_ipvs_backend_weight", Kind::kGauge,
     "The current backend weight by local and remote address."},
    {"node_ipvs_backend_connections_active", Kind::kGauge,
     "The current active connections by local and remote address."},
    {"node_ipvs_backend_connections_inactive", Kind::kGauge,
     "The current inactive connections by local and remote address."},
};

// The labels that a backend can have, in their order on the page.
constexpr std::array<std::string_view, 6> kLabels = {
    "local_address", "local_mark", "local_port", "proto", "remote_address", "remote_port"};
enum Label : size_t { kLocalAddress, kLocalMark, kLocalPort, kProto, kRemoteAddress, kRemotePort };
using LabelValues = std::array<std::string, kLabels.size()>;

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

// "C0A80016:0CEA": an address of 8 or 32 hexadecimal digits, and a port.
bool ParseAddress(std::string_view text, std::string* address, std::string* port) {
  const size_t colon = text.find(':');
  if (colon != 8 && colon != 32) return false;
  std::array<unsigned char, 16> bytes{};
  for (size_t i = 0; i < colon / 2; ++i) {
    const auto high = HexDigit(text[2 * i]);
    const auto low = HexDigit(text[2 * i + 1]);
    if (!high || !low) return false;
    bytes[i] = static_cast<unsigned char>(*high * 16 + *low);
  }
  const std::optional<uint64_t> number = ParseHex(text.substr(colon + 1));
  char shown[INET6_ADDRSTRLEN];
  if (!number || *number > 0xffff ||
      ::inet_ntop(colon == 8 ? AF_INET : AF_INET6, bytes.data(), shown, sizeof shown) == nullptr) {
    return false;
  }
  *address = shown;
  *port = std::to_string(*number);
  return true;
}

class Ipvs final : public Collector {
 public:
  Ipvs(const Paths& paths, std::vector<size_t> shown)
      : stats_path_(paths.Proc("net/ip_vs_stats")),
        table_path_(paths.Proc("net/ip_vs")),
        shown_(std::move(shown)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto stats = stats_.Read(stats_path_);
    if (!stats.ok()) return AbsentIsNoData(stats.status());
    VEDETTE_RETURN_IF_ERROR(AddTotals(*stats, sink));
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view table, table_.Read(table_path_));
    return AddBackends(table, sink);
  }

 private:
  base::Status AddTotals(std::string_view text, FamilySink* sink) {
    LineScanner lines(text);
    std::string_view line;
    for (int i = 0; i < 3; ++i) {
      if (!lines.Next(&line)) return Malformed(stats_path_, "expected three lines", text);
    }
    if (!ParseHexFields(line, &numbers_) || numbers_.size() != std::size(kTotals)) {
      return Malformed(stats_path_, "expected five hexadecimal numbers", line);
    }
    for (size_t i = 0; i < numbers_.size(); ++i) {
      OpenFamily(kTotals[i], sink).Add(static_cast<double>(numbers_[i]));
    }
    return base::Status();
  }

  base::Status AddBackends(std::string_view text, FamilySink* sink) {
    std::vector<FamilyRef> families = OpenFamilies(kBackends, sink);
    LabelValues labels;
    LineScanner lines(text);
    std::string_view line;
    while (lines.Next(&line)) {
      SplitFields(line, &fields_);
      if (fields_.size() < 2 || fields_[1] == "RemoteAddress:Port") continue;
      const std::string_view kind = fields_[0];
      const bool ok = kind == "->" ? AddBackend(&labels, &families)
                      : kind == "TCP" || kind == "UDP" || kind == "SCTP" ? SetService(&labels)
                      : kind == "FWM"                                    ? SetMark(&labels)
                                                                         : true;
      if (!ok) return Malformed(table_path_, "expected ADDRESS:PORT and numbers", line);
    }
    return base::Status();
  }

  bool SetService(LabelValues* labels) const {
    (*labels)[kProto] = fields_[0];
    (*labels)[kLocalMark].clear();
    return ParseAddress(fields_[1], &(*labels)[kLocalAddress], &(*labels)[kLocalPort]);
  }

  bool SetMark(LabelValues* labels) const {
    (*labels)[kProto] = fields_[0];
    (*labels)[kLocalMark] = fields_[1];
    (*labels)[kLocalAddress].clear();
    (*labels)[kLocalPort] = "0";
    return true;
  }

  // "-> ADDRESS:PORT FORWARD WEIGHT ACTIVE INACTIVE"
  bool AddBackend(LabelValues* labels, std::vector<FamilyRef>* families) const {
    constexpr size_t kFirstNumber = 3;
    if (fields_.size() < kFirstNumber + families->size()) return true;
    if (!ParseAddress(fields_[1], &(*labels)[kRemoteAddress], &(*labels)[kRemotePort])) {
      return false;
    }
    std::vector<LabelRef> refs;
    for (const size_t label : shown_) refs.push_back({kLabels[label], (*labels)[label]});
    for (size_t i = 0; i < families->size(); ++i) {
      const auto number = base::ParseUint(fields_[kFirstNumber + i]);
      if (!number) return false;
      (*families)[i].Add(static_cast<double>(*number), refs);
    }
    return true;
  }

  const std::string stats_path_;
  const std::string table_path_;
  const std::vector<size_t> shown_;  // indexes of kLabels
  SourceFile stats_;
  SourceFile table_;
  std::vector<uint64_t> numbers_;
  std::vector<std::string_view> fields_;
};

}  // namespace

// Backends that differ only in labels left out are shown once, as the first of them.
MadeCollector MakeIpvs(const CollectorContext& context) {
  std::vector<size_t> shown;
  if (!context.options->ipvs.backend_labels.empty()) {
    for (const std::string_view name : base::Split(context.options->ipvs.backend_labels, ',')) {
      const auto label = std::find(kLabels.begin(), kLabels.end(), name);
      if (label == kLabels.end()) {
        return base::InvalidArgument(
            base::Concat({"--collector.ipvs.backend-labels: found ", base::GoQuote(name),
                          "; allowed are local_address, local_mark, local_port, proto, "
                          "remote_address and remote_port"}));
      }
      shown.push_back(static_cast<size_t>(label - kLabels.begin()));
    }
  }
  return std::make_unique<Ipvs>(context.options->paths, std::move(shown));
}

}  // namespace vedette::exporters::node
