#ifndef VEDETTE_EXPORTERS_NODE_HWMON_SENSOR_H_
#define VEDETTE_EXPORTERS_NODE_HWMON_SENSOR_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::node {

// A file name of /sys/class/hwmon/hwmonN taken apart: "temp1_max" is temp, 1, max. Borrows the
// name.
struct SensorName {
  std::string_view type;
  uint32_t number = 0;
  std::string_view property;
};

// Nothing when the file is of no kind of sensor that is shown.
std::optional<SensorName> ParseSensorFile(std::string_view name);

// What the files of one sensor said, by property.
struct SensorReading {
  std::string chip;
  std::string sensor;
  std::string type;
  std::map<std::string, std::string> values;
};

// Adds the families of one sensor, in upstream's names and units; texts that are no numbers are
// left out.
void AddSensor(const SensorReading& reading, FamilySink* sink);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_HWMON_SENSOR_H_
