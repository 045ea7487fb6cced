#ifndef VEDETTE_COLLECTOR_TSDB_V1_COLUMNS_H_
#define VEDETTE_COLLECTOR_TSDB_V1_COLUMNS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/codec/bytes.h"
#include "base/status.h"

// Columns as parts of version 1 have them: read, no longer written. Format: FORMAT.md, "Version 1".

namespace vedette::tsdb::v1 {

// Reads `count` integers into `out` (replaced). DataLoss on what no encoder wrote. `count` is the
// caller's to bound.
base::Status DecodeInts(base::ByteReader* in, size_t count, std::vector<int64_t>* out);

// Reads `count` values from the whole of `data` into `out` (replaced), likewise.
base::Status DecodeValues(std::string_view data, size_t count, std::vector<double>* out);

}  // namespace vedette::tsdb::v1

#endif  // VEDETTE_COLLECTOR_TSDB_V1_COLUMNS_H_
