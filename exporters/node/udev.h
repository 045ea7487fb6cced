#ifndef VEDETTE_EXPORTERS_NODE_UDEV_H_
#define VEDETTE_EXPORTERS_NODE_UDEV_H_

#include <string_view>
#include <utility>
#include <vector>

namespace vedette::exporters::node {

// The properties in a file of udev's database, lines "E:NAME=VALUE". Borrows the text.
class UdevProperties {
 public:
  UdevProperties() = default;
  explicit UdevProperties(std::string_view text);

  // The value, or empty when the property is absent.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  // The first of SCSI_IDENT_SERIAL (as a rule the one printed on the disk), ID_SERIAL_SHORT and
  // ID_SERIAL (virtio) that is not empty.
  std::string_view Serial() const;

 private:
  std::vector<std::pair<std::string_view, std::string_view>> properties_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_UDEV_H_
