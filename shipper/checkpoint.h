#ifndef VEDETTE_SHIPPER_CHECKPOINT_H_
#define VEDETTE_SHIPPER_CHECKPOINT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"

namespace vedette::shipper {

inline constexpr std::string_view kPositionsMagic = "vedette-positions 2";

// A log file by what it says, not by its name or inode: a renamed, copied, compressed or restored
// one is the same, and is so without any state, too.
struct FileIdentity {
  uint64_t family = 0;       // hash of FamilyOf its path
  uint64_t head_length = 0;  // its first line, at most FileTail::kHeadBytes
  uint64_t head_hash = 0;
  // Other than 0 only where a family had another file with the very same first line: a counter that
  // only the state remembers.
  uint64_t generation = 0;
  friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
  bool LooksLike(const FileIdentity& other) const {
    return head_length == other.head_length && head_hash == other.head_hash;
  }

  // "file:MACHINE:FAMILY:HEAD-HASH", then ":GENERATION" unless 0: the source's name at the
  // collector.
  std::string Source(uint64_t machine) const;
};

struct FilePosition {
  FileIdentity identity;
  uint64_t inode = 0;   // where it was last seen
  uint64_t offset = 0;  // behind the last acknowledged line
  // The bytes before `offset`: what holds others there is another file that begins alike.
  uint64_t tail_length = 0;
  uint64_t tail_hash = 0;
  bool complete = false;  // read to its end for the last time
  std::string path;       // where it was last seen
  friend bool operator==(const FilePosition&, const FilePosition&) = default;
};

struct Positions {
  std::string journal_cursor;  // empty: none yet
  // What was rotated before this wall time has been read, or is among `files`. 0: never looked.
  int64_t scanned_ns = 0;
  std::vector<FilePosition> files;
  friend bool operator==(const Positions&, const Positions&) = default;
};

// FORMAT.md of this folder.
std::string EncodePositions(const Positions& positions);
base::StatusOr<Positions> DecodePositions(std::string_view text);

// What is acknowledged, kept on disk. Thread-safe: each source's thread tells its own part. Owned
// by the shipper.
class Checkpoint {
 public:
  // Reads FOLDER/positions. A broken one is set aside and reported, and reading begins anew.
  static base::StatusOr<std::unique_ptr<Checkpoint>> Open(base::FileSystem* fs, base::Clock* clock,
                                                          base::Logger* logger,
                                                          const std::string& folder);

  Positions Get() const VEDETTE_EXCLUDES(mutex_);
  // Written at most once a second, and by Flush.
  void SetJournal(const std::string& cursor) VEDETTE_EXCLUDES(mutex_);
  // A later `scanned_ns` alone is worth writing every 10 minutes.
  void SetFiles(std::vector<FilePosition> files, int64_t scanned_ns) VEDETTE_EXCLUDES(mutex_);
  // After a failure tried again every 5 s only, unless it is the last time.
  void Flush(bool last = false) VEDETTE_EXCLUDES(mutex_);

 private:
  Checkpoint(base::FileSystem* fs, base::Clock* clock, base::Logger* logger, std::string path);
  void Changed() VEDETTE_REQUIRES(mutex_);
  void Write() VEDETTE_REQUIRES(mutex_);

  base::FileSystem* const fs_;
  base::Clock* const clock_;
  base::Logger* const logger_;
  const std::string path_;
  mutable base::Mutex mutex_;
  Positions positions_ VEDETTE_GUARDED_BY(mutex_);
  bool dirty_ VEDETTE_GUARDED_BY(mutex_) = false;
  bool failing_ VEDETTE_GUARDED_BY(mutex_) = false;
  int64_t written_mono_ns_ VEDETTE_GUARDED_BY(mutex_) = INT64_MIN / 2;
  int64_t written_scanned_ns_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_CHECKPOINT_H_
