#ifndef VEDETTE_BASE_WAL_H_
#define VEDETTE_BASE_WAL_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/status.h"
#include "base/telemetry.h"

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
// died and the machine did not. A record whose Append failed is never replayed by halves.
//
// After a failed fsync it is unknown what reached the disk: the segment is poisoned, and OnDurable
// and Sync answer with the failure for kDoubt longer, so that whoever appended just before it
// cannot be told OK by a later, good fsync. Call OnDurable within that time of the Append it is
// for. The same happens when a segment is removed or replaced behind our back, which is looked for
// at each sync and once a second: nothing is acknowledged into a file that has no name.
//
// One process: the folder is locked while the log is open.
class Wal {
 public:
  static constexpr std::chrono::seconds kDoubt{10};
  static constexpr std::chrono::seconds kLookEvery{1};

  struct Options {
    std::string dir;                          // created if absent, also when it vanishes later
    std::string name;                         // in messages and as label `log` of vedette_wal_*
    uint64_t segment_bytes = 64ull << 20;     // a record never spans segments
    uint64_t max_record_bytes = 64ull << 20;  // larger ones are refused, and corrupt when read
    // The user's own state rests on positions below this segment: no new one gets a lower number,
    // even when the folder was lost, and those missing from here on are reported.
    uint64_t min_segment = 1;
    // Called in place of removing a segment that is no longer needed, which it moves elsewhere or
    // removes; of one with damage a copy is kept aside. Empty: segments are removed.
    std::function<Status(uint64_t number, const std::string& path)> retire;
    FileSystem* fs = nullptr;
    Clock* clock = nullptr;
    Logger* log = nullptr;           // null: says nothing
    Telemetry* telemetry = nullptr;  // null: counts for nobody
  };

  // Of what Open found. All but the first three are also in the log and in vedette_wal_*.
  struct ReplayStats {
    uint64_t segments = 0;
    uint64_t records = 0;
    uint64_t bytes = 0;
    uint64_t corrupt_frames = 0;        // skipped, reader resynchronised
    uint64_t torn_bytes = 0;            // cut from the end of the last segment
    uint64_t bad_headers = 0;           // of segments whose frames were read all the same
    uint64_t quarantined_segments = 0;  // nothing could be read: renamed to NAME.broken
    uint64_t missing_segments = 0;      // gaps in the numbers
    // True when anything that had been written may not have been replayed.
    bool damaged() const {
      return corrupt_frames + bad_headers + quarantined_segments + missing_segments > 0;
    }
  };

  // What Open is going to read.
  struct Extent {
    uint64_t segments = 0;
    uint64_t bytes = 0;
  };

  // Called once a record, in order, during Open. An error aborts Open.
  using ReplayFn =
      std::function<Status(WalPosition position, uint8_t type, std::string_view payload)>;
  // Runs on the log's sync thread; must not block and must not call Sync().
  using DurableFn = std::function<void(const Status&)>;

  // Replays what is on disk through `replay`, syncs it (a crash may have left it in the page cache
  // alone) and cuts a torn tail. The first Append begins a new segment. Damage is skipped, reported
  // and, when the log is done with the segment, kept aside as NAME.broken; it fails nothing.
  // Unavailable when another process holds the folder; InvalidArgument when a newer version wrote
  // a segment (nothing is changed then).
  static StatusOr<std::unique_ptr<Wal>> Open(const Options& options, const ReplayFn& replay);
  // Reads nothing but the segments' headers and changes nothing. InvalidArgument as for Open, for
  // who wants to know before he opens the log later.
  static StatusOr<Extent> Look(const Options& options);
  virtual ~Wal() = default;  // syncs, joins

  // Writes the record to the operating system before it returns (a SIGKILL does not lose it).
  // `type` is the user's own (1..255). After a failed fsync, or a failed write into a segment that
  // has records, the segment is poisoned, a new one is opened for the next Append, and the failure
  // is returned here or to the callbacks.
  virtual StatusOr<WalPosition> Append(uint8_t type, std::string_view payload) = 0;

  // `done` runs once everything appended before this call is fsynced, or with the error.
  virtual void OnDurable(DurableFn done) = 0;

  // Waits until everything appended so far is fsynced.
  virtual Status Sync() = 0;

  // Starts a new segment and returns its number: everything appended before lies in lower ones.
  virtual StatusOr<uint64_t> Roll() = 0;

  // Removes segments below `segment`; those with damage are renamed to NAME.broken.
  virtual Status DropBefore(uint64_t segment) = 0;

  // How often what had been appended, acknowledged or not, may have been lost while running: failed
  // fsyncs, vanished segments. A user whose memory holds more than its log then does writes it
  // anew (a checkpoint, a flush) when this grows.
  virtual uint64_t losses() const = 0;
  // The number of the next new segment: greater than any there ever was.
  virtual uint64_t next_segment() const = 0;

  // Behind the last record appended: what lies before it can be read. Before the first Append since
  // Open, where the next segment will begin: offset 0, and no file of that number is the one yet.
  virtual WalPosition end() const = 0;

  virtual uint64_t BytesOnDisk() const = 0;
  virtual const ReplayStats& replay_stats() const = 0;
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_WAL_H_
