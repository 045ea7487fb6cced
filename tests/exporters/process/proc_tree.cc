#include "tests/exporters/process/proc_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace vedette::exporters::process {

ProcTree::ProcTree() { Write("stat", "cpu  1 2 3 4\nbtime 1700000000\nprocesses 12\n"); }

void ProcTree::Write(const std::string& name, std::string_view content) const {
  const std::filesystem::path path = folder_.Join(name);
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

void ProcTree::Remove(int64_t pid) const {
  std::filesystem::remove_all(folder_.Join(std::to_string(pid)));
}

void ProcTree::Put(const FakeTask& process) const {
  Remove(process.id);
  const std::string folder = std::to_string(process.id);
  PutTask(folder, process);
  std::string command_line = process.command_line;
  std::replace(command_line.begin(), command_line.end(), ' ', '\0');
  if (!command_line.empty()) command_line += '\0';
  Write(folder + "/cmdline", command_line);
  Write(folder + "/limits",
        "Limit                     Soft Limit           Hard Limit           Units\n"
        "Max open files            " +
            std::to_string(process.files_limit) + "                 4096                 files\n");
  Write(folder + "/smaps_rollup",
        "00400000-7fff0000 ---p 00000000 00:00 0 [rollup]\nRss: 8 kB\nPss:  " +
            std::to_string(process.proportional_kilobytes) +
            " kB\nPss_Dirty: 1 kB\nSwapPss: 2 kB\n");
  for (int i = 0; i < process.files; ++i) Write(folder + "/fd/" + std::to_string(i), "");
  for (const FakeTask& thread : process.threads) {
    PutTask(folder + "/task/" + std::to_string(thread.id), thread);
  }
}

void ProcTree::PutTask(const std::string& folder, const FakeTask& task) const {
  std::ostringstream stat;
  stat << task.id << " (" << task.comm << ") " << task.state << ' ' << task.parent
       << " 1 1 0 -1 4194560 " << task.minor_faults << " 0 " << task.major_faults << " 0 "
       << task.user_ticks << ' ' << task.system_ticks << " 0 0 20 0 "
       << std::max<size_t>(1, task.threads.size()) << " 0 " << task.start_ticks << ' '
       << task.virtual_bytes << ' ' << task.resident_pages << " 18446744073709551615 0 0\n";
  Write(folder + "/stat", stat.str());
  std::ostringstream status;
  status << "Name:\t" << task.comm << "\nUid:\t0\t0\t0\t0\nVmSwap:\t" << task.swap_kilobytes
         << " kB\nvoluntary_ctxt_switches:\t" << task.voluntary_switches
         << "\nnonvoluntary_ctxt_switches:\t" << task.nonvoluntary_switches << '\n';
  Write(folder + "/status", status.str());
  std::ostringstream io;
  io << "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: " << task.read_bytes
     << "\nwrite_bytes: " << task.write_bytes << "\ncancelled_write_bytes: 9\n";
  Write(folder + "/io", io.str());
  Write(folder + "/wchan", task.wait_channel);
  if (!task.schedstat.empty()) Write(folder + "/schedstat", task.schedstat);
}

}  // namespace vedette::exporters::process
