// node_perf_*: events of the CPUs counted by perf_event_open.
#include <linux/perf_event.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/perf_event.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

// An event, the name by which flags choose it and the family that shows it.
struct Event {
  const char* name;
  uint32_t type;
  uint64_t config;
  FamilySpec family;
};

constexpr uint64_t Cache(uint64_t cache, uint64_t operation, uint64_t result) {
  return cache | operation << 8 | result << 16;
}
constexpr auto kReadHit = [](uint64_t cache) {
  return Cache(cache, PERF_COUNT_HW_CACHE_OP_READ, PERF_COUNT_HW_CACHE_RESULT_ACCESS);
};
constexpr auto kReadMiss = [](uint64_t cache) {
  return Cache(cache, PERF_COUNT_HW_CACHE_OP_READ, PERF_COUNT_HW_CACHE_RESULT_MISS);
};
constexpr auto kWriteHit = [](uint64_t cache) {
  return Cache(cache, PERF_COUNT_HW_CACHE_OP_WRITE, PERF_COUNT_HW_CACHE_RESULT_ACCESS);
};
constexpr auto kWriteMiss = [](uint64_t cache) {
  return Cache(cache, PERF_COUNT_HW_CACHE_OP_WRITE, PERF_COUNT_HW_CACHE_RESULT_MISS);
};

constexpr Event kHardware[] = {
    {"CpuCycles",
     PERF_TYPE_HARDWARE,
     PERF_COUNT_HW_CPU_CYCLES,
     {"node_perf_cpucycles_total", Kind::kCounter, "Number of CPU cycles (frequency scaled)"}},
    {"CpuInstr",
     PERF_TYPE_HARDWARE,
     PERF_COUNT_HW_INSTRUCTIONS,
     {"node_perf_instructions_total", Kind::kCounter, "Number of CPU instructions"}},
    {"CacheRef",
     PERF_TYPE_HARDWARE,
     PERF_COUNT_HW_CACHE_REFERENCES,
     {"node_perf_cache_refs_total", Kind::kCounter,
      "Number of cache references (non frequency scaled)"}},
    {"CacheMisses",
     PERF_TYPE_HARDWARE,
     PERF_COUNT_HW_CACHE_MISSES,
     {"node_perf_cache_misses_total", Kind::kCounter, "Number of cache misses"}},
    {"BranchInstr",
     PERF_TYPE_HARDWARE,
     PERF_COUNT_HW_BRANCH_INSTRUCTIONS,
     {"node_perf_branch_instructions_total", Kind::kCounter, "Number of CPU branch instructions"}},
    {"BranchMisses",
     PERF_TYPE_HARDWARE,
     PERF_COUNT_HW_BRANCH_MISSES,
     {"node_perf_branch_misses_total", Kind::kCounter, "Number of CPU branch misses"}},
    {"StalledCyclesBackend",
     PERF_TYPE_HARDWARE,
     PERF_COUNT_HW_STALLED_CYCLES_BACKEND,
     {"node_perf_stalled_cycles_backend_total", Kind::kCounter,
      "Number of stalled backend CPU cycles"}},
    {"StalledCyclesFrontend",
     PERF_TYPE_HARDWARE,
     PERF_COUNT_HW_STALLED_CYCLES_FRONTEND,
     {"node_perf_stalled_cycles_frontend_total", Kind::kCounter,
      "Number of stalled frontend CPU cycles"}},
    {"RefCpuCycles",
     PERF_TYPE_HARDWARE,
     PERF_COUNT_HW_REF_CPU_CYCLES,
     {"node_perf_ref_cpucycles_total", Kind::kCounter, "Number of CPU cycles"}},
};

constexpr Event kSoftware[] = {
    {"PageFault",
     PERF_TYPE_SOFTWARE,
     PERF_COUNT_SW_PAGE_FAULTS,
     {"node_perf_page_faults_total", Kind::kCounter, "Number of page faults"}},
    {"ContextSwitch",
     PERF_TYPE_SOFTWARE,
     PERF_COUNT_SW_CONTEXT_SWITCHES,
     {"node_perf_context_switches_total", Kind::kCounter, "Number of context switches"}},
    {"CpuMigration",
     PERF_TYPE_SOFTWARE,
     PERF_COUNT_SW_CPU_MIGRATIONS,
     {"node_perf_cpu_migrations_total", Kind::kCounter, "Number of CPU process migrations"}},
    {"MinorFault",
     PERF_TYPE_SOFTWARE,
     PERF_COUNT_SW_PAGE_FAULTS_MIN,
     {"node_perf_minor_faults_total", Kind::kCounter, "Number of minor page faults"}},
    {"MajorFault",
     PERF_TYPE_SOFTWARE,
     PERF_COUNT_SW_PAGE_FAULTS_MAJ,
     {"node_perf_major_faults_total", Kind::kCounter, "Number of major page faults"}},
};

