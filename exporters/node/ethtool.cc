// node_ethtool_* and the link modes of devices, by the ioctl SIOCETHTOOL.
#include <re2/re2.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>

#include "base/regex.h"
#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/device_filter.h"
#include "exporters/node/ethtool_device.h"
#include "exporters/node/family_table.h"
#include "exporters/node/metric_name.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

constexpr FamilySpec kEthtoolInfo = {
    "node_ethtool_info", Kind::kGauge,
    "A metric with a constant '1' value labeled by bus_info, device, driver, "
    "expansion_rom_version, firmware_version, version."};
constexpr FamilySpec kPort = {"node_network_supported_port_info", Kind::kGauge,
                              "Type of ports or PHYs supported by network device"};
constexpr FamilySpec kAutonegotiate = {"node_network_autonegotiate", Kind::kGauge,
                                       "If this port is using autonegotiate"};

// What is said of the modes that a device can do, and of those that it offers to its peer.
struct ModeFamilies {
  FamilySpec speed;
  FamilySpec autonegotiate;
  FamilySpec pause;
  FamilySpec asymmetric_pause;
};
constexpr ModeFamilies kSupported = {
    {"node_network_supported_speed_bytes", Kind::kGauge,
     "Combination of speeds and features supported by network device"},
    {"node_network_autonegotiate_supported", Kind::kGauge,
     "If this port device supports autonegotiate"},
    {"node_network_pause_supported", Kind::kGauge, "If this port device supports pause frames"},
    {"node_network_asymmetricpause_supported", Kind::kGauge,
     "If this port device supports asymmetric pause frames"}};
constexpr ModeFamilies kAdvertised = {
    {"node_network_advertised_speed_bytes", Kind::kGauge,
     "Combination of speeds and features offered by network device"},
    {"node_network_autonegotiate_advertised", Kind::kGauge,
     "If this port device offers autonegotiate"},
    {"node_network_pause_advertised", Kind::kGauge, "If this port device offers pause capability"},
    {"node_network_asymmetricpause_advertised", Kind::kGauge,
     "If this port device offers asymmetric pause capability"}};

// Statistics that upstream names by hand.
struct NamedStatistic {
  std::string_view statistic;
  FamilySpec family;
};
constexpr NamedStatistic kNamed[] = {
    {"rx_bytes",
     {"node_ethtool_received_bytes_total", Kind::kUntyped, "Network interface bytes received"}},
    {"rx_dropped",
     {"node_ethtool_received_dropped_total", Kind::kUntyped, "Number of received frames dropped"}},
    {"rx_errors",
     {"node_ethtool_received_errors_total", Kind::kUntyped,
      "Number of received frames with errors"}},
    {"rx_packets",
     {"node_ethtool_received_packets_total", Kind::kUntyped, "Network interface packets received"}},
    {"tx_bytes",
     {"node_ethtool_transmitted_bytes_total", Kind::kUntyped, "Network interface bytes sent"}},
    {"tx_errors",
     {"node_ethtool_transmitted_errors_total", Kind::kUntyped,
      "Number of sent frames with errors"}},
    {"tx_packets",
     {"node_ethtool_transmitted_packets_total", Kind::kUntyped, "Network interface packets sent"}},
};

// "rx_queue_0" becomes received_queue_0; words are what stands between underscores, of which one
// that ends a replaced word begins no other: tx_tx_x is transmitted_tx_x.
std::string ReplaceWord(std::string_view text, std::string_view word, std::string_view by) {
  std::string out;
  size_t at = 0;
  bool may_begin = true;
  while (at < text.size()) {
    const bool begins = may_begin && base::StartsWith(text.substr(at), word) &&
                        (at + word.size() == text.size() || text[at + word.size()] == '_');
    if (begins) {
      out += by;
      at += word.size();
      if (at < text.size()) out += text[at++];
      may_begin = false;
    } else {
      may_begin = text[at] == '_';
      out += text[at++];
    }
  }
  return out;
}

std::string StatisticName(std::string_view statistic) {
  std::string name = ToMetricName(statistic);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  name.erase(0, std::min(name.find_first_not_of('_'), name.size()));
  name = ReplaceWord(name, "rx", "received");
  return "node_ethtool_" + ReplaceWord(name, "tx", "transmitted");
}

