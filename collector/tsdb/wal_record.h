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

inline constexpr uint8_t kWalBatch = 1;

struct WalRow {
  uint64_t ref = 0;
  int64_t time_ms = 0;
  double value = 0;
};

struct WalSeries {
  uint64_t ref = 0;
  const model::Labels* labels = nullptr;  // borrowed
};

// `series` are those of the rows that the epoch has not named yet.
std::string EncodeBatch(uint64_t epoch, std::span<const WalSeries> series,
                        std::span<const WalRow> rows);

struct WalBatch {
  uint64_t epoch = 0;
  std::vector<std::pair<uint64_t, model::Labels>> series;
  std::vector<WalRow> rows;
};

base::StatusOr<WalBatch> DecodeBatch(std::string_view payload);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_WAL_RECORD_H_
