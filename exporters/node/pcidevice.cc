// node_pcidevice_* from /sys/bus/pci/devices.
#include <array>

#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"
#include "exporters/node/pci_names.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

constexpr const char* kPowerStates[] = {"D0", "D1", "D2", "D3hot", "D3cold", "unknown", "error"};
constexpr double kGiga = 1e9;

struct Number {
  const char* file;
  const char* family;
  const char* help;
  double when_absent;
  bool is_speed = false;  // "8.0 GT/s PCIe"
};
constexpr Number kPciNumbers[] = {
    {"max_link_speed", "node_pcidevice_max_link_transfers_per_second",
     "Value of maximum link's transfers per second (T/s)", -1, true},
    {"max_link_width", "node_pcidevice_max_link_width",
     "Value of maximum link's width (number of lanes)", -1},
    {"current_link_speed", "node_pcidevice_current_link_transfers_per_second",
     "Value of current link's transfers per second (T/s)", -1, true},
    {"current_link_width", "node_pcidevice_current_link_width",
     "Value of current link's width (number of lanes)", -1},
    {"d3cold_allowed", "node_pcidevice_d3cold_allowed",
     "Whether the PCIe device supports D3cold power state (0/1).", 0},
    {"sriov_drivers_autoprobe", "node_pcidevice_sriov_drivers_autoprobe",
     "Whether SR-IOV drivers autoprobe is enabled for the device (0/1).", 0},
    {"sriov_numvfs", "node_pcidevice_sriov_numvfs",
     "Number of Virtual Functions (VFs) currently enabled for SR-IOV.", 0},
    {"sriov_totalvfs", "node_pcidevice_sriov_totalvfs",
     "Total number of Virtual Functions (VFs) supported by the device.", 0},
    {"sriov_vf_total_msix", "node_pcidevice_sriov_vf_total_msix",
     "Total number of MSI-X vectors for Virtual Functions.", 0},
};

// Where a device sits: "0000:45:00.0". Borrows the name.
struct Location {
  std::string_view segment = "*";
  std::string_view bus = "*";
  std::string_view device = "*";
  std::string_view function = "*";
};

std::optional<Location> ParseLocation(std::string_view name) {
  const std::vector<std::string_view> parts = base::Split(name, ':');
  if (parts.size() != 3) return std::nullopt;
  const size_t dot = parts[2].find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  return Location{parts[0], parts[1], parts[2].substr(0, dot), parts[2].substr(dot + 1)};
}

std::string WithoutPrefix(const std::string& hex) {
  return base::StartsWith(hex, "0x") ? hex.substr(2) : hex;
}

class Pcidevice final : public Collector {
 public:
  explicit Pcidevice(const NodeOptions& options) : root_(options.paths.Sys("bus/pci/devices")) {
    if (options.pcidevice.names) names_.emplace(options.pcidevice.ids_file);
  }

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto devices =
        ListFolder(root_, [](std::string_view name) { return ParseLocation(name).has_value(); });
    if (!devices.ok()) return NoData(base::Message(devices.status()));
    for (const std::string& device : *devices) {
      VEDETTE_RETURN_IF_ERROR(AddDevice(device, sink));
    }
    return base::Status();
  }

 private:
  base::Status AddDevice(const std::string& name, FamilySink* sink) {
    const std::string folder = base::Concat({root_, "/", name, "/"});
    const Location location = *ParseLocation(name);
    const LabelRef labels[] = {{"segment", location.segment},
                               {"bus", location.bus},
                               {"device", location.device},
                               {"function", location.function}};
    VEDETTE_RETURN_IF_ERROR(AddInfo(name, folder, labels, sink));
    for (const Number& number : kPciNumbers) AddNumber(number, folder, labels, sink);
    AddPowerState(folder, labels, sink);
    if (const auto node = reader_.Int(folder + "numa_node"); node && *node != -1) {
      sink->Gauge("node_pcidevice_numa_node",
                  "NUMA node number for the PCI device. -1 indicates unknown or not available.")
          .Add(static_cast<double>(*node), labels);
    }
    return base::Status();
  }

  base::Status AddInfo(const std::string& name, const std::string& folder,
                       std::span<const LabelRef> location, FamilySink* sink) {
    constexpr std::array<std::pair<const char*, const char*>, 6> kFields = {
        {{"class_id", "class"},
         {"vendor_id", "vendor"},
         {"device_id", "device"},
         {"subsystem_vendor_id", "subsystem_vendor"},
         {"subsystem_device_id", "subsystem_device"},
         {"revision", "revision"}}};
    std::array<std::string, kFields.size()> values;
    for (size_t i = 0; i < kFields.size(); ++i) {
      VEDETTE_ASSIGN_OR_RETURN(values[i], reader_.RequiredText(folder + kFields[i].second));
    }
    // A device behind a bridge lies below it in the tree of devices.
    const LinkTarget target = ResolveLink(base::Concat({root_, "/", name}));
    const Location parent = ParseLocation(target.parent).value_or(Location());
    std::vector<LabelRef> labels(location.begin(), location.end());
    labels.push_back({"parent_segment", parent.segment});
    labels.push_back({"parent_bus", parent.bus});
    labels.push_back({"parent_device", parent.device});
    labels.push_back({"parent_function", parent.function});
    for (size_t i = 0; i < kFields.size(); ++i) labels.push_back({kFields[i].first, values[i]});
    if (names_) {
      const PciDeviceNames& names = names_->Find(
          {WithoutPrefix(values[1]), WithoutPrefix(values[2]), WithoutPrefix(values[3]),
           WithoutPrefix(values[4]), WithoutPrefix(values[0])});
      labels.push_back({"vendor_name", names.vendor});
      labels.push_back({"device_name", names.device});
      labels.push_back({"subsystem_vendor_name", names.subsystem_vendor});
      labels.push_back({"subsystem_device_name", names.subsystem_device});
      labels.push_back({"class_name", names.class_name});
    }
    sink->Gauge("node_pcidevice_info",
                "Non-numeric data from /sys/bus/pci/devices/<location>, value is always 1.")
        .Add(1, labels);
    return base::Status();
  }

  void AddNumber(const Number& number, const std::string& folder, std::span<const LabelRef> labels,
                 FamilySink* sink) {
    double value = number.when_absent;
    FieldScanner fields(reader_.Text(folder + number.file).value_or(""));
    std::string_view field;
    if (fields.Next(&field)) {
      const auto read = base::ParseDouble(field);
      if (read) value = number.is_speed ? *read * kGiga : *read;
    }
    sink->Gauge(number.family, number.help).Add(value, labels);
  }

  void AddPowerState(const std::string& folder, std::span<const LabelRef> labels,
                     FamilySink* sink) {
    const std::string current(reader_.Text(folder + "power_state").value_or(""));
    if (current.empty()) return;
    FamilyRef family = sink->Gauge(
        "node_pcidevice_power_state",
        "PCIe device power state, one of: D0, D1, D2, D3hot, D3cold, unknown or error.");
    for (const char* state : kPowerStates) {
      std::vector<LabelRef> with_state(labels.begin(), labels.end());
      with_state.push_back({"state", state});
      family.Add(current == state ? 1 : 0, with_state);
    }
  }

  const std::string root_;
  std::optional<PciNames> names_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakePcidevice(const CollectorContext& context) {
  return std::make_unique<Pcidevice>(*context.options);
}

}  // namespace vedette::exporters::node
