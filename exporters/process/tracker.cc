#include "exporters/process/tracker.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/strings.h"

namespace vedette::exporters::process {
namespace {

// The kernel reports in USER_HZ, which is 100 on every architecture we run on.
constexpr uint64_t kTicksPerSecond = 100;
// Limits of open files hardly ever change.
constexpr int64_t kLimitNanos = 60'000'000'000;
// Proportional memory costs the kernel a walk over all pages, under a lock that the process may
// wait for. So it is counted when a process is first seen, when its resident memory has changed by
// more than a part of it, and after this time; in between its share of the resident memory is taken
// to stay. The processes are spread over some seconds, so that their times do not come together.
constexpr int64_t kSmapsNanos = 60'000'000'000;
constexpr int64_t kSmapsSpreadNanos = 1'000'000'000;
constexpr int64_t kSmapsSpread = 16;
constexpr uint64_t kSmapsPart = 4;
constexpr uint64_t kSmapsPages = 256;

double Seconds(uint64_t ticks) {
  return static_cast<double>(ticks) / static_cast<double>(kTicksPerSecond);
}

Counts CountsOf(const StatFile& stat) {
  Counts counts;
  counts.user_seconds = Seconds(stat.user_ticks);
  counts.system_seconds = Seconds(stat.system_ticks);
  counts.minor_faults = static_cast<double>(stat.minor_faults);
  counts.major_faults = static_cast<double>(stat.major_faults);
  return counts;
}

void SetSwitches(const StatusFile& status, Counts* counts) {
  counts->voluntary_switches = static_cast<double>(status.voluntary_switches);
  counts->nonvoluntary_switches = static_cast<double>(status.nonvoluntary_switches);
}

// Whether a task in this state that has not run since still is in it. One that waits for a CPU or a
// disk may have been woken in between.
bool MayStay(char state) { return state != 'R' && state != 'D'; }

// "0" is a thread that runs, or whose secret we may not know.
std::string_view WaitChannelOf(std::optional<std::string_view> text) {
  if (!text) return "";
  const std::string_view channel = base::Trim(*text);
  return channel == "0" ? std::string_view() : channel;
}

std::vector<std::string> SplitCommandLine(std::string_view text) {
  while (base::EndsWith(text, std::string_view("\0", 1))) text.remove_suffix(1);
  std::vector<std::string> arguments;
  if (text.empty()) return arguments;
  for (const std::string_view argument : base::Split(text, '\0')) arguments.emplace_back(argument);
  return arguments;
}

}  // namespace

Tracker::Tracker(const ProcessOptions& options, std::shared_ptr<const NameRules> rules)
    : options_(options),
      rules_(std::move(rules)),
      reader_(options.procfs),
      page_bytes_(static_cast<double>(::sysconf(_SC_PAGESIZE))) {}

void Tracker::SetRules(std::shared_ptr<const NameRules> rules) {
  rules_ = std::move(rules);
  rules_changed_ = true;
}

base::Status Tracker::Update(int64_t now_nanos, int64_t wall_seconds, PassErrors* errors) {
  VEDETTE_RETURN_IF_ERROR(reader_.List(&entries_));
  ++pass_;
  if (boot_seconds_ == 0) ReadBootTime();
  ReadStats(wall_seconds, errors);
  std::erase_if(processes_, [this](const auto& entry) { return entry.second.pass != pass_; });
  NameProcesses(wall_seconds);
  rules_changed_ = false;
  for (const Stat& stat : stats_) {
    TrackedProcess& process = processes_.at(stat.pid);
    if (!process.ignored) ReadProcess(stat, now_nanos, &process, errors);
  }
  return base::Status();
}

void Tracker::ReadBootTime() {
  const auto text = reader_.Read("stat");
  const size_t at = text ? text->find("\nbtime ") : std::string_view::npos;
  if (at == std::string_view::npos) return;
  const std::string_view rest = text->substr(at + 7);
  boot_seconds_ = base::ParseInt(rest.substr(0, rest.find('\n'))).value_or(0);
}

// Whether the name is asked for, first or again.
bool Tracker::MustName(const TrackedProcess& process, int64_t wall_seconds) const {
  if (rules_changed_ || (!process.has_total && !process.ignored)) return true;
  const int64_t limit = options_.recheck_time_limit.count() / 1000;
  if (limit > 0) return wall_seconds - process.start_seconds <= limit;
  return options_.recheck;
}

void Tracker::ReadStats(int64_t wall_seconds, PassErrors* errors) {
  stats_.clear();
  for (const NumberEntry& entry : entries_) {
    const auto [at, is_new] = processes_.try_emplace(entry.id);
    TrackedProcess& process = at->second;
    const bool is_known = !is_new && process.inode == entry.inode;
    if (is_known && process.ignored && !MustName(process, wall_seconds)) {
      process.pass = pass_;
      continue;
    }
    if (ReadStat(entry, &process, errors)) process.pass = pass_;
  }
}

bool Tracker::ReadStat(const NumberEntry& entry, TrackedProcess* process, PassErrors* errors) {
  const auto text = reader_.ReadStat(entry.id, &process->files);
  const auto stat = text ? ParseStatFile(*text) : std::nullopt;
  if (!stat) {
    if (!reader_.gone()) ++errors->unread;
    return false;
  }
  if (process->start_ticks != stat->start_ticks || process->inode == 0) {
    // First seen, or another one with the number of one that ended.
    TaskFiles files = std::move(process->files);
    *process = TrackedProcess();
    process->files = std::move(files);
    process->start_ticks = stat->start_ticks;
    process->start_seconds =
        boot_seconds_ + static_cast<int64_t>(stat->start_ticks / kTicksPerSecond);
  }
  process->inode = entry.inode;
  stats_.push_back({entry.id, std::string(stat->name), *stat});
  return true;
}

void Tracker::NameProcesses(int64_t wall_seconds) {
  Parents unnamed;
  for (const Stat& stat : stats_) {
    TrackedProcess& process = processes_.at(stat.pid);
    if (!MustName(process, wall_seconds)) continue;
    if (auto name = NameOf(stat, process)) {
      process.group = *std::move(name);
      process.ignored = false;
    } else if (!process.has_total || process.ignored || rules_changed_) {
      process.ignored = true;
      unnamed[stat.pid] = stat.file.parent;
    }
  }
  if (!options_.children) return;
  for (const auto& [pid, parent] : unnamed) {
    auto group = GroupOfAncestors(pid, unnamed);
    if (!group) continue;
    TrackedProcess& process = processes_.at(pid);
    process.group = *std::move(group);
    process.ignored = false;
  }
}

std::optional<std::string> Tracker::GroupOfAncestors(int64_t pid, const Parents& unnamed) const {
  // No line of descent is longer than there are processes, however it changes while we look.
  for (size_t steps = 0; steps <= unnamed.size(); ++steps) {
    const auto line = unnamed.find(pid);
    if (line == unnamed.end()) return std::nullopt;
    pid = line->second;
    const auto parent = processes_.find(pid);
    if (parent == processes_.end()) return std::nullopt;
    if (!parent->second.ignored) return parent->second.group;
  }
  return std::nullopt;
}

std::optional<std::string> Tracker::NameOf(const Stat& stat, const TrackedProcess& process) {
  ProcessAttributes attributes;
  attributes.comm = stat.comm;
  attributes.pid = stat.pid;
  attributes.start_seconds = process.start_seconds;
  if (const auto text = reader_.Read(stat.pid, "cmdline")) {
    attributes.command_line = SplitCommandLine(*text);
  }
  if (rules_->uses_username()) attributes.username = Username(stat.pid);
  if (rules_->uses_cgroups()) attributes.cgroups = Cgroups(stat.pid);
  return rules_->Name(attributes);
}

std::string Tracker::Username(int64_t pid) {
  const auto text = reader_.Read(pid, "status");
  const auto uid = text ? ParseUid(*text) : std::nullopt;
  if (!uid) return "";
  const auto [at, is_new] = usernames_.try_emplace(*uid, std::to_string(*uid));
  if (is_new) {
    char buffer[16384];
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(*uid, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr) {
      at->second = found->pw_name;
    }
  }
  return at->second;
}

// The paths of lines such as "0::/system.slice/caddy.service".
std::vector<std::string> Tracker::Cgroups(int64_t pid) {
  std::vector<std::string> paths;
  const auto text = reader_.Read(pid, "cgroup");
  if (!text) return paths;
  for (const std::string_view line : base::Split(*text, '\n')) {
    const size_t first = line.find(':');
    const size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second != std::string_view::npos) paths.emplace_back(line.substr(second + 1));
  }
  return paths;
}

