#include "exporters/node/cpu_throttle.h"

#include <map>
#include <utility>

#include "base/strings.h"

namespace vedette::exporters::node {
namespace {

// No machine has more; a list beyond is no list.
constexpr uint64_t kMaxCpu = 65535;

bool IsCpuFolder(std::string_view name) {
  return name.size() > 3 && base::StartsWith(name, "cpu") && name[3] >= '0' && name[3] <= '9';
}

// Adds the CPUs of "1" or "3-5"; false when it is neither.
bool AddRange(std::string_view range, FamilyRef family) {
  const size_t dash = range.find('-');
  const auto first = base::ParseUint(range.substr(0, dash));
  const auto last =
      dash == std::string_view::npos ? first : base::ParseUint(range.substr(dash + 1));
  if (!first || !last || *last > kMaxCpu) return false;
  for (uint64_t cpu = *first; cpu <= *last; ++cpu) family.Add(1, {{"cpu", std::to_string(cpu)}});
  return true;
}

}  // namespace

std::optional<uint64_t> CpuThrottle::ReadNumber(const std::string& cpu, const char* name) {
  const auto value = file_.ReadUint(base::Concat({folder_, "/", cpu, "/", name}));
  return value.ok() ? std::optional<uint64_t>(*value) : std::nullopt;
}

void CpuThrottle::Collect(FamilySink* sink) {
  const auto cpus = ListFolder(folder_, &IsCpuFolder);
  if (!cpus.ok()) return;
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> cores;  // by package and core
  std::map<uint64_t, uint64_t> packages;
  for (const std::string& cpu : *cpus) {
    // The counts first: most virtual machines have none, and then nothing else need be read.
    const auto core_count = ReadNumber(cpu, "thermal_throttle/core_throttle_count");
    const auto package_count = ReadNumber(cpu, "thermal_throttle/package_throttle_count");
    if (!core_count && !package_count) continue;
    const auto package = ReadNumber(cpu, "topology/physical_package_id");
    const auto core = ReadNumber(cpu, "topology/core_id");
    if (!package || !core) continue;
    if (core_count) cores.try_emplace({*package, *core}, *core_count);
    if (package_count) packages.try_emplace(*package, *package_count);
  }
  FamilyRef core_family = sink->Counter("node_cpu_core_throttles_total",
                                        "Number of times this CPU core has been throttled.");
  for (const auto& [key, count] : cores) {
    core_family.Add(static_cast<double>(count),
                    {{"core", std::to_string(key.second)}, {"package", std::to_string(key.first)}});
  }
  FamilyRef package_family = sink->Counter("node_cpu_package_throttles_total",
                                           "Number of times this CPU package has been throttled.");
  for (const auto& [package, count] : packages) {
    package_family.Add(static_cast<double>(count), {{"package", std::to_string(package)}});
  }
}

void CpuThrottle::CollectIsolated(FamilySink* sink) {
  const auto text = file_.Read(folder_ + "/isolated");
  if (!text.ok()) return;
  FamilyRef family = sink->Gauge(
      "node_cpu_isolated",
      "Whether each core is isolated, information from /sys/devices/system/cpu/isolated.");
  for (const std::string_view range : base::Split(base::Trim(*text), ',')) {
    if (range.empty() || !AddRange(range, family)) return;
  }
}

}  // namespace vedette::exporters::node
