#include "exporters/node/udev.h"

#include "base/strings.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {

UdevProperties::UdevProperties(std::string_view text) {
  LineScanner lines(text);
  std::string_view line;
  while (lines.Next(&line)) {
    if (!base::StartsWith(line, "E:")) continue;
    line.remove_prefix(2);
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    properties_.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
}

std::string_view UdevProperties::Get(std::string_view name) const {
  for (auto it = properties_.rbegin(); it != properties_.rend(); ++it) {  // the last one holds
    if (it->first == name) return it->second;
  }
  return {};
}

bool UdevProperties::Has(std::string_view name) const {
  for (const auto& [key, value] : properties_) {
    if (key == name) return true;
  }
  return false;
}

std::string_view UdevProperties::Serial() const {
  for (const std::string_view name : {"SCSI_IDENT_SERIAL", "ID_SERIAL_SHORT", "ID_SERIAL"}) {
    if (const std::string_view value = Get(name); !value.empty()) return value;
  }
  return {};
}

}  // namespace vedette::exporters::node
