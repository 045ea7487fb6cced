#ifndef VEDETTE_COLLECTOR_TSDB_WAL_RECORD_H_
#define VEDETTE_COLLECTOR_TSDB_WAL_RECORD_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/labels.h"

// The log's record of one Append. Format: FORMAT.md, "Log records".

namespace vedette::tsdb {

inline constexpr uint8_t kWalPlainBatch = 1;  // names uncompressed; only read
inline constexpr uint8_t kWalBatch = 2;

// A series is named in its first records of an epoch and in every 64th after.
inline constexpr uint64_t kNamedFirst = 2;
inline constexpr uint64_t kNamedEvery = 64;
// An epoch's number is at least its segment's number * 2^20.
inline constexpr uint64_t kEpochsOfSegmentBits = 20;
// More than all names of a record may ever take.
inline constexpr uint64_t kMaxNamesBytes = 256ull << 20;

struct WalRow {
  uint64_t ref = 0;
  int64_t time_ms = 0;
  double value = 0;
};

struct WalSeries {
  uint64_t ref = 0;
  const model::Labels* labels = nullptr;  // borrowed
};

// The payload of a kWalBatch. `series` are those of the rows that it names.
std::string EncodeBatch(uint64_t epoch, std::span<const WalSeries> series,
                        std::span<const WalRow> rows);

struct WalBatch {
  uint64_t epoch = 0;
  std::vector<std::pair<uint64_t, model::Labels>> series;
  std::vector<WalRow> rows;
};

// `type` is kWalBatch or kWalPlainBatch.
base::StatusOr<WalBatch> DecodeBatch(uint8_t type, std::string_view payload);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_WAL_RECORD_H_
