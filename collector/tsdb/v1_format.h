#ifndef VEDETTE_COLLECTOR_TSDB_V1_FORMAT_H_
#define VEDETTE_COLLECTOR_TSDB_V1_FORMAT_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/tsdb/part_format.h"

// Pages of parts of version 1: read, no longer written. Format: FORMAT.md, "Version 1".

namespace vedette::tsdb::v1 {

inline constexpr size_t kPageSeries = 64;
inline constexpr uint32_t kMaxColumnBytes = 32 << 10;

// `min_ms` is the part's. A block's places are offsets in the file.
base::StatusOr<std::vector<SeriesEntry>> DecodeSeriesPage(std::string_view page, int64_t min_ms);

// `series_count` bounds the numbers.
base::StatusOr<std::vector<PostingsEntry>> DecodePostingsPage(std::string_view page,
                                                              uint64_t series_count);

}  // namespace vedette::tsdb::v1

#endif  // VEDETTE_COLLECTOR_TSDB_V1_FORMAT_H_
