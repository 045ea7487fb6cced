#ifndef VEDETTE_COLLECTOR_TSDB_VALUE_CODEC_H_
#define VEDETTE_COLLECTOR_TSDB_VALUE_CODEC_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

// Columns of doubles, lossless to the bit. Format: FORMAT.md, "Blocks".

namespace vedette::tsdb {

enum class ValueCodec : uint8_t { kConstant = 1, kDecimal = 2, kXor = 3, kRaw = 4 };

// Appends the shortest encoding. `values` is not empty.
void EncodeValues(std::span<const double> values, std::string* out);

// Reads `count` values from the whole of `data` into `out` (replaced). DataLoss on bad content.
// `count` is the caller's to bound.
base::Status DecodeValues(std::string_view data, size_t count, std::vector<double>* out);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_VALUE_CODEC_H_
