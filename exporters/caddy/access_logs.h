#ifndef VEDETTE_EXPORTERS_CADDY_ACCESS_LOGS_H_
#define VEDETTE_EXPORTERS_CADDY_ACCESS_LOGS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "exporters/caddy/access_line.h"
#include "exporters/caddy/access_stats.h"
#include "exporters/caddy/config_facts.h"
#include "exporters/caddy/log_tail.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::caddy {

// Follows the access logs that patterns and Caddy's configuration name, and counts their requests.
// What stands in a file when it is first looked for is not counted, unless the state file says how
// far it was read before; a file that came later is counted from its start. Files are known by
// device and inode: a renamed one is read to its end. Thread-safe.
class AccessLogs {
 public:
  struct Options {
    std::vector<std::string> patterns;
    bool from_config = true;
    size_t max_hosts = 50;
    std::string state_file;  // empty: none
    base::FileSystem* fs = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    const ConfigWatch* config = nullptr;
  };
  // Reads the state file; one that is damaged is logged and counting begins anew.
  explicit AccessLogs(Options options);
  AccessLogs(const AccessLogs&) = delete;
  AccessLogs& operator=(const AccessLogs&) = delete;

  // Reads what was written since the last time, within a bound; what is over it is read the next
  // time. True where there is more.
  bool Poll() VEDETTE_EXCLUDES(mutex_);
  // The families. NoData where there is no file; an error where one cannot be read, which names it.
  base::Status Collect(FamilySink* sink) VEDETTE_EXCLUDES(mutex_);
  // Counters and positions, at once, so that after a crash each line still counts once.
  base::Status SaveState() VEDETTE_EXCLUDES(mutex_);

 private:
  using FileId = std::pair<uint64_t, uint64_t>;  // device, inode
  struct Followed {
    std::string path;
    std::unique_ptr<LogTail> tail;
    int64_t seen_mono_ns = 0;  // when the path last led to it, or it last grew
  };

  void Restore(const std::string& path) VEDETTE_REQUIRES(mutex_);
  void TakeConfig() VEDETTE_REQUIRES(mutex_);
  void FindFiles() VEDETTE_REQUIRES(mutex_);
  void FindPattern(const std::string& pattern, bool first_look) VEDETTE_REQUIRES(mutex_);
  void FindRenamed(const std::string& folder) VEDETTE_REQUIRES(mutex_);
  void FindFile(const std::string& path, bool from_start) VEDETTE_REQUIRES(mutex_);
  void DropGone() VEDETTE_REQUIRES(mutex_);
  bool ReadFiles() VEDETTE_REQUIRES(mutex_);
  void TakeLine(std::string_view line) VEDETTE_REQUIRES(mutex_);

  const Options options_;
  base::Mutex mutex_;
  std::shared_ptr<const ConfigFacts> facts_ VEDETTE_GUARDED_BY(mutex_);
  bool looked_for_patterns_ VEDETTE_GUARDED_BY(mutex_) = false;
  bool looked_for_config_ VEDETTE_GUARDED_BY(mutex_) = false;
  std::map<FileId, Followed> files_ VEDETTE_GUARDED_BY(mutex_);
  // Paths of this poll, with what opening or reading them came to.
  std::map<std::string, base::Status> paths_ VEDETTE_GUARDED_BY(mutex_);
  bool has_state_ VEDETTE_GUARDED_BY(mutex_) = false;               // a state file was read
  std::map<FileId, uint64_t> restored_ VEDETTE_GUARDED_BY(mutex_);  // offsets of the state file
  AccessLineReader reader_ VEDETTE_GUARDED_BY(mutex_);
  AccessEntry entry_ VEDETTE_GUARDED_BY(mutex_);
  AccessStats stats_ VEDETTE_GUARDED_BY(mutex_);
};

// The files that `pattern` leads to: itself, or with "*" or "?" in its last part those of the
// folder that match. Sorted; none where there is no such folder, an error where it cannot be read.
base::StatusOr<std::vector<std::string>> ExpandPattern(base::FileSystem* fs,
                                                       const std::string& pattern);

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_ACCESS_LOGS_H_
