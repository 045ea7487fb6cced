#ifndef VEDETTE_BASE_DURABLE_MAP_DURABLE_MAP_H_
#define VEDETTE_BASE_DURABLE_MAP_DURABLE_MAP_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "base/wal.h"

namespace vedette::base {

// Small state that must never be lost: a sorted map of strings in memory whose every change is one
// record of a log on disk. Alert state, notification log and outbox live in such maps; several
// parts share one map under prefixes of their own when their changes must happen together.
// Format: FORMAT.md beside this file.
//
// Thread-safe. Owned by app (or the part whose state it is); outlives those that use it.
//
// Promise: a batch whose Commit returned OK is there, whole, after every later Open. A batch whose
// Commit failed changed nothing in memory; after a restart it may be found whole, never in part.
class DurableMap {
 public:
  struct Options {
    std::string dir;   // created if absent
    std::string name;  // of the log in messages and metrics (Wal::Options)
    FileSystem* fs = nullptr;
    Clock* clock = nullptr;
    Logger* log = nullptr;           // may be null
    Telemetry* telemetry = nullptr;  // may be null
    // The log is rewritten as one checkpoint when it holds more than this and more than four times
    // what is alive.
    uint64_t checkpoint_bytes = 1ull << 20;
    // Called when the disk is full: frees the reserve and returns true if that gave room, so that
    // alert state goes on while everything else is refused. May be empty.
    std::function<bool()> release_reserve;
  };

  // Changes that happen together. A value type; one thread.
  class Batch {
   public:
    void Put(std::string_view key, std::string_view value);
    void Erase(std::string_view key);
    bool empty() const { return operations_.empty(); }

   private:
    friend class DurableMap;
    struct Operation {
      std::string key;
      std::optional<std::string> value;  // none: erase
    };
    std::vector<Operation> operations_;
  };

  // Reads what is there. Errors: the folder cannot be read or written, another process has it, a
  // newer version wrote it.
  static StatusOr<std::unique_ptr<DurableMap>> Open(const Options& options);
  DurableMap(const DurableMap&) = delete;
  DurableMap& operator=(const DurableMap&) = delete;

  // On disk, fsynced, when it returns OK. An empty batch does nothing. Unavailable when the disk is
  // full or failed.
  Status Commit(const Batch& batch) VEDETTE_EXCLUDES(mutex_);

  std::optional<std::string> Get(std::string_view key) const VEDETTE_EXCLUDES(mutex_);
  // A copy of all entries whose key begins with `prefix`, sorted by key.
  std::vector<std::pair<std::string, std::string>> Scan(std::string_view prefix) const
      VEDETTE_EXCLUDES(mutex_);

  uint64_t BytesOnDisk() const VEDETTE_EXCLUDES(mutex_);
  // Frames that Open had to skip because their checksum did not hold.
  uint64_t corrupt_frames() const { return corrupt_frames_; }

 private:
  using Entries = std::map<std::string, std::string, std::less<>>;
  class Replay;

  DurableMap(const Options& options, Entries entries, std::unique_ptr<Wal> wal);
  Status Write(uint8_t type, std::string_view payload) VEDETTE_REQUIRES(mutex_);
  Status AppendAndSync(uint8_t type, std::string_view payload) VEDETTE_REQUIRES(mutex_);
  Status Checkpoint() VEDETTE_REQUIRES(mutex_);
  Status WriteCheckpoint(uint64_t* first_segment) VEDETTE_REQUIRES(mutex_);
  void Apply(const Batch& batch) VEDETTE_REQUIRES(mutex_);

  const Options options_;
  const uint64_t corrupt_frames_;
  mutable Mutex mutex_;
  std::unique_ptr<Wal> wal_ VEDETTE_GUARDED_BY(mutex_);
  Entries entries_ VEDETTE_GUARDED_BY(mutex_);
  uint64_t live_bytes_ VEDETTE_GUARDED_BY(mutex_) = 0;
  // A commit failed with unknown result, or many segments were found: what is on disk is replaced
  // before anything is added.
  bool rewrite_first_ VEDETTE_GUARDED_BY(mutex_);
  // wal_->losses() when all of the map was last known to be on disk.
  uint64_t repaired_losses_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_DURABLE_MAP_DURABLE_MAP_H_
