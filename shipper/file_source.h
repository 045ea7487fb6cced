#ifndef VEDETTE_SHIPPER_FILE_SOURCE_H_
#define VEDETTE_SHIPPER_FILE_SOURCE_H_

#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/status.h"
#include "shipper/caddy_line.h"
#include "shipper/checkpoint.h"
#include "shipper/file_tail.h"
#include "shipper/known_files.h"
#include "shipper/sender.h"

namespace vedette::shipper {

// Ships Caddy's access logs: every file whose path matches a pattern, and what rotation makes of
// them. A file is known by its first line and by the bytes before its position: a renamed one is
// read to its end, a truncated one from its start, of one that was copied or compressed before all
// of it was read the rest, and none twice. Run blocks until stopped; one thread. Owned by the
// shipper.
class FileSource {
 public:
  struct Options {
    // Paths with wildcards in the last part: "/var/log/caddy-access-*.log".
    std::vector<std::string> patterns;
    std::string host;
    uint64_t machine = 0;  // part of the sources' names
    TimeZone zone = TimeZone::kLocal;
    std::chrono::milliseconds poll_every{500};
    // A file whose name is gone is followed this long, in case somebody still writes to it.
    std::chrono::milliseconds drain_for{10'000};
    // Without a state rotated files count that were written to since then.
    std::chrono::hours first_look_back{7 * 24};
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
    bool rotated = false;  // a name that rotation gave, and no pattern matches
  };
  // A rotated file as it was when it was looked at.
  using Seen = std::tuple<uint64_t, uint64_t, uint64_t, int64_t>;

  std::vector<Found> FindFiles();
  void FindIn(const std::string& pattern, std::set<std::string>* seen, std::vector<Found>* found);
  void OpenRenamed();
  void Follow(const Found& found);
  void Recover(const Found& found);
  // What is worth reading of a rotated file; null when there is nothing.
  std::unique_ptr<FileTail> OpenRotated(const Found& found, bool* look_again);
  // Null while there is no first line, and, said once, when it cannot be read.
  std::unique_ptr<FileTail> Open(const Found& found, bool at_rest = false);
  // Finds out whether it is a known file, and lets it go on where that ended.
  base::Status Recognise(FileTail* tail);
  uint64_t NextGeneration(const FileIdentity& identity) const;
  FileTail* FindOpen(const base::FileInfo& info);
  // An open one of the family that begins alike.
  FileTail* FindTwin(const FileIdentity& identity);
  void Take(std::unique_ptr<FileTail> tail);
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
  KnownFiles known_;
  std::set<Seen> seen_;      // rotated files that need no second look
  int64_t look_back_to_ns_;  // rotated files unknown and older than that were read long ago
  int64_t scanned_ns_;       // begin of the last look at everything
  std::set<std::string> complained_;
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_FILE_SOURCE_H_