void Tracker::ReadProcess(const Stat& stat, int64_t now_nanos, TrackedProcess* process,
                          PassErrors* errors) {
  const double resident_bytes = static_cast<double>(stat.file.resident_pages) * page_bytes_;
  const bool is_same = process->has_total && process->is_whole && MayStay(stat.file.state) &&
                       process->resident_bytes == resident_bytes;
  Counts total = CountsOf(stat.file);
  process->states = States();
  process->states.Count(stat.file.state);
  process->threads_count = stat.file.threads;
  process->virtual_bytes = static_cast<double>(stat.file.virtual_bytes);
  process->resident_bytes = resident_bytes;

  process->is_whole = ReadUse(stat, is_same, process, &total);
  process->is_whole &= ReadFiles(stat.pid, now_nanos, process);
  if (options_.gather_smaps) process->is_whole &= ReadSmaps(stat, now_nanos, process);
  if (!process->is_whole) ++errors->partial;

  process->delta = process->has_total ? total.Since(process->total) : Counts();
  process->total = total;
  process->has_total = true;
}

// What its threads used. `is_same`: nothing of the process looks otherwise than before, so that
// only what has run need be read; memory that was swapped out shows in its resident memory.
bool Tracker::ReadUse(const Stat& stat, bool is_same, TrackedProcess* process, Counts* total) {
  total->voluntary_switches = process->total.voluntary_switches;
  total->nonvoluntary_switches = process->total.nonvoluntary_switches;
  total->read_bytes = process->total.read_bytes;
  total->write_bytes = process->total.write_bytes;
  bool is_whole = true;
  bool has_run = !is_same;
  if (options_.threads && stat.file.threads >= 2) {
    is_whole = ReadThreads(stat.pid, &has_run, process, total);
  } else {
    // Threads beside the first are not asked here.
    has_run |= reader_.HasRun(stat.pid, &process->files) || stat.file.threads >= 2 ||
               !process->threads.empty();
    process->threads.clear();
    if (has_run) is_whole = ReadStatus(stat.pid, process, total);
  }
  if (has_run) is_whole &= ReadIo(stat.pid, *process, total);
  return is_whole;
}

