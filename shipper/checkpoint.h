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

inline constexpr std::string_view kPositionsMagic = "vedette-positions 1";

// A file by what it is, not by its name: it keeps it when renamed.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t head_length = 0;
  uint64_t head_hash = 0;
  uint64_t generation = 0;
  friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;

  // "file:DEVICE:INODE:HEAD-HASH:GENERATION": the source's name at the collector.
  std::string Source() const;
};

struct FilePosition {
  FileIdentity identity;
  uint64_t offset = 0;
  std::string path;
  friend bool operator==(const FilePosition&, const FilePosition&) = default;
};

struct Positions {
  std::string journal_cursor;  // empty: none yet
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
  void SetFiles(std::vector<FilePosition> files) VEDETTE_EXCLUDES(mutex_);
  void Flush() VEDETTE_EXCLUDES(mutex_);

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
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_CHECKPOINT_H_
