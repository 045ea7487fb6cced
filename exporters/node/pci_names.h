#ifndef VEDETTE_EXPORTERS_NODE_PCI_NAMES_H_
#define VEDETTE_EXPORTERS_NODE_PCI_NAMES_H_

#include <map>
#include <string>
#include <string_view>

namespace vedette::exporters::node {

// A device's numbers as pci.ids writes them: four digits, six of the class, no 0x.
struct PciId {
  std::string vendor;
  std::string device;
  std::string subsystem_vendor;
  std::string subsystem_device;
  std::string class_code;

  auto operator<=>(const PciId&) const = default;
};

// What people call them; the number itself where the file does not know better.
struct PciDeviceNames {
  std::string vendor;
  std::string device;
  std::string subsystem_vendor;
  std::string subsystem_device;
  std::string class_name;
};

// Names by the text of a pci.ids file; an empty text knows none.
PciDeviceNames FindPciNames(const PciId& id, std::string_view pci_ids);

// Looks names up in the machine's pci.ids, once a device: the file is a megabyte and is not kept.
// One thread.
class PciNames {
 public:
  // "" stands for the places where distributions put the file.
  explicit PciNames(std::string path) : path_(std::move(path)) {}
  const PciDeviceNames& Find(const PciId& id);

 private:
  const std::string path_;
  std::map<PciId, PciDeviceNames> found_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_PCI_NAMES_H_
