#ifndef VEDETTE_COLLECTOR_TSDB_BLOCK_COLUMN_H_
#define VEDETTE_COLLECTOR_TSDB_BLOCK_COLUMN_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

// What a block of a part has in its values column: floats alone (value_codec.h), floats with the
// start timestamps of their counters, or native histograms (histogram_column.h). Format: FORMAT.md,
// "Values column".

namespace vedette::tsdb {

// By the low three bits of the column's first byte.
enum class ColumnKind : uint8_t { kFloats = 0, kHistograms = 3, kStartedFloats = 4 };
// All that is none of the others is kFloats.
ColumnKind KindOf(std::string_view column);

// Of 1 to kColumnSamples samples.
void EncodeStartedValues(std::span<const double> values, std::span<const int64_t> starts_ms,
                         std::string* out);
// Where its floats begin in a column of kStartedFloats with so many samples, whose starts go to
// `starts_ms`. DataLoss on bad content.
base::StatusOr<std::string_view> DecodeStarts(std::string_view column,
                                              std::span<int64_t> starts_ms);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_BLOCK_COLUMN_H_
