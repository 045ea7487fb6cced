// node_dmi_info from /sys/class/dmi/id.
#include <utility>

#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"

namespace vedette::exporters::node {
namespace {

// Files of the folder; a label is named like its file, but for the last.
constexpr const char* kDmiFields[] = {
    "bios_date",      "bios_release",   "bios_vendor",     "bios_version",    "board_asset_tag",
    "board_name",     "board_serial",   "board_vendor",    "board_version",   "chassis_asset_tag",
    "chassis_serial", "chassis_vendor", "chassis_version", "product_family",  "product_name",
    "product_serial", "product_sku",    "product_uuid",    "product_version", "sys_vendor"};
constexpr char kLastLabel[] = "system_vendor";

class Dmi final : public Collector {
 public:
  explicit Dmi(const Paths& paths) : folder_(paths.Sys("class/dmi/id/")) {}

  // Firmware says the same until the next boot: it is asked once. Serial numbers are root's alone
  // to read, and simply absent for others.
  base::Status Collect(const Scrape&, FamilySink* sink) override {
    if (!std::exchange(is_read_, true)) ReadFields();
    if (fields_.empty()) return NoData(folder_ + " is empty or absent");
    std::vector<LabelRef> labels;
    for (const auto& [name, value] : fields_) labels.push_back({name, value});
    sink->Gauge("node_dmi_info",
                "A metric with a constant '1' value labeled by bios_date, bios_release, "
                "bios_vendor, bios_version, board_asset_tag, board_name, board_serial, "
                "board_vendor, board_version, chassis_asset_tag, chassis_serial, chassis_vendor, "
                "chassis_version, product_family, product_name, product_serial, product_sku, "
                "product_uuid, product_version, system_vendor if provided by DMI.")
        .Add(1, labels);
    return base::Status();
  }

 private:
  void ReadFields() {
    for (const char* field : kDmiFields) {
      const auto value = reader_.Text(folder_ + field);
      if (!value) continue;
      const bool is_last = field == std::end(kDmiFields)[-1];
      fields_.emplace_back(is_last ? kLastLabel : field, *value);
    }
  }

  const std::string folder_;
  bool is_read_ = false;
  std::vector<std::pair<std::string, std::string>> fields_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeDmi(const CollectorContext& context) {
  return std::make_unique<Dmi>(context.options->paths);
}

}  // namespace vedette::exporters::node
