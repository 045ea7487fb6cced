#include "exporters/node/pci_names.h"

#include <optional>

#include "base/strings.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

constexpr const char* kPlaces[] = {"/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"};

// One line: how deep it is indented, its number and its name, which two blanks part.
struct IdLine {
  size_t depth = 0;
  bool is_class = false;
  std::string_view number;
  std::string_view name;
};

std::optional<IdLine> ParseIdLine(std::string_view line) {
  IdLine parsed;
  while (parsed.depth < line.size() && line[parsed.depth] == '\t') ++parsed.depth;
  line.remove_prefix(parsed.depth);
  if (line.empty() || line[0] == '#') return std::nullopt;
  if (parsed.depth == 0 && base::StartsWith(line, "C ")) {
    parsed.is_class = true;
    line.remove_prefix(2);
  }
  const size_t blanks = line.find("  ");
  if (blanks == std::string_view::npos) return std::nullopt;
  parsed.number = base::Trim(line.substr(0, blanks));
  parsed.name = base::Trim(line.substr(blanks));
  return parsed;
}

// Fills the names from the file's lines, one after the other.
class NameFinder {
 public:
  NameFinder(const PciId& id, PciDeviceNames* names)
      : id_(id),
        subsystem_(base::Concat({id.subsystem_vendor, " ", id.subsystem_device})),
        names_(names) {}

  void Take(const IdLine& line) {
    if (line.depth == 0) {
      in_classes_ = line.is_class;
      in_vendor_ = false;
    }
    if (in_classes_) {
      TakeClass(line);
    } else {
      TakeDevice(line);
    }
  }

 private:
  // Depth for depth the next two digits of the class; the deepest name that fits stands.
  void TakeClass(const IdLine& line) {
    if (line.depth > 2 || id_.class_code.size() < 2 * line.depth + 2) return;
    if (line.depth > class_depth_) return;  // below a class that is not ours
    class_depth_ = line.depth;
    if (line.number != std::string_view(id_.class_code).substr(2 * line.depth, 2)) return;
    names_->class_name = line.name;
    class_depth_ = line.depth + 1;
  }

  void TakeDevice(const IdLine& line) {
    if (line.depth == 0) {
      in_vendor_ = line.number == id_.vendor;
      if (in_vendor_) names_->vendor = line.name;
      if (line.number == id_.subsystem_vendor) names_->subsystem_vendor = line.name;
    } else if (line.depth == 1) {
      in_device_ = in_vendor_ && line.number == id_.device;
      if (in_device_) names_->device = line.name;
    } else if (in_vendor_ && in_device_ && line.number == subsystem_) {
      names_->subsystem_device = line.name;
    }
  }

  const PciId& id_;
  const std::string subsystem_;
  PciDeviceNames* const names_;
  bool in_classes_ = false;
  bool in_vendor_ = false;
  bool in_device_ = false;
  size_t class_depth_ = 0;
};

}  // namespace

PciDeviceNames FindPciNames(const PciId& id, std::string_view pci_ids) {
  PciDeviceNames names{id.vendor, id.device, id.subsystem_vendor, id.subsystem_device,
                       base::Concat({"Unknown class (", id.class_code, ")"})};
  NameFinder finder(id, &names);
  LineScanner lines(pci_ids);
  std::string_view line;
  while (lines.Next(&line)) {
    if (const auto parsed = ParseIdLine(line)) finder.Take(*parsed);
  }
  return names;
}

const PciDeviceNames& PciNames::Find(const PciId& id) {
  const auto known = found_.find(id);
  if (known != found_.end()) return known->second;
  SourceFile file;
  std::string text;
  if (!path_.empty()) {
    if (const auto read = file.Read(path_); read.ok()) text = *read;
  } else {
    for (const char* place : kPlaces) {
      const auto read = file.Read(place);
      if (!read.ok()) continue;
      text = *read;
      break;
    }
  }
  return found_[id] = FindPciNames(id, text);
}

}  // namespace vedette::exporters::node
