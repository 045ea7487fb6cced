#ifndef VEDETTE_EXPORTERS_PROCESS_GROUPS_H_
#define VEDETTE_EXPORTERS_PROCESS_GROUPS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "exporters/process/counts.h"
#include "exporters/process/tracker.h"

namespace vedette::exporters::process {

// All threads of one name in a group.
struct ThreadGroup {
  double count = 0;
  Counts used;
};

// A group as one pass found it. What it used up is counted since we began to watch its members, and
// stays when they end.
struct Group {
  double processes = 0;
  double threads_count = 0;
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double swap_bytes = 0;
  double proportional_bytes = 0;
  double proportional_swap_bytes = 0;
  double open_files = 0;
  double worst_files_ratio = 0;
  std::optional<int64_t> oldest_start_seconds;  // none: a group without processes
  States states;
  std::map<std::string, double> wait_channels;
  Counts used;
  std::map<std::string, ThreadGroup> threads;
};

// Sums processes up into groups, pass after pass. One thread.
class Groups {
 public:
  explicit Groups(bool remove_empty) : remove_empty_(remove_empty) {}

  // Takes what the processes used in the pass just made.
  void Update(const std::unordered_map<int64_t, TrackedProcess>& processes);
  const std::map<std::string, Group>& groups() const { return groups_; }

 private:
  const bool remove_empty_;
  std::map<std::string, Group> groups_;
};

}  // namespace vedette::exporters::process

#endif  // VEDETTE_EXPORTERS_PROCESS_GROUPS_H_
