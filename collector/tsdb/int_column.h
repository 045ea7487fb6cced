#ifndef VEDETTE_COLLECTOR_TSDB_INT_COLUMN_H_
#define VEDETTE_COLLECTOR_TSDB_INT_COLUMN_H_

#include <cstdint>
#include <span>
#include <string>

#include "base/codec/bytes.h"
#include "base/status.h"

// Columns of integers: constant steps in a few bytes, else the values, their differences or the
// differences of these, divided by their gcd and packed in groups with patches for the outliers.
// Format: FORMAT.md, "Integer column". What version 1 wrote is read by v1_columns.h.

namespace vedette::tsdb {

inline constexpr size_t kIntGroup = 128;
// Of a column: what a decoder's stack holds.
inline constexpr size_t kColumnSamples = 1024;

// Appends the shortest of the modes. Any values, 1 to kColumnSamples of them.
void EncodeIntColumn(std::span<const int64_t> values, std::string* out);

// Fills `out` (1 to kColumnSamples). DataLoss on anything EncodeIntColumn cannot have written.
base::Status DecodeIntColumn(base::ByteReader* in, std::span<int64_t> out);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_INT_COLUMN_H_
