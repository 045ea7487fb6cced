#ifndef VEDETTE_EXPORTERS_PROCESS_PROC_READER_H_
#define VEDETTE_EXPORTERS_PROCESS_PROC_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "exporters/runtime/kept_file.h"

namespace vedette::exporters::process {

// Files of a task that stay open between passes, where there is room.
struct TaskFiles {
  KeptFile stat;
  RunMark run;
};

// Reads procfs. Files come and go as we look: a read gives nothing, and gone() tells whether that
// is all that happened. One thread; one owner, the tracker.
class ProcReader {
 public:
  explicit ProcReader(std::string procfs) : path_(std::move(procfs)) {}
  ProcReader(const ProcReader&) = delete;
  ProcReader& operator=(const ProcReader&) = delete;

  // The processes of the moment. Begins a pass; must succeed before anything else is read.
  base::Status List(std::vector<NumberEntry>* processes);

  // A file of /proc/PID; valid until the next read. Longer files are cut at kMaxBytes.
  std::optional<std::string_view> Read(int64_t pid, const char* file);
  // A file of /proc itself.
  std::optional<std::string_view> Read(const char* file);
  // The stat file of a process, by what was kept of it.
  std::optional<std::string_view> ReadStat(int64_t pid, TaskFiles* files);
  // Whether the process's first thread has run since it was asked before, or that is not known.
  bool HasRun(int64_t pid, TaskFiles* files);
  // Open files; nothing when that may not be seen.
  std::optional<uint64_t> CountFiles(int64_t pid);

  // Opens /proc/PID/task and lists it; the next two are about the one opened last.
  bool ListTasks(int64_t pid, std::vector<NumberEntry>* tasks);
  std::optional<std::string_view> ReadTask(int64_t tid, const char* file);
  bool TaskHasRun(int64_t tid, RunMark* run);

  // Whether the last read failed because the process is no more.
  bool gone() const { return gone_; }

 private:
  static constexpr size_t kMaxBytes = 128 * 1024;
  static constexpr size_t kMaxKeptFiles = 512;

  // An open folder, or none. Moved about by Reset alone.
  class Folder {
   public:
    Folder() = default;
    ~Folder() { Reset(-1); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    void Reset(int fd);
    int fd() const { return fd_; }

   private:
    int fd_ = -1;
  };

  std::optional<std::string_view> ReadAt(int folder, const char* path);
  void Fail(int error);
  bool CountsBySize(int64_t pid);
  std::optional<uint64_t> ListFiles(int64_t pid);

  const std::string path_;
  Folder root_;
  Folder tasks_;
  KeptFilesLimit kept_files_{kMaxKeptFiles};
  std::vector<char> buffer_;
  std::vector<char> names_;         // of a folder, as the kernel lists them
  std::vector<NumberEntry> files_;  // of one process
  bool gone_ = false;
  std::optional<bool> counts_by_size_;  // the size of /proc/PID/fd is its number of files
};

}  // namespace vedette::exporters::process

#endif  // VEDETTE_EXPORTERS_PROCESS_PROC_READER_H_
