#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_WAL_RECORDS_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_WAL_RECORDS_H_

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "collector/tsdb/prometheus/block_tombstones.h"
#include "model/labels.h"
#include "model/sample.h"

namespace vedette::tsdb::prometheus {

// What a record of the log holds, by its first byte.
enum class RecordType : uint8_t {
  kSeries = 1,
  kSamples = 2,
  kTombstones = 3,
  kExemplars = 4,
  kMmapMarkers = 5,
  kMetadata = 6,
  kHistograms = 7,
  kFloatHistograms = 8,
  kCustomHistograms = 9,
  kCustomFloatHistograms = 10,
};

// A record's type; what is in no RecordType comes back as it stands. 0 for an empty record.
RecordType TypeOf(std::string_view record);

struct WalSeriesRow {
  uint64_t ref = 0;
  model::Labels labels;
};
base::StatusOr<std::vector<WalSeriesRow>> DecodeSeriesRecord(std::string_view record);

struct WalSampleRow {
  uint64_t ref = 0;
  int64_t time_ms = 0;
  double value = 0;
};
base::StatusOr<std::vector<WalSampleRow>> DecodeSamplesRecord(std::string_view record);

struct WalHistogramRow {
  uint64_t ref = 0;
  model::HistogramSample sample;
};
bool IsHistograms(RecordType type);
// Of any of the four types. Histograms that break the rules for them are left out and counted.
base::StatusOr<std::vector<WalHistogramRow>> DecodeHistogramsRecord(std::string_view record,
                                                                    uint64_t* invalid);

// Adds to what is known.
base::Status DecodeTombstonesRecord(std::string_view record, TombstoneMap* map);

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_WAL_RECORDS_H_
