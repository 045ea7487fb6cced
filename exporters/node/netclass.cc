// node_network_info, node_network_up and the properties of devices, from /sys/class/net.
#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/device_attributes.h"
#include "exporters/node/device_filter.h"
#include "exporters/node/family_table.h"
#include "exporters/node/link_properties.h"
#include "exporters/node/netclass_rtnl.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

// A property that is a number, and its file.
struct NetclassRow {
  const char* file;
  FamilySpec family;
};
constexpr NetclassRow kNetclassRows[] = {
    {"addr_assign_type",
     {"node_network_address_assign_type", Kind::kGauge,
      "Network device property: address_assign_type"}},
    {"carrier", {"node_network_carrier", Kind::kGauge, "Network device property: carrier"}},
    {"carrier_changes",
     {"node_network_carrier_changes_total", Kind::kCounter,
      "Network device property: carrier_changes_total"}},
    {"carrier_up_count",
     {"node_network_carrier_up_changes_total", Kind::kCounter,
      "Network device property: carrier_up_changes_total"}},
    {"carrier_down_count",
     {"node_network_carrier_down_changes_total", Kind::kCounter,
      "Network device property: carrier_down_changes_total"}},
    {"dev_id", {"node_network_device_id", Kind::kGauge, "Network device property: device_id"}},
    {"dormant", {"node_network_dormant", Kind::kGauge, "Network device property: dormant"}},
    {"flags", {"node_network_flags", Kind::kGauge, "Network device property: flags"}},
    {"ifindex", {"node_network_iface_id", Kind::kGauge, "Network device property: iface_id"}},
    {"iflink", {"node_network_iface_link", Kind::kGauge, "Network device property: iface_link"}},
    {"link_mode",
     {"node_network_iface_link_mode", Kind::kGauge, "Network device property: iface_link_mode"}},
    {"mtu", {"node_network_mtu_bytes", Kind::kGauge, "Network device property: mtu_bytes"}},
    {"name_assign_type",
     {"node_network_name_assign_type", Kind::kGauge, "Network device property: name_assign_type"}},
    {"netdev_group",
     {"node_network_net_dev_group", Kind::kGauge, "Network device property: net_dev_group"}},
    {"speed", {"node_network_speed_bytes", Kind::kGauge, "Network device property: speed_bytes"}},
    {"tx_queue_len",
     {"node_network_transmit_queue_length", Kind::kGauge,
      "Network device property: transmit_queue_length"}},
    {"type",
     {"node_network_protocol_type", Kind::kGauge, "Network device property: protocol_type"}},
};
constexpr size_t kFlags = 7;
constexpr size_t kIndex = 8;
constexpr size_t kSpeed = 14;
static_assert(std::string_view(kNetclassRows[kFlags].file) == "flags");
static_assert(std::string_view(kNetclassRows[kIndex].file) == "ifindex");
static_assert(std::string_view(kNetclassRows[kSpeed].file) == "speed");

// Properties that are texts, after the numbers.
constexpr const char* kNetclassTexts[] = {"address", "broadcast", "duplex", "ifalias", "operstate"};
enum Text : size_t { kAddress, kBroadcast, kDuplex, kAlias, kOperState };

constexpr FamilySpec kNetclassInfo = {
    "node_network_info", Kind::kGauge,
    "Non-numeric data from /sys/class/net/<iface>, value is always 1."};
constexpr FamilySpec kUp = {"node_network_up", Kind::kGauge,
                            "Value is 1 if operstate is 'up', 0 otherwise."};
constexpr double kNetclassBytesPerMegabit = 1e6 / 8;
// What the kernel has no message for when it changes is at most this old.
constexpr int64_t kMaxAgeNanos = 60'000'000'000;
constexpr size_t kMaxKnown = 1024;

std::vector<const char*> AllFiles() {
  std::vector<const char*> files;
  for (const NetclassRow& row : kNetclassRows) files.push_back(row.file);
  files.insert(files.end(), std::begin(kNetclassTexts), std::end(kNetclassTexts));
  return files;
}

// What the files of one device said.
struct Properties {
  std::string device;
  std::array<std::optional<int64_t>, std::size(kNetclassRows)> numbers;
  std::array<std::string, std::size(kNetclassTexts)> texts;
  size_t mark = 0;  // of the message that they go with
  int64_t read_mono_ns = 0;
};

