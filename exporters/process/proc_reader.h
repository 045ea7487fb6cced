#ifndef VEDETTE_EXPORTERS_PROCESS_PROC_READER_H_
#define VEDETTE_EXPORTERS_PROCESS_PROC_READER_H_

#include <dirent.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::process {

// A name in /proc or in /proc/PID/task.
struct ProcEntry {
  int64_t id = 0;
  uint64_t inode = 0;  // procfs makes a new one for a new process, so that it tells PIDs apart
};

// Reads procfs. Files come and go as we look: a read gives nothing, and gone() tells whether that
// is all that happened. One thread; one owner, the tracker.
class ProcReader {
 public:
  explicit ProcReader(std::string procfs) : path_(std::move(procfs)) {}
  ProcReader(const ProcReader&) = delete;
  ProcReader& operator=(const ProcReader&) = delete;

  // The processes of the moment. Begins a pass; must succeed before anything else is read.
  base::Status List(std::vector<ProcEntry>* processes);

  // A file of /proc/PID; valid until the next read. Longer files are cut at kMaxBytes.
  std::optional<std::string_view> Read(int64_t pid, const char* file);
  // A file of /proc itself.
  std::optional<std::string_view> Read(const char* file);
  // Open files; nothing when that may not be seen.
  std::optional<uint64_t> CountFiles(int64_t pid);

  // Opens /proc/PID/task and lists it; ReadTask reads of the one opened last.
  bool ListTasks(int64_t pid, std::vector<ProcEntry>* tasks);
  std::optional<std::string_view> ReadTask(int64_t tid, const char* file);

  // Whether the last read failed because the process is no more.
  bool gone() const { return gone_; }

 private:
  static constexpr size_t kMaxBytes = 128 * 1024;

  struct FolderCloser {
    void operator()(DIR* folder) const { ::closedir(folder); }
  };
  using Folder = std::unique_ptr<DIR, FolderCloser>;

  std::optional<std::string_view> ReadAt(int folder, const char* path);
  void Fail(int error);
  static void ListNumbers(DIR* folder, std::vector<ProcEntry>* entries);
  bool CountsBySize(int64_t pid);

  const std::string path_;
  Folder root_;
  Folder tasks_;
  std::vector<char> buffer_;
  bool gone_ = false;
  std::optional<bool> counts_by_size_;  // the size of /proc/PID/fd is its number of files
};

}  // namespace vedette::exporters::process

#endif  // VEDETTE_EXPORTERS_PROCESS_PROC_READER_H_
