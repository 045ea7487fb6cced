#ifndef VEDETTE_COLLECTOR_TSDB_LOG_TAIL_H_
#define VEDETTE_COLLECTOR_TSDB_LOG_TAIL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/fs.h"
#include "base/status.h"
#include "base/wal.h"
#include "base/wal_reader.h"
#include "collector/tsdb/log_keeper.h"
#include "collector/tsdb/wal_record.h"
#include "model/sample_log.h"

namespace vedette::tsdb {

// What log records say, series by number and every value in full: as LogReplay, without a head. One
// thread.
class LogDecoder {
 public:
  // Fills `out`, save its end, from a record of segment `segment`. DataLoss for what cannot be
  // read. False when there is nothing in it for a reader.
  base::StatusOr<bool> Decode(uint64_t segment, uint8_t type, std::string_view payload,
                              model::SampleRecord* out);

 private:
  static constexpr uint32_t kUnnamed = UINT32_MAX;
  enum class Known : uint8_t { kNo, kIfNotCarried, kYes };  // as LogReplay's
  struct Slot {
    uint32_t series = kUnnamed;
    Known known = Known::kNo;
    double value = 0;
  };
  struct LogGroup {
    uint64_t next_sequence = 0;
    std::vector<Slot> slots;
  };

  base::StatusOr<bool> DecodeExemplarRecord(std::string_view payload, model::SampleRecord* out);
  void Apply(WalBatch* batch, model::SampleRecord* out);
  void StartEpoch(uint64_t epoch);
  void Name(uint64_t ref, model::Labels* labels, model::SampleRecord* out);
  void ApplyRow(const WalGroupRow& row, model::SampleRecord* out);
  static void NoteLost(uint64_t records, LogGroup* group);
  uint32_t SeriesOf(uint64_t ref) const;

  uint64_t epoch_ = 0;
  uint32_t next_series_ = 0;
  // Exemplars follow that were written once more. They stand together in one segment: should their
  // end be missing, what else comes ends them.
  bool carrying_ = false;
  uint64_t carrying_in_ = 0;  // segment
  absl::flat_hash_map<uint32_t, LogGroup> groups_;
  absl::flat_hash_map<uint64_t, uint32_t> loose_;
};

// Reads the store's log as it grows, from the segments that are kept for it on.
class LogTail final : public model::SampleLogReader {
 public:
  // `end`: what may be read now, Wal::end().
  LogTail(const LogKeeper* keeper, std::function<base::WalPosition()> end, uint64_t segment,
          uint64_t max_record_bytes)
      : keeper_(keeper),
        end_(std::move(end)),
        next_(segment),
        max_record_bytes_(max_record_bytes) {}

  base::Status ReadOn(const Visit& visit) override;
  uint64_t missing_segments() const override { return missing_; }
  uint64_t damaged_places() const override { return damaged_ + (reader_ ? reader_->damaged() : 0); }

 private:
  // False when there is none before `end`.
  base::StatusOr<bool> OpenNext(const base::WalPosition& end);
  base::Status ReadSegment(uint64_t limit, const Visit& visit);
  base::Status GoPast(const base::Status& failure);

  const LogKeeper* const keeper_;
  const std::function<base::WalPosition()> end_;
  uint64_t next_;  // segment, once the one under way is done
  const uint64_t max_record_bytes_;
  LogKeeper::Segment segment_;
  std::optional<base::WalSegmentReader> reader_;
  LogDecoder decoder_;
  model::SampleRecord record_;
  bool visit_failed_ = false;
  int failures_ = 0;  // to read at the same place, one after the other
  uint64_t missing_ = 0;
  uint64_t damaged_ = 0;  // in segments before this one
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_LOG_TAIL_H_