// Twenty files a device are many to read at each scrape. One message of rtnetlink has nearly all of
// it; while a device's message is byte for byte what it was, so are its files, and only the two are
// read that say what no message does. Where the kernel does not answer, or sysfs is of another
// network namespace than we are in, all are read.
class Netclass final : public Collector {
 public:
  Netclass(const NodeOptions& options, DeviceFilter filter)
      : folder_(options.paths.Sys("class/net")),
        ignore_invalid_speed_(options.netclass.ignore_invalid_speed),
        filter_(std::move(filter)),
        attributes_(folder_, AllFiles()),
        links_(/*with_stats=*/false) {}

  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    const auto devices = ListFolder(folder_, [](std::string_view) { return true; });
    if (!devices.ok()) return AbsentIsNoData(devices.status());
    attributes_.Keep(*devices);
    std::erase_if(known_, [&](const Properties& known) {
      return !std::binary_search(devices->begin(), devices->end(), known.device);
    });
    if (!attributes_.can_keep() || !links_.ReadMarks(&marks_).ok()) marks_.clear();
    now_ = scrape.clock->MonotonicNanos();
    info_ = OpenFamily(kNetclassInfo, sink);
    up_ = OpenFamily(kUp, sink);
    families_.clear();
    for (const NetclassRow& row : kNetclassRows) families_.push_back(OpenFamily(row.family, sink));
    for (const std::string& device : *devices) {
      // A file such as bonding_masters is no device.
      if (!filter_.Ignores(device)) VEDETTE_RETURN_IF_ERROR(AddDevice(device));
    }
    return base::Status();
  }

 private:
  base::Status AddDevice(const std::string& device) {
    const auto mark = std::find_if(marks_.begin(), marks_.end(),
                                   [&](const LinkMark& m) { return m.device == device; });
    const auto known = std::find_if(known_.begin(), known_.end(),
                                    [&](const Properties& p) { return p.device == device; });
    if (mark != marks_.end() && known != known_.end() && known->mark == mark->hash &&
        now_ - known->read_mono_ns < kMaxAgeNanos && attributes_.SelectOpen(device)) {
      VEDETTE_RETURN_IF_ERROR(ReadNumber(kSpeed, &*known));
      ReadText(kDuplex, &*known);
      Add(*known);
      return base::Status();
    }
    if (known != known_.end()) known_.erase(known);
    VEDETTE_ASSIGN_OR_RETURN(const bool is_there, attributes_.Select(device));
    if (!is_there) return base::Status();
    Properties read;
    read.device = device;
    for (size_t i = 0; i < std::size(kNetclassRows); ++i)
      VEDETTE_RETURN_IF_ERROR(ReadNumber(i, &read));
    for (size_t i = 0; i < std::size(kNetclassTexts); ++i) ReadText(i, &read);
    Add(read);
    if (mark != marks_.end() && IsSameDevice(*mark, read) && known_.size() < kMaxKnown) {
      read.mark = mark->hash;
      read.read_mono_ns = now_;
      known_.push_back(std::move(read));
    }
    return base::Status();
  }

  static bool IsSameDevice(const LinkMark& mark, const Properties& read) {
    return read.numbers[kIndex] == mark.index && read.texts[kAddress] == mark.address;
  }

  base::Status ReadNumber(size_t row, Properties* properties) {
    properties->numbers[row] = std::nullopt;
    const std::optional<std::string_view> text = attributes_.Read(row);
    if (!text || text->empty()) return base::Status();
    properties->numbers[row] = ParseDeviceNumber(*text);
    if (properties->numbers[row]) return base::Status();
    return Malformed(base::Concat({folder_, "/", properties->device, "/", kNetclassRows[row].file}),
                     "expected a number", *text);
  }

  void ReadText(size_t text, Properties* properties) {
    properties->texts[text] = attributes_.Read(std::size(kNetclassRows) + text).value_or("");
  }

  void Add(const Properties& properties) {
    for (size_t i = 0; i < std::size(kNetclassRows); ++i) {
      if (properties.numbers[i]) AddNumber(i, *properties.numbers[i], properties.device);
    }
    AddTexts(properties);
  }

  // A speed of -1 is unknown; upstream shows it unless told not to.
  void AddNumber(size_t row, int64_t number, const std::string& device) {
    if (row == kSpeed && number < 0 && ignore_invalid_speed_) return;
    const auto value = static_cast<double>(number);
    families_[row].Add(row == kSpeed ? value * kNetclassBytesPerMegabit : value,
                       {{"device", device}});
  }

  void AddTexts(const Properties& properties) {
    const std::string& device = properties.device;
    const auto& texts = properties.texts;
    const std::optional<int64_t> flags = properties.numbers[kFlags];
    const std::string_view admin = !flags ? "unknown" : (*flags & 1) != 0 ? "up" : "down";
    up_->Add(texts[kOperState] == "up" ? 1 : 0, {{"device", device}});
    info_->Add(1, {{"address", texts[kAddress]},
                   {"adminstate", admin},
                   {"broadcast", texts[kBroadcast]},
                   {"device", device},
                   {"duplex", texts[kDuplex]},
                   {"ifalias", texts[kAlias]},
                   {"operstate", texts[kOperState]}});
  }

  const std::string folder_;
  const bool ignore_invalid_speed_;
  const DeviceFilter filter_;
  DeviceAttributes attributes_;
  LinkPropertiesReader links_;
  std::vector<Properties> known_;
  // Of the scrape in hand.
  int64_t now_ = 0;
  std::vector<LinkMark> marks_;
  std::optional<FamilyRef> info_;
  std::optional<FamilyRef> up_;
  std::vector<FamilyRef> families_;
};

}  // namespace

MadeCollector MakeNetclass(const CollectorContext& context) {
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter filter,
                           DeviceFilter::MakeExclude(context.options->netclass.ignored_devices,
                                                     "collector.netclass.ignored-devices"));
  if (context.options->netclass.netlink) {
    return NewNetclassRtnl(*context.options, std::move(filter));
  }
  return std::make_unique<Netclass>(*context.options, std::move(filter));
}

}  // namespace vedette::exporters::node
