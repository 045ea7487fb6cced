#ifndef VEDETTE_COLLECTOR_TSDB_LOG_KEEPER_H_
#define VEDETTE_COLLECTOR_TSDB_LOG_KEEPER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/fs.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/telemetry.h"

namespace vedette::tsdb {

// Segments of the log that the store is done with and somebody still reads (remote write): moved to
// a folder of their own, DIR/sending, until nobody does or they take too much room. The folder is
// there while there is somebody, so that a restart, or a tool, drops nothing. Thread-safe; owned by
// the store.
class LogKeeper {
 public:
  struct Options {
    std::string wal_dir;
    std::string kept_dir;
    uint64_t max_bytes = 0;       // of what is kept; the oldest goes
    uint64_t min_free_bytes = 0;  // of the disk: with less nothing is kept
    base::FileSystem* fs = nullptr;
    base::Logger* log = nullptr;
    base::Telemetry* telemetry = nullptr;
  };
  explicit LogKeeper(const Options& options);

  // Finds what was kept before.
  void Open() VEDETTE_EXCLUDES(mutex_);
  // Moves a segment of the log here, or removes it where nobody needs it. As Wal::Options::retire.
  base::Status Retire(uint64_t number, const std::string& path) VEDETTE_EXCLUDES(mutex_);
  // As model::SampleLog::NeedLog.
  void Need(std::optional<uint64_t> segment) VEDETTE_EXCLUDES(mutex_);
  // Drops the oldest while there is too little room.
  void Trim() VEDETTE_EXCLUDES(mutex_);

  struct Segment {
    uint64_t number = 0;
    std::unique_ptr<base::RandomAccessFile> file;
  };
  // The first segment from `number` on that is there, in the log or here; none: NotFound. Where a
  // folder cannot be listed nobody knows: its error.
  base::StatusOr<Segment> Find(uint64_t number) const;
  uint64_t bytes() const VEDETTE_EXCLUDES(mutex_);

 private:
  std::string KeptPath(uint64_t number) const;
  base::StatusOr<std::unique_ptr<base::RandomAccessFile>> OpenSegment(uint64_t number) const;
  void DropOldest() VEDETTE_REQUIRES(mutex_);
  bool TooMuch() const VEDETTE_REQUIRES(mutex_);
  base::Status Keep(uint64_t number, const std::string& path) VEDETTE_REQUIRES(mutex_);

  const Options options_;
  base::Gauge* const bytes_gauge_;
  base::Counter* const dropped_;
  mutable base::Mutex mutex_;
  std::optional<uint64_t> need_ VEDETTE_GUARDED_BY(mutex_);       // none: nobody reads
  std::map<uint64_t, uint64_t> kept_ VEDETTE_GUARDED_BY(mutex_);  // bytes by number
  uint64_t bytes_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_LOG_KEEPER_H_
