#include "app/memory_budget.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

#include "base/strings.h"

namespace vedette::app {
namespace {

constexpr uint64_t kMiB = 1ull << 20;
constexpr uint64_t kLargestBudget = 2048 * kMiB;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

uint64_t MemTotal(const std::string& meminfo) {
  std::istringstream words(meminfo);
  std::string key;
  uint64_t kib = 0;
  std::string unit;
  while (words >> key >> kib >> unit) {
    if (key == "MemTotal:") return kib * 1024;
  }
  return 0;
}

// "0::/system.slice/x.service" of /proc/self/cgroup -> "/sys/fs/cgroup/system.slice/x.service".
std::string OwnCgroup() {
  std::istringstream lines(ReadFile("/proc/self/cgroup"));
  for (std::string line; std::getline(lines, line);) {
    if (base::StartsWith(line, "0::")) return "/sys/fs/cgroup" + line.substr(3);
  }
  return "/sys/fs/cgroup";
}

}  // namespace

std::string MemoryBudget::ToString() const {
  const auto mib = [](uint64_t bytes) { return std::to_string(bytes / kMiB) + "MiB"; };
  return "total=" + mib(total) + " tsdb_head=" + mib(tsdb_head) + " scrape=" + mib(scrape) +
         " logs=" + mib(logs) + " queries=" + mib(queries) + " one_query=" + mib(one_query) +
         " rest=" + mib(rest);
}

MemoryBudget MakeMemoryBudget(uint64_t available_bytes) {
  MemoryBudget budget;
  budget.total = std::min(available_bytes / 4, kLargestBudget);
  budget.tsdb_head = budget.total / 100 * 30;
  budget.scrape = budget.total / 100 * 10;
  budget.logs = budget.total / 100 * 20;
  budget.queries = budget.total / 100 * 30;
  budget.one_query = budget.total / 100 * 10;
  budget.rest = budget.total / 100 * 10;
  return budget;
}

uint64_t AvailableMemory(const std::string& meminfo, const std::string& cgroup_memory_max,
                         uint64_t physical) {
  // First what /proc says: where a container has a /proc of its own it knows of limits, too.
  const uint64_t told = MemTotal(meminfo);
  const uint64_t machine = told == 0 ? physical : told;
  const std::optional<uint64_t> limit = base::ParseUint(base::Trim(cgroup_memory_max));
  if (!limit || *limit == 0) return machine;
  return std::min(machine, *limit);
}

uint64_t AvailableMemory() {
  const auto physical =
      static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return AvailableMemory(ReadFile("/proc/meminfo"), ReadFile(OwnCgroup() + "/memory.max"),
                         physical);
}

}  // namespace vedette::app
