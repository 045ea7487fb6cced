#ifndef VEDETTE_SHIPPER_FILE_SOURCE_H_
#define VEDETTE_SHIPPER_FILE_SOURCE_H_

#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/status.h"
#include "shipper/caddy_line.h"
#include "shipper/checkpoint.h"
#include "shipper/file_tail.h"
#include "shipper/sender.h"

namespace vedette::shipper {

// Ships Caddy's access logs: every file whose path matches a pattern. A file is known by its inode
// and its first line: a renamed one is read to its end, a truncated one from its start, and none
// twice. Run blocks until stopped; one thread. Owned by the shipper.
class FileSource {
 public:
  struct Options {
    // Paths with wildcards in the last part: "/var/log/caddy-access-*.log".
    std::vector<std::string> patterns;
    std::string host;
    TimeZone zone = TimeZone::kLocal;
    std::chrono::milliseconds poll_every{500};
    // A file whose name is gone is followed this long, in case somebody still writes to it.
    std::chrono::milliseconds drain_for{10'000};
    Sender* sender = nullptr;
    Checkpoint* checkpoint = nullptr;
    base::FileSystem* fs = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
  };

  explicit FileSource(Options options);
  ~FileSource();
  void Run(std::stop_token stop);
  // One look at all files: ships what is there. Run calls it; tests may.
  void Poll(std::stop_token stop);

 private:
  struct Found {
    std::string path;
    base::FileInfo info;
  };
  std::vector<Found> FindFiles();
  void OpenRenamed();
  void Follow(const Found& found);
  void OpenNew(const Found& found);
  void Restart(size_t index);
  void NoteMissing(const std::vector<Found>& found);
  // Ships what one file has; false when stopped.
  bool Ship(FileTail* tail, std::stop_token stop);
  base::Status ReadBatch(FileTail* tail, Batch* batch);
  Entry MakeEntry(std::string_view line, uint64_t end, const std::string& path);
  void DropDrained();
  void SavePositions();
  void SayOnce(const std::string& path, const base::Status& status);

  const Options options_;
  CaddyLineReader reader_;
  std::vector<std::unique_ptr<FileTail>> tails_;
  std::vector<FilePosition> saved_;  // of the last run, until their files are found
  std::set<std::string> complained_;
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_FILE_SOURCE_H_
