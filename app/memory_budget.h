#ifndef VEDETTE_APP_MEMORY_BUDGET_H_
#define VEDETTE_APP_MEMORY_BUDGET_H_

#include <cstdint>
#include <string>

namespace vedette::app {

// How the collector's memory is shared out: B = min(25 % of what is available, 2 GiB).
struct MemoryBudget {
  uint64_t total = 0;
  // Live series, 40 %: a scraped one takes about a third as much of its target's page as of the
  // head.
  uint64_t tsdb_head = 0;  // 30 %
  uint64_t scrape = 0;     // 10 %: what is kept of targets' pages
  uint64_t logs = 0;       // 20 %: memtables and caches
  uint64_t queries = 0;    // 30 %, one query 10 %
  uint64_t one_query = 0;
  uint64_t rest = 0;  // 10 %

  // For the start-up message: "total=512MiB tsdb_head=204MiB ...".
  std::string ToString() const;
};

MemoryBudget MakeMemoryBudget(uint64_t available_bytes);

// The cgroup's memory limit if it has one below the machine's memory, else the latter, in bytes.
// Both texts are passed in: /proc/meminfo's and memory.max's content ("max" or a number);
// `physical` stands in for the first where it cannot be read, as under systemd's ProcSubset=pid.
uint64_t AvailableMemory(const std::string& meminfo, const std::string& cgroup_memory_max,
                         uint64_t physical);

// Reads them for this process.
uint64_t AvailableMemory();

}  // namespace vedette::app

#endif  // VEDETTE_APP_MEMORY_BUDGET_H_
