#include "exporters/node/flag_groups.h"

namespace vedette::exporters::node {
namespace {

void AddKernelFlags(std::vector<NodeFlag>* flags) {
  flags->push_back(TextFlag<NodeOptions>(
      "collector.interrupts.name-exclude",
      "Pattern of TYPE;INFO;DEVICES of interrupts to leave out", "",
      [](NodeOptions * o) -> auto& { return o->interrupts.names.exclude; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.interrupts.name-include",
      "Pattern of TYPE;INFO;DEVICES of interrupts to show; not together with name-exclude", "",
      [](NodeOptions * o) -> auto& { return o->interrupts.names.include; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.interrupts.include-zeros", "Show interrupts that never came", true,
      [](NodeOptions * o) -> auto& { return o->interrupts.include_zeros; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.slabinfo.slabs-include", "Pattern of slabs to show", ".*",
      [](NodeOptions * o) -> auto& { return o->slabinfo.include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.slabinfo.slabs-exclude", "Pattern of slabs to leave out", "",
      [](NodeOptions * o) -> auto& { return o->slabinfo.exclude; }));
  flags->push_back(ListFlag<NodeOptions>(
      "collector.sysctl.include", "A sysctl to show, such as fs.file-nr:total,current,max",
      [](NodeOptions * o) -> auto& { return o->sysctl.include; }));
  flags->push_back(ListFlag<NodeOptions>(
      "collector.sysctl.include-info", "A sysctl to show as text",
      [](NodeOptions * o) -> auto& { return o->sysctl.include_info; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.tapestats.ignored-devices", "Pattern of tapes to leave out", "^$",
      [](NodeOptions * o) -> auto& { return o->tapestats.ignored_devices; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.vmstat.fields", "Pattern of fields of vmstat to show", kDefaultVmstatFields,
      [](NodeOptions * o) -> auto& { return o->vmstat.fields; }));
}

// Upstream's flags switch off what is on by default.
NodeFlag DisableFlag(const char* name, const char* help, bool NodeOptions::Perf::*field) {
  NodeFlag flag;
  flag.name = name;
  flag.help = help;
  flag.default_value = "false";
  flag.is_switch = true;
  flag.set = [field](NodeOptions* options, std::string_view value) -> base::Status {
    VEDETTE_ASSIGN_OR_RETURN(const bool disable, ParseSwitch(value));
    options->perf.*field = !disable;
    return base::Status();
  };
  return flag;
}

void AddPerfFlags(std::vector<NodeFlag>* flags) {
  flags->push_back(TextFlag<NodeOptions>(
      "collector.perf.cpus", "CPUs to count on, such as 0-3,7", "",
      [](NodeOptions * o) -> auto& { return o->perf.cpus; }));
  flags->push_back(ListFlag<NodeOptions>(
      "collector.perf.tracepoint", "A tracepoint to count, as SUBSYSTEM:EVENT",
      [](NodeOptions * o) -> auto& { return o->perf.tracepoints; }));
  flags->push_back(DisableFlag("collector.perf.disable-hardware-profilers",
                               "Do not count hardware events", &NodeOptions::Perf::hardware));
  flags->push_back(DisableFlag("collector.perf.disable-software-profilers",
                               "Do not count software events", &NodeOptions::Perf::software));
  flags->push_back(DisableFlag("collector.perf.disable-cache-profilers",
                               "Do not count cache events", &NodeOptions::Perf::cache));
  flags->push_back(ListFlag<NodeOptions>(
      "collector.perf.hardware-profilers", "A hardware event to count, others are not",
      [](NodeOptions * o) -> auto& { return o->perf.hardware_profilers; }));
  flags->push_back(ListFlag<NodeOptions>(
      "collector.perf.software-profilers", "A software event to count, others are not",
      [](NodeOptions * o) -> auto& { return o->perf.software_profilers; }));
  flags->push_back(ListFlag<NodeOptions>(
      "collector.perf.cache-profilers", "A cache event to count, others are not",
      [](NodeOptions * o) -> auto& { return o->perf.cache_profilers; }));
}

void AddSystemdFlags(std::vector<NodeFlag>* flags) {
  flags->push_back(TextFlag<NodeOptions>(
      "collector.systemd.unit-include", "Pattern of whole names of units to show", ".+",
      [](NodeOptions * o) -> auto& { return o->systemd.unit_include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.systemd.unit-exclude", "Pattern of whole names of units to leave out",
      kDefaultUnitExclude, [](NodeOptions * o) -> auto& { return o->systemd.unit_exclude; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.systemd.enable-task-metrics", "Show how many tasks services have", false,
      [](NodeOptions * o) -> auto& { return o->systemd.task_metrics; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.systemd.enable-restarts-metrics", "Show how often services were restarted", false,
      [](NodeOptions * o) -> auto& { return o->systemd.restarts_metrics; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.systemd.enable-start-time-metrics", "Show when units were started", false,
      [](NodeOptions * o) -> auto& { return o->systemd.start_time_metrics; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.systemd.private", "Ask systemd by its private socket, which needs root", false,
      [](NodeOptions * o) -> auto& { return o->systemd.use_private_socket; }));
  flags->back().is_hidden = true;
}

}  // namespace

void AddSystemFlags(std::vector<NodeFlag>* flags) {
  AddKernelFlags(flags);
  AddPerfFlags(flags);
  AddSystemdFlags(flags);
}

}  // namespace vedette::exporters::node
