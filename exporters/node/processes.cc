// node_processes_* from /proc/PID/stat, /proc/PID/task/TID/stat and two limits.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"
#include "exporters/runtime/kept_file.h"

namespace vedette::exporters::node {
namespace {

// Counts by the state's letter.
using StateCounts = std::array<uint32_t, 128>;

// What we want of a stat file: "PID (NAME) STATE ...", the 20th field being the threads.
struct TaskStat {
  char state = 0;
  uint64_t threads = 0;
};

std::optional<TaskStat> ParseStat(std::string_view text) {
  const size_t close = text.rfind(')');  // the name may hold anything, brackets too
  if (close == std::string_view::npos) return std::nullopt;
  FieldScanner fields(text.substr(close + 1));
  std::string_view field;
  if (!fields.Next(&field) || field.size() != 1) return std::nullopt;
  TaskStat stat;
  stat.state = field[0];
  for (int i = 4; i <= 20; ++i) {
    if (!fields.Next(&field)) return std::nullopt;
  }
  const std::optional<uint64_t> threads = base::ParseUint(field);
  if (!threads || static_cast<unsigned char>(stat.state) >= 128) return std::nullopt;
  stat.threads = *threads;
  return stat;
}

// Files of tasks that stay open; beyond, they are opened at each scrape.
constexpr size_t kMaxKeptFiles = 512;

// A task as a stat file showed it last.
struct Task {
  RunMark mark;
  TaskStat stat;
  bool is_read = false;  // in this scrape; else it has not run since
  uint64_t scrape = 0;   // in which it was seen last

  // Whether a task that has not run since is still in this state. One that waits for a CPU or a
  // disk may have been woken in between.
  bool Stays() const { return stat.state != 0 && stat.state != 'R' && stat.state != 'D'; }
};

// Reads ID/stat below a folder. Nothing when the task is gone: they come and go as we look.
std::optional<TaskStat> ReadStatAt(int parent, const char* path) {
  char text[1024];  // a stat line has at most 52 numbers and a name of 16 bytes
  const int fd = ::openat(parent, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  const ssize_t n = ::read(fd, text, sizeof text);
  ::close(fd);
  if (n <= 0) return std::nullopt;
  return ParseStat(std::string_view(text, static_cast<size_t>(n)));
}

// "ID/FILE"
struct TaskPath {
  TaskPath(int64_t id, const char* file) {
    std::snprintf(text, sizeof text, "%lld/%s", static_cast<long long>(id), file);
  }
  char text[64];
};

class Processes final : public Collector {
 public:
  explicit Processes(const Paths& paths)
      : paths_(paths), is_kernel_(IsKernelFolder(paths.procfs)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    Totals totals;
    VEDETTE_RETURN_IF_ERROR(Count(&totals));
    VEDETTE_ASSIGN_OR_RETURN(const uint64_t max_threads,
                             max_threads_.ReadUint(paths_.Proc("sys/kernel/threads-max")));
    VEDETTE_ASSIGN_OR_RETURN(const uint64_t max_pids,
                             max_pids_.ReadUint(paths_.Proc("sys/kernel/pid_max")));
    const auto gauge = [sink](const char* name, const char* help, uint64_t value) {
      sink->Gauge(name, help).Add(static_cast<double>(value));
    };
    gauge("node_processes_threads", "Allocated threads in system", totals.threads);
    gauge("node_processes_max_threads", "Limit of threads in the system", max_threads);
    gauge("node_processes_pids", "Number of PIDs", totals.processes);
    gauge("node_processes_max_processes", "Number of max PIDs limit", max_pids);
    AddStates(totals.states, "state",
              sink->Gauge("node_processes_state", "Number of processes in each state."));
    AddStates(totals.thread_states, "thread_state",
              sink->Gauge("node_processes_threads_state", "Number of threads in each state."));
    return base::Status();
  }

 private:
  struct Totals {
    uint64_t processes = 0;
    uint64_t threads = 0;
    StateCounts states{};
    StateCounts thread_states{};
  };

  base::Status Count(Totals* totals) {
    if (proc_.fd() < 0) {
      proc_ = OpenFile(::open(paths_.procfs.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      if (proc_.fd() < 0) return base::FromErrno(errno, paths_.procfs);
    }
    if (!ListNumbers(proc_.fd(), &buffer_, &processes_)) {
      return base::FromErrno(errno, paths_.procfs);
    }
    ++scrape_;
    for (const NumberEntry& entry : processes_) {
      Task* const process = Look(proc_.fd(), entry.id);
      if (process == nullptr) continue;
      CountThreads(entry.id, process, totals);
      ++totals->processes;
      ++totals->states[static_cast<size_t>(process->stat.state)];
      totals->threads += process->stat.threads;
    }
    std::erase_if(tasks_, [this](const auto& task) { return task.second.scrape != scrape_; });
    return base::Status();
  }

  // Brings what is known of a task of a folder up to date. Null when it is gone.
  Task* Look(int folder, int64_t id) {
    Task& task = tasks_[id];
    task.scrape = scrape_;
    const bool has_run = task.mark.HasRun(folder, TaskPath(id, "schedstat").text, &kept_files_);
    task.is_read = has_run || !task.Stays();
    if (task.is_read) {
      task.stat = ReadStatAt(folder, TaskPath(id, "stat").text).value_or(TaskStat());
    }
    return task.stat.state == 0 ? nullptr : &task;
  }

  // The first thread's state is the process's; only the others' files are read.
  void CountThreads(int64_t pid, Task* process, Totals* totals) {
    const TaskPath path(pid, "task");
    uint32_t& same_state = totals->thread_states[static_cast<size_t>(process->stat.state)];
    if (process->stat.threads == 1) {
      // The kernel has the folder for certain, a copied tree need not.
      if (is_kernel_ || ::faccessat(proc_.fd(), path.text, F_OK, 0) == 0) ++same_state;
      return;
    }
    const OpenFile folder(::openat(proc_.fd(), path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.fd() < 0 || !ListNumbers(folder.fd(), &buffer_, &threads_)) return;
    // Threads come and go without a word of the first one.
    if (!process->is_read) process->stat.threads = threads_.size();
    for (const NumberEntry& entry : threads_) {
      if (entry.id == pid) {
        ++same_state;
      } else if (const Task* const thread = Look(folder.fd(), entry.id)) {
        ++totals->thread_states[static_cast<size_t>(thread->stat.state)];
      }
    }
  }

  static void AddStates(const StateCounts& counts, std::string_view label, FamilyRef family) {
    for (size_t letter = 0; letter < counts.size(); ++letter) {
      if (counts[letter] == 0) continue;
      const char state = static_cast<char>(letter);
      family.Add(counts[letter], {{label, std::string_view(&state, 1)}});
    }
  }

  const Paths paths_;
  const bool is_kernel_;
  SourceFile max_threads_;
  SourceFile max_pids_;
  OpenFile proc_;
  KeptFilesLimit kept_files_{kMaxKeptFiles};
  std::unordered_map<int64_t, Task> tasks_;  // by number: processes and threads share them
  uint64_t scrape_ = 0;

  // Of the scrape in hand.
  std::vector<char> buffer_;
  std::vector<NumberEntry> processes_;
  std::vector<NumberEntry> threads_;
};

}  // namespace

MadeCollector MakeProcesses(const CollectorContext& context) {
  return std::make_unique<Processes>(context.options->paths);
}

}  // namespace vedette::exporters::node
