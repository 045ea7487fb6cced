#ifndef VEDETTE_BASE_WAL_REPLAY_H_
#define VEDETTE_BASE_WAL_REPLAY_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/fs.h"
#include "base/status.h"
#include "base/wal.h"
#include "base/wal_reader.h"
#include "base/wal_report.h"

namespace vedette::base {

// A segment on disk that holds, or may hold, records still needed.
struct WalSegment {
  uint64_t bytes = 0;
  // Not all of it could be read: it is kept aside instead of removed.
  bool damaged = false;
};

// What Open does with the segments it finds: reads them in order past any damage, cuts what a crash
// left half written, and says what is wrong. Used once, by one thread.
class WalReplay {
 public:
  WalReplay(const Wal::Options& options, const WalReport* report)
      : options_(options), report_(*report) {}

  Status Run(const Wal::ReplayFn& replay);
  // What Run would read; in its place.
  StatusOr<Wal::Extent> Look();

  const Wal::ReplayStats& stats() const { return stats_; }
  const std::map<uint64_t, WalSegment>& segments() const { return segments_; }
  uint64_t next_number() const { return next_number_; }

 private:
  Status FindSegments();
  void ReportGaps();
  void ReportMissing(uint64_t first, uint64_t last);
  Status CheckVersion(uint64_t number);
  Status ReadSegment(uint64_t number, const Wal::ReplayFn& replay);
  // For a segment without header and frames.
  Status TakeEmpty(uint64_t number, const RandomAccessFile& file, const Status& header);
  Status SetAside(uint64_t number, uint64_t size, const Status& why);
  void ReportDamage(uint64_t number, const Status& header, const WalSegmentReader::Stats& read,
                    WalSegment* segment);
  Status SettleTail(uint64_t number, const RandomAccessFile& file,
                    const WalSegmentReader::Stats& read, WalSegment* segment);
  bool Newest(uint64_t number) const { return number == numbers_.back(); }
  std::string PathOf(uint64_t number) const;

  const Wal::Options& options_;
  const WalReport& report_;
  Wal::ReplayStats stats_;
  std::vector<uint64_t> numbers_;  // to be read, sorted
  std::vector<uint64_t> known_;    // those and the broken ones, sorted
  std::map<uint64_t, WalSegment> segments_;
  uint64_t next_number_ = 1;
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_WAL_REPLAY_H_
