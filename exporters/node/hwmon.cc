// node_hwmon_* from /sys/class/hwmon.
#include <sys/stat.h>

#include <map>

#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/chip_name.h"
#include "exporters/node/collectors.h"
#include "exporters/node/device_filter.h"
#include "exporters/node/hwmon_sensor.h"

namespace vedette::exporters::node {
namespace {

// What files a chip has changes when drivers come and go: they are listed anew this often.
constexpr int64_t kLayoutNanos = 60'000'000'000;

// One file of a chip that is shown.
struct SensorFile {
  std::string path;
  std::string property;  // "input", "max", "" for a file without one
};

struct Sensor {
  std::string name;  // "temp1"
  std::string type;  // "temp"
  std::vector<SensorFile> files;
};

struct Chip {
  std::string name;        // "platform_coretemp_0"
  std::string human_name;  // "coretemp"; empty when it has none
  std::vector<Sensor> sensors;
};

bool IsFolder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

class Hwmon final : public Collector {
 public:
  Hwmon(const CollectorContext& context, DeviceFilter chips, DeviceFilter sensors)
      : root_(context.options->paths.Sys("class/hwmon")),
        clock_(context.clock),
        chip_filter_(std::move(chips)),
        sensor_filter_(std::move(sensors)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const int64_t now = clock_->MonotonicNanos();
    if (!has_layout_ || now - layout_at_ >= kLayoutNanos) {
      VEDETTE_RETURN_IF_ERROR(ReadLayout());
      layout_at_ = now;
    }
    for (const Chip& chip : chips_) AddChip(chip, sink);
    return base::Status();
  }

 private:
  base::Status ReadLayout() {
    chips_.clear();
    has_layout_ = false;
    const auto folders = ListFolder(root_, [](std::string_view) { return true; });
    if (!folders.ok()) return NoData(base::Message(folders.status()));
    for (const std::string& name : *folders) {
      const std::string folder = base::Concat({root_, "/", name});
      if (!IsFolder(folder)) continue;
      Chip chip;
      chip.human_name = CleanName(reader_.Text(folder + "/name").value_or(""));
      chip.name = ChipName(ResolveLink(folder + "/device"));
      if (chip.name.empty()) chip.name = chip.human_name;
      if (chip.name.empty()) chip.name = CleanName(ResolveLink(folder).name);
      if (chip.name.empty() || chip_filter_.Ignores(chip.name)) continue;
      ReadSensors(folder, &chip);
      chips_.push_back(std::move(chip));
    }
    has_layout_ = true;
    return base::Status();
  }

  // Older drivers keep their files in the device's own folder.
  void ReadSensors(const std::string& folder, Chip* chip) const {
    std::map<std::string, Sensor> sensors;
    for (const std::string& place : {folder, folder + "/device"}) {
      const auto files = ListFolder(
          place, [](std::string_view name) { return ParseSensorFile(name).has_value(); });
      if (!files.ok()) continue;
      for (const std::string& file : *files) {
        const SensorName parsed = *ParseSensorFile(file);
        const std::string name = base::Concat({parsed.type, std::to_string(parsed.number)});
        if (sensor_filter_.Ignores(base::Concat({chip->name, ";", name}))) continue;
        Sensor& sensor = sensors[name];
        sensor.name = name;
        sensor.type = parsed.type;
        std::erase_if(sensor.files,
                      [&](const SensorFile& f) { return f.property == parsed.property; });
        sensor.files.push_back({base::Concat({place, "/", file}), std::string(parsed.property)});
      }
    }
    for (auto& [name, sensor] : sensors) chip->sensors.push_back(std::move(sensor));
  }

  void AddChip(const Chip& chip, FamilySink* sink) {
    if (!chip.human_name.empty()) {
      sink->Gauge("node_hwmon_chip_names", "Annotation metric for human-readable chip names")
          .Add(1, {{"chip", chip.name}, {"chip_name", chip.human_name}});
    }
    for (const Sensor& sensor : chip.sensors) {
      SensorReading reading;
      reading.chip = chip.name;
      reading.sensor = sensor.name;
      reading.type = sensor.type;
      for (const SensorFile& file : sensor.files) {
        // A sensor that cannot be read now is left out.
        if (const auto text = reader_.Text(file.path)) reading.values[file.property] = *text;
      }
      AddSensor(reading, sink);
    }
  }

  const std::string root_;
  const base::Clock* const clock_;
  const DeviceFilter chip_filter_;
  const DeviceFilter sensor_filter_;
  std::vector<Chip> chips_;
  bool has_layout_ = false;
  int64_t layout_at_ = 0;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeHwmon(const CollectorContext& context) {
  const auto& options = context.options->hwmon;
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter chips,
                           DeviceFilter::Make(options.chips, "", "collector.hwmon.chip"));
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter sensors,
                           DeviceFilter::Make(options.sensors, "", "collector.hwmon.sensor"));
  return std::make_unique<Hwmon>(context, std::move(chips), std::move(sensors));
}

}  // namespace vedette::exporters::node
