#include "exporters/process/process_collector.h"

#include <string>
#include <utility>

#include "base/strings.h"

namespace vedette::exporters::process {
namespace {

// What upstream shows for a group without processes: Go's zero time.
constexpr int64_t kNoTimeSeconds = -62135596800;

constexpr int64_t kNanosPerSecond = 1'000'000'000;

}  // namespace

ProcessCollector::ProcessCollector(const ProcessOptions& options,
                                   std::shared_ptr<const NameRules> rules, const base::Clock* clock)
    : options_(options),
      clock_(clock),
      tracker_(options, std::move(rules)),
      groups_(options.remove_empty_groups) {}

// A /proc that cannot be read now is told of at the first scrape.
void ProcessCollector::Prime() { static_cast<void>(Pass()); }

void ProcessCollector::SetRules(std::shared_ptr<const NameRules> rules) {
  base::MutexLock lock(mutex_);
  new_rules_ = std::move(rules);
}

void ProcessCollector::TakeNewRules() {
  base::MutexLock lock(mutex_);
  if (new_rules_) tracker_.SetRules(std::exchange(new_rules_, nullptr));
}

base::Status ProcessCollector::Pass() {
  TakeNewRules();
  base::Status status =
      tracker_.Update(clock_->MonotonicNanos(), clock_->WallNanos() / kNanosPerSecond, &errors_);
  if (!status.ok()) {
    ++failed_passes_;
    return status;
  }
  groups_.Update(tracker_.processes());
  return base::Status();
}

base::Status ProcessCollector::Collect(const Scrape&, FamilySink* sink) {
  base::Status status = Pass();
  if (status.ok()) {
    AddGauges(sink);
    AddMemory(sink);
    AddStates(sink);
    AddCounters(sink);
    if (options_.threads) AddThreads(sink);
  }
  AddErrors(sink);
  return status;
}

void ProcessCollector::AddGauges(FamilySink* sink) const {
  FamilyRef processes =
      sink->Gauge("namedprocess_namegroup_num_procs", "number of processes in this group");
  FamilyRef threads = sink->Gauge("namedprocess_namegroup_num_threads", "Number of threads");
  FamilyRef start =
      sink->Gauge("namedprocess_namegroup_oldest_start_time_seconds",
                  "start time in seconds since 1970/01/01 of oldest process in group");
  FamilyRef files = sink->Gauge("namedprocess_namegroup_open_filedesc",
                                "number of open file descriptors for this group");
  FamilyRef ratio =
      sink->Gauge("namedprocess_namegroup_worst_fd_ratio",
                  "the worst (closest to 1) ratio between open fds and max fds among all procs in "
                  "this group");
  for (const auto& [name, group] : groups_.groups()) {
    const LabelRef label = {"groupname", name};
    processes.Add(group.processes, {label});
    threads.Add(group.threads_count, {label});
    start.Add(static_cast<double>(group.oldest_start_seconds.value_or(kNoTimeSeconds)), {label});
    files.Add(group.open_files, {label});
    ratio.Add(group.worst_files_ratio, {label});
  }
}

void ProcessCollector::AddMemory(FamilySink* sink) const {
  FamilyRef memory =
      sink->Gauge("namedprocess_namegroup_memory_bytes", "number of bytes of memory in use");
  for (const auto& [name, group] : groups_.groups()) {
    const LabelRef label = {"groupname", name};
    memory.Add(group.resident_bytes, {label, {"memtype", "resident"}});
    memory.Add(group.virtual_bytes, {label, {"memtype", "virtual"}});
    memory.Add(group.swap_bytes, {label, {"memtype", "swapped"}});
    if (!options_.gather_smaps) continue;
    memory.Add(group.proportional_bytes, {label, {"memtype", "proportionalResident"}});
    memory.Add(group.proportional_swap_bytes, {label, {"memtype", "proportionalSwapped"}});
  }
}

void ProcessCollector::AddStates(FamilySink* sink) const {
  FamilyRef states =
      sink->Gauge("namedprocess_namegroup_states",
                  "Number of processes in states Running, Sleeping, Waiting, Zombie, or Other");
  FamilyRef channels = sink->Gauge("namedprocess_namegroup_threads_wchan",
                                   "Number of threads in this group waiting on each wchan");
  for (const auto& [name, group] : groups_.groups()) {
    const LabelRef label = {"groupname", name};
    states.Add(group.states.running, {label, {"state", "Running"}});
    states.Add(group.states.sleeping, {label, {"state", "Sleeping"}});
    states.Add(group.states.waiting, {label, {"state", "Waiting"}});
    states.Add(group.states.zombie, {label, {"state", "Zombie"}});
    states.Add(group.states.other, {label, {"state", "Other"}});
    for (const auto& [channel, count] : group.wait_channels) {
      channels.Add(count, {label, {"wchan", channel}});
    }
  }
}

void ProcessCollector::AddCounters(FamilySink* sink) const {
  FamilyRef cpu =
      sink->Counter("namedprocess_namegroup_cpu_seconds_total", "Cpu user usage in seconds");
  FamilyRef reads = sink->Counter("namedprocess_namegroup_read_bytes_total",
                                  "number of bytes read by this group");
  FamilyRef writes = sink->Counter("namedprocess_namegroup_write_bytes_total",
                                   "number of bytes written by this group");
  FamilyRef major =
      sink->Counter("namedprocess_namegroup_major_page_faults_total", "Major page faults");
  FamilyRef minor =
      sink->Counter("namedprocess_namegroup_minor_page_faults_total", "Minor page faults");
  FamilyRef switches =
      sink->Counter("namedprocess_namegroup_context_switches_total", "Context switches");
  for (const auto& [name, group] : groups_.groups()) {
    const LabelRef label = {"groupname", name};
    const Counts& used = group.used;
    cpu.Add(used.user_seconds, {label, {"mode", "user"}});
    cpu.Add(used.system_seconds, {label, {"mode", "system"}});
    reads.Add(used.read_bytes, {label});
    writes.Add(used.write_bytes, {label});
    major.Add(used.major_faults, {label});
    minor.Add(used.minor_faults, {label});
    switches.Add(used.voluntary_switches, {{"ctxswitchtype", "voluntary"}, label});
    switches.Add(used.nonvoluntary_switches, {{"ctxswitchtype", "nonvoluntary"}, label});
  }
}

void ProcessCollector::AddThreads(FamilySink* sink) const {
  FamilyRef counts = sink->Gauge("namedprocess_namegroup_thread_count",
                                 "Number of threads in this group with same threadname");
  FamilyRef cpu = sink->Counter("namedprocess_namegroup_thread_cpu_seconds_total",
                                "Cpu user/system usage in seconds");
  FamilyRef io = sink->Counter("namedprocess_namegroup_thread_io_bytes_total",
                               "number of bytes read/written by these threads");
  FamilyRef major = sink->Counter("namedprocess_namegroup_thread_major_page_faults_total",
                                  "Major page faults for these threads");
  FamilyRef minor = sink->Counter("namedprocess_namegroup_thread_minor_page_faults_total",
                                  "Minor page faults for these threads");
  FamilyRef switches = sink->Counter("namedprocess_namegroup_thread_context_switches_total",
                                     "Context switches for these threads");
  for (const auto& [group_name, group] : groups_.groups()) {
    const LabelRef label = {"groupname", group_name};
    for (const auto& [thread_name, thread] : group.threads) {
      const LabelRef name = {"threadname", thread_name};
      const Counts& used = thread.used;
      counts.Add(thread.count, {label, name});
      cpu.Add(used.user_seconds, {label, {"mode", "user"}, name});
      cpu.Add(used.system_seconds, {label, {"mode", "system"}, name});
      io.Add(used.read_bytes, {label, {"iomode", "read"}, name});
      io.Add(used.write_bytes, {label, {"iomode", "write"}, name});
      major.Add(used.major_faults, {label, name});
      minor.Add(used.minor_faults, {label, name});
      switches.Add(used.voluntary_switches, {{"ctxswitchtype", "voluntary"}, label, name});
      switches.Add(used.nonvoluntary_switches, {{"ctxswitchtype", "nonvoluntary"}, label, name});
    }
  }
}

void ProcessCollector::AddErrors(FamilySink* sink) const {
  sink->Counter("namedprocess_scrape_errors",
                "general scrape errors: no proc metrics collected during a cycle")
      .Add(failed_passes_);
  sink->Counter("namedprocess_scrape_procread_errors",
                "incremented each time a proc's metrics collection fails")
      .Add(static_cast<double>(errors_.unread));
  sink->Counter("namedprocess_scrape_partial_errors",
                "incremented each time a tracked proc's metrics collection fails partially, e.g. "
                "unreadable I/O stats")
      .Add(static_cast<double>(errors_.partial));
}

}  // namespace vedette::exporters::process
