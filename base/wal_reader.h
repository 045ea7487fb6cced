#ifndef VEDETTE_BASE_WAL_READER_H_
#define VEDETTE_BASE_WAL_READER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/fs.h"
#include "base/status.h"
#include "base/wal_format.h"

namespace vedette::base {

// Reads the records of one segment, past what is corrupt. One thread; borrows the file.
class WalSegmentReader {
 public:
  struct Stats {
    uint64_t records = 0;
    uint64_t frames = 0;  // that verified
    uint64_t corrupt_frames = 0;
    uint64_t good_end = 0;      // offset behind the last frame that verified and completed a record
    uint64_t verified_end = 0;  // ... behind the last frame that verified
    bool torn = false;          // something that does not verify follows good_end
    uint64_t unreadable_blocks = 0;  // the disk failed to give them; read on behind
    Status read_error;               // the last of those failures
  };
  // `end` is the offset behind the record.
  using RecordFn = std::function<Status(uint64_t end, uint8_t type, std::string_view payload)>;

  WalSegmentReader(const RandomAccessFile* file, uint64_t number, uint64_t max_record_bytes)
      : file_(file), number_(number), max_record_bytes_(max_record_bytes) {}

  // Calls `record` for each. Fails only when `record` fails.
  Status Run(const RecordFn& record);
  // The same of what lies before `end`, where a record ends, and was not read yet: for a segment
  // that grows. Fails also when the disk does not give it, or less: the next call goes on there.
  // Not to be mixed with Run.
  Status ReadOn(uint64_t end, const RecordFn& record);
  // Goes on behind what ReadOn could not read.
  void SkipUnread();
  // Places that could not be read so far.
  uint64_t damaged() const {
    return stats_.corrupt_frames + stats_.unreadable_blocks + pending_corrupt_;
  }
  const Stats& stats() const { return stats_; }

 private:
  // `block`: what lies at `offset`, up to the end of a block or less.
  Status ReadBlock(uint64_t offset, std::string_view block, const RecordFn& record);
  Status TakeFrame(const wal_format::Frame& frame, uint64_t end, const RecordFn& record);
  void DropPartial();
  void MarkBad();

  const RandomAccessFile* const file_;
  const uint64_t number_;
  const uint64_t max_record_bytes_;
  Stats stats_;
  std::string partial_;           // pieces of the record being put together
  uint8_t partial_type_ = 0;      // 0: none
  uint64_t next_ = 0;             // where ReadOn goes on
  uint64_t reading_to_ = 0;       // ... and what it read last up to
  uint64_t pending_corrupt_ = 0;  // bad places since the last good frame: corrupt if one follows
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_WAL_READER_H_
