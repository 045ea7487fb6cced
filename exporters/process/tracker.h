#ifndef VEDETTE_EXPORTERS_PROCESS_TRACKER_H_
#define VEDETTE_EXPORTERS_PROCESS_TRACKER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "exporters/process/counts.h"
#include "exporters/process/name_rules.h"
#include "exporters/process/options.h"
#include "exporters/process/proc_files.h"
#include "exporters/process/proc_reader.h"

namespace vedette::exporters::process {

// A thread of a process that has several.
struct TrackedThread {
  uint64_t start_ticks = 0;
  std::string name;
  std::string wait_channel;  // the kernel function that it waits in, or empty
  Counts total;              // as read last
  Counts delta;              // since the pass before
  char state = 0;
  bool is_whole = false;  // all its files could be read
  uint64_t pass = 0;      // in which it was seen last
  RunMark run;
};

// A process of a group.
struct TrackedProcess {
  std::string group;
  uint64_t inode = 0;
  uint64_t start_ticks = 0;
  int64_t start_seconds = 0;  // since the epoch
  bool ignored = false;       // of no group; nothing below is read
  bool has_total = false;     // `total` holds what an earlier pass read
  bool is_whole = false;      // all its files could be read
  uint64_t pass = 0;

  Counts total;
  Counts delta;
  States states;
  uint64_t threads_count = 0;
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double swap_bytes = 0;
  double proportional_bytes = 0;
  double proportional_swap_bytes = 0;
  std::optional<uint64_t> open_files;
  uint64_t open_files_limit = 0;
  std::string wait_channel;
  std::map<int64_t, TrackedThread> threads;  // empty unless there are at least two

  // When things that cost much or change seldom were read, and in which state.
  int64_t limit_read_at = 0;
  int64_t smaps_read_at = 0;
  uint64_t smaps_pages = 0;
  SmapsFile smaps;

  TaskFiles files;
};

// What went wrong in one pass.
struct PassErrors {
  uint64_t unread = 0;   // processes of which nothing could be read
  uint64_t partial = 0;  // processes of which something could not
};

// Knows the processes of the machine and what each has used since the pass before, in one pass over
// /proc. One thread.
class Tracker {
 public:
  Tracker(const ProcessOptions& options, std::shared_ptr<const NameRules> rules);

  // One pass. Fails when /proc itself cannot be read; single processes are counted in `errors`.
  base::Status Update(int64_t now_nanos, int64_t wall_seconds, PassErrors* errors);

  // From the next pass on all processes are named by other rules.
  void SetRules(std::shared_ptr<const NameRules> rules);

  // By process id, those that are ignored too.
  const std::unordered_map<int64_t, TrackedProcess>& processes() const { return processes_; }

 private:
  struct Stat {
    int64_t pid = 0;
    std::string comm;
    StatFile file;  // its name is not valid
  };

  using Parents = std::unordered_map<int64_t, int64_t>;  // by process id

  void ReadBootTime();
  void ReadStats(int64_t wall_seconds, PassErrors* errors);
  bool ReadStat(const NumberEntry& entry, TrackedProcess* process, PassErrors* errors);
  bool MustName(const TrackedProcess& process, int64_t wall_seconds) const;
  void NameProcesses(int64_t wall_seconds);
  std::optional<std::string> NameOf(const Stat& stat, const TrackedProcess& process);
  std::string Username(int64_t pid);
  std::vector<std::string> Cgroups(int64_t pid);
  // The group of the nearest ancestor that has one; the lines of descent go through `unnamed`.
  std::optional<std::string> GroupOfAncestors(int64_t pid, const Parents& unnamed) const;
  void ReadProcess(const Stat& stat, int64_t now_nanos, TrackedProcess* process,
                   PassErrors* errors);
  // These return false when something could not be read of a process that still is there. Where
  // nothing has run since the pass before, what was read then stands.
  bool ReadUse(const Stat& stat, bool is_same, TrackedProcess* process, Counts* total);
  bool ReadIo(int64_t pid, const TrackedProcess& process, Counts* total);
  bool ReadFiles(int64_t pid, int64_t now_nanos, TrackedProcess* process);
  bool ReadStatus(int64_t pid, TrackedProcess* process, Counts* total);
  bool ReadThreads(int64_t pid, bool* has_run, TrackedProcess* process, Counts* total);
  bool ReadThread(int64_t pid, int64_t tid, TrackedProcess* process, TrackedThread* thread);
  bool ReadSmaps(const Stat& stat, int64_t now_nanos, TrackedProcess* process);
  static bool MustReadSmaps(int64_t pid, uint64_t pages, int64_t now_nanos,
                            const TrackedProcess& process);

  const ProcessOptions options_;
  std::shared_ptr<const NameRules> rules_;
  bool rules_changed_ = false;
  ProcReader reader_;
  std::unordered_map<int64_t, TrackedProcess> processes_;
  std::map<uint32_t, std::string> usernames_;
  uint64_t pass_ = 0;
  int64_t boot_seconds_ = 0;
  const double page_bytes_;

  // Of the pass in hand.
  std::vector<NumberEntry> entries_;
  std::vector<NumberEntry> tasks_;
  std::vector<Stat> stats_;
};

}  // namespace vedette::exporters::process

#endif  // VEDETTE_EXPORTERS_PROCESS_TRACKER_H_