bool Tracker::ReadIo(int64_t pid, const TrackedProcess& process, Counts* total) {
  const auto text = reader_.Read(pid, "io");
  const auto io = text ? ParseIoFile(*text) : std::nullopt;
  if (!io) {
    total->read_bytes = process.total.read_bytes;
    total->write_bytes = process.total.write_bytes;
    return reader_.gone();
  }
  total->read_bytes = static_cast<double>(io->read_bytes);
  total->write_bytes = static_cast<double>(io->write_bytes);
  return true;
}

bool Tracker::ReadFiles(int64_t pid, int64_t now_nanos, TrackedProcess* process) {
  process->open_files = reader_.CountFiles(pid);
  bool is_whole = process->open_files.has_value() || reader_.gone();
  if (process->has_total && now_nanos - process->limit_read_at < kLimitNanos) return is_whole;
  const auto text = reader_.Read(pid, "limits");
  const auto limit = text ? ParseOpenFilesLimit(*text) : std::nullopt;
  if (!limit) return is_whole && reader_.gone();
  process->open_files_limit = *limit;
  process->limit_read_at = now_nanos;
  return is_whole;
}

bool Tracker::ReadStatus(int64_t pid, TrackedProcess* process, Counts* total) {
  process->wait_channel = WaitChannelOf(reader_.Read(pid, "wchan"));
  const auto text = reader_.Read(pid, "status");
  const auto status = text ? ParseStatusFile(*text) : std::nullopt;
  if (!status) {
    total->voluntary_switches = process->total.voluntary_switches;
    total->nonvoluntary_switches = process->total.nonvoluntary_switches;
    return reader_.gone();
  }
  process->swap_bytes = static_cast<double>(status->swap_bytes);
  SetSwitches(*status, total);
  return true;
}

