#ifndef VEDETTE_EXPORTERS_RUNTIME_KEPT_FILE_H_
#define VEDETTE_EXPORTERS_RUNTIME_KEPT_FILE_H_

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vedette::exporters {

// How many files of procfs a collector may hold open between scrapes. Each costs the kernel a
// page, and descriptors are few: so there is a bound, and beyond it files are opened each time.
// One thread; outlives the files that it counts.
class KeptFilesLimit {
 public:
  // `most`, and at most a quarter of the descriptors that this process may have (RLIMIT_NOFILE).
  explicit KeptFilesLimit(size_t most);
  KeptFilesLimit(const KeptFilesLimit&) = delete;
  KeptFilesLimit& operator=(const KeptFilesLimit&) = delete;

  bool Take();
  void Give() { ++left_; }

 private:
  size_t left_;
};

// A small file of a task in procfs, which is read at each scrape and stays open where there is
// room: opening and closing cost more than reading. An open file is bound to its task, so that a
// number used again is noticed. A value to move about; one thread.
class KeptFile {
 public:
  KeptFile() = default;
  ~KeptFile() { Close(); }
  KeptFile(KeptFile&& other) noexcept;
  KeptFile& operator=(KeptFile&& other) noexcept;

  // Reads from the start, once: the kernel makes these files in one go. `path` is below the open
  // folder `folder`. As read(2): -1 and errno where the task is gone or may not be seen.
  ssize_t Read(int folder, const char* path, KeptFilesLimit* limit, char* buffer, size_t size);

 private:
  void Close();

  int fd_ = -1;
  KeptFilesLimit* limit_ = nullptr;  // where fd_ was counted
};

// Tells whether a task has run between two looks, from its schedstat file (the time it ran, the
// time it waited, how often it was given a CPU: Linux' sched-stats.rst). What a task that has not
// run did, used or waits in is as it was: its other files, which cost the kernel far more, need
// not be read. Its memory may have changed, since others may take that away.
class RunMark {
 public:
  // True at the first look, and where it cannot be told.
  bool HasRun(int folder, const char* schedstat_path, KeptFilesLimit* limit);

 private:
  KeptFile file_;
  std::array<char, 64> text_{};  // as read last; empty where that told nothing
};

// An entry of a folder that is a number, as tasks in /proc and open files in /proc/PID/fd are.
struct NumberEntry {
  int64_t id = 0;
  uint64_t inode = 0;  // procfs makes a new one for a new process, so that it tells PIDs apart
};

// Lists the numbers in the open folder `fd` into `entries`, from its start; `buffer` is memory to
// use again. False and errno where the folder cannot be read.
bool ListNumbers(int fd, std::vector<char>* buffer, std::vector<NumberEntry>* entries);

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_KEPT_FILE_H_