class Ethtool final : public Collector {
 public:
  Ethtool(const Paths& paths, DeviceFilter filter, std::shared_ptr<const re2::RE2> statistics)
      : folder_(paths.Sys("class/net")),
        filter_(std::move(filter)),
        statistics_(std::move(statistics)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto devices = ListFolder(folder_, [](std::string_view) { return true; });
    if (!devices.ok()) return AbsentIsNoData(devices.status());
    if (devices->empty()) return base::InvalidArgument(folder_ + ": found no network devices");
    if (socket_.fd() < 0) {
      socket_ = OpenFile(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      if (socket_.fd() < 0) return base::FromErrno(errno, "ethtool: socket");
    }
    for (const std::string& device : *devices) {
      if (!filter_.Ignores(device)) AddDevice(device, sink);
    }
    return base::Status();
  }

 private:
  // A device or driver need not know any of the three requests.
  void AddDevice(const std::string& device, FamilySink* sink) {
    const EthtoolDevice ethtool(socket_.fd(), device);
    if (const auto link = ethtool.GetLink()) AddLink(device, *link, sink);
    if (const auto driver = ethtool.GetDriver()) {
      OpenFamily(kEthtoolInfo, sink)
          .Add(1, {{"bus_info", driver->bus},
                   {"device", device},
                   {"driver", driver->name},
                   {"expansion_rom_version", driver->rom_version},
                   {"firmware_version", driver->firmware_version},
                   {"version", driver->version}});
    }
    for (const auto& [name, value] : ethtool.GetStatistics()) {
      if (re2::RE2::PartialMatch(name, *statistics_)) AddStatistic(device, name, value, sink);
    }
  }

  static void AddStatistic(const std::string& device, const std::string& name, uint64_t value,
                           FamilySink* sink) {
    const auto named = std::find_if(std::begin(kNamed), std::end(kNamed),
                                    [&](const auto& known) { return known.statistic == name; });
    FamilyRef family = named == std::end(kNamed)
                           ? sink->Untyped(StatisticName(name), "Network interface " + name)
                           : OpenFamily(named->family, sink);
    family.Add(static_cast<double>(value), {{"device", device}});
  }

  static void AddLink(const std::string& device, const EthtoolLink& link, FamilySink* sink) {
    AddModes(device, link.supported, kSupported, sink);
    AddModes(device, link.advertised, kAdvertised, sink);
    for (const PortKind& port : PortKinds()) {
      if (!HasMode(link.supported, port.bit)) continue;
      OpenFamily(kPort, sink).Add(1, {{"device", device}, {"type", port.name}});
    }
    OpenFamily(kAutonegotiate, sink).Add(link.autonegotiate ? 1 : 0, {{"device", device}});
  }

  static void AddModes(const std::string& device, uint32_t modes, const ModeFamilies& families,
                       FamilySink* sink) {
    constexpr double kBytesPerMegabit = 1e6 / 8;
    for (const SpeedMode& mode : SpeedModes()) {
      if (!HasMode(modes, mode.bit)) continue;
      OpenFamily(families.speed, sink)
          .Add(mode.megabits * kBytesPerMegabit,
               {{"device", device},
                {"duplex", mode.is_full ? "full" : "half"},
                {"mode", base::Concat({std::to_string(mode.megabits), "base", mode.medium})}});
    }
    const LabelRef label = {"device", device};
    OpenFamily(families.autonegotiate, sink)
        .Add(HasMode(modes, kAutonegotiateBit) ? 1 : 0, {label});
    OpenFamily(families.pause, sink).Add(HasMode(modes, kPauseBit) ? 1 : 0, {label});
    OpenFamily(families.asymmetric_pause, sink)
        .Add(HasMode(modes, kAsymmetricPauseBit) ? 1 : 0, {label});
  }

  const std::string folder_;
  const DeviceFilter filter_;
  const std::shared_ptr<const re2::RE2> statistics_;
  OpenFile socket_;
};

}  // namespace

MadeCollector MakeEthtool(const CollectorContext& context) {
  const NodeOptions::Ethtool& options = context.options->ethtool;
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter filter,
                           DeviceFilter::Make(options.devices, "", "collector.ethtool.device"));
  auto statistics = base::CompileRegex(options.metrics_include);
  if (!statistics.ok()) {
    return base::Annotate(statistics.status(), "--collector.ethtool.metrics-include");
  }
  return std::make_unique<Ethtool>(context.options->paths, std::move(filter),
                                   *std::move(statistics));
}

}  // namespace vedette::exporters::node
