#include <cmath>
#include <string>

#include "base/strings.h"
#include "exporters/node/flag_groups.h"

namespace vedette::exporters::node {
namespace {

// "3.46608s", "1ms": a decimal number with one unit of s, ms, us.
base::StatusOr<std::chrono::nanoseconds> ParseNanos(std::string_view text) {
  static constexpr struct {
    std::string_view unit;
    double nanos;
  } kUnits[] = {{"ms", 1e6}, {"us", 1e3}, {"s", 1e9}};
  for (const auto& known : kUnits) {
    if (!base::EndsWith(text, known.unit)) continue;
    const auto number = base::ParseDouble(text.substr(0, text.size() - known.unit.size()));
    if (!number || !(*number >= 0) || *number * known.nanos > 1e15) break;
    return std::chrono::nanoseconds(std::llround(*number * known.nanos));
  }
  return base::InvalidArgument(base::Concat(
      {"found ", base::GoQuote(text), "; allowed is a duration such as 1.5s, 1ms or 10us"}));
}

NodeFlag NanosFlag(const char* name, const char* help, const char* default_value,
                   std::chrono::nanoseconds NodeOptions::Ntp::*field) {
  NodeFlag flag;
  flag.name = name;
  flag.help = help;
  flag.default_value = default_value;
  flag.set = [field](NodeOptions* options, std::string_view value) -> base::Status {
    VEDETTE_ASSIGN_OR_RETURN(options->ntp.*field, ParseNanos(value));
    return base::Status();
  };
  return flag;
}

void AddDevicePatterns(std::vector<NodeFlag>* flags) {
  flags->push_back(TextFlag<NodeOptions>(
      "collector.arp.device-exclude", "Pattern of network devices to leave out", "",
      [](NodeOptions * o) -> auto& { return o->arp.devices.exclude; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.arp.device-include",
      "Pattern of network devices to show; not together with device-exclude", "",
      [](NodeOptions * o) -> auto& { return o->arp.devices.include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.ethtool.device-exclude", "Pattern of network devices to leave out", "",
      [](NodeOptions * o) -> auto& { return o->ethtool.devices.exclude; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.ethtool.device-include",
      "Pattern of network devices to show; not together with device-exclude", "",
      [](NodeOptions * o) -> auto& { return o->ethtool.devices.include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.qdisc.device-exclude", "Pattern of network devices to leave out", "",
      [](NodeOptions * o) -> auto& { return o->qdisc.devices.exclude; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.qdisc.device-include",
      "Pattern of network devices to show; not together with device-exclude", "",
      [](NodeOptions * o) -> auto& { return o->qdisc.devices.include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.netclass.ignored-devices", "Pattern of network devices to leave out", "^$",
      [](NodeOptions * o) -> auto& { return o->netclass.ignored_devices; }));
}

void AddNetworkSwitches(std::vector<NodeFlag>* flags) {
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.arp.netlink", "Count ARP entries by netlink and not from /proc/net/arp", true,
      [](NodeOptions * o) -> auto& { return o->arp.netlink; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.netclass.ignore-invalid-speed",
      "Leave out the speed of devices that do not know it", false,
      [](NodeOptions * o) -> auto& { return o->netclass.ignore_invalid_speed; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.netclass.netlink", "Ask netlink for the properties of devices, not sysfs", false,
      [](NodeOptions * o) -> auto& { return o->netclass.netlink; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.netclass_rtnl.with-stats",
      "With netclass.netlink: show the counters of devices too, in place of netdev", false,
      [](NodeOptions * o) -> auto& { return o->netclass.with_stats; }));
  flags->push_back(SwitchFlag<NodeOptions>(
      "collector.ntp.server-is-local", "State that the NTP server is none of the public", false,
      [](NodeOptions * o) -> auto& { return o->ntp.server_is_local; }));
}

void AddTexts(std::vector<NodeFlag>* flags) {
  flags->push_back(TextFlag<NodeOptions>(
      "collector.ethtool.metrics-include", "Pattern of ethtool statistics to show", ".*",
      [](NodeOptions * o) -> auto& { return o->ethtool.metrics_include; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.ipvs.backend-labels", "Labels of IPVS backends, parted by commas",
      NodeOptions::Ipvs().backend_labels,
      [](NodeOptions * o) -> auto& { return o->ipvs.backend_labels; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.netstat.fields", "Pattern of PROTOCOL_FIELD of netstat to show",
      kDefaultNetstatFields, [](NodeOptions * o) -> auto& { return o->netstat.fields; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.qdisc.fixtures", "Folder of JSON to read in place of the kernel, for tests", "",
      [](NodeOptions * o) -> auto& { return o->qdisc.fixtures; }));
  flags->push_back(TextFlag<NodeOptions>(
      "collector.wifi.fixtures", "Folder of JSON to read in place of the kernel, for tests", "",
      [](NodeOptions * o) -> auto& { return o->wifi.fixtures; }));
}

void AddNtpFlags(std::vector<NodeFlag>* flags) {
  flags->push_back(TextFlag<NodeOptions>(
      "collector.ntp.server", "NTP server to ask", "127.0.0.1",
      [](NodeOptions * o) -> auto& { return o->ntp.server; }));
  flags->push_back(CountFlag<NodeOptions>(
      "collector.ntp.server-port", "UDP port of the NTP server", 123, 1, 65535,
      [](NodeOptions * o) -> auto& { return o->ntp.server_port; }));
  flags->push_back(CountFlag<NodeOptions>(
      "collector.ntp.protocol-version", "NTP version to speak", 4, 2, 4,
      [](NodeOptions * o) -> auto& { return o->ntp.protocol_version; }));
  flags->push_back(CountFlag<NodeOptions>(
      "collector.ntp.ip-ttl", "How many hops away the NTP server may be", 1, 1, 255,
      [](NodeOptions * o) -> auto& { return o->ntp.ip_ttl; }));
  flags->push_back(NanosFlag("collector.ntp.max-distance",
                             "How far from the root a sane server may be", "3.46608s",
                             &NodeOptions::Ntp::max_distance));
  flags->push_back(NanosFlag("collector.ntp.local-offset-tolerance",
                             "How far a sane server's clock may be from this machine's", "1ms",
                             &NodeOptions::Ntp::local_offset_tolerance));
}

}  // namespace

void AddNetworkFlags(std::vector<NodeFlag>* flags) {
  AddDevicePatterns(flags);
  AddNetworkSwitches(flags);
  AddTexts(flags);
  AddNtpFlags(flags);
}

}  // namespace vedette::exporters::node
