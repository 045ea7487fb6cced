// node_thermal_zone_temp and node_cooling_device_* from /sys/class/thermal.
#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"

namespace vedette::exporters::node {
namespace {

constexpr double kMilli = 1000;
constexpr std::string_view kZone = "thermal_zone";
constexpr std::string_view kDevice = "cooling_device";

class ThermalZone final : public Collector {
 public:
  explicit ThermalZone(const Paths& paths) : root_(paths.Sys("class/thermal")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto names = ListFolder(root_, [](std::string_view name) {
      return NumberAfter(name, kZone) || NumberAfter(name, kDevice);
    });
    if (!names.ok()) return base::Status();  // a machine that measures nothing
    FamilyRef temp = sink->Gauge("node_thermal_zone_temp", "Zone temperature in Celsius");
    FamilyRef current = sink->Gauge("node_cooling_device_cur_state",
                                    "Current throttle state of the cooling device");
    FamilyRef max = sink->Gauge("node_cooling_device_max_state",
                                "Maximum throttle state of the cooling device");
    for (const std::string& name : *names) {
      const std::string folder = base::Concat({root_, "/", name, "/"});
      const std::string type(reader_.Text(folder + "type").value_or(""));
      if (const auto zone = NumberAfter(name, kZone)) {
        // A disabled sensor answers with an error: its zone is left out.
        const auto value = reader_.Number(folder + "temp");
        if (value) temp.Add(*value / kMilli, {{"type", type}, {"zone", *zone}});
        continue;
      }
      const LabelRef labels[] = {{"name", *NumberAfter(name, kDevice)}, {"type", type}};
      if (const auto value = reader_.Number(folder + "cur_state")) current.Add(*value, labels);
      if (const auto value = reader_.Number(folder + "max_state")) max.Add(*value, labels);
    }
    return base::Status();
  }

 private:
  const std::string root_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeThermalZone(const CollectorContext& context) {
  return std::make_unique<ThermalZone>(context.options->paths);
}

}  // namespace vedette::exporters::node
