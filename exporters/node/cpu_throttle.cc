#include "exporters/node/cpu_throttle.h"

#include <fcntl.h>
#include <unistd.h>

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

// Nothing where there is no such file or it holds no number.
std::optional<uint64_t> ReadNumber(const OpenFile& file) {
  char text[32];
  const ssize_t n = file.fd() < 0 ? -1 : ::pread(file.fd(), text, sizeof text, 0);
  if (n <= 0) return std::nullopt;
  return base::ParseUint(base::Trim(std::string_view(text, static_cast<size_t>(n))));
}

}  // namespace

OpenFile CpuThrottle::Open(const std::string& cpu, const char* name) const {
  return OpenFile(
      ::open(base::Concat({folder_, "/", cpu, "/", name}).c_str(), O_RDONLY | O_CLOEXEC));
}

// Most virtual machines have no counts at all.
void CpuThrottle::FindCpus() {
  cpus_.clear();
  const auto names = ListFolder(folder_, &IsCpuFolder);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    Cpu cpu;
    cpu.core_count = Open(name, "thermal_throttle/core_throttle_count");
    cpu.package_count = Open(name, "thermal_throttle/package_throttle_count");
    if (cpu.core_count.fd() < 0 && cpu.package_count.fd() < 0) continue;
    const auto package = ReadNumber(Open(name, "topology/physical_package_id"));
    const auto core = ReadNumber(Open(name, "topology/core_id"));
    if (!package || !core) continue;
    cpu.package = *package;
    cpu.core = *core;
    cpus_.push_back(std::move(cpu));
  }
}

void CpuThrottle::Collect(size_t cpus, FamilySink* sink) {
  if (found_among_ != cpus || !is_kernel_) FindCpus();
  found_among_ = cpus;
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> cores;  // by package and core
  std::map<uint64_t, uint64_t> packages;
  for (const Cpu& cpu : cpus_) {
    const auto core_count = ReadNumber(cpu.core_count);
    const auto package_count = ReadNumber(cpu.package_count);
    if (core_count) cores.try_emplace({cpu.package, cpu.core}, *core_count);
    if (package_count) packages.try_emplace(cpu.package, *package_count);
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
  const auto text = isolated_.Read(folder_ + "/isolated");
  if (!text.ok()) return;
  FamilyRef family = sink->Gauge(
      "node_cpu_isolated",
      "Whether each core is isolated, information from /sys/devices/system/cpu/isolated.");
  for (const std::string_view range : base::Split(base::Trim(*text), ',')) {
    if (range.empty() || !AddRange(range, family)) return;
  }
}

}  // namespace vedette::exporters::node
