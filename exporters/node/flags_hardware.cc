#include "exporters/node/flag_groups.h"

namespace vedette::exporters::node {
namespace {

void AddHwmonFlags(std::vector<NodeFlag>* flags) {
  flags->push_back(TextFlag<NodeOptions>(
      "collector.hwmon.chip-include", "Pattern of chips to show; not together with chip-exclude",
      "", [](NodeOptions * o) -> auto& { return o->hwmon.chips.include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.hwmon.chip-exclude", "Pattern of chips to leave out", "",
      [](NodeOptions * o) -> auto& { return o->hwmon.chips.exclude; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.hwmon.sensor-include",
      "Pattern of CHIP;SENSOR to show; not together with sensor-exclude", "",
      [](NodeOptions * o) -> auto& { return o->hwmon.sensors.include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.hwmon.sensor-exclude", "Pattern of CHIP;SENSOR to leave out", "",
      [](NodeOptions * o) -> auto& { return o->hwmon.sensors.exclude; }));
}

void AddServiceFlags(std::vector<NodeFlag>* flags) {
  const NodeOptions defaults;
  flags->push_back(TextFlag<NodeOptions>(
      "collector.runit.servicedir", "Where runit's services are", defaults.runit.service_folder,
      [](NodeOptions * o) -> auto& { return o->runit.service_folder; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.supervisord.url", "Where supervisord answers: http://HOST:PORT/RPC2 or unix:PATH",
      defaults.supervisord.url, [](NodeOptions * o) -> auto& { return o->supervisord.url; }));
  flags->push_back(ListFlag<NodeOptions>(
      "collector.textfile.directory",
      "Directory whose *.prom are read, which may be a pattern; may be given several times",
      [](NodeOptions * o) -> auto& { return o->textfile.directories; }));
}

}  // namespace

void AddHardwareFlags(std::vector<NodeFlag>* flags) {
  AddHwmonFlags(flags);
  AddServiceFlags(flags);
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.bcache.priorityStats", "Show bcache's priority statistics, which cost it time",
      false, [](NodeOptions * o) -> auto& { return o->bcache.priority_stats; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.pcidevice.names", "Show the names of PCI devices, from pci.ids", false,
      [](NodeOptions * o) -> auto& { return o->pcidevice.names; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.pcidevice.idsfile", "The pci.ids file, where it is not the distribution's", "",
      [](NodeOptions * o) -> auto& { return o->pcidevice.ids_file; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.powersupply.ignored-supplies", "Pattern of power supplies to leave out", "^$",
      [](NodeOptions * o) -> auto& { return o->powersupply.ignored; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.rapl.enable-zone-label",
      "Show all zones in node_rapl_joules_total, told apart by the label rapl_zone", false,
      [](NodeOptions * o) -> auto& { return o->rapl.zone_label; }));
}

}  // namespace vedette::exporters::node