// The main thread's files tell what the process's own would: they are read once.
bool Tracker::ReadThreads(int64_t pid, bool* has_run, TrackedProcess* process, Counts* total) {
  if (!reader_.ListTasks(pid, &tasks_)) return reader_.gone();
  if (tasks_.size() < 2) {
    process->threads.clear();
    *has_run = true;
    return ReadStatus(pid, process, total);
  }
  const bool read_main = *has_run;
  bool is_whole = true;
  total->voluntary_switches = 0;
  total->nonvoluntary_switches = 0;
  for (const NumberEntry& task : tasks_) {
    TrackedThread& thread = process->threads[task.id];
    thread.delta = Counts();
    const bool thread_has_run = reader_.TaskHasRun(task.id, &thread.run);
    if (thread_has_run || !thread.is_whole || !MayStay(thread.state) ||
        (task.id == pid && read_main)) {
      *has_run = true;
      thread.is_whole = ReadThread(pid, task.id, process, &thread);
      is_whole &= thread.is_whole;
      if (thread.pass != pass_) continue;  // it is gone
    }
    thread.pass = pass_;
    process->states.Count(thread.state);
    total->voluntary_switches += thread.total.voluntary_switches;
    total->nonvoluntary_switches += thread.total.nonvoluntary_switches;
    if (task.id == pid) process->wait_channel = thread.wait_channel;
  }
  const auto is_gone = [this](const auto& entry) { return entry.second.pass != pass_; };
  if (std::erase_if(process->threads, is_gone) > 0) *has_run = true;
  return is_whole;
}

bool Tracker::ReadThread(int64_t pid, int64_t tid, TrackedProcess* process, TrackedThread* thread) {
  const auto stat_text = reader_.ReadTask(tid, "stat");
  const auto stat = stat_text ? ParseStatFile(*stat_text) : std::nullopt;
  if (!stat) return reader_.gone();
  const bool has_total = thread->pass != 0 && thread->start_ticks == stat->start_ticks;
  Counts counts = CountsOf(*stat);
  thread->start_ticks = stat->start_ticks;
  thread->name = stat->name;
  thread->state = stat->state;
  thread->pass = pass_;

  bool is_whole = true;
  const auto io_text = reader_.ReadTask(tid, "io");
  if (const auto io = io_text ? ParseIoFile(*io_text) : std::nullopt) {
    counts.read_bytes = static_cast<double>(io->read_bytes);
    counts.write_bytes = static_cast<double>(io->write_bytes);
  } else {
    is_whole = reader_.gone();
  }
  const auto status_text = reader_.ReadTask(tid, "status");
  if (const auto status = status_text ? ParseStatusFile(*status_text) : std::nullopt) {
    SetSwitches(*status, &counts);
    if (tid == pid) process->swap_bytes = static_cast<double>(status->swap_bytes);
  } else {
    is_whole &= reader_.gone();
  }
  thread->wait_channel = WaitChannelOf(reader_.ReadTask(tid, "wchan"));
  thread->delta = has_total ? counts.Since(thread->total) : Counts();
  thread->total = counts;
  return is_whole;
}

bool Tracker::ReadSmaps(const Stat& stat, int64_t now_nanos, TrackedProcess* process) {
  const uint64_t pages = stat.file.resident_pages;
  bool is_whole = true;
  if (MustReadSmaps(stat.pid, pages, now_nanos, *process)) {
    const auto text = pages == 0 ? std::nullopt : reader_.Read(stat.pid, "smaps_rollup");
    const auto smaps = text ? ParseSmapsFile(*text) : std::nullopt;
    is_whole = pages == 0 || smaps.has_value() || reader_.gone();
    process->smaps = smaps.value_or(SmapsFile());
    process->smaps_pages = pages;
    process->smaps_read_at = now_nanos;
  }
  const double share = process->smaps_pages == 0
                           ? 0
                           : static_cast<double>(pages) / static_cast<double>(process->smaps_pages);
  process->proportional_bytes =
      std::round(static_cast<double>(process->smaps.proportional_bytes) * share);
  process->proportional_swap_bytes = static_cast<double>(process->smaps.proportional_swap_bytes);
  return is_whole;
}

bool Tracker::MustReadSmaps(int64_t pid, uint64_t pages, int64_t now_nanos,
                            const TrackedProcess& process) {
  if (!process.has_total) return true;
  const uint64_t before = process.smaps_pages;
  const uint64_t change = pages > before ? pages - before : before - pages;
  if (change > std::max(kSmapsPages, before / kSmapsPart)) return true;
  const int64_t spread = pid % kSmapsSpread * kSmapsSpreadNanos;
  return now_nanos - process.smaps_read_at >= kSmapsNanos + spread;
}

}  // namespace vedette::exporters::process
