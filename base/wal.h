#ifndef VEDETTE_BASE_WAL_H_
#define VEDETTE_BASE_WAL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/fs.h"
#include "base/status.h"

// The one log: framed, checksummed, group-committed, in segments. Both stores, alert state,
// silences, notification log and outbox write it. Format: base/FORMAT.md.

namespace vedette::base {

// Where a record ends in the log: comparable, strictly growing, also across restarts.
struct WalPosition {
  uint64_t segment = 0;
  uint64_t offset = 0;
  friend auto operator<=>(const WalPosition&, const WalPosition&) = default;
};

// Thread-safe. Owned by the store whose log it is. One thread of its own syncs; no caller waits in
// fsync unless it calls Sync().
//
// Promise: a record whose durable callback ran with OK is replayed by every later Open until
// DropBefore passes its segment. A record written but not yet durable is replayed if the process
// died and the machine did not.
class Wal {
 public:
  struct Options {
    std::string dir;                        // created if absent
    uint64_t segment_bytes = 64ull << 20;   // a record never spans segments
    uint64_t max_record_bytes = 64ull << 20;  // larger ones are refused, and corrupt when read
    FileSystem* fs = nullptr;
    Clock* clock = nullptr;
  };

  struct ReplayStats {
    uint64_t segments = 0;
    uint64_t records = 0;
    uint64_t bytes = 0;
    uint64_t corrupt_frames = 0;   // skipped, reader resynchronised
    uint64_t torn_bytes = 0;       // cut from the end of the last segment
    uint64_t quarantined_segments = 0;  // bad header or newer version: renamed to NAME.broken
  };

  // Called once a record, in order, during Open. An error aborts Open.
  using ReplayFn =
      std::function<Status(WalPosition position, uint8_t type, std::string_view payload)>;
  // Runs on the log's sync thread (or the caller's after a failure); must not block.
  using DurableFn = std::function<void(const Status&)>;

  // Replays what is on disk through `replay`, cuts a torn tail, then opens a new segment.
  static StatusOr<std::unique_ptr<Wal>> Open(const Options& options, const ReplayFn& replay);
  virtual ~Wal() = default;  // syncs, joins

  // Writes the record to the operating system before it returns (a SIGKILL does not lose it).
  // `type` is the user's own (1..255). After a failed write or fsync the segment is poisoned, a
  // new one is opened for the next Append, and the failure is returned here or to the callbacks.
  virtual StatusOr<WalPosition> Append(uint8_t type, std::string_view payload) = 0;

  // `done` runs once everything appended before this call is fsynced, or with the error.
  virtual void OnDurable(DurableFn done) = 0;

  // Fsyncs everything appended so far, on this thread's time.
  virtual Status Sync() = 0;

  // Starts a new segment and returns its number: everything appended before lies in lower ones.
  virtual StatusOr<uint64_t> Roll() = 0;

  // Removes segments below `segment`.
  virtual Status DropBefore(uint64_t segment) = 0;

  virtual uint64_t BytesOnDisk() const = 0;
  virtual const ReplayStats& replay_stats() const = 0;
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_WAL_H_
