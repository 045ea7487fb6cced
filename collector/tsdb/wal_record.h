#ifndef VEDETTE_COLLECTOR_TSDB_WAL_RECORD_H_
#define VEDETTE_COLLECTOR_TSDB_WAL_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/codec/bytes.h"
#include "base/status.h"
#include "model/labels.h"
#include "model/sample.h"

// The log's record of one Append, read. LogWriter writes it. Format: FORMAT.md, "Log records".

namespace vedette::tsdb {

inline constexpr uint8_t kWalPlainBatch = 1;  // names uncompressed; only read
inline constexpr uint8_t kWalBatch = 2;       // a ref and a time each row; only read
inline constexpr uint8_t kWalRows = 3;
inline constexpr uint8_t kWalRichRows = 4;  // and start timestamps, native histograms

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
  int64_t start_ms = 0;  // 0: unknown
};

struct WalHistogram {
  uint64_t ref = 0;
  model::HistogramSample sample;
};

// A row of a group, or a piece of one.
struct WalGroupRow {
  struct Slot {
    uint32_t slot = 0;
    bool carried = false;  // false: the slot's value is the one before
    double value = 0;      // if carried
  };
  uint32_t group = 0;
  uint64_t sequence = 0;  // records of the epoch with this group that came before
  int64_t time_ms = 0;
  std::vector<Slot> slots;
  std::vector<int64_t> starts_ms;  // one a slot, or none: all unknown
};

struct WalBatch {
  uint64_t epoch = 0;
  std::vector<std::pair<uint64_t, model::Labels>> series;  // by ref
  std::vector<WalGroupRow> group_rows;                     // of kWalRows and kWalRichRows
  std::vector<WalRow> rows;                                // of series with their own time
  std::vector<WalHistogram> histograms;                    // of kWalRichRows
};

bool IsWalBatch(uint8_t type);
// `type` is one of the above.
base::StatusOr<WalBatch> DecodeBatch(uint8_t type, std::string_view payload);

// A value as log records have it: a small integer is a short varint.
void PutWalValue(double v, std::string* out);
double ReadWalValue(base::ByteReader* in);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_WAL_RECORD_H_
