// node_processes_* from /proc/PID/stat, /proc/PID/task/TID/stat and two limits.
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

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

bool IsNumber(const char* name) { return name[0] >= '1' && name[0] <= '9'; }

struct FolderCloser {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, FolderCloser>;

// Opens a folder below another one; null when it is gone.
Folder OpenFolderAt(int parent, const char* name) {
  const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  Folder folder(::fdopendir(fd));
  if (!folder) ::close(fd);
  return folder;
}

// Reads NAME/stat below a folder. Nothing when the task is gone: they come and go as we look.
std::optional<TaskStat> ReadStatAt(int parent, const char* name) {
  char path[300];
  char text[1024];  // a stat line has at most 52 numbers and a name of 16 bytes
  const int length = std::snprintf(path, sizeof path, "%s/stat", name);
  if (length < 0 || static_cast<size_t>(length) >= sizeof path) return std::nullopt;
  const int fd = ::openat(parent, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  const ssize_t n = ::read(fd, text, sizeof text);
  ::close(fd);
  if (n <= 0) return std::nullopt;
  return ParseStat(std::string_view(text, static_cast<size_t>(n)));
}

class Processes final : public Collector {
 public:
  explicit Processes(const Paths& paths)
      : paths_(paths), is_kernel_(IsKernelFolder(paths.procfs)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    Totals totals;
    VEDETTE_RETURN_IF_ERROR(Count(&totals));
    VEDETTE_ASSIGN_OR_RETURN(const uint64_t max_threads,
                             file_.ReadUint(paths_.Proc("sys/kernel/threads-max")));
    VEDETTE_ASSIGN_OR_RETURN(const uint64_t max_pids,
                             file_.ReadUint(paths_.Proc("sys/kernel/pid_max")));
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

  base::Status Count(Totals* totals) const {
    const Folder proc(::opendir(paths_.procfs.c_str()));
    if (!proc) return base::FromErrno(errno, paths_.procfs);
    while (const dirent* entry = ::readdir(proc.get())) {
      if (!IsNumber(entry->d_name)) continue;
      const auto stat = ReadStatAt(::dirfd(proc.get()), entry->d_name);
      if (!stat) continue;
      ++totals->processes;
      totals->threads += stat->threads;
      ++totals->states[static_cast<size_t>(stat->state)];
      CountThreads(::dirfd(proc.get()), entry->d_name, *stat, totals);
    }
    return base::Status();
  }

  // The main thread's state is the process's; only the others' files are read.
  void CountThreads(int proc, const char* pid, const TaskStat& process, Totals* totals) const {
    const std::string name = base::Concat({pid, "/task"});
    if (process.threads == 1) {
      // The kernel has the folder for certain, a copied tree need not.
      if (is_kernel_ || ::faccessat(proc, name.c_str(), F_OK, 0) == 0) {
        ++totals->thread_states[static_cast<size_t>(process.state)];
      }
      return;
    }
    const Folder tasks = OpenFolderAt(proc, name.c_str());
    if (!tasks) return;
    while (const dirent* entry = ::readdir(tasks.get())) {
      if (!IsNumber(entry->d_name)) continue;
      const bool is_main = std::string_view(entry->d_name) == pid;
      const auto stat = is_main ? process : ReadStatAt(::dirfd(tasks.get()), entry->d_name);
      if (stat) ++totals->thread_states[static_cast<size_t>(stat->state)];
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
  SourceFile file_;
};

}  // namespace

MadeCollector MakeProcesses(const CollectorContext& context) {
  return std::make_unique<Processes>(context.options->paths);
}

}  // namespace vedette::exporters::node
