// node_infiniband_* from /sys/class/infiniband.
#include <optional>

#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

// Data is counted in lanes of four octets.
struct InfinibandRow {
  const char* file;
  int octets;
  FamilySpec family;
};
constexpr InfinibandRow kInfinibandRows[] = {
    {"counters_ext/port_multicast_rcv_packets",
     1,
     {"node_infiniband_legacy_multicast_packets_received_total", Kind::kCounter,
      "Number of multicast packets received"}},
    {"counters_ext/port_multicast_xmit_packets",
     1,
     {"node_infiniband_legacy_multicast_packets_transmitted_total", Kind::kCounter,
      "Number of multicast packets transmitted"}},
    {"counters_ext/port_rcv_data_64",
     4,
     {"node_infiniband_legacy_data_received_bytes_total", Kind::kCounter,
      "Number of data octets received on all links"}},
    {"counters_ext/port_rcv_packets_64",
     1,
     {"node_infiniband_legacy_packets_received_total", Kind::kCounter,
      "Number of data packets received on all links"}},
    {"counters_ext/port_unicast_rcv_packets",
     1,
     {"node_infiniband_legacy_unicast_packets_received_total", Kind::kCounter,
      "Number of unicast packets received"}},
    {"counters_ext/port_unicast_xmit_packets",
     1,
     {"node_infiniband_legacy_unicast_packets_transmitted_total", Kind::kCounter,
      "Number of unicast packets transmitted"}},
    {"counters_ext/port_xmit_data_64",
     4,
     {"node_infiniband_legacy_data_transmitted_bytes_total", Kind::kCounter,
      "Number of data octets transmitted on all links"}},
    {"counters_ext/port_xmit_packets_64",
     1,
     {"node_infiniband_legacy_packets_transmitted_total", Kind::kCounter,
      "Number of data packets received on all links"}},
    {"counters/link_downed",
     1,
     {"node_infiniband_link_downed_total", Kind::kCounter,
      "Number of times the link failed to recover from an error state and went down"}},
    {"counters/link_error_recovery",
     1,
     {"node_infiniband_link_error_recovery_total", Kind::kCounter,
      "Number of times the link successfully recovered from an error state"}},
    {"counters/multicast_rcv_packets",
     1,
     {"node_infiniband_multicast_packets_received_total", Kind::kCounter,
      "Number of multicast packets received (including errors)"}},
    {"counters/multicast_xmit_packets",
     1,
     {"node_infiniband_multicast_packets_transmitted_total", Kind::kCounter,
      "Number of multicast packets transmitted (including errors)"}},
    {"counters/port_rcv_constraint_errors",
     1,
     {"node_infiniband_port_constraint_errors_received_total", Kind::kCounter,
      "Number of packets received on the switch physical port that are discarded"}},
    {"counters/port_xmit_constraint_errors",
     1,
     {"node_infiniband_port_constraint_errors_transmitted_total", Kind::kCounter,
      "Number of packets not transmitted from the switch physical port"}},
    {"counters/port_rcv_data",
     4,
     {"node_infiniband_port_data_received_bytes_total", Kind::kCounter,
      "Number of data octets received on all links"}},
    {"counters/port_xmit_data",
     4,
     {"node_infiniband_port_data_transmitted_bytes_total", Kind::kCounter,
      "Number of data octets transmitted on all links"}},
    {"counters/port_rcv_discards",
     1,
     {"node_infiniband_port_discards_received_total", Kind::kCounter,
      "Number of inbound packets discarded by the port because the port is down or congested"}},
    {"counters/port_xmit_discards",
     1,
     {"node_infiniband_port_discards_transmitted_total", Kind::kCounter,
      "Number of outbound packets discarded by the port because the port is down or congested"}},
    {"counters/port_rcv_errors",
     1,
     {"node_infiniband_port_errors_received_total", Kind::kCounter,
      "Number of packets containing an error that were received on this port"}},
    {"counters/port_rcv_packets",
     1,
     {"node_infiniband_port_packets_received_total", Kind::kCounter,
      "Number of packets received on all VLs by this port (including errors)"}},
    {"counters/port_xmit_packets",
     1,
     {"node_infiniband_port_packets_transmitted_total", Kind::kCounter,
      "Number of packets transmitted on all VLs from this port (including errors)"}},
    {"counters/port_xmit_wait",
     1,
     {"node_infiniband_port_transmit_wait_total", Kind::kCounter,
      "Number of ticks during which the port had data to transmit but no data was sent during the "
      "entire tick"}},
    {"counters/unicast_rcv_packets",
     1,
     {"node_infiniband_unicast_packets_received_total", Kind::kCounter,
      "Number of unicast packets received (including errors)"}},
    {"counters/unicast_xmit_packets",
     1,
     {"node_infiniband_unicast_packets_transmitted_total", Kind::kCounter,
      "Number of unicast packets transmitted (including errors)"}},
};
constexpr FamilySpec kInfinibandInfo = {
    "node_infiniband_info", Kind::kGauge,
    "Non-numeric data from /sys/class/infiniband/<device>, value is always 1."};
