#include "exporters/node/hwmon_sensor.h"

#include <algorithm>

#include "base/strings.h"
#include "exporters/node/chip_name.h"

namespace vedette::exporters::node {
namespace {

constexpr std::string_view kHwmonTypes[] = {
    "vrm",  "beep_enable", "update_interval", "in",     "cpu",      "fan",       "pwm",
    "temp", "curr",        "power",           "energy", "humidity", "intrusion", "freq"};

constexpr double kHwmonMilli = 0.001;
constexpr double kMicroPerUnit = 1e6;

// A family that one property becomes.
struct SensorFamily {
  std::string name;
  std::string help;
  double value = 0;
  bool is_counter = false;
};

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

SensorFamily PowerFamily(const std::string& name, const std::string& property, double value) {
  if (property == "accuracy") {
    return {name, "Hardware monitor power meter accuracy, as a ratio", value / kMicroPerUnit};
  }
  if (IsOneOf(property, {"average_interval", "average_interval_min", "average_interval_max"})) {
    return {name + "_seconds",
            base::Concat({"Hardware monitor power usage update interval (", property, ")"}),
            value * kHwmonMilli};
  }
  return {name + "_watt",
          base::Concat({"Hardware monitor for power usage in watts (", property, ")"}),
          value / kMicroPerUnit};
}

// Names, HELP texts and units by type and property, as upstream decides them.
SensorFamily FamilyOf(const std::string& type, const std::string& property, const std::string& name,
                      double value) {
  const std::string in_brackets = base::Concat({" (", property, ")"});
  if (property == "fault" || property == "alarm") {
    return {name, base::Concat({"Hardware sensor ", property, " status (", type, ")"}), value};
  }
  if (property == "beep") {
    return {name + "_enabled", "Hardware monitor sensor has beeping enabled", value};
  }
  if (type == "in" || type == "cpu") {
    return {name + "_volts", "Hardware monitor for voltage" + in_brackets, value * kHwmonMilli};
  }
  if (type == "temp" && property != "type") {
    return {name + "_celsius",
            base::Concat({"Hardware monitor for temperature (",
                          property.empty() ? "input" : property.c_str(), ")"}),
            value * kHwmonMilli};
  }
  if (type == "curr") {
    return {name + "_amps", "Hardware monitor for current" + in_brackets, value * kHwmonMilli};
  }
  if (type == "energy") {
    return {name + "_joule_total", "Hardware monitor for joules used so far" + in_brackets,
            value / kMicroPerUnit, true};
  }
  if (type == "power") return PowerFamily(name, property, value);
  if (type == "humidity") {
    return {name,
            "Hardware monitor for humidity, as a ratio (multiply with 100.0 to get the humidity as "
            "a percentage)" +
                in_brackets,
            value / kMicroPerUnit};
  }
  if (type == "fan" && IsOneOf(property, {"input", "min", "max", "target"})) {
    return {name + "_rpm", "Hardware monitor for fan revolutions per minute" + in_brackets, value};
  }
  return {name, base::Concat({"Hardware monitor ", type, " element ", property}), value};
}

std::optional<double> NumberOfProperty(const SensorReading& reading, const std::string& property) {
  const auto found = reading.values.find(property);
  if (found == reading.values.end()) return std::nullopt;
  return base::ParseDouble(found->second);
}

// The types that are one value of the whole chip. False when the type is none of them.
bool AddChipValue(const SensorReading& reading, FamilySink* sink) {
  const LabelRef labels[] = {{"chip", reading.chip}, {"sensor", reading.sensor}};
  const auto value = NumberOfProperty(reading, "");
  if (reading.type == "beep_enable") {
    sink->Gauge("node_hwmon_beep_enabled", "Hardware beep enabled")
        .Add(value == 1.0 ? 1 : 0, labels);
  } else if (reading.type == "vrm") {
    if (value) {
      sink->Gauge("node_hwmon_voltage_regulator_version", "Hardware voltage regulator")
          .Add(*value, labels);
    }
  } else if (reading.type == "update_interval") {
    if (value) {
      sink->Gauge("node_hwmon_update_interval_seconds", "Hardware monitor update interval")
          .Add(*value * kHwmonMilli, labels);
    }
  } else {
    return false;
  }
  return true;
}

// Clocks of graphics cards, told apart by their labels; without one they are left out.
void AddFrequency(const SensorReading& reading, double hertz, FamilySink* sink) {
  const auto label = reading.values.find("label");
  if (label == reading.values.end()) return;
  sink->Gauge("node_hwmon_freq_freq_mhz", "Hardware monitor for GPU frequency in MHz")
      .Add(hertz / 1e6, {{"chip", reading.chip}, {"sensor", CleanName(label->second)}});
}

std::string FamilyName(const SensorReading& reading, const std::string& property) {
  std::string name = "node_hwmon_" + reading.type;
  if (property == "input") return reading.values.count("") > 0 ? name + "_input" : name;
  if (!property.empty()) name += "_" + CleanName(property);
  return name;
}

}  // namespace

std::optional<SensorName> ParseSensorFile(std::string_view name) {
  SensorName parsed;
  const size_t digit = name.find_first_of("0123456789");
  if (digit == std::string_view::npos) {
    // Without a number, as pwm_enable or update_interval: only these whole names are known.
    if (std::find(std::begin(kHwmonTypes), std::end(kHwmonTypes), name) == std::end(kHwmonTypes)) {
      return std::nullopt;
    }
    parsed.type = name;
    return parsed;
  }
  parsed.type = name.substr(0, digit);
  if (std::find(std::begin(kHwmonTypes), std::end(kHwmonTypes), parsed.type) ==
      std::end(kHwmonTypes)) {
    return std::nullopt;
  }
  const size_t end = std::min(name.find_first_not_of("0123456789", digit), name.size());
  const auto number = base::ParseUint(name.substr(digit, end - digit));
  if (!number || *number > UINT32_MAX) return std::nullopt;
  parsed.number = static_cast<uint32_t>(*number);
  if (end == name.size()) return parsed;
  if (name[end] != '_' || end + 1 == name.size()) return std::nullopt;
  parsed.property = name.substr(end + 1);
  return parsed;
}

void AddSensor(const SensorReading& reading, FamilySink* sink) {
  if (reading.values.empty()) return;
  if (const auto label = reading.values.find("label"); label != reading.values.end()) {
    sink->Gauge("node_hwmon_sensor_label", "Label for given chip and sensor")
        .Add(1, {{"chip", reading.chip}, {"sensor", reading.sensor}, {"label", label->second}});
  }
  if (AddChipValue(reading, sink)) return;
  for (const auto& [property, text] : reading.values) {
    const auto value = base::ParseDouble(text);
    if (property == "label" || !value) continue;
    if (reading.type == "freq" && property == "input") {
      AddFrequency(reading, *value, sink);
      continue;
    }
    const SensorFamily family =
        FamilyOf(reading.type, property, FamilyName(reading, property), *value);
    FamilyRef ref = family.is_counter ? sink->Counter(family.name, family.help)
                                      : sink->Gauge(family.name, family.help);
    ref.Add(family.value, {{"chip", reading.chip}, {"sensor", reading.sensor}});
  }
}

}  // namespace vedette::exporters::node
