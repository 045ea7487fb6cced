#ifndef VEDETTE_TESTS_EXPORTERS_PROCESS_PROC_TREE_H_
#define VEDETTE_TESTS_EXPORTERS_PROCESS_PROC_TREE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/temp_dir.h"

namespace vedette::exporters::process {

// A process, or a thread of one, as a test wants /proc to show it.
struct FakeTask {
  int64_t id = 0;
  std::string comm = "worker";
  std::string command_line = "worker";
  char state = 'S';
  int64_t parent = 1;
  uint64_t start_ticks = 1000;
  uint64_t user_ticks = 0;
  uint64_t system_ticks = 0;
  uint64_t minor_faults = 0;
  uint64_t major_faults = 0;
  uint64_t virtual_bytes = 4096;
  uint64_t resident_pages = 1;
  uint64_t read_bytes = 0;
  uint64_t write_bytes = 0;
  uint64_t swap_kilobytes = 0;
  uint64_t voluntary_switches = 0;
  uint64_t nonvoluntary_switches = 0;
  uint64_t proportional_kilobytes = 4;
  std::string wait_channel = "do_wait";
  int files = 3;
  uint64_t files_limit = 1024;
  std::string schedstat;  // empty: a kernel that does not count
  std::vector<FakeTask> threads;  // two or more, the main thread among them
};

// A /proc made of files.
class ProcTree {
 public:
  ProcTree();
  const std::string& path() const { return folder_.path(); }

  void Put(const FakeTask& process) const;
  void Remove(int64_t pid) const;
  // A file below it, as it stands.
  void Write(const std::string& name, std::string_view content) const;

 private:
  void PutTask(const std::string& folder, const FakeTask& task) const;

  const test::TempDir folder_;
};

}  // namespace vedette::exporters::process

#endif  // VEDETTE_TESTS_EXPORTERS_PROCESS_PROC_TREE_H_