constexpr Event kCache[] = {
    {"L1DataReadHit",
     PERF_TYPE_HW_CACHE,
     kReadHit(PERF_COUNT_HW_CACHE_L1D),
     {"node_perf_cache_l1d_read_hits_total", Kind::kCounter, "Number L1 data cache read hits"}},
    {"L1DataReadMiss",
     PERF_TYPE_HW_CACHE,
     kReadMiss(PERF_COUNT_HW_CACHE_L1D),
     {"node_perf_cache_l1d_read_misses_total", Kind::kCounter, "Number L1 data cache read misses"}},
    {"L1DataWriteHit",
     PERF_TYPE_HW_CACHE,
     kWriteHit(PERF_COUNT_HW_CACHE_L1D),
     {"node_perf_cache_l1d_write_hits_total", Kind::kCounter, "Number L1 data cache write hits"}},
    {"L1InstrReadMiss",
     PERF_TYPE_HW_CACHE,
     kReadMiss(PERF_COUNT_HW_CACHE_L1I),
     {"node_perf_cache_l1_instr_read_misses_total", Kind::kCounter,
      "Number instruction L1 instruction read misses"}},
    {"InstrTLBReadHit",
     PERF_TYPE_HW_CACHE,
     kReadHit(PERF_COUNT_HW_CACHE_ITLB),
     {"node_perf_cache_tlb_instr_read_hits_total", Kind::kCounter,
      "Number instruction TLB read hits"}},
    {"InstrTLBReadMiss",
     PERF_TYPE_HW_CACHE,
     kReadMiss(PERF_COUNT_HW_CACHE_ITLB),
     {"node_perf_cache_tlb_instr_read_misses_total", Kind::kCounter,
      "Number instruction TLB read misses"}},
    {"LLReadHit",
     PERF_TYPE_HW_CACHE,
     kReadHit(PERF_COUNT_HW_CACHE_LL),
     {"node_perf_cache_ll_read_hits_total", Kind::kCounter, "Number last level read hits"}},
    {"LLReadMiss",
     PERF_TYPE_HW_CACHE,
     kReadMiss(PERF_COUNT_HW_CACHE_LL),
     {"node_perf_cache_ll_read_misses_total", Kind::kCounter, "Number last level read misses"}},
    {"LLWriteHit",
     PERF_TYPE_HW_CACHE,
     kWriteHit(PERF_COUNT_HW_CACHE_LL),
     {"node_perf_cache_ll_write_hits_total", Kind::kCounter, "Number last level write hits"}},
    {"LLWriteMiss",
     PERF_TYPE_HW_CACHE,
     kWriteMiss(PERF_COUNT_HW_CACHE_LL),
     {"node_perf_cache_ll_write_misses_total", Kind::kCounter, "Number last level write misses"}},
    {"BPUReadHit",
     PERF_TYPE_HW_CACHE,
     kReadHit(PERF_COUNT_HW_CACHE_BPU),
     {"node_perf_cache_bpu_read_hits_total", Kind::kCounter, "Number BPU read hits"}},
    {"BPUReadMiss",
     PERF_TYPE_HW_CACHE,
     kReadMiss(PERF_COUNT_HW_CACHE_BPU),
     {"node_perf_cache_bpu_read_misses_total", Kind::kCounter, "Number BPU read misses"}},
};

constexpr int kMaxCpus = 8192;

