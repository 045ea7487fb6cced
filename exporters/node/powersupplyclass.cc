// node_power_supply_* from /sys/class/power_supply.
#include <algorithm>

#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"
#include "exporters/node/device_filter.h"

namespace vedette::exporters::node {
namespace {

constexpr double kSupplyMicro = 1e6;
constexpr double kTenth = 10;

// A file and the family it becomes; the kernel writes microunits and tenths of degrees.
struct SupplyField {
  const char* file;
  const char* family;
  double divisor = 1;
};
constexpr SupplyField kSupplyNumbers[] = {
    {"authentic", "authentic"},
    {"calibrate", "calibrate"},
    {"capacity", "capacity"},
    {"capacity_alert_max", "capacity_alert_max"},
    {"capacity_alert_min", "capacity_alert_min"},
    {"cycle_count", "cyclecount"},
    {"online", "online"},
    {"present", "present"},
    {"time_to_empty_now", "time_to_empty_seconds"},
    {"time_to_full_now", "time_to_full_seconds"},
    {"current_boot", "current_boot", kSupplyMicro},
    {"current_max", "current_max", kSupplyMicro},
    {"current_now", "current_ampere", kSupplyMicro},
    {"energy_empty", "energy_empty", kSupplyMicro},
    {"energy_empty_design", "energy_empty_design", kSupplyMicro},
    {"energy_full", "energy_full", kSupplyMicro},
    {"energy_full_design", "energy_full_design", kSupplyMicro},
    {"energy_now", "energy_watthour", kSupplyMicro},
    {"voltage_boot", "voltage_boot", kSupplyMicro},
    {"voltage_max", "voltage_max", kSupplyMicro},
    {"voltage_max_design", "voltage_max_design", kSupplyMicro},
    {"voltage_min", "voltage_min", kSupplyMicro},
    {"voltage_min_design", "voltage_min_design", kSupplyMicro},
    {"voltage_now", "voltage_volt", kSupplyMicro},
    {"voltage_ocv", "voltage_ocv", kSupplyMicro},
    {"charge_control_limit", "charge_control_limit", kSupplyMicro},
    {"charge_control_limit_max", "charge_control_limit_max", kSupplyMicro},
    {"charge_counter", "charge_counter", kSupplyMicro},
    {"charge_empty", "charge_empty", kSupplyMicro},
    {"charge_empty_design", "charge_empty_design", kSupplyMicro},
    {"charge_full", "charge_full", kSupplyMicro},
    {"charge_full_design", "charge_full_design", kSupplyMicro},
    {"charge_now", "charge_ampere", kSupplyMicro},
    {"charge_term_current", "charge_term_current", kSupplyMicro},
    {"constant_charge_current", "constant_charge_current", kSupplyMicro},
    {"constant_charge_current_max", "constant_charge_current_max", kSupplyMicro},
    {"constant_charge_voltage", "constant_charge_voltage", kSupplyMicro},
    {"constant_charge_voltage_max", "constant_charge_voltage_max", kSupplyMicro},
    {"precharge_current", "precharge_current", kSupplyMicro},
    {"input_current_limit", "input_current_limit", kSupplyMicro},
    {"power_now", "power_watt", kSupplyMicro},
    {"temp", "temp_celsius", kTenth},
    {"temp_alert_max", "temp_alert_max_celsius", kTenth},
    {"temp_alert_min", "temp_alert_min_celsius", kTenth},
    {"temp_ambient", "temp_ambient_celsius", kTenth},
    {"temp_ambient_alert_max", "temp_ambient_max_celsius", kTenth},
    {"temp_ambient_alert_min", "temp_ambient_min_celsius", kTenth},
    {"temp_max", "temp_max_celsius", kTenth},
    {"temp_min", "temp_min_celsius", kTenth},
};
// Files that become a label of the same name.
constexpr const char* kSupplyTexts[] = {
    "capacity_level", "charge_type", "health",     "manufacturer", "model_name", "scope",
    "serial_number",  "status",      "technology", "type",         "usb_type"};

bool Has(const std::vector<std::string>& sorted, const char* name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

class PowerSupplyClass final : public Collector {
 public:
  PowerSupplyClass(const Paths& paths, DeviceFilter filter)
      : root_(paths.Sys("class/power_supply")), filter_(std::move(filter)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto supplies = ListFolder(root_, [](std::string_view) { return true; });
    if (!supplies.ok()) return NoData(base::Message(supplies.status()));
    for (const std::string& name : *supplies) {
      if (!filter_.Ignores(name)) VEDETTE_RETURN_IF_ERROR(AddSupply(name, sink));
    }
    return base::Status();
  }

 private:
  base::Status AddSupply(const std::string& name, FamilySink* sink) {
    const std::string folder = base::Concat({root_, "/", name, "/"});
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> files,
                             ListFolder(folder, [](std::string_view) { return true; }));
    for (const SupplyField& field : kSupplyNumbers) {
      if (!Has(files, field.file)) continue;
      // Many drivers refuse a reading now and then: it is left out.
      const auto value = reader_.Int(folder + field.file);
      if (!value) continue;
      sink->Gauge(base::Concat({"node_power_supply_", field.family}),
                  base::Concat({field.family, " value of /sys/class/power_supply/<power_supply>."}))
          .Add(static_cast<double>(*value) / field.divisor, {{"power_supply", name}});
    }
    AddInfo(name, folder, files, sink);
    return base::Status();
  }

  void AddInfo(const std::string& name, const std::string& folder,
               const std::vector<std::string>& files, FamilySink* sink) {
    std::vector<std::pair<const char*, std::string>> texts;
    for (const char* file : kSupplyTexts) {
      if (!Has(files, file)) continue;
      std::string text(reader_.Text(folder + file).value_or(""));
      if (!text.empty()) texts.emplace_back(file, std::move(text));
    }
    std::vector<LabelRef> labels = {{"power_supply", name}};
    for (const auto& [label, text] : texts) labels.push_back({label, text});
    sink->Gauge("node_power_supply_info", "info of /sys/class/power_supply/<power_supply>.")
        .Add(1, labels);
  }

  const std::string root_;
  const DeviceFilter filter_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakePowersupplyclass(const CollectorContext& context) {
  Patterns patterns;
  patterns.exclude = context.options->powersupply.ignored;
  auto filter = DeviceFilter::Make(patterns, "", "collector.powersupply.ignored-supplies");
  if (!filter.ok()) return filter.status();
  return std::make_unique<PowerSupplyClass>(context.options->paths, *std::move(filter));
}

}  // namespace vedette::exporters::node
