// node_fibrechannel_* from /sys/class/fc_host.
#include <array>
#include <optional>

#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

struct FibrechannelRow {
  const char* file;
  FamilySpec family;
};
constexpr FibrechannelRow kFibrechannelRows[] = {
    {"dumped_frames",
     {"node_fibrechannel_dumped_frames_total", Kind::kCounter, "Number of dumped frames"}},
    {"error_frames",
     {"node_fibrechannel_error_frames_total", Kind::kCounter, "Number of errors in frames"}},
    {"fcp_packet_aborts",
     {"node_fibrechannel_fcp_packet_aborts_total", Kind::kCounter, "Number of aborted packets"}},
    {"invalid_crc_count",
     {"node_fibrechannel_invalid_crc_total", Kind::kCounter,
      "Invalid Cyclic Redundancy Check count"}},
    {"invalid_tx_word_count",
     {"node_fibrechannel_invalid_tx_words_total", Kind::kCounter,
      "Number of invalid words transmitted by host port"}},
    {"link_failure_count",
     {"node_fibrechannel_link_failure_total", Kind::kCounter,
      "Number of times the host port link has failed"}},
    {"loss_of_signal_count",
     {"node_fibrechannel_loss_of_signal_total", Kind::kCounter,
      "Number of times signal has been lost"}},
    {"loss_of_sync_count",
     {"node_fibrechannel_loss_of_sync_total", Kind::kCounter,
      "Number of failures on either bit or transmission word boundaries"}},
    {"nos_count",
     {"node_fibrechannel_nos_total", Kind::kCounter,
      "Number Not_Operational Primitive Sequence received by host port"}},
    {"rx_frames",
     {"node_fibrechannel_rx_frames_total", Kind::kCounter, "Number of frames received"}},
    {"rx_words",
     {"node_fibrechannel_rx_words_total", Kind::kCounter, "Number of words received by host port"}},
    {"seconds_since_last_reset",
     {"node_fibrechannel_seconds_since_last_reset_total", Kind::kCounter,
      "Number of seconds since last host port reset"}},
    {"tx_frames",
     {"node_fibrechannel_tx_frames_total", Kind::kCounter,
      "Number of frames transmitted by host port"}},
    {"tx_words",
     {"node_fibrechannel_tx_words_total", Kind::kCounter,
      "Number of words transmitted by host port"}},
};
constexpr FamilySpec kFibrechannelInfo = {
    "node_fibrechannel_info", Kind::kGauge,
    "Non-numeric data from /sys/class/fc_host/<host>, value is always 1."};

// An attribute of a host, by label; some hold 0x and digits.
struct FibrechannelAttribute {
  const char* file;
  bool is_hex;
};
constexpr FibrechannelAttribute kFibrechannelAttributes[] = {
    {"dev_loss_tmo", false}, {"fabric_name", true},        {"port_id", true},
    {"port_name", true},     {"port_state", false},        {"port_type", false},
    {"speed", false},        {"supported_classes", false}, {"supported_speeds", false},
    {"symbolic_name", false}};

class Fibrechannel final : public Collector {
 public:
  explicit Fibrechannel(const Paths& paths) : folder_(paths.Sys("class/fc_host")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto hosts = ListFolder(folder_, [](std::string_view) { return true; });
    if (!hosts.ok()) return AbsentIsNoData(hosts.status());
    FamilyRef info = OpenFamily(kFibrechannelInfo, sink);
    std::vector<FamilyRef> families;
    for (const FibrechannelRow& row : kFibrechannelRows) {
      families.push_back(OpenFamily(row.family, sink));
    }
    for (const std::string& host : *hosts) {
      AddInfo(host, &info);
      VEDETTE_RETURN_IF_ERROR(AddCounters(host, &families));
    }
    return base::Status();
  }

 private:
  // A driver need not have every attribute.
  void AddInfo(const std::string& host, FamilyRef* info) {
    std::array<std::string, std::size(kFibrechannelAttributes)> values;
    std::vector<LabelRef> labels = {{"fc_host", host}};
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] =
          file_.Text(base::Concat({folder_, "/", host, "/", kFibrechannelAttributes[i].file}))
              .value_or("");
      if (kFibrechannelAttributes[i].is_hex && values[i].size() > 2) values[i].erase(0, 2);
      labels.push_back({kFibrechannelAttributes[i].file, values[i]});
    }
    info->Add(1, labels);
  }

  base::Status AddCounters(const std::string& host, std::vector<FamilyRef>* families) {
    for (size_t i = 0; i < families->size(); ++i) {
      const std::string path =
          base::Concat({folder_, "/", host, "/statistics/", kFibrechannelRows[i].file});
      const auto text = file_.Text(path);
      if (!text) continue;
      const std::optional<uint64_t> value = ParseHex(*text);
      if (!value) return Malformed(path, "expected a hexadecimal number", *text);
      // All bits set is the kernel's word for unknown.
      if (*value == ~uint64_t{0}) continue;
      (*families)[i].Add(static_cast<double>(*value), {{"fc_host", host}});
    }
    return base::Status();
  }

  const std::string folder_;
  AttributeReader file_;
};

}  // namespace

MadeCollector MakeFibrechannel(const CollectorContext& context) {
  return std::make_unique<Fibrechannel>(context.options->paths);
}

}  // namespace vedette::exporters::node
