#ifndef VEDETTE_COLLECTOR_TSDB_VALUE_CODEC_H_
#define VEDETTE_COLLECTOR_TSDB_VALUE_CODEC_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

// Columns of doubles, lossless to the bit. Format: FORMAT.md, "Values column".

namespace vedette::tsdb {

// The low three bits of a column's first byte; the others are a decimal's exponent.
enum class ValueCodec : uint8_t {
  kBits = 0,
  kDivided = 1,      // decimals: integer / 10^exponent
  kMultiplied = 2,   // decimals: integer * 10^-exponent
  kDividedSome = 5,  // the same with exceptions
  kMultipliedSome = 6,
};
ValueCodec CodecOf(std::string_view column);  // of a column that is not empty

// Appends the shortest encoding of 1 to kColumnSamples values.
void EncodeValues(std::span<const double> values, std::string* out);

// Fills `out` (1 to kColumnSamples) from the whole of `data`. DataLoss on bad content.
base::Status DecodeValues(std::string_view data, std::span<double> out);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_VALUE_CODEC_H_