// "0-3,7,8-16:4"; the number after a colon is the step.
base::StatusOr<std::vector<int>> ParseCpus(const std::string& text) {
  std::set<int> cpus;
  for (const std::string_view part : base::Split(text, ',')) {
    const size_t colon = part.find(':');
    const std::string_view range = part.substr(0, colon);
    const size_t dash = range.find('-');
    const auto first = base::ParseUint(range.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : base::ParseUint(range.substr(dash + 1));
    const auto step = colon == std::string_view::npos ? std::optional<uint64_t>(1)
                                                      : base::ParseUint(part.substr(colon + 1));
    if (!first || !last || !step || *step == 0 || *last < *first || *last >= kMaxCpus) {
      return base::InvalidArgument(
          base::Concat({"--collector.perf.cpus: found ", base::GoQuote(text),
                        "; allowed are CPUs such as 0-3,7,8-16:4"}));
    }
    for (uint64_t cpu = *first; cpu <= *last; cpu += *step) cpus.insert(static_cast<int>(cpu));
  }
  return std::vector<int>(cpus.begin(), cpus.end());
}

class Perf final : public Collector {
 public:
  Perf(std::vector<Event> events, std::vector<std::string> tracepoints, std::vector<int> cpus)
      : events_(std::move(events)), tracepoints_(std::move(tracepoints)), cpus_(std::move(cpus)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    if (!is_open_) VEDETTE_RETURN_IF_ERROR(OpenAll());
    for (const Counter& counter : counters_) {
      const auto count = counter.event.Read();
      if (!count.ok()) return count.status();
      const std::string cpu = std::to_string(counter.cpu);
      sink->Counter(counter.name, counter.help).Add(static_cast<double>(*count), {{"cpu", cpu}});
    }
    return base::Status();
  }

 private:
  struct Counter {
    std::string name;
    std::string help;
    int cpu;
    PerfEvent event;
  };

  base::Status OpenAll() {
    counters_.clear();
    for (const int cpu : cpus_) {
      for (const Event& event : events_) {
        VEDETTE_RETURN_IF_ERROR(
            Open(event.family.name, event.family.help, event.type, event.config, cpu));
      }
      for (const std::string& tracepoint : tracepoints_) {
        VEDETTE_RETURN_IF_ERROR(OpenTracepoint(tracepoint, cpu));
      }
    }
    is_open_ = true;
    return base::Status();
  }

  // What a machine cannot count, as most virtual ones no hardware events, is not shown.
  base::Status Open(std::string name, std::string help, uint32_t type, uint64_t config, int cpu) {
    auto event = PerfEvent::Open(type, config, cpu);
    if (absl::IsNotFound(event.status())) return base::Status();
    if (!event.ok()) return event.status();
    counters_.push_back({std::move(name), std::move(help), cpu, *std::move(event)});
    return base::Status();
  }

  // "SUBSYSTEM:EVENT"
  base::Status OpenTracepoint(const std::string& tracepoint, int cpu) {
    const size_t colon = tracepoint.find(':');
    const std::string subsystem = tracepoint.substr(0, colon);
    const std::string event = tracepoint.substr(colon + 1);
    SourceFile file;
    auto id =
        file.ReadUint(base::Concat({"/sys/kernel/tracing/events/", subsystem, "/", event, "/id"}));
    if (!id.ok()) {
      id = file.ReadUint(
          base::Concat({"/sys/kernel/debug/tracing/events/", subsystem, "/", event, "/id"}));
    }
    if (!id.ok()) return base::Annotate(id.status(), "tracepoint " + tracepoint);
    return Open(base::Concat({"node_perf_", subsystem, "_", event}),
                "Perf tracepoint " + tracepoint, PERF_TYPE_TRACEPOINT, *id, cpu);
  }

  const std::vector<Event> events_;
  const std::vector<std::string> tracepoints_;
  const std::vector<int> cpus_;
  std::vector<Counter> counters_;
  bool is_open_ = false;
};

// The events of a table, or those of it that a flag names.
template <size_t N>
base::Status Choose(const Event (&table)[N], bool is_on, const std::vector<std::string>& names,
                    const char* flag, std::vector<Event>* events) {
  if (!is_on) return base::Status();
  if (names.empty()) events->insert(events->end(), std::begin(table), std::end(table));
  for (const std::string& name : names) {
    const auto event = std::find_if(std::begin(table), std::end(table),
                                    [&](const Event& known) { return known.name == name; });
    if (event == std::end(table)) {
      std::string message =
          base::Concat({"--", flag, ": found ", base::GoQuote(name), "; allowed are"});
      for (const Event& known : table) message += base::Concat({" ", known.name});
      return base::InvalidArgument(message);
    }
    events->push_back(*event);
  }
  return base::Status();
}

}  // namespace

MadeCollector MakePerf(const CollectorContext& context) {
  const NodeOptions::Perf& options = context.options->perf;
  std::vector<Event> events;
  VEDETTE_RETURN_IF_ERROR(Choose(kHardware, options.hardware, options.hardware_profilers,
                                 "collector.perf.hardware-profilers", &events));
  VEDETTE_RETURN_IF_ERROR(Choose(kSoftware, options.software, options.software_profilers,
                                 "collector.perf.software-profilers", &events));
  VEDETTE_RETURN_IF_ERROR(Choose(kCache, options.cache, options.cache_profilers,
                                 "collector.perf.cache-profilers", &events));
  for (const std::string& tracepoint : options.tracepoints) {
    if (tracepoint.find(':') != std::string::npos) continue;
    return base::InvalidArgument(
        base::Concat({"--collector.perf.tracepoint: found ", base::GoQuote(tracepoint),
                      "; allowed is SUBSYSTEM:EVENT"}));
  }
  const auto last = std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1l) - 1;
  VEDETTE_ASSIGN_OR_RETURN(
      std::vector<int> cpus,
      ParseCpus(options.cpus.empty() ? "0-" + std::to_string(last) : options.cpus));
  return std::make_unique<Perf>(std::move(events), options.tracepoints, std::move(cpus));
}

}  // namespace vedette::exporters::node
