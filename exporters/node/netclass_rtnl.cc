// What netclass.cc shows, by rtnetlink and ethtool: --collector.netclass.netlink. Values are what
// upstream shows in that mode, some of which differ from those of sysfs.
#include "exporters/node/netclass_rtnl.h"

#include <linux/if.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

#include "base/strings.h"
#include "exporters/node/device_attributes.h"
#include "exporters/node/ethtool_device.h"
#include "exporters/node/family_table.h"
#include "exporters/node/link_properties.h"

namespace vedette::exporters::node {
namespace {

constexpr double kBytesPerMegabit = 1e6 / 8;

// A property and its family.
struct RtnlRow {
  uint32_t LinkProperties::*number;
  Kind kind;
  const char* name;  // after "node_network_"
};
constexpr RtnlRow kRtnlRows[] = {
    {&LinkProperties::carrier, Kind::kGauge, "carrier"},
    {&LinkProperties::carrier_changes, Kind::kCounter, "carrier_changes_total"},
    {&LinkProperties::carrier_up_count, Kind::kCounter, "carrier_up_changes_total"},
    {&LinkProperties::carrier_down_count, Kind::kCounter, "carrier_down_changes_total"},
    {&LinkProperties::flags, Kind::kGauge, "flags"},
    {&LinkProperties::index, Kind::kGauge, "iface_id"},
    {&LinkProperties::link_mode, Kind::kGauge, "iface_link_mode"},
    {&LinkProperties::link_mode, Kind::kGauge, "dormant"},
    {&LinkProperties::link, Kind::kGauge, "iface_link"},
    {&LinkProperties::mtu, Kind::kGauge, "mtu_bytes"},
    {&LinkProperties::group, Kind::kGauge, "net_dev_group"},
    {&LinkProperties::queue_length, Kind::kGauge, "transmit_queue_length"},
    {&LinkProperties::type, Kind::kGauge, "protocol_type"},
};

// What rtnetlink does not tell: a file of sysfs and its family.
constexpr std::pair<const char*, const char*> kFiles[] = {
    {"addr_assign_type", "address_assign_type"},
    {"dev_id", "device_id"},
    {"name_assign_type", "name_assign_type"},
};

// The families of one scrape.
class RtnlFamilies {
 public:
  explicit RtnlFamilies(FamilySink* sink)
      : up(sink->Gauge("node_network_up", "Value is 1 if operstate is 'up', 0 otherwise.")),
        info(sink->Gauge("node_network_info", "Non-numeric data of <iface>, value is always 1.")),
        sink_(sink) {
    for (const RtnlRow& row : kRtnlRows) rows.push_back(Property(row.kind, row.name));
    for (const auto& [file, name] : kFiles) files.push_back(Property(Kind::kGauge, name));
  }

  FamilyRef Property(Kind kind, std::string_view name) const {
    const std::string family = base::Concat({"node_network_", name});
    const std::string help = base::Concat({"Network device property: ", name});
    return OpenFamily({family.c_str(), kind, help.c_str()}, sink_);
  }
  // The family of a counter of LinkStats.
  FamilyRef Counter(std::string_view key) {
    for (const auto& [known, family] : counters_) {
      if (known == key) return family;
    }
    // A gauge, as upstream has it here.
    return counters_.emplace_back(key, Property(Kind::kGauge, base::Concat({key, "_total"})))
        .second;
  }

  FamilyRef up;
  FamilyRef info;
  std::vector<FamilyRef> rows;
  std::vector<FamilyRef> files;

 private:
  FamilySink* const sink_;
  std::vector<std::pair<std::string_view, FamilyRef>> counters_;
};

std::string_view DuplexName(const std::optional<EthtoolSpeed>& speed) {
  if (!speed) return "";
  switch (speed->duplex) {
    case EthtoolSpeed::Duplex::kHalf:
      return "Half";
    case EthtoolSpeed::Duplex::kFull:
      return "Full";
    case EthtoolSpeed::Duplex::kUnknown:
      break;
  }
  return "Unknown";
}

class NetclassRtnl final : public Collector {
 public:
  NetclassRtnl(const NodeOptions& options, DeviceFilter filter)
      : filter_(std::move(filter)),
        links_(options.netclass.with_stats),
        attributes_(options.paths.Sys("class/net"), FileNames()) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    if (socket_.fd() < 0) {
      socket_ = OpenFile(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      if (socket_.fd() < 0) return base::FromErrno(errno, "socket");
    }
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<LinkProperties> links, links_.Read());
    std::vector<std::string> names;
    for (const LinkProperties& link : links) names.push_back(link.device);
    attributes_.Keep(names);
    RtnlFamilies families(sink);
    for (const LinkProperties& link : links) {
      if (!filter_.Ignores(link.device)) VEDETTE_RETURN_IF_ERROR(AddLink(link, &families));
    }
    return base::Status();
  }

 private:
  static std::vector<const char*> FileNames() {
    std::vector<const char*> names;
    for (const auto& [file, name] : kFiles) names.push_back(file);
    return names;
  }

  base::Status AddLink(const LinkProperties& link, RtnlFamilies* families) {
    const LabelRef label = {"device", link.device};
    const auto speed = EthtoolDevice(socket_.fd(), link.device).GetSpeed();
    const std::string_view state = OperStateName(link.oper_state);
    families->up.Add(state == "up" ? 1 : 0, {label});
    families->info.Add(1, {{"address", link.address},
                           {"broadcast", link.broadcast},
                           label,
                           {"duplex", DuplexName(speed)},
                           {"ifalias", link.alias},
                           {"operstate", state}});
    if (speed && speed->megabits) {
      families->Property(Kind::kGauge, "speed_bytes")
          .Add(*speed->megabits * kBytesPerMegabit, {label});
    }
    for (size_t i = 0; i < std::size(kRtnlRows); ++i) {
      families->rows[i].Add(link.*kRtnlRows[i].number, {label});
    }
    if (link.stats) {
      for (const auto& [key, value] : link.stats->stats) {
        families->Counter(key).Add(static_cast<double>(value), {label});
      }
    }
    return AddFiles(link.device, families);
  }

  base::Status AddFiles(const std::string& device, RtnlFamilies* families) {
    VEDETTE_ASSIGN_OR_RETURN(const bool is_there, attributes_.Select(device));
    for (size_t i = 0; is_there && i < std::size(kFiles); ++i) {
      const auto text = attributes_.Read(i);
      const auto number = text ? ParseDeviceNumber(*text) : std::nullopt;
      if (number) families->files[i].Add(static_cast<double>(*number), {{"device", device}});
    }
    return base::Status();
  }

  const DeviceFilter filter_;
  LinkPropertiesReader links_;
  DeviceAttributes attributes_;
  OpenFile socket_;
};

}  // namespace

std::unique_ptr<Collector> NewNetclassRtnl(const NodeOptions& options, DeviceFilter filter) {
  return std::make_unique<NetclassRtnl>(options, std::move(filter));
}

}  // namespace vedette::exporters::node
