#ifndef VEDETTE_EXPORTERS_PROCESS_OPTIONS_H_
#define VEDETTE_EXPORTERS_PROCESS_OPTIONS_H_

#include <chrono>
#include <string>

namespace vedette::exporters::process {

// Everything that the flags set. A plain value; flags.h fills it.
struct ProcessOptions {
  std::string procfs = "/proc";
  std::string config_path;   // a file of process_names; not together with the next two
  std::string proc_names;    // "bash,nginx"
  std::string name_mapping;  // "python3,([^/]+\.py),java,-jar\s+(\S+)": a name and a pattern each
  bool children = true;      // count children without a group of their own to their parent's
  bool threads = true;       // families by thread name
  bool gather_smaps = true;  // proportional memory, which the kernel takes long to count
  bool recheck = false;      // ask for the name again at each scrape
  // With recheck: only this long after a process began; zero: always.
  std::chrono::milliseconds recheck_time_limit{0};
  bool remove_empty_groups = false;
};

}  // namespace vedette::exporters::process

#endif  // VEDETTE_EXPORTERS_PROCESS_OPTIONS_H_