// "4: ACTIVE" in files of a port.
struct StateRow {
  const char* file;
  FamilySpec family;
};
constexpr StateRow kInfinibandStates[] = {
    {"state",
     {"node_infiniband_state_id", Kind::kGauge,
      "State of the InfiniBand port (0: no change, 1: down, 2: init, 3: armed, 4: active, 5: act "
      "defer)"}},
    {"phys_state",
     {"node_infiniband_physical_state_id", Kind::kGauge,
      "Physical state of the InfiniBand port (0: no change, 1: sleep, 2: polling, 3: disable, 4: "
      "shift, 5: link up, 6: link error recover, 7: phytest)"}},
};
constexpr FamilySpec kRate = {"node_infiniband_rate_bytes_per_second", Kind::kGauge,
                              "Maximum signal transfer rate"};
constexpr double kBytesPerGigabit = 125000000;

class Infiniband final : public Collector {
 public:
  explicit Infiniband(const Paths& paths) : folder_(paths.Sys("class/infiniband")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto devices = ListFolder(folder_, [](std::string_view) { return true; });
    if (!devices.ok()) return AbsentIsNoData(devices.status());
    for (const std::string& device : *devices) {
      VEDETTE_RETURN_IF_ERROR(AddDevice(device, sink));
    }
    return base::Status();
  }

 private:
  base::Status AddDevice(const std::string& device, FamilySink* sink) {
    const std::string path = base::Concat({folder_, "/", device, "/"});
    // Empty where the driver lacks it.
    const std::string board(file_.Text(path + "board_id").value_or(""));
    const std::string firmware(file_.Text(path + "fw_ver").value_or(""));
    const std::string type(file_.Text(path + "hca_type").value_or(""));
    OpenFamily(kInfinibandInfo, sink)
        .Add(1, {{"board_id", board},
                 {"device", device},
                 {"firmware_version", firmware},
                 {"hca_type", type}});
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> ports,
                             ListFolder(path + "ports", [](std::string_view) { return true; }));
    for (const std::string& port : ports) {
      VEDETTE_RETURN_IF_ERROR(
          AddPort(device, port, base::Concat({path, "ports/", port, "/"}), sink));
    }
    return base::Status();
  }

  base::Status AddPort(const std::string& device, const std::string& port, const std::string& path,
                       FamilySink* sink) {
    const LabelRef labels[] = {{"device", device}, {"port", port}};
    for (const StateRow& row : kInfinibandStates) {
      VEDETTE_ASSIGN_OR_RETURN(const std::string text, file_.RequiredText(path + row.file));
      const std::optional<uint64_t> id =
          base::ParseUint(base::Trim(std::string_view(text).substr(0, text.find(':'))));
      if (!id) return Malformed(path + row.file, "expected ID: NAME", text);
      OpenFamily(row.family, sink).Add(static_cast<double>(*id), labels);
    }
    VEDETTE_RETURN_IF_ERROR(AddRate(path + "rate", labels, sink));
    return AddCounters(path, labels, sink);
  }

  // "40 Gb/sec (4X QDR)"
  base::Status AddRate(const std::string& path, std::span<const LabelRef> labels,
                       FamilySink* sink) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string text, file_.RequiredText(path));
    const std::optional<double> gigabits =
        base::ParseDouble(std::string_view(text).substr(0, text.find(' ')));
    if (!gigabits || !(*gigabits >= 0)) return Malformed(path, "expected N Gb/sec", text);
    OpenFamily(kRate, sink).Add(*gigabits * kBytesPerGigabit, labels);
    return base::Status();
  }

  // A port has some of the counters; one that cannot be read says "N/A (no PMA)".
  base::Status AddCounters(const std::string& path, std::span<const LabelRef> labels,
                           FamilySink* sink) {
    for (const InfinibandRow& row : kInfinibandRows) {
      const auto text = file_.Text(path + row.file);
      if (!text || text->find("N/A (no PMA)") != std::string_view::npos) continue;
      const std::optional<uint64_t> value = base::ParseUint(*text);
      if (!value) return Malformed(path + row.file, "expected a number", *text);
      OpenFamily(row.family, sink).Add(static_cast<double>(*value) * row.octets, labels);
    }
    return base::Status();
  }

  const std::string folder_;
  AttributeReader file_;
};

}  // namespace

MadeCollector MakeInfiniband(const CollectorContext& context) {
  return std::make_unique<Infiniband>(context.options->paths);
}

}  // namespace vedette::exporters::node
